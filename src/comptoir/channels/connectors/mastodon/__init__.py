"""An account on Mastodon or another server of the fediverse with its API."""

"""An account on Bluesky."""

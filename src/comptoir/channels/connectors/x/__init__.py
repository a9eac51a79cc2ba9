"""An account on X: mentions, replies and direct messages."""

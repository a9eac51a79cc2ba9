"""The HTTP API as a channel: programs bring messages in, and are called with the answers."""

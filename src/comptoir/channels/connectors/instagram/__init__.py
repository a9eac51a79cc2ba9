"""Professional accounts on Instagram: comments, tags and direct messages."""

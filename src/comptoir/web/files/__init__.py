"""Files that came with messages, and messages as they came."""

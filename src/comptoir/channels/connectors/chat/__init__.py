"""Chat on the shop's own site."""

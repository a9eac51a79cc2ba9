"""A contact form on the shop's own site."""

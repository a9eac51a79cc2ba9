"""Reviews and the one public reply below each, shared by Google and Trustpilot."""

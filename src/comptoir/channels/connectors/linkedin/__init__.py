"""A company page on LinkedIn: comments, shares and mentions."""

"""Anything else: a program of yours that signs what it sends."""

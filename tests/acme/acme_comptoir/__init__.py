"""Acme Reviews for Comptoir."""

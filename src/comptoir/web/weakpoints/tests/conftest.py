"""Browsers of people of the team."""

from comptoir.web.tests.signed_in import sign_in

__all__ = ["sign_in"]

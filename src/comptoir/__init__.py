"""Comptoir: the open-source, self-hosted social CRM for brands that sell online."""

__version__ = "0.1.0"

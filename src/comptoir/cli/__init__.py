"""The `comptoir` command."""

from comptoir.cli.app import main

__all__ = ["main"]

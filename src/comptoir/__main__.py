"""`python -m comptoir` is `comptoir`."""

from comptoir.cli import main

main()

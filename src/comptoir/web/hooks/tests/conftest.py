from acme_comptoir.tests.fixtures import acme

__all__ = ["acme"]

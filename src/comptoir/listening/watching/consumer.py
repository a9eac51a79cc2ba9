"""The clockwork of watched pages."""

import threading

from comptoir.base import jobs
from comptoir.listening.watching import checking


@jobs.beside("pages", threads=2, pause=5.0)
def _pages(stop: threading.Event) -> int:
    return checking.check_due(stop)

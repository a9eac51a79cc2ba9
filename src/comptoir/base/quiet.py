"""
Collecting garbage when nobody waits for anything.

Python now and then looks through all that lives in a process: with everything that is loaded
here, a tenth to a fifth of a second in which no thread goes on. At a quiet moment nobody minds; and what
lives then is left out of later looks. That is done a few times only, when what is used was loaded: what is
left out is never freed if it becomes a ring of garbage later.
"""

import atexit
import gc
import time
from typing import Final

QUIET_SECONDS: Final = 1.0
"""How long nothing must have happened."""

PAUSES: Final = (0.0, 60.0, 600.0)
"""Before each time, at least, since the one before."""


def settle() -> None:
    """Collect garbage, and leave all that lives out of later collections."""
    gc.collect()
    gc.freeze()
    # What is left out would not be taken down at the end, and some libraries complain of that.
    atexit.unregister(gc.unfreeze)
    atexit.register(gc.unfreeze)


class Quiet:
    """Settles a process in its first quiet moments after work; belongs to one thread."""

    def __init__(self) -> None:
        self._times = 0
        self._worked_at: float | None = None
        self._settled_at = 0.0

    def worked(self) -> None:
        """Something was done just now."""
        if self._times < len(PAUSES):
            self._worked_at = time.monotonic()

    def waits(self) -> None:
        """Nothing is to be done just now."""
        now = time.monotonic()
        if self._worked_at is None or now - self._worked_at < QUIET_SECONDS:
            return
        if now - self._settled_at < PAUSES[self._times]:
            return
        settle()
        self._times, self._worked_at, self._settled_at = self._times + 1, None, now

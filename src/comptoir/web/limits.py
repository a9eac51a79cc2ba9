"""
How often somebody may ask: tokens that come back with time, kept in this process.

Each web process counts for itself, so with several the limit is that many times higher: it
protects from floods, it does not bill anybody.
"""

import ipaddress
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from django.http import HttpRequest

MOST = 50_000
"""Askers remembered; the one that was quiet for longest goes first."""


@dataclass(frozen=True, slots=True)
class Taken:
    """
    granted: whether one more was allowed. left: how many are; limit: how many at once.
    wait: seconds until one more is, 0 when one is already. full: seconds until all are back.
    """

    granted: bool
    left: int
    limit: int
    wait: float
    full: float


class Limit:
    """
    At most `limit` at once, and `limit` each `seconds` in the long run.

    >>> often = Limit(2, 60)
    >>> [often.take("me").granted for _ in range(3)], often.take("you").granted
    ([True, True, False], True)
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit, self.rate = limit, limit / seconds
        self._askers: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, asker: str) -> Taken:
        with self._lock:
            now = time.monotonic()
            before, at = self._askers.pop(asker, (float(self.limit), now))
            here = min(float(self.limit), before + (now - at) * self.rate)
            granted = here >= 1.0
            here -= granted
            self._askers[asker] = here, now
            if len(self._askers) > MOST:
                self._askers.popitem(last=False)
        wait = max(0.0, (1.0 - here) / self.rate)
        return Taken(granted, int(here), self.limit, wait, (self.limit - here) / self.rate)


def address_of(request: HttpRequest) -> str:
    """
    Where a request comes from: what the reverse proxy beside us says, if one brought it.

    Anybody can write the header, so only the last entry counts, and only from a private address.
    """
    return address(
        str(request.META.get("REMOTE_ADDR", "")), request.headers.get("X-Forwarded-For", "")
    )


def address(peer: str, forwarded: str) -> str:
    """
    The same, of a peer's address and the header.

    >>> address("127.0.0.1", "6.6.6.6, 203.0.113.9"), address("203.0.113.9", "6.6.6.6")
    ('203.0.113.9', '203.0.113.9')
    """
    last = forwarded.rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(last)) if ipaddress.ip_address(peer).is_private else peer
    except ValueError:
        return peer

"""
How a site is approached: one request at a time, a pause between two, robots.txt before all.

A visit is claimed by one statement that moves the moment of the next; a worker that dies leaves
the site alone until that moment. What robots.txt says is kept for a day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from comptoir.base import clock
from comptoir.base.http import Http, TooLarge
from comptoir.listening.watching import robots
from comptoir.listening.watching.models import WebHost
from comptoir.listening.watching.refusing import Refused

GAP: Final = 10.0
"""Seconds between two visits of a site, where it does not ask for more."""
LEASE: Final = timedelta(seconds=120)
"""Longer than a visit may take: after it, a site that a dead worker held is free again."""
KNOWN: Final = timedelta(hours=24)
UNKNOWN: Final = timedelta(hours=1)
_TIMEOUT: Final = 10.0
Verdict = WebHost.Verdict


class Later(Exception):
    """The site was asked a moment ago, or is being asked. seconds: until it may be asked."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


def origin_of(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def name_of(url: str) -> str:
    """The site as people say it: its host, without "www."."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


@contextmanager
def visit(url: str) -> Iterator[WebHost]:
    """
    The site of an address, for this visit alone. Raises Later.

    The pause after it is at least GAP and the site's Crawl-delay.
    """
    now = clock.now()
    host, _new = WebHost.objects.get_or_create(origin=origin_of(url), defaults={"next_at": now})
    free = WebHost.objects.filter(pk=host.pk, next_at__lte=now)
    if not free.update(next_at=now + LEASE):
        host.refresh_from_db()
        raise Later(max((host.next_at - now).total_seconds(), 1.0))
    try:
        yield host
    finally:
        delay = robots.read(host.robots).delay or 0.0 if host.verdict == Verdict.RULES else 0.0
        pause = timedelta(seconds=max(GAP, delay))
        WebHost.objects.filter(pk=host.pk).update(next_at=clock.now() + pause)


def check(host: WebHost, url: str, http: Http, headers: dict[str, str]) -> None:
    """Ask robots.txt where it is not known, and obey it. Raises Refused."""
    if not _is_known(host):
        _ask(host, http, headers)
    if host.verdict == Verdict.UNKNOWN:
        raise Refused("robots_unknown", after=UNKNOWN, host=urlsplit(url).netloc)
    if host.verdict == Verdict.RULES:
        line = robots.read(host.robots).refusal(url)
        if line is not None:
            assert host.robots_at is not None
            until = host.robots_at + KNOWN - clock.now()
            raise Refused("robots", after=until, host=urlsplit(url).netloc, line=line[:200])


def forget(url: str) -> None:
    """Ask robots.txt anew at the next visit; at most once an hour."""
    old = WebHost.objects.filter(origin=origin_of(url), robots_at__lt=clock.now() - UNKNOWN)
    old.update(robots_at=None)


def _is_known(host: WebHost) -> bool:
    if host.robots_at is None:
        return False
    kept = UNKNOWN if host.verdict == Verdict.UNKNOWN else KNOWN
    return clock.now() < host.robots_at + kept


def _ask(host: WebHost, http: Http, headers: dict[str, str]) -> None:
    """
    RFC 9309, 2.3.1: a file that is not there forbids nothing, one that cannot be had everything.

    429 is no "not there": whoever asks for patience is given it.
    """
    text, verdict = "", Verdict.UNKNOWN
    try:
        answer = http.request("GET", f"{host.origin}/robots.txt", headers=headers, timeout=_TIMEOUT)
    except TooLarge:
        pass  # what cannot be read whole may forbid anything
    else:
        if answer.ok:
            text, verdict = _text(answer.body), Verdict.RULES
        elif 400 <= answer.status < 500 and answer.status != 429:
            verdict = Verdict.FREE
    host.robots, host.verdict, host.robots_at = text, verdict, clock.now()
    host.save(update_fields=["robots", "verdict", "robots_at"])


def _text(body: bytes) -> str:
    return body[: robots.LARGEST].decode("utf-8", "replace").replace("\x00", "")

"""What a query would find, before it is saved: lately, and in all that was ever received."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from comptoir.analysis.matching import local_minutes
from comptoir.base import clock, ids
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.listening import scanning
from comptoir.listening.records import Difference, Preview, Searched
from comptoir.listening.scanning import Span

DAYS = 30
SHOWN = 20
PATIENCE = 1.5
"""Seconds after which a preview shows what it has; it says then how much it has read."""


def preview(
    text: str, days: int = DAYS, patience: float = PATIENCE, *, against: str | None = None
) -> Preview:
    """
    What the query would have found in the last days, up to the newest message.

    Reads newest first until `patience` seconds are over. against: the text that it would take
    the place of; both are asked at once. Raises QueryError.
    """
    period = _period(days)
    asked = _asked([text] if against is None else [text, against], period.span, patience)
    found = asked.found[0]
    counts = _by_day(found, period.zone)
    return Preview(
        days=[(day, counts.get(day, 0)) for day in period.days],
        found=len(found),
        read=asked.read,
        total=asked.total,
        ids=found[:SHOWN].tolist(),
        difference=None if against is None else _difference(asked.found[1], found, asked),
    )


def difference(old: str, new: str, days: int = DAYS, patience: float = PATIENCE) -> Difference:
    """What changes in the last days when `new` takes the place of `old`; raises QueryError."""
    asked = _asked([old, new], _period(days).span, patience)
    return _difference(asked.found[0], asked.found[1], asked)


def search(
    text: str, before: int | None = None, patience: float = PATIENCE, *, enough: int | None = None
) -> Searched:
    """
    What the query finds in all that was received, newest first, from below an id.

    Reads until it has found `enough` or `patience` seconds are over: what is left is asked for
    with `end`. Raises QueryError.
    """
    span = Span(0, ids.HIGHEST if before is None else before)
    begun, found, newest, read, end = time.monotonic(), 0, list[int](), 0, span.before
    for portion in scanning.scan([text], span):
        found, read, end = found + len(portion.found[0]), read + portion.read, portion.end
        newest += portion.found[0][: SHOWN - len(newest)]
        if time.monotonic() - begun > patience or (enough is not None and found >= enough):
            break
    else:
        end = 0
    left = scanning.count(Span(0, end)) if end else 0
    return Searched(found=found, read=read, left=left, ids=newest, end=end if left else 0)


@dataclass(frozen=True, slots=True)
class _Asked:
    """found: by query, ids newest first."""

    found: list[Any]
    read: int
    total: int


def _asked(texts: Sequence[str], span: Span, patience: float) -> _Asked:
    begun, read = time.monotonic(), 0
    found: list[list[int]] = [[] for _ in texts]
    portions = scanning.scan(texts, span)
    total = scanning.count(span)
    for portion in portions:
        for kept, some in zip(found, portion.found, strict=True):
            kept += some
        read += portion.read
        if time.monotonic() - begun > patience:
            break
    return _Asked([np.array(one, np.int64) for one in found], read, max(read, total))


def _difference(old: Any, new: Any, asked: _Asked) -> Difference:
    gained, lost = (np.setdiff1d(*pair)[::-1] for pair in ((new, old), (old, new)))
    return Difference(
        kept=len(new) - len(gained),
        gained=len(gained),
        lost=len(lost),
        read=asked.read,
        total=asked.total,
        gained_ids=gained[:SHOWN].tolist(),
        lost_ids=lost[:SHOWN].tolist(),
    )


def _by_day(found: Any, zone: ZoneInfo) -> dict[date, int]:
    """How many were written on each day of the workspace's; the moment is in the id."""
    days, counts = np.unique(
        local_minutes((found >> ids.COUNTER_BITS) * 1_000, zone) // 1440, return_counts=True
    )
    return {
        date.fromordinal(day): count
        for day, count in zip(days.tolist(), counts.tolist(), strict=True)
    }


@dataclass(frozen=True, slots=True)
class _Period:
    """The last days up to the newest message, or up to now when there is none."""

    zone: ZoneInfo
    days: list[date]
    span: Span


def _period(days: int) -> _Period:
    zone = ZoneInfo(Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id()))
    newest = Message.objects.order_by("-pk").values_list("sent_at", flat=True).first()
    last = (newest or clock.now()).astimezone(zone)
    first = (last - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return _Period(
        zone,
        [first.date() + timedelta(days=place) for place in range(days)],
        Span(ids.lowest_at(first)),
    )

"""What a query would find, before it is saved: on the last days, within a moment."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from comptoir.analysis.matching import Matcher
from comptoir.analysis.queries import Document, parse
from comptoir.base import clock, ids
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.listening.documents import documents
from comptoir.listening.records import Difference, Preview

DAYS = 30
SHOWN = 20
AT_ONCE = 1_000
PATIENCE = 1.5
"""Seconds after which a preview shows what it has; it says then how much it has read."""


def preview(text: str, days: int = DAYS, patience: float = PATIENCE) -> Preview:
    """
    What the query would have found in the last days, up to the newest message.

    Reads newest first until `patience` seconds are over. Raises QueryError.
    """
    matcher = _asking(text)
    period = _Period(days)
    begun, counts, newest, read = time.monotonic(), Counter[date](), list[int](), 0
    for part in period.parts():
        for one, found in zip(part, matcher.match(part), strict=True):
            if found:
                counts[_day(one)] += 1
                newest.append(int(one.id))
        read += len(part)
        if time.monotonic() - begun > patience:
            break
    return Preview(
        days=[(day, counts[day]) for day in period.days],
        found=sum(counts.values()),
        read=read,
        total=period.total,
        ids=sorted(newest, reverse=True)[:SHOWN],
    )


def difference(old: str, new: str, days: int = DAYS, patience: float = PATIENCE) -> Difference:
    """What changes in the last days when `new` takes the place of `old`; raises QueryError."""
    matcher = _asking(old, new)
    period = _Period(days)
    begun, read, kept = time.monotonic(), 0, 0
    gained, lost = list[int](), list[int]()
    for part in period.parts():
        for one, found in zip(part, matcher.match(part), strict=True):
            kept += len(found) == 2
            if found == [1]:
                gained.append(int(one.id))
            elif found == [0]:
                lost.append(int(one.id))
        read += len(part)
        if time.monotonic() - begun > patience:
            break
    return Difference(
        kept=kept,
        gained=len(gained),
        lost=len(lost),
        read=read,
        total=period.total,
        gained_ids=sorted(gained, reverse=True)[:SHOWN],
        lost_ids=sorted(lost, reverse=True)[:SHOWN],
    )


def _asking(*texts: str) -> Matcher:
    matcher = Matcher()
    for place, text in enumerate(texts):
        matcher.add(place, parse(text).tree)
    return matcher


def _day(one: Document) -> date:
    assert one.published is not None
    return one.published.date()


class _Period:
    """The last days up to the newest message, or up to now when there is none."""

    def __init__(self, days: int) -> None:
        zone = ZoneInfo(
            Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id())
        )
        newest = Message.objects.order_by("-pk").values_list("sent_at", flat=True).first()
        last = (newest or clock.now()).astimezone(zone)
        first = (last - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
        self.days = [first.date() + timedelta(days=place) for place in range(days)]
        self._rows = Message.objects.filter(pk__gte=ids.lowest_at(first)).order_by("-pk")
        self.total = self._rows.order_by().count()

    def parts(self) -> Iterator[list[Document]]:
        """The period's messages, newest first, a portion at a time."""
        before: int | None = None
        while True:
            rows = self._rows if before is None else self._rows.filter(pk__lt=before)
            wanted = list(rows.values_list("pk", flat=True)[:AT_ONCE])
            if not wanted:
                return
            before = wanted[-1]
            yield documents(wanted)

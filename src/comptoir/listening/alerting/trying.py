"""
When an alert would have gone off in the last 30 days, and what threshold would have been calm.

The same windows are read as in service, over the messages of the period, newest first, for as
long as there is patience.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from comptoir.base import clock, ids
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.listening import matching
from comptoir.listening.alerting import rules
from comptoir.listening.alerting.records import AlertDraft, Tried
from comptoir.listening.alerting.saving import HIGHEST, LONGEST_WINDOW, sensible
from comptoir.listening.alerting.tipping import Counted, Rule, silences, tips
from comptoir.listening.documents import documents
from comptoir.listening.models import Alert, QueryVersion, SavedQuery

DAYS: Final = 30
PATIENCE: Final = 2.0
AIM: Final = 4
"""Firings in 30 days that a team can live with: about one a week."""
_AT_ONCE: Final = 500
_HOUR: Final = 60


def try_alert(draft: AlertDraft, patience: float = PATIENCE) -> Tried:
    """
    What it would have told of, up to the newest message.

    Raises QueryError and Problem as `add_alert`; the name does not matter.
    """
    wanted = sensible(draft)
    zone = ZoneInfo(Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id()))
    newest = Message.objects.order_by("-pk").values_list("sent_at", flat=True).first()
    end = max(newest, clock.now()) if wanted.kind == Alert.Kind.SILENCE and newest else newest
    end = (end or clock.now()).astimezone(zone)
    first = (end - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Message.objects.filter(pk__gte=ids.lowest_at(first))
    counted, read, since = _history(wanted, rows, patience)
    begin = max(first, since) if since else first
    moments = _moments(wanted, counted, begin, end)
    by_day = Counter(one.astimezone(zone).date() for one in moments)
    days = [first.date() + timedelta(days=place) for place in range(DAYS)]
    return Tried(
        days=[(day, by_day[day]) for day in days],
        moments=sorted((one.astimezone(zone) for one in moments), reverse=True),
        counted=sum(one.counts for one in counted),
        read=read,
        total=rows.count(),
        advised=_advised(wanted, counted, begin, end),
        aim=AIM,
    )


def _history(
    wanted: AlertDraft, rows: Any, patience: float
) -> tuple[list[Counted], int, datetime | None]:
    """What would have counted, by time; how many were read; since when, where not all were."""
    begun, read, since = time.monotonic(), 0, None
    found: list[Counted] = []
    finds = _finds(wanted)
    for part in _parts(rows):
        known = rules.said(part)
        chosen = finds(list(known))
        told = documents(sorted(chosen)) if chosen else []
        found += rules.in_order(known, rules.counting(wanted, told))
        read += len(part)
        since = ids.moment_of(part[-1])
        if time.monotonic() - begun > patience:
            return sorted(found, key=lambda one: (one.at, one.id)), read, since
    return sorted(found, key=lambda one: (one.at, one.id)), read, None


def _finds(wanted: AlertDraft) -> Callable[[list[int]], set[int]]:
    """Which of these messages are mentions of what is watched."""
    if wanted.query is None:
        return set
    query = SavedQuery.objects.get(pk=wanted.query)
    version = QueryVersion.objects.get(query=query, number=query.number)

    def find(message_ids: list[int]) -> set[int]:
        found = matching.find_one(query, version, message_ids)
        return {message for message, queries in found.items() if queries}

    return find


def _parts(rows: Any) -> Iterator[list[int]]:
    before: int | None = None
    while True:
        older = rows if before is None else rows.filter(pk__lt=before)
        part = list(older.order_by("-pk").values_list("pk", flat=True)[:_AT_ONCE])
        if not part:
            return
        before = part[-1]
        yield part


def _rule(wanted: AlertDraft) -> Rule:
    return Rule(
        threshold=wanted.threshold,
        window=timedelta(minutes=wanted.window),
        cooldown=timedelta(minutes=wanted.cooldown),
        share=wanted.share,
        authors_once=wanted.authors_once,
        alike_once=wanted.alike_once,
    )


def _moments(
    wanted: AlertDraft, counted: list[Counted], begin: datetime, end: datetime
) -> list[datetime]:
    if wanted.kind == Alert.Kind.SILENCE:
        at = [one.at for one in counted]
        return silences(at, timedelta(minutes=wanted.window), begin, end)
    return [tip.at for tip in tips(counted, _rule(wanted))]


def _advised(
    wanted: AlertDraft, counted: list[Counted], begin: datetime, end: datetime
) -> int | None:
    """The least with which it goes off AIM times at most; found by halving."""
    if not counted:
        return None
    is_silence = wanted.kind == Alert.Kind.SILENCE
    step = _HOUR if is_silence else 1
    low, high = 1, LONGEST_WINDOW // _HOUR if is_silence else min(len(counted) + 1, HIGHEST)

    def calm(value: int) -> bool:
        with_it = (
            replace(wanted, window=value * step) if is_silence else replace(wanted, threshold=value)
        )
        return len(_moments(with_it, counted, begin, end)) <= AIM

    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if calm(middle) else (middle + 1, high)
    return low * step

"""Sources and methods of a report: what was asked since when, what read it, what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count

from comptoir.base import ids
from comptoir.channels.models import Delivery, Message
from comptoir.listening.models import Exclusion, Mention, PastRun, QueryVersion, SavedQuery
from comptoir.listening.reputation_records import Line, Methods, QuerySource
from comptoir.triage.topics import Days

Counts = Mapping[Any, Sequence[int]]


def methods(
    queries: Sequence[int], days: Days, counts: Mapping[str, Counts], models: Sequence[Any]
) -> Methods:
    """What stands under a report of these queries; counts: its breakdowns', whole."""
    return Methods(
        queries=sources(queries, days),
        languages=_lines(counts["language"]),
        models=tuple(models),
        networks=_lines(counts["channel"]),
        excluded=_excluded(queries),
        spam=counts["intent"].get("spam", (0, 0))[0],
        known_before=known_before(days),
    )


def comparable(queries: Iterable[int], days: Days) -> bool:
    """Whether both periods are known: messages were heard, and the queries asked of them."""
    if not known_before(days):
        return False
    rows = SavedQuery.objects.filter(pk__in=list(queries))
    return not any(_unasked(row.pk, days.before, days.until) for row in rows)


def known_before(days: Days) -> bool:
    """Whether messages are known from the first day of the period before, or from earlier."""
    first = Message.objects.order_by("pk").values_list("pk", flat=True).first()
    if first is None:
        return False
    return ids.moment_of(first).astimezone(days.before.tzinfo).date() <= days.before.date()


def sources(queries: Sequence[int], days: Days) -> list[QuerySource]:
    """Those of these queries that are not deleted, with what they found of the period."""
    rows = SavedQuery.objects.filter(pk__in=queries).exclude(state=SavedQuery.State.DELETED)
    found = _found(queries, days)
    return [
        _source(row, days, found.get(row.pk, {}))
        for row in rows.select_related("folder").order_by("folder__name", "name", "pk")
    ]


def _source(row: SavedQuery, days: Days, found: Mapping[int, int]) -> QuerySource:
    version = QueryVersion.objects.get(query=row, number=row.number)
    running = PastRun.objects.filter(query=row, state=PastRun.State.RUNNING).first()
    return QuerySource(
        id=row.pk,
        name=row.name,
        folder_name=row.folder.name,
        state=row.state,
        number=row.number,
        text=version.text,
        since=version.at,
        found=found,
        missing=_unasked(row.pk, days.start, days.until),
        missing_before=_unasked(row.pk, days.before, days.start),
        asking=running.read / max(running.total, 1) if running else None,
    )


def _found(queries: Sequence[int], days: Days) -> dict[int, dict[int, int]]:
    """query → version → messages of the period that it found."""
    low, high = ids.lowest_at(days.start), ids.lowest_at(days.until)
    rows = Mention.objects.filter(query_id__in=queries, message_id__gte=low, message_id__lt=high)
    found: dict[int, dict[int, int]] = {}
    counted = rows.filter(message__own=False).values_list("query_id", "number").order_by()
    for query, number, count in counted.annotate(Count("pk")):
        found.setdefault(query, {})[number] = count
    return found


def _unasked(query: int, start: datetime, until: datetime) -> bool:
    """
    Whether some message of these days arrived before the query was saved, and no run on the
    past that went to its end reached back to it.
    """
    saved_at = QueryVersion.objects.filter(query_id=query).order_by("number").values_list("at")[:1]
    done = PastRun.objects.filter(query_id=query, state=PastRun.State.DONE)
    for since in done.values_list("since", flat=True):
        until = start if since is None else min(until, max(since, start))
    rows = Delivery.objects.filter(
        pk__gte=ids.lowest_at(start), pk__lt=ids.lowest_at(until), received_at__lt=saved_at
    )
    return until > start and rows.exists()


def _excluded(queries: Sequence[int]) -> dict[str, int]:
    """kind → rules that leave messages out, of these queries or of all."""
    rows = Exclusion.objects.filter(query_id=None) | Exclusion.objects.filter(query_id__in=queries)
    return dict(rows.values_list("kind").order_by().annotate(Count("pk")))


def _lines(counts: Counts) -> tuple[Line, ...]:
    lines = [Line(key, now, before) for key, (now, before) in counts.items() if now]
    return tuple(sorted(lines, key=lambda line: (-line.now, str(line.key))))

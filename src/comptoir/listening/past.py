"""
Asking a query of the past, newest first, in portions that leave word of where they ended.

A worker killed half-way goes on where it was; asking twice doubles nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max

from comptoir.base import audit, clock, ids, outbox
from comptoir.base.models import User
from comptoir.channels.models import Message
from comptoir.listening import matching
from comptoir.listening.matching import Found
from comptoir.listening.models import PastRun, QueryVersion, SavedQuery
from comptoir.listening.records import PastView

ASKED = "query_asked_of_past"
PORTION = 1_000
_HIGHEST = 2**63 - 1


@dataclass(frozen=True)
class Part:
    """What one portion found. end: lowest id read; None when nothing was left to read."""

    run: int
    read: int
    found: Found
    end: int | None


def ask(query_id: int, since: datetime | None, actor: User | None) -> int:
    """
    Have the version in use asked of all messages since a moment (None: all); returns the run.

    A run of the query that is under way is stopped: the new one covers what it would have.
    """
    query = SavedQuery.objects.get(pk=query_id)
    _running(query_id).update(state=PastRun.State.STOPPED, ended_at=clock.now())
    run = PastRun.objects.create(
        workspace_id=query.workspace_id,
        query=query,
        number=query.number,
        since=since,
        before=_HIGHEST,
        total=_period(since).count(),
        by=actor,
        asked_at=clock.now(),
    )
    audit.record(
        "listening.asked_of_past", actor=actor, workspace=query.workspace_id, target=query.name
    )
    outbox.publish(query.workspace_id, ASKED, run=run.pk)
    return run.pk


def stop(run_id: int) -> None:
    """Stop a run; what it found stays."""
    PastRun.objects.filter(pk=run_id, state=PastRun.State.RUNNING).update(
        state=PastRun.State.STOPPED, ended_at=clock.now()
    )


def runs(query_id: int, limit: int = 5) -> list[PastView]:
    """The latest runs of a query, newest first."""
    rows = PastRun.objects.filter(query_id=query_id).order_by("-pk")[:limit]
    return [_view(row) for row in rows]


def latest(query_ids: Iterable[int]) -> dict[int, PastView]:
    """The latest run of each of these queries; those never asked of the past are left out."""
    newest = PastRun.objects.filter(query_id__in=list(query_ids)).order_by()
    chosen = newest.values("query_id").annotate(run=Max("pk")).values("run")
    return {row.query_id: _view(row) for row in PastRun.objects.filter(pk__in=chosen)}


def read(run_id: int) -> Part:
    """Ask the query of the next portion of a run; writes nothing."""
    run = PastRun.objects.filter(pk=run_id, state=PastRun.State.RUNNING).first()
    if run is None:
        return Part(run_id, 0, {}, None)
    rows = _period(run.since).filter(pk__lt=run.before).order_by("-pk")
    wanted = list(rows.values_list("pk", flat=True)[:PORTION])
    if not wanted:
        return Part(run_id, 0, {}, None)
    version = QueryVersion.objects.get(query_id=run.query_id, number=run.number)
    query = SavedQuery.objects.get(pk=run.query_id)
    return Part(run_id, len(wanted), matching.find_one(query, version, wanted), wanted[-1])


def write(part: Part) -> None:
    """Write what a portion found, and ask for the next one."""
    run = PastRun.objects.select_for_update().filter(pk=part.run).first()
    if run is None or run.state != PastRun.State.RUNNING:
        return
    if part.end is None or _overtaken(run):
        run.state = PastRun.State.DONE if part.end is None else PastRun.State.STOPPED
        run.ended_at = clock.now()
        run.save(update_fields=["state", "ended_at"])
        return
    if part.end >= run.before:
        return
    here = _here(list(part.found))
    found = {message: queries for message, queries in part.found.items() if message in here}
    matching.write(found, [run.query_id])
    PastRun.objects.filter(pk=run.pk).update(
        before=part.end,
        read=F("read") + part.read,
        found=F("found") + sum(1 for queries in found.values() if queries),
    )
    outbox.publish(run.workspace_id, ASKED, run=run.pk)


def _overtaken(run: PastRun) -> bool:
    """Whether the query has another version by now, or is gone."""
    now = SavedQuery.objects.filter(pk=run.query_id).exclude(state=SavedQuery.State.DELETED)
    return now.values_list("number", flat=True).first() != run.number


def _running(query_id: int) -> Any:
    return PastRun.objects.filter(query_id=query_id, state=PastRun.State.RUNNING)


def _period(since: datetime | None) -> Any:
    rows = Message.objects.all()
    return rows if since is None else rows.filter(pk__gte=ids.lowest_at(since))


def _here(message_ids: Sequence[int]) -> set[int]:
    return set(Message.objects.filter(pk__in=message_ids).values_list("pk", flat=True))


def _view(row: PastRun) -> PastView:
    return PastView(
        id=row.pk,
        query=row.query_id,
        number=row.number,
        since=row.since,
        total=row.total,
        read=row.read,
        found=row.found,
        state=row.state,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
    )

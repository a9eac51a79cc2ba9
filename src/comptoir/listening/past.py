"""
Asking a query of the past, newest first, in portions that leave word of where they ended.

A worker killed half-way goes on where it was; asking twice doubles nothing.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max

from comptoir.base import audit, clock, ids, outbox
from comptoir.base.models import User
from comptoir.listening import matching, scanning
from comptoir.listening.models import PastRun, QueryVersion, SavedQuery
from comptoir.listening.records import PastView
from comptoir.listening.scanning import Span

ASKED = "query_asked_of_past"
PATIENCE = 0.2
"""Seconds that a portion reads for: what arrives meanwhile waits behind it."""
MOST = 2_000
"""Mentions that a portion writes."""


@dataclass(frozen=True)
class Part:
    """
    What one portion found. found: ids, newest first. end: all with this id or a higher one are
    done; None when nothing was left to read.
    """

    run: int
    read: int
    found: list[int]
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
        before=ids.HIGHEST,
        total=scanning.count(Span(_lowest(since))),
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
        return Part(run_id, 0, [], None)
    version = QueryVersion.objects.get(query_id=run.query_id, number=run.number)
    begun, found, read, end = time.monotonic(), list[int](), 0, None
    for portion in scanning.scan([version.text], Span(_lowest(run.since), run.before), MOST):
        found += portion.found[0]
        read, end = read + portion.read, portion.end
        if len(found) >= MOST or time.monotonic() - begun > PATIENCE:
            break
    return Part(run_id, read, matching.allowed(run.query_id, found), end)


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
    found = matching.write_span(run.query_id, run.number, Span(part.end, run.before), part.found)
    PastRun.objects.filter(pk=run.pk).update(
        before=part.end, read=F("read") + part.read, found=F("found") + found
    )
    outbox.publish(run.workspace_id, ASKED, run=run.pk)


def _overtaken(run: PastRun) -> bool:
    """Whether the query has another version by now, or is gone."""
    now = SavedQuery.objects.filter(pk=run.query_id).exclude(state=SavedQuery.State.DELETED)
    return now.values_list("number", flat=True).first() != run.number


def _running(query_id: int) -> Any:
    return PastRun.objects.filter(query_id=query_id, state=PastRun.State.RUNNING)


def _lowest(since: datetime | None) -> int:
    return 0 if since is None else ids.lowest_at(since)


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

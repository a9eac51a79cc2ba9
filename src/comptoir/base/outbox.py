"""
The outbox: how contexts hear of each other, and how no step is lost or doubled.

`publish` writes an event in the caller's transaction. `drain` hands events to
each registered consumer in order, one event a transaction, and moves that
consumer's cursor in the same transaction: a kill at any moment repeats at most
work that was rolled back with its cursor.
"""

import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from comptoir.base import clock, wake
from comptoir.base.models import OutboxCursor, OutboxEvent, SetAsideEvent
from comptoir.base.scope import every_workspace, scope

log = structlog.get_logger(__name__)

ATTEMPTS = 5
BATCH = 500
TURN_SECONDS = 0.1
"""Before the next consumer has its turn: a message must not wait until all before it are read."""
JOINED_EVENTS, JOINED_IDS = 100, 500
_ORDER_LOCK = 8_421_001


@dataclass(frozen=True, slots=True)
class Event:
    """id: place in the order of all events. payload: plain JSON."""

    id: int
    workspace_id: int
    kind: str
    payload: dict[str, Any]


Handler = Callable[[Event, Any], None]
Preparation = Callable[[Event], Any]


@dataclass(frozen=True, slots=True)
class Consumer:
    """
    Handles events of `kinds`; idempotent, runs inside the workspace's scope.

    prepare: the slow, read-only half, run before the transaction; its result is
        handed to `handle`, which only writes. Keeps SQLite's one write lock short.
    joins: kinds of which several in a row are handled as one, when all they say is `ids`; it
        has the id of the last. What has failed is tried again one by one.
    """

    name: str
    kinds: frozenset[str]
    handle: Handler
    prepare: Preparation
    order: int
    joins: frozenset[str] = frozenset()


_consumers: dict[str, Consumer] = {}


def _nothing(event: Event) -> None:
    return None


def consumer(
    name: str,
    kinds: Iterable[str],
    *,
    order: int = 50,
    prepare: Preparation = _nothing,
    joins: Iterable[str] = (),
) -> Callable[[Handler], Handler]:
    """Register the decorated function; lower `order` is drained first in each round."""

    def register(handle: Handler) -> Handler:
        _consumers[name] = Consumer(
            name, frozenset(kinds), handle, prepare, order, frozenset(joins)
        )
        return handle

    return register


def consumers() -> list[Consumer]:
    return sorted(_consumers.values(), key=lambda one: (one.order, one.name))


def publish(workspace_id: int, kind: str, **payload: Any) -> int:
    """
    Write the fact `kind`, past tense, with the current transaction; returns its id.

    Publish last in a transaction: on PostgreSQL a lock held until commit makes
    events visible in the order of their ids, so that no cursor can pass one by.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ORDER_LOCK])
    event = OutboxEvent.objects.create(
        workspace_id=workspace_id, kind=kind, payload=payload, at=clock.now()
    )
    wake.tell()
    return int(event.pk)


def drain(limit: int | None = None) -> int:
    """
    Let every consumer catch up; returns how many events were handled, joined ones as one.

    Goes round until all are level or `limit` events were handled. A consumer
    whose event fails waits and tries again; after five failures the event is
    set aside, whole, and the consumer goes on.
    """
    handled = 0
    level: dict[str, int] = {}
    while limit is None or handled < limit:
        round_ = sum(_drain_new(one, level) for one in consumers())
        handled += round_
        if not round_:
            break
    return handled


def _drain_new(one: Consumer, level: dict[str, int]) -> int:
    """A consumer's turn, unless nothing was published since it found nothing more to do."""
    top = newest()
    if level.get(one.name) == top:
        return 0
    handled = _drain_one(one)
    if not handled:
        level[one.name] = top
    return handled


def newest() -> int:
    """Id of the newest event of any kind; 0 before the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM base_outboxevent")
        return int((cursor.fetchone() or [0])[0] or 0)


def backlog(workspace_id: int | None = None) -> dict[str, int]:
    """How many events each consumer still has to read, of all workspaces or of one."""
    with every_workspace() if workspace_id is None else scope(workspace_id):
        done = dict(OutboxCursor.objects.values_list("consumer", "last_event"))
        return {
            one.name: OutboxEvent.objects.filter(
                kind__in=one.kinds, pk__gt=done.get(one.name, 0)
            ).count()
            for one in consumers()
        }


def replay() -> int:
    """
    Hand every event that was set aside to its consumer again; returns how many went through.

    One that fails again stays set aside.
    """
    with every_workspace():
        kept = list(SetAsideEvent.objects.order_by("event_id", "pk"))
    return sum(_again(row) for row in kept)


def _again(row: SetAsideEvent) -> bool:
    one = _consumers.get(row.consumer)
    if one is None:
        return False
    event = Event(row.event_id, row.workspace_id, row.kind, row.payload)
    try:
        with scope(row.workspace_id):
            prepared = one.prepare(event)
            with transaction.atomic():
                one.handle(event, prepared)
                row.delete()
    except Exception:
        log.exception("outbox.replay_failed", consumer=one.name, event_id=event.id)
        return False
    return True


def _drain_one(one: Consumer) -> int:
    handled, end = 0, time.monotonic() + TURN_SECONDS
    while handled < BATCH and _step(one):
        handled += 1
        if time.monotonic() >= end:
            break
    return handled


def _step(one: Consumer) -> bool:
    """Handle the consumer's next event; False when there is none or it must wait."""
    event = _pending(one)
    if event is None:
        return False
    try:
        with scope(event.workspace_id):
            prepared = one.prepare(event)
        with transaction.atomic():
            return _handle(one, event, prepared)
    except Exception:  # noqa: BLE001 a consumer's failure must not stop the others
        _failed(one, event, traceback.format_exc(limit=20))
        return False


def _pending(one: Consumer) -> Event | None:
    cursor = OutboxCursor.objects.filter(consumer=one.name).first()
    if cursor is not None and cursor.retry_at is not None and cursor.retry_at > clock.now():
        return None
    event = _next(one, cursor.last_event if cursor else 0)
    if event is None or event.kind not in one.joins or (cursor and cursor.failures):
        return event
    return _joined(one, event)


def _joined(one: Consumer, first: Event) -> Event:
    """`first` with those that follow it, as far as they are alike."""
    if first.payload.keys() != {"ids"}:
        return first
    with every_workspace():
        rows = OutboxEvent.objects.filter(pk__gt=first.id, kind__in=one.kinds).order_by("pk")
        following = list(rows[:JOINED_EVENTS])
    last, ids = first.id, list(first.payload["ids"])
    for row in following:
        alike = (row.workspace_id, row.kind) == (first.workspace_id, first.kind)
        if not alike or row.payload.keys() != {"ids"}:
            break
        if len(ids) + len(row.payload["ids"]) > JOINED_IDS:
            break
        last, ids = row.pk, ids + row.payload["ids"]
    return Event(last, first.workspace_id, first.kind, {"ids": list(dict.fromkeys(ids))})


def _handle(one: Consumer, event: Event, prepared: Any) -> bool:
    """Do the work and move the cursor together; False when another process did it first."""
    cursor = _locked(one.name)
    if cursor is None or cursor.last_event >= event.id:
        return False
    with scope(event.workspace_id):
        one.handle(event, prepared)
    _advance(cursor, event.id)
    return True


def _locked(name: str) -> OutboxCursor | None:
    """The cursor, held for this transaction; None when another process holds it."""
    OutboxCursor.objects.get_or_create(consumer=name)
    rows = OutboxCursor.objects.filter(consumer=name)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


def _next(one: Consumer, after: int) -> Event | None:
    with every_workspace():
        row = OutboxEvent.objects.filter(pk__gt=after, kind__in=one.kinds).order_by("pk").first()
    return Event(row.pk, row.workspace_id, row.kind, row.payload) if row else None


def _advance(cursor: OutboxCursor, event_id: int) -> None:
    cursor.last_event, cursor.failures, cursor.last_error, cursor.retry_at = event_id, 0, "", None
    cursor.save(update_fields=["last_event", "failures", "last_error", "retry_at"])


def _failed(one: Consumer, event: Event, error: str) -> None:
    log.error("outbox.consumer_failed", consumer=one.name, event_id=event.id, error=error)
    with transaction.atomic():
        cursor = _locked(one.name)
        if cursor is None or cursor.last_event >= event.id:
            return
        if cursor.failures + 1 >= ATTEMPTS:
            _set_aside(one, event, error)
            _advance(cursor, event.id)
            return
        cursor.failures += 1
        cursor.last_error = error
        cursor.retry_at = clock.now() + timedelta(seconds=2**cursor.failures)
        cursor.save(update_fields=["failures", "last_error", "retry_at"])


def _set_aside(one: Consumer, event: Event, error: str) -> None:
    SetAsideEvent.objects.create(
        workspace_id=event.workspace_id,
        consumer=one.name,
        event_id=event.id,
        kind=event.kind,
        payload=event.payload,
        error=error,
        at=clock.now(),
    )

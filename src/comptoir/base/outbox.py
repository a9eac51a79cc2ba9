"""
The outbox: how contexts hear of each other, and how no step is lost or doubled.

`publish` writes an event in the caller's transaction. `drain` hands events to
each registered consumer in order, one event a transaction, and moves that
consumer's cursor in the same transaction: a kill at any moment repeats at most
work that was rolled back with its cursor.
"""

import json
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
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
JOINED_LEAST = 50
"""Ids joined at once by a consumer so slow that fewer would fit into its turn."""
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
    rest: seconds that a worker's loop leaves between two turns. For consumers whose work nobody
        watches on a screen: while much arrives, they take more at once and less often.
    """

    name: str
    kinds: frozenset[str]
    handle: Handler
    prepare: Preparation
    order: int
    joins: frozenset[str] = frozenset()
    rest: float = 0.0


_consumers: dict[str, Consumer] = {}
_paces: dict[str, float] = {}
"""Seconds an id, of the last that each consumer took together; of this process."""
_turned: dict[str, float] = {}
"""When each consumer that rests did something last, by this process's clock."""


def _nothing(event: Event) -> None:
    return None


def consumer(
    name: str,
    kinds: Iterable[str],
    *,
    order: int = 50,
    prepare: Preparation = _nothing,
    joins: Iterable[str] = (),
    rest: float = 0.0,
) -> Callable[[Handler], Handler]:
    """Register the decorated function; lower `order` is drained first in each round."""

    def register(handle: Handler) -> Handler:
        _consumers[name] = Consumer(
            name, frozenset(kinds), handle, prepare, order, frozenset(joins), rest
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
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO base_outboxevent (workspace_id, kind, payload, at)"
            " VALUES (%s, %s, %s, %s) RETURNING id",
            [
                workspace_id,
                kind,
                json.dumps(payload),
                connection.ops.adapt_datetimefield_value(clock.now()),
            ],
        )
        number = int(cursor.fetchone()[0])
    wake.tell()
    return number


Levels = dict[str, int]
"""Events up to which a consumer is known to have nothing to read; belongs to one process."""


def drain(limit: int | None = None, level: Levels | None = None) -> int:
    """
    Let every consumer catch up; returns how many events were handled, joined ones as one.

    Goes round until all are level or `limit` events were handled. A consumer
    whose event fails waits and tries again; after five failures the event is
    set aside, whole, and the consumer goes on. level: what earlier calls learnt, so that who
    reads rare kinds need not pass by all the others again; given by a loop that calls again
    soon, in which consumers may rest.
    """
    handled = 0
    known: Levels = {} if level is None else level
    while limit is None or handled < limit:
        turns = [one for one in consumers() if level is None or not _rests(one)]
        round_ = sum(_drain_new(one, known) for one in turns)
        handled += round_
        if not round_:
            break
    return handled


def _rests(one: Consumer) -> bool:
    return time.monotonic() - _turned.get(one.name, -one.rest) < one.rest


def _drain_new(one: Consumer, level: Levels) -> int:
    """A consumer's turn, unless nothing was published since it had nothing to read."""
    top = newest()
    if level.get(one.name, 0) > top:
        level.clear()  # an older state of the database
    if level.get(one.name) == top:
        return 0
    handled, end = 0, time.monotonic() + TURN_SECONDS
    while handled < BATCH and time.monotonic() < end:
        done = _step(one, level.get(one.name, 0))
        if done is None:
            level[one.name] = top
        if not done:
            break
        handled += 1
    if handled and one.rest:
        _turned[one.name] = time.monotonic()
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


def _step(one: Consumer, level: int = 0) -> bool | None:
    """
    Handle the consumer's next event after `level`; None when there is none, False when it must
    wait: for a while after a failure, or for another process that is at it.
    """
    last, failures, waiting = _cursor(one.name)
    if waiting:
        return False
    event = _pending(one, max(last, level), alone=failures > 0)
    if event is None:
        return None
    began = time.monotonic()
    try:
        with scope(event.workspace_id):
            prepared = one.prepare(event)
        with transaction.atomic():
            done = _handle(one, event, prepared)
        if event.kind in one.joins:
            _paces[one.name] = (time.monotonic() - began) / max(len(event.payload["ids"]), 1)
        return done
    except Exception:  # noqa: BLE001 a consumer's failure must not stop the others
        _failed(one, event, traceback.format_exc(limit=20))
        return False


# Below the ORM: every round asks this of each consumer, and building a query costs many times
# what SQLite takes to answer it.


def _pending(one: Consumer, after: int, *, alone: bool) -> Event | None:
    """What the consumer has to read next, with what may be joined to it unless `alone`."""
    rows = _following(one, after, 1 if alone or not one.joins else JOINED_EVENTS + 1)
    if not rows:
        return None
    first = _event(*rows[0])
    if first.kind not in one.joins:
        return first
    fitting = TURN_SECONDS / max(_paces.get(one.name, 0.0), 1e-9)
    return _joined(first, rows[1:], min(JOINED_IDS, max(JOINED_LEAST, int(fitting))))


def _cursor(name: str) -> tuple[int, int, bool]:
    """How far it has read, how often it failed since, and whether it must wait."""
    statement = (
        "SELECT last_event, failures, retry_at IS NOT NULL AND retry_at > %s"
        " FROM base_outboxcursor WHERE consumer = %s"
    )
    with connection.cursor() as cursor:
        now = connection.ops.adapt_datetimefield_value(clock.now())
        cursor.execute(statement, [now, name])
        last, failures, waiting = cursor.fetchone() or (0, 0, False)
    return last, failures, bool(waiting)


_Row = tuple[int, int, str, Any]


def _following(one: Consumer, after: int, most: int) -> list[_Row]:
    """The consumer's next events, oldest first."""
    kinds = sorted(one.kinds)
    marks = ", ".join(["%s"] * len(kinds))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, workspace_id, kind, payload FROM base_outboxevent"  # noqa: S608 only marks
            f" WHERE id > %s AND kind IN ({marks}) ORDER BY id LIMIT {most:d}",
            [after, *kinds],
        )
        return list(cursor.fetchall())


def _event(number: int, workspace_id: int, kind: str, payload: Any) -> Event:
    told = json.loads(payload) if isinstance(payload, str) else payload
    return Event(number, workspace_id, kind, told)


def _joined(first: Event, following: Sequence[_Row], most: int) -> Event:
    """`first` with those that follow it, as far as they are alike and have `most` ids."""
    if first.payload.keys() != {"ids"}:
        return first
    last, ids = first.id, list(first.payload["ids"])
    for row in following:
        if row[1:3] != (first.workspace_id, first.kind):
            break
        payload = _event(*row).payload
        if payload.keys() != {"ids"} or len(ids) + len(payload["ids"]) > most:
            break
        last, ids = row[0], ids + payload["ids"]
    return Event(last, first.workspace_id, first.kind, {"ids": list(dict.fromkeys(ids))})


def _handle(one: Consumer, event: Event, prepared: Any) -> bool:
    """Do the work and move the cursor together; False when another process did it first."""
    last = _locked(one.name)
    if last is None or last >= event.id:
        return False
    with scope(event.workspace_id):
        one.handle(event, prepared)
    _advance(one.name, event.id)
    return True


_LOCK = "SELECT last_event FROM base_outboxcursor WHERE consumer = %s"


def _locked(name: str) -> int | None:
    """
    How far it has read, held for this transaction; None when another process holds it.

    SQLite's transactions begin with the one write lock there is.
    """
    shared = connection.features.has_select_for_update_skip_locked
    with connection.cursor() as cursor:
        cursor.execute(f"{_LOCK} FOR UPDATE SKIP LOCKED" if shared else _LOCK, [name])
        row = cursor.fetchone()
    if row is None and not OutboxCursor.objects.filter(consumer=name).exists():
        OutboxCursor.objects.get_or_create(consumer=name)
        return _locked(name)
    return None if row is None else int(row[0])


def _advance(name: str, event_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE base_outboxcursor SET last_event = %s, failures = 0, last_error = '',"
            " retry_at = NULL WHERE consumer = %s",
            [event_id, name],
        )


def _failed(one: Consumer, event: Event, error: str) -> None:
    log.error("outbox.consumer_failed", consumer=one.name, event_id=event.id, error=error)
    with transaction.atomic():
        last = _locked(one.name)
        if last is None or last >= event.id:
            return
        cursor = OutboxCursor.objects.get(consumer=one.name)
        if cursor.failures + 1 >= ATTEMPTS:
            _set_aside(one, event, error)
            _advance(one.name, event.id)
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

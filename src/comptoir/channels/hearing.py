"""
Understanding what was kept: in the order it came, account by account, once.

A round reads a batch outside of any transaction (parsing is pure), then stores what it says
and marks it done in one: a kill at any moment repeats nothing. Two workers that took the same
batch cannot both mark it, and the second's work is rolled back whole.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import bulk as base_bulk
from comptoir.base import clock, jobs
from comptoir.base.scope import current_workspace_id, scope
from comptoir.base.secrets import Unreadable
from comptoir.channels import bulk, continuing, forwarding, health
from comptoir.channels.connecting import lost
from comptoir.channels.connections import connection_of, looked_up
from comptoir.channels.connector import (
    AccessLost,
    Connection,
    Connector,
    Heard,
    Raw,
    Receipt,
    Removed,
    TryLater,
    Unrecognised,
    Unsupported,
)
from comptoir.channels.connectors import connector
from comptoir.channels.erasing import remove_messages
from comptoir.channels.models import ConnectedAccount, Inbound, Removal
from comptoir.channels.receipts import keep_receipts
from comptoir.channels.services import store
from comptoir.channels.storing import fitting
from comptoir.channels.views import AccountView, Arrived, Stored

log = structlog.get_logger(__name__)

State = Inbound.State
BATCH = 100
BATCH_BYTES = 4 << 20
BATCH_MESSAGES = 400
"""A transaction this large is over in a blink, so that deliveries do not wait for it."""
ATTEMPTS = 5
SHAPE = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What reading raises on a shape that nobody documented; trying again cannot help."""
_REASON = 300
_PLACES = 100
_LOCK_SPACE = 8_421_003
_WAITING = """
SELECT connected.account_id, connected.workspace_id FROM channels_connectedaccount AS connected
WHERE connected.state <> 'paused' AND EXISTS (
    SELECT 1 FROM channels_inbound AS inbound
    WHERE inbound.account_id = connected.account_id AND inbound.state = 'waiting'
)
"""


_LENGTHS = """
SELECT id, retry_at IS NOT NULL AND retry_at > %s, length(body) FROM channels_inbound
WHERE account_id = %s AND state = 'waiting' ORDER BY id LIMIT %s
"""
_READ = ("id", "key", "headers", "body", "received_at", "attempts")
_HEARD = """
UPDATE channels_connectedaccount
SET heard_at = CASE WHEN heard_at > %s THEN heard_at ELSE %s END, skipped = skipped + %s
WHERE account_id = %s
"""


class Crash(Exception):
    """A connector failed on a delivery. place: of the entry, None for the whole."""

    def __init__(self, error: Exception, place: int | None) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.error, self.place = error, place


class Taken(Exception):
    """Another worker has understood these meanwhile."""


@dataclass(slots=True)
class Understood:
    """
    What deliveries say, in their order. aside: (place, reason) of entries that are not the
    network's. entries: how many there were; skipped: those without use for us.
    """

    arrived: list[Arrived] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    aside: list[tuple[int, str]] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    entries: int = 0
    skipped: int = 0
    unreadable: str = ""


Read = tuple[Inbound, Understood]


@jobs.step("understanding", order=10)
def understand(limit: int = BATCH) -> int:
    """
    Understand what waits, at most `limit` deliveries of each account; returns how many.

    Needs no scope. Safe in several processes at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        waiting = list(cursor.fetchall())
    return sum(understand_account(account, place, limit) for account, place in waiting)


def understand_account(account_id: int, workspace_id: int, limit: int = BATCH) -> int:
    """The account's next deliveries; 0 when another worker is at them or they must wait."""
    with scope(workspace_id), _alone(account_id) as mine:
        if not mine:
            return 0
        rows = _next(account_id, limit)
        return _round(account_id, rows) if rows else 0


@contextmanager
def _alone(account_id: int) -> Iterator[bool]:
    """
    Whether this worker alone reads the account now.

    PostgreSQL holds a lock until commit. SQLite has one writer, and whoever comes second finds
    at the end that it was done (see `_mark`).
    """
    if connection.vendor != "postgresql":
        yield True
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, account_id])
            mine = bool(cursor.fetchone()[0])
        yield mine


def _next(account_id: int, limit: int) -> list[Inbound]:
    """
    What waits, oldest first, up to the first that must not be tried yet.

    Lengths are looked at before contents, because a hundred mails can be gigabytes.
    """
    chosen: list[int] = []
    size, now = 0, bulk.moments([clock.now()])[0]
    with connection.cursor() as cursor:
        cursor.execute(_LENGTHS, [now, account_id, limit])
        for number, waits, length in cursor.fetchall():
            size += length
            if (chosen and size > BATCH_BYTES) or waits:
                break
            chosen.append(number)
    rows = bulk.find("channels_inbound", _READ, bulk.OF_ACCOUNT, [account_id], "id", chosen)
    return [_inbound(account_id, *row) for row in sorted(rows)]


def _inbound(
    account_id: int,
    number: int,
    key: str,
    headers: Any,
    body: bytes,
    received: Any,
    attempts: int,
) -> Inbound:
    """What waits, as far as reading it needs."""
    return Inbound(
        id=number,
        workspace_id=current_workspace_id(),
        account_id=account_id,
        key=key,
        headers=json.loads(headers) if isinstance(headers, str) else headers,
        body=body,
        received_at=base_bulk.moment(received),
        attempts=attempts,
    )


def _round(account_id: int, rows: Sequence[Inbound]) -> int:
    opened = open_account(account_id)
    if opened is None:
        return 0
    read: list[Read] = []
    failure: tuple[Inbound, Exception] | None = None
    for row in rows:
        try:
            read.append((row, read_delivery(*opened, row)))
        except (Crash, TryLater, AccessLost) as error:
            failure = row, error
            break
        if sum(len(each.arrived) for _, each in read) >= BATCH_MESSAGES:
            break
    done = _keep_or_part(opened[1], read) if read else 0
    if failure is not None and done == len(read):
        done += _failed(*failure)
    return done


def open_account(account_id: int) -> tuple[Connector, Connection] | None:
    """The account's connector and connection; None, and said so, when either is missing."""
    with suppress(Unreadable):
        opened = looked_up(account_id)
        installed = connector(opened.kind) if opened else None
        if opened and installed:
            return installed, opened
    row = ConnectedAccount.objects.select_related("account").get(pk=account_id)
    made = connector(row.kind)
    if made is None:
        if row.problem.get("code") != "not_installed":
            health.trouble(
                account_id,
                "not_installed",
                format_lazy(_("The connector “{kind}” is no longer installed."), kind=row.kind),
                _("Install it again: what was delivered is kept and will be read."),
            )
        return None
    try:
        return made, connection_of(row)
    except Unreadable:
        # Reading needs no secrets.
        row.secrets = ""
        return made, connection_of(row)


def read_delivery(made: Connector, opened: Connection, row: Inbound) -> Understood:
    """What one delivery says. Raises Crash, TryLater and AccessLost."""
    found = Understood()
    raw = Raw(bytes(row.body), row.headers, row.received_at)
    try:
        entries = list(made.split(opened, raw))
    except Unrecognised as refused:
        found.unreadable = reason_of(refused)
        return found
    except Unsupported:
        found.skipped = 1
        return found
    except (TryLater, AccessLost):
        raise
    except SHAPE as error:
        log.warning("understanding.strange", inbound=row.pk, exc_info=error)
        found.unreadable = reason_of(error)
        return found
    except Exception as error:
        raise Crash(error, None) from error
    found.entries = len(entries)
    for place, entry in enumerate(entries, 1):
        _read_entry(made, opened, entry, place, found)
    return found


def _read_entry(
    made: Connector, opened: Connection, entry: Any, place: int, found: Understood
) -> None:
    try:
        addressee = made.addressee(opened, entry)
        if addressee and addressee != opened.own.get("id"):
            found.elsewhere.append(addressee)
            return
        said = list(made.parse(opened, entry))
    except Unsupported:
        found.skipped += 1
        return
    except Unrecognised as refused:
        found.aside.append((place, reason_of(refused)))
        return
    except (TryLater, AccessLost):
        raise
    except SHAPE as error:
        log.warning("understanding.strange", kind=opened.kind, place=place, exc_info=error)
        found.aside.append((place, reason_of(error)))
        return
    except Exception as error:
        raise Crash(error, place) from error
    for one in said:
        if isinstance(one, Heard):
            found.arrived.append(Arrived(None, one.raw, one.messages))
        elif isinstance(one, Removed):
            found.removed += [fitting(each, 255) for each in one.external_ids]
        else:
            found.receipts.append(one)


def _keep_or_part(opened: Connection, read: Sequence[Read]) -> int:
    """
    Keep a batch; one that the database refuses is kept one by one, to find the one at fault.
    """
    try:
        return keep_understood(opened, read)
    except Taken:
        return 0
    except (DatabaseError, ValueError, TypeError, OverflowError) as error:
        if isinstance(error, DatabaseError) and not isinstance(error, DataError | IntegrityError):
            raise
        if len(read) == 1:
            return _failed(read[0][0], Crash(error, None))
    done = 0
    for one in read:
        kept = _keep_or_part(opened, [one])
        if not kept or one[0].retry_at is not None:
            break
        done += kept
    return done


def keep_understood(
    opened: Connection,
    read: Sequence[Read],
    before: Sequence[str] = (State.WAITING,),
    on_stored: Callable[[Stored], None] | None = None,
) -> int:
    """
    Store what deliveries say and mark them, in one transaction; returns how many.

    before: the states in which they must still be. Raises Taken when they are not.
    """
    account = AccountView(
        opened.account_id, opened.channel, opened.kind, opened.name, can_send=False
    )
    known = forwarding.siblings(opened, {name for _, each in read for name in each.elsewhere})
    for _row, each in read:
        here = [name for name in each.elsewhere if name in known]
        each.skipped += len(each.elsewhere) - len(here)
        each.elsewhere = here
    removed = [one for _, each in read for one in each.removed]
    receipts = continuing.receipts_of(opened, [one for _, each in read for one in each.receipts])

    def also(stored: Stored) -> None:
        if removed:
            remove_messages(opened.account_id, removed)
        for one, told in receipts.items():
            keep_receipts(one, told)
        _mark(opened.account_id, read, before)
        if on_stored is not None:
            on_stored(stored)

    with transaction.atomic():
        bulk.lock(opened.account_id)
        _remember(opened.account_id, removed)
        forwarding.hand_over(opened, [(row, each.elsewhere) for row, each in read], known)
        parted = continuing.part(opened, [row for _, each in read for row in each.arrived])
        for other, rows in parted.there.items():
            store(opened.workspace_id, _without(other, rows), parted.accounts[other])
        store(opened.workspace_id, _without(opened.account_id, parted.here), account, also=also)
    return len(read)


def _remember(account_id: int, removed: Sequence[str]) -> None:
    now = clock.now()
    rows = [(current_workspace_id(), account_id, each, now) for each in removed]
    columns = ("workspace_id", "account_id", "external_id", "at")
    base_bulk.upsert(Removal, columns, rows, key=("account_id", "external_id"))


def _without(account_id: int, arrived: Sequence[Arrived]) -> list[Arrived]:
    """What arrived, without messages that are known to be gone."""
    wanted = {fitting(one.external_id, 255) for row in arrived for one in row.messages}
    found = bulk.find(
        "channels_removal", ["external_id"], "account_id = %s", [account_id], "external_id", wanted
    )
    gone = {row[0] for row in found}
    if not gone:
        return list(arrived)
    left = []
    for row in arrived:
        said = [one for one in row.messages if fitting(one.external_id, 255) not in gone]
        if said:
            left.append(Arrived(row.line, row.raw, said))
    return left


def _mark(account_id: int, read: Sequence[Read], before: Sequence[str]) -> None:
    """Understood, or set aside where something was not the network's. Raises Taken."""
    now = bulk.moments([clock.now()])[0]
    rows = [
        (
            State.SET_ASIDE if each.aside or each.unreadable else State.DONE,
            now, each.entries, each.skipped, json.dumps(_problem(each)), row.pk,
        )
        for row, each in read
    ]  # fmt: skip
    states = ", ".join(f"'{State(each).value}'" for each in before)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE channels_inbound SET state = %s, done_at = %s, entries = %s, skipped = %s,"  # noqa: S608
            f" problem = %s, retry_at = NULL WHERE id = %s AND state IN ({states})",
            rows,
        )
        if cursor.rowcount != len(rows):
            raise Taken
    if State.WAITING not in before:
        return
    heard = max(row.received_at for row, _ in read)
    skipped = sum(each.skipped for _, each in read)
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, [*bulk.moments([heard]) * 2, skipped, account_id])


def _problem(found: Understood) -> dict[str, Any]:
    if found.unreadable:
        return {"code": "unrecognised", "reason": found.unreadable, "entries": []}
    if found.aside:
        entries = [{"place": place, "reason": why} for place, why in found.aside[:_PLACES]]
        return {"code": "unrecognised", "reason": found.aside[0][1], "entries": entries}
    return {}


def _failed(row: Inbound, error: Exception) -> int:
    """
    Try again after a growing pause, and five times at most: then it is set aside whole and the
    account's queue goes on.
    """
    row.attempts += 1
    seconds = 2.0**row.attempts
    if isinstance(error, TryLater):
        seconds = max(seconds, error.after or 0.0)
    if isinstance(error, AccessLost):
        health.trouble(row.account_id, *lost(str(row.account), error), lost=True)
    place = error.place if isinstance(error, Crash) else None
    log.warning("understanding.failed", inbound=row.pk, attempt=row.attempts, exc_info=error)
    row.retry_at = clock.now() + timedelta(seconds=seconds)
    row.problem = {
        "code": "crashed",
        "reason": reason_of(error),
        "entries": [] if place is None else [{"place": place, "reason": reason_of(error)}],
    }
    if row.attempts >= ATTEMPTS:
        row.state, row.retry_at, row.done_at = State.SET_ASIDE, None, clock.now()
    changed = {
        name: getattr(row, name) for name in ("attempts", "retry_at", "problem", "state", "done_at")
    }
    Inbound.objects.filter(pk=row.pk, state=State.WAITING).update(**changed)
    return 1 if row.state == State.SET_ASIDE else 0


def reason_of(error: Exception) -> str:
    """A refusal's own words; of anything else also what it was."""
    words = str(error)
    if isinstance(error, SHAPE) or not words:
        words = f"{type(error).__name__}: {words}".removesuffix(": ")
    return bulk.plain(words)[:_REASON]

"""
Taking what a network delivers: verified on its raw bytes, kept, acknowledged; understood later.

On the way of every delivery, so below the ORM: one look-up by the address's token, one insert
that a second delivery of the same leaves as it is. What costs more (opening secrets) is
remembered by the very texts it was made from, so that a change shows at once in every process.

`receive` does all of it. A server with many deliveries at hand calls its halves: `check` each in
any thread, and let a `keeping.Keeper` write those that are fine together.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import structlog
from django.db import DatabaseError, connection
from django.db.models import F

from comptoir.base import clock, wake
from comptoir.base.scope import every_workspace
from comptoir.base.secrets import Unreadable
from comptoir.channels import bulk
from comptoir.channels.connections import LOOK, of_row
from comptoir.channels.connector import Connection, Connector, Reply, Request, Unsigned
from comptoir.channels.connectors import connector
from comptoir.channels.models import ConnectedAccount
from comptoir.channels.storing import fitting

log = structlog.get_logger(__name__)

LARGEST = 5 << 20
"""Bytes of one delivery; networks stay far below."""
NOT_FOUND = Reply(404, "Nothing is delivered to this address.")
TOO_LARGE = Reply(413, "A delivery may have at most 5 MB.")
LATER = Reply(503, "Please deliver this again in a minute.")
_FORBIDDEN = Reply(403, "This delivery is not signed as agreed, or its signature is too old.")
_FAILED = Reply(500, "This delivery could not be checked. Please deliver it again.")
COUNTED_SECONDS = 1.0
_COLUMNS = (
    "workspace_id", "account_id", "key", "headers", "body", "received_at", "state", "attempts",
    "problem", "skipped",
)  # fmt: skip
_LOOK = f"{LOOK} connected.token = %s AND connected.state <> 'off'"
_LOOK_BACK = _LOOK.replace(
    "connected.token = %s", "connected.old_token = %s AND connected.old_until > %s"
).replace("connected.token\n", "connected.old_token\n")
"""An address that was changed works for a while; asked only when nobody has it now."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A delivery that may be kept. reply: what its network is answered once it is."""

    workspace_id: int
    account_id: int
    key: str
    headers: Mapping[str, str]
    body: bytes
    reply: Reply


def receive(token: str, request: Request) -> Reply:
    """
    Answer a network's call: a challenge, or a delivery that is kept before this returns.

    Needs no scope. An address that is not (or no longer) anybody's is answered 404, the same
    for all; 403 for what is not signed, which is counted and not kept.
    """
    found = check(token, request)
    if isinstance(found, Reply):
        return found
    try:
        keep(found.workspace_id, found.account_id, [(found.key, found.headers, found.body)])
    except DatabaseError:
        log.exception("receiving.not_kept", account=found.account_id)
        return LATER
    return found.reply


def check(token: str, request: Request) -> Reply | Verified:
    """What `receive` does before it keeps anything: the answer, or a delivery worth keeping."""
    try:
        found = connection_at(token)
        made = connector(found.kind) if found is not None else None
    except (DatabaseError, Unreadable):
        log.exception("receiving.not_looked_up")
        return LATER
    if found is None or (made is not None and not made.pushes):
        return NOT_FOUND
    return LATER if made is None else _answer(made, found, request)


def _answer(made: Connector, found: Connection, request: Request) -> Reply | Verified:
    try:
        challenged = made.handshake(found, request)
        if challenged is not None:
            return challenged
        made.verify(found, request)
        key = made.delivery_key(found, request)
        reply = made.acknowledge(found, request)
    except Unsigned as refused:
        log.info("receiving.refused", account=found.account_id, reason=str(refused))
        _refused.add(found.account_id)
        return _FORBIDDEN
    except Exception:  # a network delivers again what was answered 500, so nothing is lost
        log.exception("receiving.failed", kind=found.kind, account=found.account_id)
        return _FAILED
    headers = {name: request.headers[name] for name in made.keeps if name in request.headers}
    return Verified(found.workspace_id, found.account_id, key, headers, request.body, reply=reply)


def keep(
    workspace_id: int, account_id: int, raws: Sequence[tuple[str, Mapping[str, str], bytes]]
) -> None:
    """
    Keep deliveries, given as (key, headers, body), in their order; those kept already stay.

    key: what the network calls it; "" takes a digest of the body.
    """
    with bulk.eager():
        insert(
            Verified(workspace_id, account_id, key, headers, body, Reply())
            for key, headers, body in raws
        )


def insert(deliveries: Iterable[Verified]) -> None:
    """Keep deliveries with the current transaction."""
    now = bulk.moments([clock.now()])[0]
    rows = [
        (
            one.workspace_id, one.account_id, fitting(one.key, 255) or _digest(one.body),
            json.dumps(dict(one.headers)), one.body, now, "waiting", 0, "{}", 0,
        )
        for one in deliveries
    ]  # fmt: skip
    marks = ", ".join(["%s"] * len(_COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO channels_inbound ({', '.join(_COLUMNS)}) VALUES ({marks})"  # noqa: S608
            " ON CONFLICT (account_id, key) DO NOTHING",
            rows,
        )
    wake.tell()


def _digest(body: bytes) -> str:
    return f"~{blake2b(body, digest_size=20).hexdigest()}"


def is_address(token: str) -> bool:
    """Whether anything is delivered to `token`, for what must be decided before it is read."""
    try:
        return connection_at(token) is not None
    except (DatabaseError, Unreadable):
        return True  # `check` says what is wrong


def connection_at(token: str) -> Connection | None:
    """The account whose address ends in `token`, None when it is nobody's. Needs no scope."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [token])
        row = cursor.fetchone()
        if row is None and token:
            cursor.execute(_LOOK_BACK, [token, bulk.moments([clock.now()])[0]])
            row = cursor.fetchone()
    return None if row is None else of_row(*row)


class _Refused:
    """
    Counts requests without a valid signature, written down once a second at most.

    Anybody can send them, so they may not cost a write each.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[int] = Counter()
        self._written = 0.0
        self._timer: threading.Timer | None = None

    def add(self, account_id: int) -> None:
        with self._lock:
            self._counts[account_id] += 1
            wait = self._written + COUNTED_SECONDS - time.monotonic()
            if wait > 0:
                self._later(wait)
                return
        self.write()

    def write(self) -> None:
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._written, self._timer = time.monotonic(), None
        try:
            with every_workspace():
                for account_id, count in counts.items():
                    rows = ConnectedAccount.objects.filter(pk=account_id)
                    rows.update(refused=F("refused") + count)
        except DatabaseError:
            log.exception("receiving.not_counted")

    def _later(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = threading.Timer(seconds, self._write_apart)
            self._timer.daemon = True
            self._timer.start()

    def _write_apart(self) -> None:
        try:
            self.write()
        finally:
            connection.close()


_refused = _Refused()

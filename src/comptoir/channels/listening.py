"""
Networks that can be listened to (IMAP IDLE, a stream): one thread an account, in one process.

A listener holds its account as a poll does, asks, then blocks in the connector's `wait` until
there may be more. The supervisor confirms the claims meanwhile, and wakes a listener whose
account is due, was changed, or whose process ends.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

import structlog
from django.db import DatabaseError, close_old_connections, connection

from comptoir.base import clock, http, jobs
from comptoir.base.scope import every_workspace, scope
from comptoir.channels import polling
from comptoir.channels.connector import Connector
from comptoir.channels.connectors import connectors
from comptoir.channels.models import ConnectedAccount
from comptoir.channels.polling import LEASE, Claim, Lost

log = structlog.get_logger(__name__)

MOST = 50
"""Listeners of one process; accounts beyond are polled."""
LOOK_SECONDS = 2.0
END_SECONDS = 10.0
CONFIRM_AFTER = LEASE / 3


@dataclass(slots=True)
class Listener:
    """An account that a thread of this process listens to. wake: ends its waiting."""

    mine: Claim
    every: float
    wake: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)
    thread: threading.Thread | None = None


class Listeners:
    """Starts, wakes and ends the listeners of a process. unable: accounts whose `wait` gave up."""

    def __init__(self) -> None:
        self.running: dict[int, Listener] = {}
        self.unable: set[int] = set()

    def look(self) -> None:
        """Drop listeners that ended, wake those with something to do, begin with others."""
        for account, one in list(self.running.items()):
            if one.thread is None or not one.thread.is_alive():
                del self.running[account]
        self._tend()
        if len(self.running) < MOST:
            self._begin()

    def end(self) -> None:
        for one in self.running.values():
            one.ended.set()
            one.wake.set()
        for one in self.running.values():
            if one.thread is not None:
                one.thread.join(END_SECONDS)

    def _tend(self) -> None:
        """Confirm the claims of those who wait, and wake those who should not wait any longer."""
        now = clock.now()
        with every_workspace():
            rows = ConnectedAccount.objects.filter(pk__in=list(self.running))
            here = {row.pk: row for row in rows}
        for account, one in self.running.items():
            row = here.get(account)
            if row is None or row.claim != one.mine.token or row.state != ConnectedAccount.State.ON:
                one.ended.set()
                one.wake.set()
            elif _is_due(row, one.every, now):
                one.wake.set()
            elif row.claimed_at is None or row.claimed_at < now - CONFIRM_AFTER:
                _confirm(one)

    def _begin(self) -> None:
        kinds = waiting_kinds(connectors().values())
        with every_workspace():
            rows = list(polling.free(clock.now()).filter(kind__in=kinds))
        for row in rows[: MOST - len(self.running)]:
            if row.pk in self.running or row.pk in self.unable:
                continue
            with scope(row.workspace_id):
                mine = polling.claim(row)
            if mine is not None:
                self._start(Listener(mine, kinds[row.kind]))

    def _start(self, one: Listener) -> None:
        one.thread = threading.Thread(
            target=self._listen, args=(one,), name=f"listen-{one.mine.account}", daemon=True
        )
        self.running[one.mine.account] = one
        one.thread.start()

    def _listen(self, one: Listener) -> None:
        try:
            with scope(one.mine.workspace):
                while not one.ended.is_set() and self._hear(one):
                    pass
                polling.release(one.mine)
        except DatabaseError:
            log.exception("listening.failed", account=one.mine.account)
        finally:
            connection.close()

    def _hear(self, one: Listener) -> bool:
        """Ask, then wait; False when listening is over."""
        close_old_connections()
        one.wake.clear()
        if one.ended.is_set() or not polling.poll(one.mine, one.ended):
            return False
        client = http.guarded()
        try:
            made, opened = polling.prepared(one.mine, client)
            heard = made.wait(opened, one.wake, client)
        except Lost:
            return False
        except Exception as error:  # noqa: BLE001 whatever a connector raises is said on the account
            polling.failed(one.mine.account, error)
            return False
        if not heard and not one.wake.is_set():
            self.unable.add(one.mine.account)
            return False
        return True


def waiting_kinds(made: Iterable[Connector]) -> dict[str, float]:
    """Kinds of connectors that can be listened to, and how often they are asked all the same."""
    return {
        one.kind: one.every for one in made if one.every and type(one).wait is not Connector.wait
    }


def _is_due(row: ConnectedAccount, every: float, now: datetime) -> bool:
    return row.polled_at is None or row.polled_at + timedelta(seconds=every) <= now


def _confirm(one: Listener) -> None:
    with scope(one.mine.workspace):
        try:
            polling.confirm(one.mine)
        except Lost:
            one.ended.set()
            one.wake.set()


@jobs.beside("listening", pause=LOOK_SECONDS)
def listen(stop: Event) -> int:
    """Listen to whatever can be listened to until `stop`."""
    listeners = Listeners()
    try:
        while not stop.is_set():
            close_old_connections()
            listeners.look()
            stop.wait(LOOK_SECONDS)
    finally:
        listeners.end()
    return 0

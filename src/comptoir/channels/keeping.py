"""
Keeping deliveries together: one transaction for all that wait when the database can be written.

A commit costs much more than a row, and SQLite has one writer at a time: while that is somebody
else, deliveries gather, and all of them go with the next transaction. Each is acknowledged only
after the commit that holds it.
"""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog
from django.db import close_old_connections, connection

from comptoir.channels import bulk
from comptoir.channels.connector import Reply
from comptoir.channels.receiving import LATER, Verified, insert

log = structlog.get_logger(__name__)

MOST = 500
MOST_BYTES = 16 << 20
"""One transaction's share: whoever else writes must not wait long for it either."""
_CHECKPOINT_PAGES = 131_072
"""Half a gigabyte of log: copying it back is for those for whom nobody waits, while they live."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    delivery: Verified
    answer: "Future[Reply]" = field(default_factory=Future)


class Keeper:
    """Writes deliveries of all accounts, in the order in which they were given, in one thread."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()

    def keep(self, delivery: Verified) -> "Future[Reply]":
        """The answer, when the delivery is kept: its reply, or LATER when it could not be."""
        one = _Waiting(delivery)
        with self._lock:
            self._waiting.append(one)
        self._pool.submit(self._write)
        return one.answer

    def _write(self) -> None:
        if not self._waiting:
            return  # all went with those before
        group: list[_Waiting] = []
        try:
            close_old_connections()
            _leave_the_log()
            with bulk.eager():
                # Only now: whatever came while the lock was waited for goes with it.
                group = self._take()
                insert(one.delivery for one in group)
        except Exception as error:  # noqa: BLE001 whatever it is, the networks wait for an answer
            if len(group) > 1:
                self._one_by_one(group)
            else:
                self._refuse(group or self._take(), error)
        else:
            for one in group:
                one.answer.set_result(one.delivery.reply)

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        size = 0
        with self._lock:
            while self._waiting and len(group) < MOST and size < MOST_BYTES:
                one = self._waiting.popleft()
                # Nobody waits any more for what was never acknowledged: it is delivered again.
                if one.answer.set_running_or_notify_cancel():
                    group.append(one)
                    size += len(one.delivery.body)
        return group

    def _one_by_one(self, group: Sequence[_Waiting]) -> None:
        """What the database refuses (an account that is gone) must not hold up the others."""
        for one in group:
            try:
                with bulk.eager():
                    insert([one.delivery])
            except Exception as error:  # noqa: BLE001 as above
                self._refuse([one], error)
            else:
                one.answer.set_result(one.delivery.reply)

    def _refuse(self, group: Sequence[_Waiting], error: Exception) -> None:
        """Networks deliver again what they are told to deliver later."""
        accounts = sorted({one.delivery.account_id for one in group})
        log.error("receiving.not_kept", accounts=accounts, count=len(group), exc_info=error)
        for one in group:
            one.answer.set_result(LATER)


def _leave_the_log() -> None:
    """Whoever commits past a size copies SQLite's log back: not while a network waits."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")

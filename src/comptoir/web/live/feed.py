"""
One reader for all the open pages of a process.

A thread of its own wakes when the database changed, reads what is new once, turns it into
bytes and hands these to the event loop. It starts with the first open page.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError, close_old_connections, connection

from comptoir.base import live, wake
from comptoir.web.live import presence, wire
from comptoir.web.live.presence import Room

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
"""The longest time without looking: presences end by the clock, not by a change."""

PRESENCE_SECONDS = 0.1
"""Between two looks at who is there, when messages pour in."""

AGAIN_SECONDS = 2.0
PORTION = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """Something to be written on every stream of a workspace. id: None when it has no place."""

    id: int | None
    workspace_id: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Round:
    """What one look brought. position: all events up to this id are known now."""

    position: int
    told: Sequence[Told]
    present: dict[int, Room] = field(default_factory=dict)


class Feed:
    """Reads from `position` on, and gives each Round to `take` in the event loop."""

    def __init__(self, position: int, take: Callable[[Round], None]) -> None:
        self._position, self._take = position, take
        self._loop = asyncio.get_running_loop()
        self._present: dict[int, Room] = {}
        self._looked_at = 0.0
        self._left = False
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-feed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()

    def _run(self) -> None:
        waker = wake.waker()
        try:
            while not self._ending.is_set():
                waker.wait(PRESENCE_SECONDS if self._left else LOOK_SECONDS)
                try:
                    self._look()
                except DatabaseError:
                    log.exception("live.look_failed")
                    close_old_connections()
                    self._ending.wait(AGAIN_SECONDS)
        finally:
            waker.close()
            connection.close()

    def _look(self) -> None:
        self._left = False
        told = [*self._read(), *self._who()]
        if told and not self._ending.is_set():
            done = Round(self._position, told, self._present)
            self._loop.call_soon_threadsafe(self._take, done)

    def _read(self) -> list[Told]:
        top = live.newest()
        found = live.news(self._position, top, limit=PORTION)
        cut = len(found) == PORTION
        self._left |= cut
        self._position = found[-1].id if cut else max(top, self._position)
        return [Told(one.id, one.workspace_id, wire.news(one)) for one in found]

    def _who(self) -> list[Told]:
        now = time.monotonic()
        if now - self._looked_at < PRESENCE_SECONDS:
            self._left = True
            return []
        self._looked_at = now
        before, self._present = self._present, presence.everybody()
        return [
            Told(None, workspace, wire.presence(thread, people))
            for workspace, room in presence.moved(before, self._present).items()
            for thread, people in room.items()
        ]

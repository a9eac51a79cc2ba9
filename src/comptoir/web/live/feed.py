"""
One reader for all the open pages of a process.

A thread of its own wakes when the database changed, reads what is new once, has the rows drawn
that pages watch, turns it into bytes and hands these to the event loop. It starts with the
first open page.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError, close_old_connections, connection

from comptoir.base import live, wake
from comptoir.base.live import News
from comptoir.base.quiet import Quiet
from comptoir.web.live import presence, wire
from comptoir.web.live.admission import Listener
from comptoir.web.live.drawing import Artist, Watcher
from comptoir.web.live.presence import Room

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
"""The longest time without looking: presences end by the clock, not by a change."""

ROUND_SECONDS, MOST_REST_SECONDS = 0.05, 0.1
"""
From one look that brings something to the next, at least: a row alone is told at once, and a page
is not made to draw itself for each of many. After a longer drawing, a rest as long as that, but not for long.
"""

PRESENCE_SECONDS = 0.1
"""Between two looks at who is there, when messages pour in."""

AGAIN_SECONDS = 2.0
PORTION = 1000
MOST_JOINED = 60
"""Conversations of events in a row that are told as one."""
MOST_DRAWN = 120
"""Conversations of a workspace that one look has drawn: of more, pages ask for the newest."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    Something to be written on every stream of a workspace. id: None when it has no place. rows: what
    some of its listeners watch, as JSON, by listener and view.
    """

    id: int | None
    workspace_id: int
    frame: bytes
    rows: Mapping[Watcher, bytes] = field(default_factory=dict)

    def to(self, listener: Listener, views: Iterable[str]) -> bytes:
        """What a stream is written, with the rows of its views where these were drawn."""
        if not self.rows:
            return self.frame
        mine = {view: self.rows.get(Watcher(listener, view)) for view in views}
        return wire.with_rows(self.frame, {view: told for view, told in mine.items() if told})


@dataclass(frozen=True, slots=True)
class Round:
    """What one look brought. position: all events up to this id are known now."""

    position: int
    told: Sequence[Told]
    present: dict[int, Room] = field(default_factory=dict)


class Feed:
    """
    Reads from `position` on, and gives each Round to `take` in the event loop.

    watched: who watches which views of a workspace just now; asked in the reader's thread.
    """

    def __init__(
        self,
        position: int,
        take: Callable[[Round], None],
        watched: Callable[[int], Collection[Watcher]] = lambda workspace_id: (),
        artist: Artist | None = None,
    ) -> None:
        self._position, self._take = position, take
        self._watched, self._artist = watched, artist
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
        waker, quiet = wake.waker(), Quiet()
        try:
            while not self._ending.is_set():
                waker.wait(PRESENCE_SECONDS if self._left else LOOK_SECONDS)
                try:
                    rest = self._look()
                    (quiet.worked if rest else quiet.waits)()
                    self._ending.wait(rest)
                except DatabaseError:
                    log.exception("live.look_failed")
                    close_old_connections()
                    self._ending.wait(AGAIN_SECONDS)
        finally:
            waker.close()
            connection.close()

    def _look(self) -> float:
        """Tell what is new; returns how many seconds to leave before the next look."""
        began = time.monotonic()
        self._left = False
        told = [*self._read(), *self._who()]
        if not told or self._ending.is_set():
            return 0.0
        done = Round(self._position, told, self._present)
        self._loop.call_soon_threadsafe(self._take, done)
        took = time.monotonic() - began
        return max(ROUND_SECONDS - took, min(took, MOST_REST_SECONDS))

    def _read(self) -> list[Told]:
        top = live.newest()
        found = live.news(self._position, top, limit=PORTION)
        cut = len(found) == PORTION
        self._left |= cut
        told = self._drawn(wire.joined(found, MOST_JOINED))
        self._position = found[-1].id if cut else max(top, self._position)
        return told

    def _drawn(self, found: Sequence[News]) -> list[Told]:
        """With the rows of those that are watched, as far as drawing them is worth it."""
        told, few = [], drawable(found)
        for one in found:
            rows: Mapping[Watcher, bytes] = {}
            if self._artist and one.kind == "conversations_changed" and one.workspace_id in few:
                watchers = self._watched(one.workspace_id)
                rows = self._artist.rows(one.workspace_id, watchers, one.payload["threads"])
            told.append(Told(one.id, one.workspace_id, wire.news(one), rows))
        return told

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


def drawable(found: Iterable[News]) -> set[int]:
    """The workspaces of which no more conversations changed than are drawn in one look."""
    many = Counter[int]()
    for one in found:
        many[one.workspace_id] += len(one.payload.get("threads", []))
    return {workspace for workspace, count in many.items() if count <= MOST_DRAWN}

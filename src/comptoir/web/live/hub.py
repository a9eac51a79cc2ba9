"""
Every open page of this process: who listens to which workspace, and what each is still owed.

All of it lives in the event loop's thread, so nothing is locked.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from django.db import close_old_connections

from comptoir.base import atwork, live
from comptoir.web.live import admission, wire
from comptoir.web.live.admission import Listener, Refused
from comptoir.web.live.drawing import Artist, Draw, Watcher
from comptoir.web.live.feed import Feed, Round, Told
from comptoir.web.live.presence import Room

T = TypeVar("T")

MOST_OWED = 500
"""Events kept for a page that does not read; more, and it is dropped and comes back."""

MOST_DRAWN = 10
"""Of these, with their rows: a page that is behind asks for what it still wants then."""

MOST_MISSED = 500
"""Events told again to a page that comes back; more, and it looks at everything again."""

MOST_OF_ONE = 30
"""Streams of one person in one process: a browser needs one for each workspace."""

CHECK_SECONDS = 30.0


class Crowded(Exception):
    """This person has too many pages open."""


class Stream:
    """What one open page has been told and is still owed. views: those whose rows it wants."""

    def __init__(self, listener: Listener, views: Collection[str] = ()) -> None:
        self.listener, self.views = listener, frozenset(views)
        self.over = False
        self._last = 0
        self._owed: deque[tuple[int | None, bytes]] = deque()
        self._some = asyncio.Event()

    def owe(self, told: Told) -> None:
        if len(self._owed) >= MOST_OWED:
            self.end()
            return
        views = self.views if len(self._owed) < MOST_DRAWN else ()
        self._owed.append((told.id, told.to(self.listener, views)))
        self._some.set()

    def begin(self, missed: Iterable[tuple[int | None, bytes]], position: int) -> None:
        """Put what was missed, up to `position`, before what came while it was looked up."""
        self._owed.extendleft(reversed(list(missed)))
        self._last = position
        self._some.set()

    def end(self) -> None:
        self.over = True
        self._some.set()

    async def next(self, seconds: float) -> bytes:
        """What is owed, as soon as something is; b"" after `seconds` or at the end."""
        try:
            async with asyncio.timeout(seconds):
                await self._some.wait()
        except TimeoutError:
            return b""
        self._some.clear()
        told = b"".join(frame for known, frame in self._owed if self._is_new(known))
        self._owed.clear()
        return told

    def _is_new(self, identifier: int | None) -> bool:
        if identifier is None:
            return True
        new, self._last = identifier > self._last, max(identifier, self._last)
        return new


@dataclass(frozen=True, slots=True)
class _Missed:
    """position: up to where these frames tell."""

    frames: list[tuple[int | None, bytes]]
    position: int


class Hub:
    """
    Opens streams, feeds them, and ends those whose listener may not listen any more.

    draw: what draws the rows that pages watch; without it they ask for them.
    """

    def __init__(self, draw: Draw | None = None) -> None:
        self._draw = draw
        self._watched: dict[int, frozenset[Watcher]] = {}
        self._rooms: dict[int, set[Stream]] = defaultdict(set)
        self._position = 0
        self._present: dict[int, Room] = {}
        self._feed: Feed | None = None
        self._starting = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="live")
        self._watch: asyncio.Task[None] | None = None
        self._check_now = asyncio.Event()

    async def admit(self, cookies: dict[str, str], slug: str) -> Listener | Refused:
        return await self._in_thread(admission.admit, cookies, slug)

    async def open(
        self, listener: Listener, after: int | None, views: Collection[str] = ()
    ) -> Stream:
        """
        A stream of what happens from now on, or since the event `after`; with the rows of these
        views, where they are drawn.

        Raises Crowded.
        """
        await self._start()
        if sum(one.listener.user_id == listener.user_id for one in self._all()) >= MOST_OF_ONE:
            raise Crowded
        stream = Stream(listener, views)
        await self._in_thread(atwork.note, [(listener.workspace_id, listener.user_id)])
        # From here on it hears what is new; what it missed until here is looked up beside.
        self._rooms[listener.workspace_id].add(stream)
        self._watch_again(listener.workspace_id)
        here = self._position
        try:
            missed = await self._in_thread(_missed, listener.workspace_id, after, here)
        except BaseException:
            self.close(stream)
            raise
        room = self._present.get(listener.workspace_id, {})
        first = (None, wire.ready(room))
        stream.begin([first, *missed.frames], missed.position)
        return stream

    def close(self, stream: Stream) -> None:
        room = self._rooms[stream.listener.workspace_id]
        room.discard(stream)
        if not room:
            del self._rooms[stream.listener.workspace_id]
        self._watch_again(stream.listener.workspace_id)

    def _watch_again(self, workspace_id: int) -> None:
        """Say who watches what; the reader's thread takes the whole set at once."""
        self._watched[workspace_id] = frozenset(
            Watcher(stream.listener, view)
            for stream in self._rooms.get(workspace_id, ())
            for view in stream.views
        )

    def check_soon(self) -> None:
        """Look again, from any thread, at who may listen."""
        self._loop.call_soon_threadsafe(self._check_now.set)

    def stop(self) -> None:
        """End every stream; their pages come back to whoever serves next."""
        if self._feed:
            self._feed.stop()
        if self._watch:
            self._watch.cancel()
        for stream in self._all():
            stream.end()

    async def _start(self) -> None:
        async with self._starting:
            if self._feed is None:
                self._position = await self._in_thread(live.newest)
                artist = Artist(self._draw) if self._draw else None
                self._feed = Feed(self._position, self._take, self._watchers, artist)
                self._watch = asyncio.create_task(self._look_after())

    def _watchers(self, workspace_id: int) -> frozenset[Watcher]:
        return self._watched.get(workspace_id, frozenset())

    def _take(self, round_: Round) -> None:
        self._position, self._present = round_.position, round_.present
        for one in round_.told:
            for stream in self._rooms.get(one.workspace_id, ()):
                stream.owe(one)

    async def _look_after(self) -> None:
        """End the streams of those who signed out or left, at once where we hear of it."""
        while True:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._check_now.wait()
            except TimeoutError:
                pass
            self._check_now.clear()
            await self._check()

    async def _check(self) -> None:
        streams = self._all()
        admitted = await self._in_thread(_look, {one.listener for one in streams})
        for stream in streams:
            if stream.listener not in admitted:
                stream.end()

    def _all(self) -> list[Stream]:
        return [stream for room in self._rooms.values() for stream in room]

    async def _in_thread(self, work: Callable[..., T], *given: object) -> T:
        return await self._loop.run_in_executor(self._pool, _connected, work, *given)


def _look(listeners: set[Listener]) -> set[Listener]:
    """Those who may go on listening; they are noted as being at work."""
    admitted = admission.still(listeners)
    atwork.note((one.workspace_id, one.user_id) for one in admitted)
    return admitted


def _connected(work: Callable[..., T], *given: object) -> T:
    """Run outside of requests, where nobody else looks after broken connections."""
    close_old_connections()
    return work(*given)


def _missed(workspace_id: int, after: int | None, here: int) -> _Missed:
    """What happened in a workspace after the event `after`, up to the event `here`."""
    if after is None or after == here:
        return _Missed([], here)
    if not live.is_kept(after):
        return _Missed([(None, wire.reset(here))], here)
    found = live.news(after, here, workspace_id, MOST_MISSED + 1)
    if len(found) > MOST_MISSED:
        return _Missed([(None, wire.reset(here))], here)
    return _Missed([(None, wire.news(one)) for one in found], max(after, here))

"""
The stream of a visitor's conversation, answered in the event loop: `POST /chat/<token>/stream/`.

What was said is read from the tables; the outbox only says when to look. A page that comes
back names the last message that it has, and what it missed is told first.
"""

import asyncio
import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from django.db import DatabaseError, close_old_connections, connection

from comptoir.base import ids, live, wake
from comptoir.base.api import scope
from comptoir.channels.api import visiting
from comptoir.channels.connector import Connection
from comptoir.web.bridge import Headers, Receive, Scope, Send
from comptoir.web.chat import door
from comptoir.web.chat.views import ID, shown
from comptoir.web.limits import address

T = TypeVar("T")
log = structlog.get_logger(__name__)

BEAT_SECONDS = 15.0
STUCK_SECONDS = 30.0
LOOK_SECONDS = 1.0
MOST_OF_ONE = 6
MOST_OF_ADDRESS = 60
MOST = 5_000

_ADDRESS = re.compile(r"^/chat/([-\w]{10,64})/stream/$")
_SECRET = re.compile(door.VISITOR)
_BEAT = b"event: beat\ndata: 1\n\n"


def is_stream(path: str) -> bool:
    return _ADDRESS.match(path) is not None


@dataclass(eq=False, slots=True)
class Page:
    """
    One open page. thread: None before the conversation begins. told: ids it was sent.
    """

    found: Connection
    key: str
    after: int | None
    thread: int | None = None
    told: set[int] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False


class ChatStreams:
    """All the pages of this process that follow a conversation."""

    def __init__(self) -> None:
        self._pages: dict[int, set[Page]] = defaultdict(set)
        self._counts: Counter[str] = Counter()
        self._pool: ThreadPoolExecutor | None = None
        self._ending = threading.Event()

    async def __call__(self, scope_: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin1") for name, value in scope_["headers"]}
        match = _ADDRESS.match(scope_["path"])
        assert match is not None
        try:
            if scope_["method"] != "POST":
                await _refuse(send, 405)
                return
            told = await _body(receive)
            site = headers.get(b"origin", "")
            page = await self._in_thread(_page, match[1], site, told)
        except DatabaseError:
            log.exception("chat.open_failed")
            await _refuse(send, 503)
            return
        if isinstance(page, int):
            await _refuse(send, page)
            return
        peer = (scope_.get("client") or ("", 0))[0]
        await self._follow(page, site, peer, headers.get(b"x-forwarded-for", ""), receive, send)

    def stop(self) -> None:
        """End every stream, in the loop's thread."""
        self._ending.set()
        for page in self._all():
            page.over = True
            page.news.set()

    async def _follow(
        self, page: Page, site: str, peer: str, forwarded: str, receive: Receive, send: Send
    ) -> None:
        names = (f"page {page.key}", f"from {address(peer, forwarded)}")
        if self._is_crowded(*names):
            await _refuse(send, 429, site)
            return
        self._counts.update(names)
        self._pages[page.found.workspace_id].add(page)
        try:
            await self._run(page, site, receive, send)
        finally:
            self._pages[page.found.workspace_id].discard(page)
            self._counts.subtract(names)
            self._counts += Counter()

    def _is_crowded(self, one: str, other: str) -> bool:
        return (
            self._counts[one] >= MOST_OF_ONE
            or self._counts[other] >= MOST_OF_ADDRESS
            or sum(len(pages) for pages in self._pages.values()) >= MOST
        )

    async def _run(self, page: Page, site: str, receive: Receive, send: Send) -> None:
        """Write until either side ends it."""
        leaving = asyncio.create_task(_gone(page, receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _headers(site)})
            while not page.over:
                page.news.clear()
                frame = await self._in_thread(_told, page) or _BEAT
                async with asyncio.timeout(STUCK_SECONDS):
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        await page.news.wait()
                except TimeoutError:
                    pass
            await send({"type": "http.response.body", "body": b""})
        except (OSError, TimeoutError, DatabaseError):
            pass  # the page comes back by itself
        finally:
            leaving.cancel()

    def _all(self) -> list[Page]:
        return [page for pages in self._pages.values() for page in pages]

    async def _in_thread(self, work: Callable[..., T], *given: Any) -> T:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(2, thread_name_prefix="chat")
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._listen, args=(loop,), daemon=True).start()
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, _connected, work, *given
        )

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """A thread of its own reads what is new in the outbox, and wakes whom it concerns."""
        waker, position = wake.waker(), live.newest()
        try:
            while not self._ending.is_set():
                waker.wait(LOOK_SECONDS)
                try:
                    top = live.newest()
                    found = live.news(position, top)
                    position = found[-1].id if len(found) == 1000 else top
                except DatabaseError:
                    log.exception("chat.look_failed")
                    close_old_connections()
                    self._ending.wait(LOOK_SECONDS)
                    continue
                if found:
                    loop.call_soon_threadsafe(self._wake, found)
        finally:
            waker.close()
            connection.close()

    def _wake(self, found: list[live.News]) -> None:
        for one in found:
            named = one.payload.get("threads") or [one.payload.get("thread")]
            for page in self._pages.get(one.workspace_id, ()):
                if page.thread is None or page.thread in named:
                    page.news.set()


def _connected(work: Callable[..., T], *given: Any) -> T:
    close_old_connections()
    return work(*given)


def _page(token: str, site: str, told: Any) -> Page | int:
    """The page that asks, or the status that refuses it."""
    found = visiting.door(token, "chat")
    if found is None:
        return 404
    if not door.allowed(found, site):
        return 403
    secret = told.get("visitor") if isinstance(told, dict) else None
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
        return 400
    with scope(found.workspace_id):
        visitor = visiting.known(found, secret)
    if visitor is None:
        return 404
    after = told.get("after")
    return Page(found, visitor.key, ids.reveal(ID, after) if isinstance(after, str) else None)


def _told(page: Page) -> bytes:
    """What this page was not told yet, as one event; b"" for nothing new."""
    with scope(page.found.workspace_id):
        visiting.stay(page.found.account_id, page.key)
        page.thread = page.thread or visiting.thread_of(page.found.account_id, page.key)
        said = visiting.said(page.found.account_id, page.key, page.after)
    fresh = [one for one in said if one.id not in page.told]
    if not fresh:
        return b""
    page.told |= {one.id for one in fresh}
    page.after = max(page.after or 0, fresh[-1].id)
    data = json.dumps(shown(page.key, fresh), ensure_ascii=False)
    return f"id: {ids.conceal(ID, page.after)}\ndata: {data}\n\n".encode()


async def _body(receive: Receive) -> Any:
    body = b""
    while True:
        part = await receive()
        body += part.get("body", b"")
        if part["type"] != "http.request" or not part.get("more_body"):
            break
        if len(body) > door.LARGEST:
            return None
    try:
        return json.loads(body[: door.LARGEST])
    except ValueError:
        return None


async def _gone(page: Page, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    page.over = True
    page.news.set()


def _headers(site: str) -> Headers:
    return [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
        (b"access-control-allow-origin", site.encode("latin1", "replace")),
        (b"vary", b"Origin"),
    ]


async def _refuse(send: Send, status: int, site: str = "") -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
    if site:
        headers.append((b"access-control-allow-origin", site.encode("latin1", "replace")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})

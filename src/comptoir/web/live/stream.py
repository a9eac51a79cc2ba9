"""The address of a stream: `/live/w/<slug>/`, answered in the event loop without a thread."""

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

import structlog
from django.db import DatabaseError
from django.http import parse_cookie

from comptoir.web.bridge import Headers, Receive, Scope, Send
from comptoir.web.live import ending, wire
from comptoir.web.live.admission import Refused
from comptoir.web.live.drawing import Draw
from comptoir.web.live.hub import Crowded, Hub, Stream

log = structlog.get_logger(__name__)

PREFIX = "/live/"
BEAT_SECONDS = 15.0
STUCK_SECONDS = 30.0
"""A page that takes nothing for so long is gone, whatever its connection says."""

MOST_VIEWS, LONGEST_VIEW = 6, 600
"""Views that one stream is asked for, and how long one may be: others are not brought."""

_ADDRESS = re.compile(r"^/live/w/([-a-zA-Z0-9_]+)/$")
_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"private, no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Live:
    """
    Answers requests below PREFIX; GET opens a stream, HEAD says whether it would.

    draw: what draws the rows of the views that a stream is asked for.
    """

    def __init__(self, draw: Draw | None = None) -> None:
        self._draw = draw
        self._hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _ADDRESS.match(scope["path"])
        if not found or scope["method"] not in ("GET", "HEAD"):
            await _refuse(send, 405 if found else 404)
            return
        try:
            await self._open(found[1], scope, receive, send)
        except DatabaseError:
            log.exception("live.open_failed")
            await _refuse(send, 503)

    def stop(self) -> None:
        """End every stream, in the loop's thread."""
        if self._hub:
            self._hub.stop()

    async def _open(self, slug: str, scope: Scope, receive: Receive, send: Send) -> None:
        hub = self._started()
        headers = {name: value.decode("latin1") for name, value in scope["headers"]}
        admitted = await hub.admit(parse_cookie(headers.get(b"cookie", "")), slug)
        if isinstance(admitted, Refused):
            await _refuse(send, admitted.status)
            return
        if scope["method"] == "HEAD":
            await _refuse(send, 200)
            return
        try:
            stream = await hub.open(admitted, _after(scope, headers), _views(scope))
        except Crowded:
            await _refuse(send, 429)
            return
        try:
            await _run(stream, receive, send)
        finally:
            hub.close(stream)

    def _started(self) -> Hub:
        """The hub belongs to the loop that serves, which runs only by now."""
        if self._hub is None:
            self._hub = Hub(self._draw)
            ending.on_ending(self._hub.check_soon)
        return self._hub


async def _run(stream: Stream, receive: Receive, send: Send) -> None:
    """Write until either side ends it."""
    leaving = asyncio.create_task(_gone(stream, receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        while not stream.over:
            told = await stream.next(BEAT_SECONDS) or wire.BEAT
            if stream.over:
                break
            async with asyncio.timeout(STUCK_SECONDS):
                await send({"type": "http.response.body", "body": told, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except (OSError, TimeoutError):
        pass  # the page is gone; it comes back by itself
    finally:
        leaving.cancel()


async def _gone(stream: Stream, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _after(scope: Scope, headers: Mapping[bytes, str]) -> int | None:
    """The last event that the page has seen: what it says when it comes back wins."""
    asked = parse_qs(scope["query_string"].decode("latin1")).get("after", [""])
    said = headers.get(b"last-event-id") or asked[0]
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None


def _views(scope: Scope) -> list[str]:
    asked = parse_qs(scope["query_string"].decode("latin1")).get("view", [])
    return [one for one in asked if len(one) <= LONGEST_VIEW][:MOST_VIEWS]

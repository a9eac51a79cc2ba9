"""WSGI spoken over ASGI: bodies, errors, and browsers that hang up."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from comptoir.web.bridge import PART, Bridge, Message

Start = Callable[..., Any]
Environ = dict[str, Any]


@dataclass
class Browser:
    """Sends a request in parts, and takes what is answered; "hung up" ends a request early."""

    parts: list[bytes] = field(default_factory=list)
    hangs_up: bool = False
    taken: list[Message] = field(default_factory=list)

    async def receive(self) -> Message:
        if self.parts:
            part = self.parts.pop(0)
            more = bool(self.parts) or self.hangs_up
            return {"type": "http.request", "body": part, "more_body": more}
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.taken.append(message)

    @property
    def status(self) -> int:
        return int(self.taken[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(one["body"] for one in self.taken[1:])


def ask(app: Any, browser: Browser, *, method: str = "GET", headers: Any = ()) -> Browser:
    size = sum(len(part) for part in browser.parts) + browser.hangs_up
    told = [*headers, (b"content-length", str(size).encode())]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": "/été/",
        "query_string": b"a=1",
        "headers": told,
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 5),
    }
    asyncio.run(Bridge(app, 1)(scope, browser.receive, browser.send))
    return browser


def echo(environ: Environ, start: Start) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 5 * PART + 3])
def test_bodies_of_all_sizes_arrive_whole(size: int) -> None:
    """Small ones are read before a thread is taken, large ones by it: the seam must not show."""
    body = bytes(range(256)) * (size // 256 + 1)
    parts = [body[place : min(place + 10_000, size)] for place in range(0, size, 10_000)]

    assert body[:size] == ask(echo, Browser(parts), method="POST").body


@pytest.mark.parametrize("sent", [100, 3 * PART])
def test_a_body_cut_short_is_never_taken_for_whole(sent: int) -> None:
    """A half-sent file of messages must not be imported as if it were all of it."""
    read: list[bytes] = []

    def keep(environ: Environ, start: Start) -> Iterable[bytes]:
        read.append(environ["wsgi.input"].read())
        start("200 OK", [])
        return [b"thanks"]

    browser = ask(keep, Browser([b"x" * sent], hangs_up=True), method="POST")

    assert [] == read
    assert [] == browser.taken


def test_a_small_answer_leaves_in_one_step() -> None:
    def page(environ: Environ, start: Start) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "4")])
        return [b"ab", b"cd"]

    browser = ask(page, Browser())

    assert ["http.response.start", "http.response.body"] == [one["type"] for one in browser.taken]
    assert (200, b"abcd") == (browser.status, browser.body)


def test_an_answer_of_unknown_length_leaves_as_it_is_made() -> None:
    """An export of a million rows must not wait for its last one."""

    def rows(environ: Environ, start: Start) -> Iterator[bytes]:
        start("200 OK", [])
        yield b"first"
        yield b"second"

    browser = ask(rows, Browser())

    assert [b"first", b"second", b""] == [one["body"] for one in browser.taken[1:]]


def test_head_gets_the_headers_alone() -> None:
    def page(environ: Environ, start: Start) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "4")])
        return [b"abcd"]

    browser = ask(page, Browser(), method="HEAD")

    assert [(b"content-length", b"4")] == browser.taken[0]["headers"]
    assert b"" == browser.body


def test_a_failure_before_the_answer_is_an_error() -> None:
    def fail(environ: Environ, start: Start) -> Iterable[bytes]:
        raise ValueError("no")

    assert 500 == ask(fail, Browser()).status


def test_a_failure_within_the_answer_breaks_it() -> None:
    """Ending it in good order would pass half a file for a whole one."""

    def fail(environ: Environ, start: Start) -> Iterator[bytes]:
        start("200 OK", [])
        yield b"half"
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ask(fail, Browser())


def test_what_was_opened_is_closed() -> None:
    """Django gives its database connections back when the answer is closed."""
    closed = threading.Event()

    class Parts(list[bytes]):
        def close(self) -> None:
            closed.set()

    def page(environ: Environ, start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        return Parts([b"x"])

    ask(page, Browser())

    assert closed.is_set()


def test_the_request_is_told_as_pep_3333_wants() -> None:
    seen: Environ = {}

    def look(environ: Environ, start: Start) -> Iterable[bytes]:
        seen.update(environ)
        start("204 No Content", [])
        return []

    headers = [
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-forwarded-for", b"1.2.3.4"),
        (b"x_forwarded_for", b"6.6.6.6"),
    ]
    ask(look, Browser([b"{}"]), method="POST", headers=headers)

    assert "/été/" == seen["PATH_INFO"].encode("latin1").decode()
    assert ("2", "a=1") == (seen["CONTENT_LENGTH"], seen["QUERY_STRING"])
    assert "a=1; b=2" == seen["HTTP_COOKIE"]
    assert "1.2.3.4" == seen["HTTP_X_FORWARDED_FOR"]

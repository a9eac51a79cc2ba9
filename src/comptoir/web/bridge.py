"""
The synchronous pages behind an asynchronous server: WSGI spoken over ASGI.

A request takes one of a few long-lived threads, which keep their database connections warm,
from the moment its body is there until its answer is written. A small answer leaves in one
step; a large one in parts, each waiting for the one before, so that a slow reader costs no
memory. docs/why/live.md tells why this is ours.
"""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import structlog

log = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PART = 65_536
"""Bytes gathered before they are handed on, and the largest body read before taking a thread."""


class ClientGone(OSError):
    """The browser hung up before its request was whole."""


class Bridge:
    """Answers HTTP requests with the WSGI application `app` in `threads` threads."""

    def __init__(self, app: Wsgi, threads: int) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        try:
            body = await _body(scope, receive, loop)
        except ClientGone:
            return
        exchange = _Exchange(self._app, environ_of(scope, body), send, loop)
        left = await loop.run_in_executor(self._pool, copy_context().run, exchange.run)
        for message in left:
            await send(message)


class _Exchange:
    """One request and its answer, lived through in a thread."""

    def __init__(
        self, app: Wsgi, environ: dict[str, Any], send: Send, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._app, self._environ, self._send, self._loop = app, environ, send, loop
        self._head: Message | None = None
        self._sent = False
        self._whole = False

    def run(self) -> list[Message]:
        """What is left to send when the thread is done: the whole answer when it is small."""
        try:
            return self._answer()
        except ClientGone:
            return []
        except Exception:
            log.exception("bridge.failed", path=self._environ["PATH_INFO"])
            if self._sent:
                raise
            return _failed()

    def _answer(self) -> list[Message]:
        parts = self._app(self._environ, self._start)
        kept: list[bytes] = []
        size = 0
        try:
            for part in parts:
                kept.append(part)
                size += len(part)
                if size >= PART or not self._whole:
                    self._hand_on(b"".join(kept))
                    kept, size = [], 0
        finally:
            getattr(parts, "close", lambda: None)()
        last = {"type": "http.response.body", "body": self._seen(b"".join(kept))}
        return [last] if self._sent else [self._started(), last]

    def _start(self, status: str, headers: list[tuple[str, str]], failed: Any = None) -> Any:
        if failed and self._sent:
            raise failed[1].with_traceback(failed[2])
        told: Headers = [(k.lower().encode("latin1"), v.encode("latin1")) for k, v in headers]
        self._head = {"type": "http.response.start", "status": int(status[:3]), "headers": told}
        # Of a known length, parts may be gathered; others leave as soon as they are made.
        self._whole = any(name == b"content-length" for name, _value in told)
        return self._hand_on

    def _started(self) -> Message:
        assert self._head is not None, "the application never called start_response"
        return self._head

    def _seen(self, body: bytes) -> bytes:
        """Who asks with HEAD gets the headers of the answer alone."""
        return b"" if self._environ["REQUEST_METHOD"] == "HEAD" else body

    def _hand_on(self, body: bytes) -> None:
        """Send a part now, and wait until it is taken."""
        if not self._sent:
            self._wait(self._send(self._started()))
            self._sent = True
        if seen := self._seen(body):
            message = {"type": "http.response.body", "body": seen, "more_body": True}
            self._wait(self._send(message))

    def _wait(self, work: Awaitable[None]) -> None:
        asyncio.run_coroutine_threadsafe(_awaited(work), self._loop).result()


async def _awaited(work: Awaitable[None]) -> None:
    await work


class _Arriving(io.RawIOBase):
    """A large body, read by the page's thread while it comes in."""

    def __init__(self, first: bytes, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self._here, self._receive, self._loop = memoryview(first), receive, loop
        self._more = True

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._here and self._more:
            got = asyncio.run_coroutine_threadsafe(part_of(self._receive), self._loop).result()
            self._here, self._more = memoryview(got[0]), got[1]
        size = min(len(target), len(self._here))
        target[:size] = self._here[:size]
        self._here = self._here[size:]
        return size


async def part_of(receive: Receive) -> tuple[bytes, bool]:
    """The next part of the body, and whether more follows; raises ClientGone."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone("The browser hung up.")
    return message.get("body", b""), message.get("more_body", False)


async def _body(scope: Scope, receive: Receive, loop: asyncio.AbstractEventLoop) -> io.IOBase:
    """
    The body, to be read by a thread: small ones are there already when one is taken, so that
    a slow sender holds none.
    """
    sent = dict(scope["headers"])
    if b"transfer-encoding" not in sent and sent.get(b"content-length", b"0") == b"0":
        return io.BytesIO()
    here, more = bytearray(), True
    while more and len(here) < PART:
        part, more = await part_of(receive)
        here += part
    if not more:
        return io.BytesIO(bytes(here))
    return io.BufferedReader(_Arriving(bytes(here), receive, loop), PART)


def environ_of(scope: Scope, body: io.IOBase) -> dict[str, Any]:
    """The request as PEP 3333 wants it."""
    root = _wsgi_text(scope.get("root_path", ""))
    server, client = scope.get("server") or ("localhost", 80), scope.get("client")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root,
        "PATH_INFO": _wsgi_text(scope["path"]).removeprefix(root),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if client:
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = client[0], str(client[1])
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin1"), value.decode("latin1"))
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    """One header; names with "_" could pass for another's and are dropped, as servers do."""
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    glue = "; " if key == "HTTP_COOKIE" else ","
    environ[key] = f"{environ[key]}{glue}{value}" if key in environ else value


def _wsgi_text(text: str) -> str:
    """Bytes as PEP 3333 carries them."""
    return text.encode().decode("latin1")


def _failed() -> list[Message]:
    body = b"Something went wrong."
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    return [
        {"type": "http.response.start", "status": 500, "headers": headers},
        {"type": "http.response.body", "body": body},
    ]

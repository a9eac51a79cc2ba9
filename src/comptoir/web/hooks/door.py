"""
The address of deliveries in service: past the pages, their threads and what they pass through.

A network gives up on whoever answers slowly, so a delivery must not queue behind pages that are
being drawn. It is checked in threads of its own and kept together with those that come at the
same moment. `views.hook` answers the same under any other server.
"""

import asyncio
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections

from comptoir.channels import api as channels
from comptoir.web.bridge import PART, ClientGone, Headers, Receive, Scope, Send, environ_of, part_of
from comptoir.web.hooks import views
from comptoir.web.middleware import POLICY

T = TypeVar("T")

log = structlog.get_logger(__name__)

THREADS = 2
LARGE_AT_ONCE = 8
"""Bodies past PART that are being read, to addresses that exist: memory has an end."""
BODY_SECONDS = 30.0

_ADDRESS = re.compile(r"^/hooks/([^/]+)/$")
_HEADERS: Headers = [
    (b"cache-control", b"no-store"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", POLICY.encode()),
]
_EARLY = channels.Reply(400, "The delivery ended too early.")
_SLOW = channels.Reply(408, "The delivery took too long to arrive.")
_STRANGE = channels.Reply(400, "This request cannot be read.")
_FAILED = channels.Reply(500, "This delivery could not be checked. Please deliver it again.")


def is_delivery(path: str) -> bool:
    return _ADDRESS.match(path) is not None


class Door:
    """Answers the requests for which `is_delivery` holds."""

    def __init__(self) -> None:
        self._checking = ThreadPoolExecutor(THREADS, thread_name_prefix="hook")
        self._keeper = channels.Keeper()
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reply = await self._answer(scope, receive)
        except ClientGone:
            reply = _EARLY
        except TimeoutError:
            reply = _SLOW
        except Exception:  # a network delivers again what was answered 500, so nothing is lost
            log.exception("hooks.failed")
            reply = _FAILED
        await _send(reply, scope, send)

    async def _answer(self, scope: Scope, receive: Receive) -> channels.Reply:
        async with asyncio.timeout(BODY_SECONDS):
            body = await self._body(scope, receive)
        if isinstance(body, channels.Reply):
            return body
        found = await self._in_thread(_check, scope, body)
        if isinstance(found, channels.Reply):
            return found
        return await asyncio.wrap_future(self._keeper.keep(found))

    async def _body(self, scope: Scope, receive: Receive) -> bytes | channels.Reply:
        """The raw bytes, or why they are not wanted."""
        announced = dict(scope["headers"]).get(b"content-length", b"")
        if announced.isdigit() and int(announced) > channels.LARGEST:
            return channels.TOO_LARGE
        here = bytearray()
        if await _read(here, PART, receive):
            if not await self._in_thread(_is_known, scope):
                return channels.NOT_FOUND
            async with self._large:
                await _read(here, channels.LARGEST, receive)
        return channels.TOO_LARGE if len(here) > channels.LARGEST else bytes(here)

    async def _in_thread(self, work: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._checking, work, *given)


async def _read(here: bytearray, most: int, receive: Receive) -> bool:
    """Read the body until it ends or has more than `most`; whether more may follow."""
    more = True
    while more and len(here) <= most:
        part, more = await part_of(receive)
        here += part
    return more


def _token(scope: Scope) -> str:
    found = _ADDRESS.match(scope["path"])
    assert found is not None, "is_delivery was not asked"
    return found[1]


def _is_known(scope: Scope) -> bool:
    close_old_connections()
    return channels.is_address(_token(scope))


def _check(scope: Scope, body: bytes) -> channels.Reply | channels.Verified:
    close_old_connections()
    request = WSGIRequest(environ_of(scope, io.BytesIO(body)))
    try:
        request.get_host()
        asked = views.request_of(request, body)
    except (SuspiciousOperation, BadRequest):
        return _STRANGE
    return channels.check_delivery(_token(scope), asked)


async def _send(reply: channels.Reply, scope: Scope, send: Send) -> None:
    body = reply.body.encode()
    headers = [
        (b"content-type", reply.media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        *_HEADERS,
    ]
    if reply.status == 503:
        headers.append((b"retry-after", views.RETRY_SECONDS.encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": body})

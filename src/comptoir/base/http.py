"""
Asking other servers: the one shape that every outbound request has, and the one client.

Errors say whether the request may have reached the other side, because that decides
whether it can simply be made again; they name hosts and never addresses, which can hold
secrets. Whom it may reach is `guard`'s to say.
"""

import json
import os
import ssl
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Protocol

import httpcore
import httpx

from comptoir import __version__
from comptoir.base.guard import (
    Forbidden,
    Guard,
    HttpProblem,
    Insecure,
    Listed,
    NameUnknown,
    NoAnswer,
    NotSent,
    shares,
    trust,
)

__all__ = [
    "Forbidden",
    "Http",
    "HttpProblem",
    "Insecure",
    "NameUnknown",
    "NoAnswer",
    "NotSent",
    "Response",
    "TooLarge",
    "guarded",
]

LARGEST = 20 * 1024 * 1024
REDIRECTS = 5
ASKING = ("GET", "HEAD")
PORTS = {"http": 80, "https": 443}
ENVIRONMENT = "environment"
# What may follow a redirect to another host: nothing that says who we are.
HARMLESS = frozenset(
    {"accept", "accept-language", "accept-encoding", "user-agent", "if-none-match"}
    | {"if-modified-since", "range"}
)


class TooLarge(NoAnswer):
    """The answer is larger than what is read."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. headers: by lower-case name. url: after redirects."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body read as JSON. Raises ValueError for anything else."""
        return json.loads(self.body)


class Http(Protocol):
    """Makes one request; redirects are followed for GET and HEAD alone."""

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: Mapping[str, str] | bytes | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Response:
        """
        Any answer is a Response, whatever its status.

        files: name → (file name, content, media type). timeout: seconds for the whole request.
        Raises Forbidden, NotSent or NoAnswer.
        """
        ...


def guarded(*, largest: int = LARGEST, redirects: int = REDIRECTS) -> Http:
    """
    The client of this process, which reaches no private address but those in the settings.

    largest: bytes of an answer, unzipped. redirects: how many are followed; with 0 they are
    answers like others, for those who must ask something before they follow.
    """
    from django.conf import settings

    return _guarded(tuple(settings.PRIVATE_HOSTS), settings.PROXY, largest, redirects)


@cache
def _guarded(private_hosts: tuple[str, ...], proxy: str, largest: int, redirects: int) -> "Client":
    return Client(Guard(Listed.of(private_hosts)), proxy, largest, redirects)


os.register_at_fork(after_in_child=_guarded.cache_clear)  # connections are not shared


class Client:
    """
    The one that really asks.

    proxy: the address of one, "environment" for what HTTPS_PROXY and the like say, "" for
    none. Behind a proxy names are resolved by it, so it decides what they may point to.
    """

    def __init__(
        self, guard: Guard, proxy: str = "", largest: int = LARGEST, redirects: int = REDIRECTS
    ) -> None:
        self.guard, self.proxy = guard, proxy
        self.largest, self.redirects = largest, redirects
        self._client = httpx.Client(
            transport=_Transport(guard, self._proxy_for),
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={
                "User-Agent": f"Comptoir/{__version__}",
                "Accept": "*/*",
                "Accept-Encoding": "gzip",
            },
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: Mapping[str, str] | bytes | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Response:
        """See Http."""
        try:
            target = httpx.URL(url)
            request = self._client.build_request(
                method.upper(),
                target.copy_merge_params(params) if params else target,
                headers=headers,
                json=json,
                content=data if isinstance(data, bytes) else None,
                data=None if isinstance(data, bytes) else data,
                files=files,
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise Forbidden(f"this is not an address that can be asked: {error}") from error
        if auth:
            request = next(httpx.BasicAuth(*auth).auth_flow(request))
        with _within(timeout), _told(request):
            return self._followed(request)

    def _followed(self, request: httpx.Request) -> Response:
        for _turn in range(self.redirects + 1):
            self._check(request.url)
            answer, onward = self._asked(request)
            if onward is None or request.method not in ASKING or not self.redirects:
                return answer
            request = _anonymous(request, onward)
        raise NoAnswer(f"{request.url.host} redirects more than {self.redirects} times")

    def _asked(self, request: httpx.Request) -> tuple[Response, httpx.Request | None]:
        response = self._client.send(request, stream=True)
        try:
            body = b"" if request.method == "HEAD" else self._read(response)
        finally:
            response.close()
        return (
            Response(response.status_code, dict(response.headers), body, str(response.url)),
            response.next_request,
        )

    def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for part in _decoded(response, self.largest):
            body += part
            if len(body) > self.largest:
                raise TooLarge(f"{response.url.host} sends more than {self.largest} bytes")
        return bytes(body)

    def _check(self, url: httpx.URL) -> None:
        if url.scheme not in ("http", "https"):
            raise Forbidden(f"“{url.scheme}” is neither http nor https")
        if url.userinfo:
            raise Forbidden("an address with a name or a password in it is not asked")
        host = url.raw_host.decode("ascii")
        self.guard.check_form(host)
        if self._proxy_for(url):
            self.guard.check_unresolved(host, url.port or PORTS[url.scheme])

    def _proxy_for(self, url: httpx.URL) -> str:
        if self.proxy != ENVIRONMENT:
            return self.proxy
        if urllib.request.proxy_bypass(url.host):
            return ""
        return urllib.request.getproxies().get(url.scheme, "")


def _anonymous(asked: httpx.Request, onward: httpx.Request) -> httpx.Request:
    """The redirected request; what was meant for one host is not told to another."""
    before, after = asked.url, onward.url
    if (before.scheme, before.host, before.port) != (after.scheme, after.host, after.port):
        for name in set(onward.headers) - HARMLESS - {"host"}:
            del onward.headers[name]
    return onward


def _decoded(response: httpx.Response, most: int) -> Iterator[bytes]:
    """The body, unzipped by small parts: a little can unfold to very much."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding == "identity":
        yield from response.iter_raw()
    elif coding in ("gzip", "x-gzip", "deflate"):
        unzip = zlib.decompressobj(wbits=47)
        for part in response.iter_raw():
            yield unzip.decompress(part, most + 1)
            while unzip.unconsumed_tail:
                yield unzip.decompress(unzip.unconsumed_tail, most + 1)
    else:
        raise NoAnswer(f"{response.url.host} answers in “{coding}”, which was not asked for")


# ── The way a request takes ────────────────────────────────────────────────────────────────

_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def _left(timeout: float | None = None) -> float:
    """Seconds until the request must be over; never none at all, which would be for ever."""
    return max(min(timeout or 3600.0, _deadline.get() - time.monotonic()), 0.001)


@contextmanager
def _told(request: httpx.Request) -> Iterator[None]:
    """Errors of the library, told as ours: nobody was reached, or nobody knows."""
    try:
        yield
    except HttpProblem:
        raise
    except (
        httpcore.ConnectError,
        httpcore.ConnectTimeout,
        httpcore.PoolTimeout,
        httpcore.ProxyError,
        httpcore.LocalProtocolError,
    ) as error:
        raise NotSent(f"{request.url.host} could not be reached: {error}") from error
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpx.HTTPError,
        httpx.InvalidURL,
        zlib.error,
        OSError,
    ) as error:
        said = str(error) or type(error).__name__
        raise NoAnswer(f"{request.url.host} did not answer: {said}") from error


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends with the request that uses it."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._hurry()
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._hurry()
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            return _Timed(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))
        except httpcore.ConnectError as error:
            raise Insecure(f"{server_hostname} could not prove who it is: {error}") from error

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _hurry(self) -> None:
        if time.monotonic() > _deadline.get():
            raise httpcore.ReadTimeout("the time given to the whole request is over")


class _Straight(httpcore.NetworkBackend):
    """Connects to whatever it is told: to a proxy that the settings name."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _Timed(
            httpcore.SyncBackend().connect_tcp(
                host, port, _left(timeout), local_address, socket_options
            )
        )


class _Checked(_Straight):
    """Connects to an address that the guard has checked, and to no other."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        deadline = time.monotonic() + _left(timeout)
        found = self._guard.addresses(host, port, _left(timeout))
        for share, address in shares(found, deadline):
            try:
                return super().connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise NotSent(f"{host} does not answer at port {port}: {last}") from last


class _Transport(httpx.BaseTransport):
    """
    Pools of checked connections.

    Only questions use a connection again: one that the other side closes just then would
    leave in doubt whether an answer was sent.
    """

    def __init__(self, guard: Guard, proxy_for: Callable[[httpx.URL], str]) -> None:
        self._guard, self._proxy_for = guard, proxy_for
        self._pool = cache(self._make_pool)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        pool = self._pool(self._proxy_for(request.url), request.method in ASKING)
        assert isinstance(request.stream, httpx.SyncByteStream)
        answer = pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions={},
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    def _make_pool(self, proxy: str, keep: bool) -> httpcore.ConnectionPool:
        kept = 10 if keep else 0
        if not proxy:
            return httpcore.ConnectionPool(
                ssl_context=trust(),
                max_connections=100,
                max_keepalive_connections=kept,
                keepalive_expiry=10.0,
                network_backend=_Checked(self._guard),
            )
        address = httpx.Proxy(proxy)
        return httpcore.HTTPProxy(
            str(address.url),
            proxy_auth=address.raw_auth,
            ssl_context=trust(),
            max_connections=100,
            max_keepalive_connections=kept,
            keepalive_expiry=10.0,
            network_backend=_Straight(),
        )


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()

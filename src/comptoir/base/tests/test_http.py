"""The one client: checked at every step, bounded in time and size, precise about failures."""

import gzip
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from comptoir import __version__
from comptoir.base import guard as guarding
from comptoir.base.guard import Guard, Listed
from comptoir.base.http import (
    Client,
    Forbidden,
    Insecure,
    NameUnknown,
    NoAnswer,
    NotSent,
    guarded,
)
from comptoir.base.tests.certificates import certificate
from comptoir.base.tests.peers import raw_peer, says, web_peer

HERE = "127.0.0.1"
ELSEWHERE = "127.0.0.2"  # this machine too, but not listed


def _client(*listed: str, known: dict[str, list[str]] | None = None, **more: Any) -> Client:
    def look_up(host: str) -> Iterable[str]:
        try:
            return (known or {})[host]
        except KeyError:
            raise socket.gaierror(socket.EAI_NONAME, "unknown") from None

    return Client(Guard(Listed.of(listed or (HERE,)), look_up), **more)


# ── Asking ─────────────────────────────────────────────────────────────────────────────────


def test_an_answer_comes_back_whatever_its_status() -> None:
    with web_peer({"/a": says(b'{"a": 1}', 418, ETag="x")}) as (port, asked):
        answer = _client().request("GET", f"http://{HERE}:{port}/a?b=1", params={"c": "é"})

    assert (418, "x", {"a": 1}) == (answer.status, answer.headers["etag"], answer.json())
    assert ["/a?b=1&c=%C3%A9"] == asked.paths
    assert f"Comptoir/{__version__}" == asked[0][2]["user-agent"]


def test_bodies_leave_as_json_forms_bytes_and_files() -> None:
    with web_peer({"/": says()}) as (port, asked):
        url = f"http://{HERE}:{port}/"
        client = _client()
        client.request("POST", url, json={"a": "é"})
        client.request("POST", url, data={"a": "é"})
        client.request("POST", url, data=b"\x00raw", headers={"Content-Type": "x/y"})
        client.request("POST", url, files={"f": ("a.txt", b"inside", "text/plain")})
        client.request("POST", url, auth=("me", "secret"))

    bodies = [body for _method, _path, _headers, body in asked]
    assert {"a": "é"} == json.loads(bodies[0])
    assert (b"a=%C3%A9", b"\x00raw") == (bodies[1], bodies[2])
    assert b'filename="a.txt"' in bodies[3]
    assert "Basic bWU6c2VjcmV0" == asked[4][2]["authorization"]


def test_cookies_of_one_account_are_not_told_for_another() -> None:
    """Every brand of an installation shares this client."""
    with web_peer({"/": says(Set_Cookie="session=1; Path=/")}) as (port, asked):
        client = _client()
        client.request("GET", f"http://{HERE}:{port}/")
        client.request("GET", f"http://{HERE}:{port}/")

    assert "cookie" not in asked[1][2]


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with web_peer({"/": says()}) as (port, _asked):
        assert _client().request("GET", f"http://{HERE}:{port}/").ok


@pytest.mark.parametrize("named", ["environment", "http://me:secret@127.0.0.1:{port}"])
def test_a_proxy_is_used_when_the_settings_say_so(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with web_peer({"http://shop.example/": says(b"by proxy")}) as (port, asked):
        monkeypatch.setenv("http_proxy", f"http://{HERE}:{port}")
        client = _client(proxy=named.format(port=port))
        assert b"by proxy" == client.request("GET", "http://shop.example/").body
        for url in ("http://10.0.0.1/", "http://shop.example:22/", "http://0x7f.1/"):
            with pytest.raises(Forbidden):
                client.request("GET", url)

    assert 1 == len(asked)


# ── Whom ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        "http://127.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1]/",
        "http://[fe80::1%25eth0]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://127.0.0.1:6379/",
        "http://localhost/",
        "http://localhost./",
        "http://①②⑦.⓪.⓪.①/",
        "http://user:secret@shop.example/",
        "http://shop.example\\@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://shop.example/",
        "gopher://shop.example/",
        "//shop.example/",
        "http:///",
        "http://",
        "",
        "http://shop.example:99999/",
        "http://[::1/",
        "http://sh\nop.example/",
    ],
)
def test_addresses_inside_and_odd_ones_are_forbidden(url: str) -> None:
    client = Client(Guard(look_up=lambda host: [{"localhost": HERE}.get(host.rstrip("."), HERE)]))

    with pytest.raises(Forbidden):
        client.request("GET", url)


def test_the_settings_say_who_is_trusted(settings: Any) -> None:
    with web_peer({"/": says()}) as (port, _asked):
        with pytest.raises(Forbidden):
            guarded().request("GET", f"http://{HERE}:{port}/")
        settings.PRIVATE_HOSTS = (HERE,)
        assert guarded().request("GET", f"http://{HERE}:{port}/").ok
        assert guarded() is guarded()


def test_a_name_that_moves_inside_between_check_and_use_is_not_followed() -> None:
    """Rebinding: the name is looked up once a connection, and that very address is used."""
    answers = [[HERE], [ELSEWHERE], [ELSEWHERE]]
    looked_up = []

    def look_up(host: str) -> list[str]:
        looked_up.append(host)
        return answers[len(looked_up) - 1]

    with (
        web_peer({"/": says(b"good")}) as (port, _asked),
        web_peer({"/": says(b"stolen")}, ELSEWHERE, port) as (_port, stolen),
    ):
        client = Client(Guard(Listed.of([HERE]), look_up))
        assert b"good" == client.request("POST", f"http://turning.example:{port}/").body
        assert 1 == len(looked_up)
        with pytest.raises(Forbidden):
            client.request("POST", f"http://turning.example:{port}/")

    assert [] == stolen


def test_a_dead_address_leaves_time_for_the_next() -> None:
    with web_peer({"/": says()}) as (port, _asked):
        client = _client("127.0.0.0/8", known={"two.example": ["127.0.0.9", HERE]})
        assert client.request("GET", f"http://two.example:{port}/", timeout=2).ok


# ── Redirects ──────────────────────────────────────────────────────────────────────────────


def test_redirects_are_followed_and_each_is_checked() -> None:
    with web_peer(
        {
            "/a": says(status=301, Location="/b"),
            "/b": says(b"there"),
            "/in": says(status=302, Location="http://10.0.0.1/"),
            "/meta": says(status=307, Location="http://169.254.169.254/latest/"),
            "/file": says(status=302, Location="file:///etc/passwd"),
            "/loop": says(status=302, Location="/loop"),
        }
    ) as (port, asked):
        client, here = _client(), f"http://{HERE}:{port}"
        answer = client.request("GET", f"{here}/a")
        assert (b"there", f"{here}/b") == (answer.body, answer.url)
        for path in ("/in", "/meta", "/file"):
            with pytest.raises(Forbidden):
                client.request("GET", here + path)
        with pytest.raises(NoAnswer, match="redirects"):
            client.request("GET", f"{here}/loop")

    assert 6 == asked.paths.count("/loop")


def test_what_changes_something_is_never_redirected() -> None:
    with web_peer({"/a": says(status=307, Location="/b"), "/b": says()}) as (port, asked):
        answer = _client().request("POST", f"http://{HERE}:{port}/a", data=b"once")

    assert (307, ["/a"]) == (answer.status, asked.paths)


def test_secrets_do_not_follow_to_another_host() -> None:
    with (
        web_peer({"/": says()}) as (other, heard),
        web_peer({"/": says(status=302, Location=f"http://{HERE}:{other}/")}) as (port, _asked),
    ):
        _client().request(
            "GET",
            f"http://{HERE}:{port}/",
            headers={"X-Api-Key": "secret", "Accept": "text/x"},
            auth=("me", "secret"),
        )

    assert {"x-api-key", "authorization"}.isdisjoint(heard[0][2])
    assert "text/x" == heard[0][2]["accept"]


# ── Bounds ─────────────────────────────────────────────────────────────────────────────────


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def _dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.02)


def _bomb(handler: BaseHTTPRequestHandler) -> None:
    says(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")(handler)


def test_bodies_without_end_are_cut() -> None:
    with web_peer({"/endless": _endless, "/bomb": _bomb}) as (port, _asked):
        client = _client(largest=1_000_000)
        for path in ("/endless", "/bomb"):
            with pytest.raises(NoAnswer, match="more than 1000000"):
                client.request("GET", f"http://{HERE}:{port}{path}")


def test_time_counts_for_the_whole_request() -> None:
    """A byte now and then resets an ordinary time-out for ever."""
    began = time.monotonic()
    with web_peer({"/": _dripping}) as (port, _asked), pytest.raises(NoAnswer):
        _client().request("GET", f"http://{HERE}:{port}/", timeout=0.3)

    assert time.monotonic() - began < 2


def test_zipped_answers_are_unzipped_and_unknown_codings_refused() -> None:
    with web_peer(
        {
            "/zip": says(gzip.compress(b"inside"), Content_Encoding="gzip"),
            "/br": says(b"??", Content_Encoding="br"),
            "/bad": says(b"not zipped", Content_Encoding="gzip"),
        }
    ) as (port, _asked):
        client = _client()
        assert b"inside" == client.request("GET", f"http://{HERE}:{port}/zip").body
        for path in ("/br", "/bad"):
            with pytest.raises(NoAnswer):
                client.request("GET", f"http://{HERE}:{port}{path}")


# ── Failures ───────────────────────────────────────────────────────────────────────────────


def test_nobody_there_is_not_sent() -> None:
    with raw_peer(lambda one: None) as port:
        pass
    with pytest.raises(NotSent, match="does not answer"):
        _client().request("POST", f"http://{HERE}:{port}/")
    with pytest.raises(NameUnknown):
        _client().request("POST", "http://nowhere.example/")


def _silent(one: socket.socket) -> None:
    one.recv(65536)
    time.sleep(1)


def _hang_up(one: socket.socket) -> None:
    one.recv(65536)


def _reset(one: socket.socket) -> None:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    one.recv(10)


def _half(one: socket.socket) -> None:
    one.recv(65536)
    one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def _nonsense(one: socket.socket) -> None:
    one.recv(65536)
    one.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@pytest.mark.parametrize("talk", [_silent, _hang_up, _reset, _half, _nonsense])
def test_whatever_fails_after_sending_leaves_doubt(talk: Callable[[socket.socket], None]) -> None:
    """An answer sent twice is worse than one whose fate is asked about."""
    with raw_peer(talk) as port, pytest.raises(NoAnswer):
        _client().request("POST", f"http://{HERE}:{port}/", data=b"once", timeout=0.3)


def test_failures_tell_no_secret_of_the_address() -> None:
    with raw_peer(_hang_up) as port, pytest.raises(NoAnswer) as told:
        _client().request("POST", f"http://{HERE}:{port}/bot123:secret/send?token=secret")
    assert "secret" not in str(told.value)

    with pytest.raises(Forbidden) as told_too:
        _client().request("POST", "http://me:secret@shop.example/")
    assert "secret" not in str(told_too.value)


# ── TLS ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def tls_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that proves to be shop.example, to whoever trusts this test's authority."""
    path = certificate(tmp_path, "shop.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(path)
    believing = ssl.create_default_context(cafile=str(path))
    monkeypatch.setattr("comptoir.base.http.trust", lambda: believing)
    monkeypatch.setattr(guarding, "trust", lambda: believing)

    def talk(one: socket.socket) -> None:
        with serving.wrap_socket(one, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with raw_peer(talk) as port:
        yield port


def test_tls_is_verified_against_the_name_not_the_address(tls_port: int) -> None:
    client = _client(known={"shop.example": [HERE], "evil.example": [HERE]})

    assert b"ok" == client.request("POST", f"https://shop.example:{tls_port}/").body
    for host in ("evil.example", HERE):
        with pytest.raises(Insecure):
            client.request("POST", f"https://{host}:{tls_port}/")


def test_a_certificate_nobody_vouches_for_is_not_believed(
    tls_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comptoir.base.http.trust", ssl.create_default_context)

    with pytest.raises(Insecure):
        _client(known={"shop.example": [HERE]}).request("POST", f"https://shop.example:{tls_port}/")


def test_sockets_are_secured_by_name_too(tls_port: int) -> None:
    def connected() -> socket.socket:
        return Guard(Listed.of([HERE])).connect(HERE, tls_port, 2.0, guarding.MAIL)

    with guarding.secured(connected(), "shop.example") as secure:
        assert secure.getpeercert()
    with pytest.raises(Insecure):
        guarding.secured(connected(), "evil.example")

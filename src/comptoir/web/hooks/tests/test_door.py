"""The address of deliveries as it is in service: the same answers, less on the way."""

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from acme_comptoir.tests.simulator import body_of, review, signed
from django.test import Client

from comptoir.channels import api, keeping, receiving
from comptoir.channels.models import Inbound
from comptoir.web.bridge import PART
from comptoir.web.hooks import door
from comptoir.web.tests.test_bridge import Browser

JSON = {"content-type": "application/json"}


class Here:
    """Pools whose work is done in the test's thread: the test's database is its alone."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue()

    def submit(self, work: Callable[..., Any], *given: Any) -> "Future[Any]":
        done: Future[Any] = Future()

        def run() -> None:
            try:
                done.set_result(work(*given))
            except Exception as error:  # noqa: BLE001 whoever waits is told
                done.set_exception(error)

        self._jobs.put(run)
        return done

    def during(self, talk: Coroutine[Any, Any, None]) -> None:
        """Do what is submitted until the conversation is over, in its own thread, with its loop."""
        thread = threading.Thread(target=asyncio.run, args=(talk,))
        thread.start()
        while thread.is_alive() or not self._jobs.empty():
            with suppress(queue.Empty):
                self._jobs.get(timeout=0.01)()


@dataclass
class Served:
    door: door.Door
    here: Here


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, path: str) -> Served:
    here = Here()
    monkeypatch.setattr(door, "ThreadPoolExecutor", lambda *_, **__: here)
    monkeypatch.setattr(keeping, "ThreadPoolExecutor", lambda *_, **__: here)
    # Threads let go of their own connections; here there is the test's alone, in a transaction.
    for one in (door, keeping):
        monkeypatch.setattr(one, "close_old_connections", lambda: None)
    return Served(door.Door(), here)


def ask(
    network: Served,
    path: str,
    body: bytes | Browser,
    headers: dict[str, str],
    *,
    method: str = "POST",
    query: str = "",
    told: bool = True,
) -> Browser:
    browser = body if isinstance(body, Browser) else Browser([body])
    size = [(b"content-length", str(sum(map(len, browser.parts))).encode())] if told else []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [
            (b"host", b"localhost"),
            *((name.encode(), value.encode()) for name, value in headers.items()),
            *size,
        ],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 5),
    }
    network.here.during(network.door(scope, browser.receive, browser.send))
    return browser


def test_only_addresses_of_deliveries_come_here(path: str) -> None:
    """Everything else, one without its last slash included, is a page's."""
    assert door.is_delivery(path)
    assert not any(map(door.is_delivery, (path[:-1], "/hooks/", "/hooks/a/b/", f"/w{path}")))


def test_a_signed_delivery_is_kept_byte_for_byte(network: Served, path: str) -> None:
    body = body_of(review(1, text="Reçu à l’heure 🎉"))

    assert 200 == ask(network, path, body, signed(body)).status

    row = Inbound.objects.get()
    assert (body, "waiting") == (bytes(row.body), row.state)
    assert {"content-type", "acme-signature"} == set(row.headers)


def test_it_answers_as_the_page_does(network: Served, path: str) -> None:
    """Whichever server one runs: status, words, kind, and what protects a browser."""
    body = body_of(review(1))
    kept = [
        *("cache-control", "x-robots-tag", "x-content-type-options", "x-frame-options"),
        *("referrer-policy", "content-security-policy", "content-type", "content-length"),
    ]
    asked: list[tuple[str, str, str, dict[str, str]]] = [
        ("POST", path, "", JSON | signed(body)),
        ("POST", path, "", JSON),
        ("POST", "/hooks/unknown/", "", JSON | signed(body)),
        ("GET", path, "acme.challenge=%3Cb%3Eété", {}),
        ("HEAD", path, "acme.challenge=x", {}),
    ]
    for method, place, query, headers in asked:
        sent = body if method == "POST" else b""
        here = ask(network, place, sent, headers, method=method, query=query)
        page = Client().generic(method, f"{place}?{query}", sent, headers=headers or None)
        told = {name.decode(): value.decode() for name, value in here.taken[0]["headers"]}
        assert (page.status_code, page.content) == (here.status, here.body)
        assert {name: page.headers.get(name) for name in kept} == {
            name: told.get(name) for name in kept
        }


def test_another_servers_name_is_refused(
    network: Served, path: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["comptoir.example"]
    body = body_of(review(1))

    assert 400 == ask(network, path, body, signed(body)).status
    assert not Inbound.objects.exists()


@pytest.mark.parametrize("told", [True, False], ids=["length told", "length not told"])
def test_too_large_a_delivery_is_not_read_to_its_end(
    network: Served, path: str, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """A body without end must not fill the memory; one just below the limit is taken."""
    monkeypatch.setattr(api, "LARGEST", 3 * PART)
    body = body_of(review(1, text="x" * (9 * PART)))
    parts = [body[place : place + PART // 2] for place in range(0, len(body), PART // 2)]
    fits = body_of(review(2, text="x" * (2 * PART)))

    refused = ask(network, path, Browser(parts), signed(body), told=told)

    assert (413, "5 MB" in refused.body.decode()) == (refused.status, True)
    assert len(parts) > 8, "it was read on"
    assert 200 == ask(network, path, Browser([fits[:PART], fits[PART:]]), signed(fits)).status
    assert fits == bytes(Inbound.objects.get().body)


def test_much_is_read_for_known_addresses_alone(network: Served) -> None:
    parts = [b"x" * PART for _ in range(10)]

    assert 404 == ask(network, "/hooks/unknown/", Browser(parts), {}).status
    assert len(parts) > 5, "it was read on"


def test_a_delivery_cut_short_is_not_kept(network: Served, path: str) -> None:
    body = body_of(review(1))

    cut = ask(network, path, Browser([body], hangs_up=True), signed(body))

    assert 400 == cut.status
    assert not Inbound.objects.exists()


def test_a_slow_sender_is_let_go(
    network: Served, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Browser):
        async def receive(self) -> Any:
            await asyncio.sleep(5)

    monkeypatch.setattr(door, "BODY_SECONDS", 0.01)

    assert 408 == ask(network, path, Slow([b"x"]), {}).status


def test_what_could_not_be_kept_is_asked_for_again(
    network: Served, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def fail(*_: Any) -> None:
        raise OperationalError("disk is full")

    body = body_of(review(1))
    monkeypatch.setattr(keeping, "insert", fail)
    later = ask(network, path, body, signed(body))
    monkeypatch.setattr(keeping, "insert", receiving.insert)

    assert (503, b"60") == (later.status, dict(later.taken[0]["headers"])[b"retry-after"])
    assert 200 == ask(network, path, body, signed(body)).status


def test_an_error_of_ours_is_never_a_yes(
    network: Served, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise KeyError("t")

    monkeypatch.setattr(api, "check_delivery", fail)

    assert 500 == ask(network, path, b"{}", {}).status

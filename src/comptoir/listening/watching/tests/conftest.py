"""A shop on this machine, a clock that tests move, and the worker's round."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.base.models import User, Workspace
from comptoir.base.tests.peers import Answer, Asked, says, web_peer
from comptoir.listening.watching import api, checking

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HTML = "text/html; charset=utf-8"


class Time:
    """The clock of a test: it stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def on(self, **span: float) -> None:
        self.now += timedelta(**span)


class Shop:
    """What a rival's site answers; asked: what it was asked."""

    def __init__(self, port: int, asked: Asked, answers: dict[str, Answer]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked, self.answers = asked, answers
        self.answers["/robots.txt"] = says(status=404)

    def robots(self, text: str) -> None:
        self.answers["/robots.txt"] = says(text.encode(), Content_Type="text/plain")

    def show(self, html: str, path: str = "/chaise", etag: str = "") -> None:
        more = {"ETag": etag} if etag else {}
        self.answers[path] = says(html.encode(), 200, Content_Type=HTML, **more)

    def sells(self, price: str, path: str = "/chaise", more: str = "") -> None:
        self.show(product(price, more), path)

    def say(self, path: str, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.answers[path] = answer

    @property
    def pages(self) -> list[str]:
        """What was asked for but robots.txt."""
        return [one for one in self.asked.paths if one != "/robots.txt"]


def product(price: str, more: str = "") -> str:
    return (
        "<!doctype html><title>Chaise Oslo</title><h1>Chaise Oslo</h1>"
        '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Product",'
        ' "name": "Chaise Oslo", "sku": "OSLO", "offers": {"@type": "Offer", "price": "'
        f'{price}", "priceCurrency": "EUR", "availability": "https://schema.org/InStock"}}}}</script>'
        f"<p>Une chaise en hêtre.</p>{more}"
    )


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture
def shop(settings: Any) -> Iterator[Shop]:
    settings.PRIVATE_HOSTS = ("127.0.0.1",)
    answers: dict[str, Answer] = {}
    with web_peer(answers) as (port, asked):
        yield Shop(port, asked, answers)


@pytest.fixture
def watch(time: Time, shop: Shop, owner: User) -> Callable[..., int]:
    """watch("/chaise", wants=("price",)) watches a page of the shop; its id."""

    def page(path: str = "/chaise", **more: Any) -> int:
        draft = api.PageDraft(
            more.pop("url", shop.url + path), contact="veille@citron.example", **more
        )
        return api.add_page(draft, owner)

    return page


@pytest.fixture
def look(time: Time, workspace: Workspace) -> Callable[..., None]:
    """look() does the worker's round; look(days=1) moves the clock first."""

    def go(**span: float) -> None:
        time.on(**span)
        checking.check_due()

    return go

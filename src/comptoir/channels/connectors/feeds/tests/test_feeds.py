"""Feeds: what they say, and how politely they are asked."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.base.http import Response
from comptoir.channels.connector import (
    AccessLost,
    Connection,
    Heard,
    Raw,
    Rejected,
    Request,
    TryLater,
    Unrecognised,
    Unsigned,
)
from comptoir.channels.connectors.feeds.connector import Feeds
from comptoir.channels.incoming import Incoming

FIXTURES = Path(__file__).parent.parent / "fixtures"
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOOK = "https://desk.example/hooks/abcdef/"


def recorded(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


class Site:
    """A simulated web server: answers in turn, and remembers what it was asked."""

    def __init__(self, *answers: Response) -> None:
        self.answers: Iterator[Response] = iter(answers)
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def request(self, method: str, url: str, **details: Any) -> Response:
        self.asked.append((method, url, details))
        return next(self.answers)


@pytest.fixture
def feeds() -> Feeds:
    return Feeds()


@pytest.fixture
def connection() -> Connection:
    return Connection(
        1, 1, "feeds", "rss", "Le carnet d’Odile",
        values={"url": "https://carnet.example/flux.atom"},
        own={
            "url": "https://carnet.example/flux.atom",
            "hub": "https://hub.example/",
            "topic": "https://carnet.example/flux.atom",
        },
        cursor={"asked_hub": NOON.isoformat()},
        webhook=HOOK,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def heard(feeds: Feeds, connection: Connection, name: str, **headers: str) -> list[Incoming]:
    found: list[Incoming] = []
    for entry in feeds.split(connection, Raw(recorded(name), headers)):
        for one in feeds.parse(connection, entry):
            assert isinstance(one, Heard)
            found += one.messages
    return found


def test_articles_come_oldest_first_with_their_comments_attached(
    feeds: Feeds, connection: Connection
) -> None:
    """A comment names the article it answers, so both share a conversation."""
    comment, article = heard(feeds, connection, "blog.atom")

    assert "tag:carnet.example,2026:lumio" == article.external_id == comment.in_reply_to
    assert ("post", "comment") == (article.kind, comment.kind)
    assert datetime(2026, 3, 4, 9, tzinfo=UTC) == article.sent_at
    assert "Odile Ravel" == article.author_handle
    assert "Elle chauffe vite, mais le couvercle fuit." == article.text


def test_whole_text_is_preferred_to_the_summary(feeds: Feeds, connection: Connection) -> None:
    article = heard(feeds, connection, "press.rss")[-1]

    assert "La marque a annoncé un rappel.\n\nLes clients seront remboursés." == article.text
    assert ("Irène Castel", "fr") == (article.author_name, article.language)


def test_undated_unsigned_articles_take_the_date_of_their_feed(
    feeds: Feeds, connection: Connection
) -> None:
    """And are known by their words, with no link that could run anything."""
    article = heard(feeds, connection, "press.rss")[0]

    assert datetime(2026, 3, 4, 6, tzinfo=UTC) == article.sent_at
    assert ("", "carnet.example") == (article.url, article.author_handle)
    assert article.external_id.startswith("digest:")


def test_other_charsets_are_read(feeds: Feeds, connection: Connection) -> None:
    (article,) = heard(feeds, connection, "latin.rss")

    assert ("Livraison très en retard", "Toujours pas reçue.") == (article.title, article.text)


def test_what_is_no_feed_is_not_recognised(feeds: Feeds, connection: Connection) -> None:
    with pytest.raises(Unrecognised):
        feeds.split(connection, Raw(b"<html><p>Bonjour</p></html>"))


def test_unchanged_feeds_are_not_downloaded_again(feeds: Feeds, connection: Connection) -> None:
    first = Site(
        Response(200, {"etag": '"7"', "last-modified": "Wed, 04 Mar 2026 06:00:00 GMT"}, b"x")
    )
    (page,) = feeds.pull(connection, first)
    again = Site(Response(304))
    later = replace(connection, cursor=page.cursor)

    assert [] == list(feeds.pull(later, again))
    sent = again.asked[0][2]["headers"]
    assert ('"7"', "Wed, 04 Mar 2026 06:00:00 GMT") == (
        sent["if-none-match"],
        sent["if-modified-since"],
    )


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (Response(429, {"retry-after": "120"}), TryLater),
        (Response(503), TryLater),
        (Response(410), AccessLost),
        (Response(401), AccessLost),
        (Response(418), Unrecognised),
    ],
)
def test_each_refusal_of_a_site_has_its_consequence(
    feeds: Feeds, connection: Connection, answer: Response, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as caught:
        list(feeds.pull(connection, Site(answer)))

    if isinstance(caught.value, TryLater) and answer.status == 429:
        assert 120 == caught.value.after


def test_address_of_a_page_leads_to_the_feed_that_it_names(
    feeds: Feeds, connection: Connection
) -> None:
    page = (
        b'<html><head><link rel="alternate" type="application/atom+xml" href="/flux.atom"></head>'
    )
    site = Site(
        Response(200, {"content-type": "text/html"}, page, "https://carnet.example/"),
        Response(200, {}, recorded("blog.atom"), "https://carnet.example/flux.atom"),
    )
    checked = feeds.check(replace(connection, values={"url": "https://carnet.example/"}), site)

    assert "Le carnet d’Odile" == checked.name
    assert "https://hub.example/" == checked.own["hub"]
    assert "https://carnet.example/flux.atom" == site.asked[1][1]


def test_page_without_feed_says_so(feeds: Feeds, connection: Connection) -> None:
    site = Site(Response(200, {}, b"<html><p>Rien</p>", "https://carnet.example/"))

    with pytest.raises(Rejected) as caught:
        feeds.check(connection, site)

    assert "no_feed" == caught.value.code


@pytest.mark.parametrize(
    ("header", "hub", "topic"),
    [
        (
            '<https://a.example/f>; rel="self", <https://hub.example/2>; rel="hub"',
            "https://hub.example/2",
            "https://a.example/f",
        ),
        (
            "</hub?a=1,2>;title=x;rel=hub",
            "https://carnet.example/hub?a=1,2",
            "https://carnet.example/flux.atom",
        ),
        (
            '<https://one.example/>; REL="other HUB", <https://two.example/>; rel="hub"',
            "https://one.example/",
            "https://carnet.example/flux.atom",
        ),
        ("nonsense; rel", "https://hub.example/", "https://carnet.example/flux.atom"),
    ],
)
def test_hub_named_in_the_header_goes_before_that_in_the_feed(
    feeds: Feeds, connection: Connection, header: str, hub: str, topic: str
) -> None:
    url = connection.values["url"]
    site = Site(Response(200, {"link": header}, recorded("blog.atom"), url))
    checked = feeds.check(connection, site)

    assert (hub, topic) == (checked.own["hub"], checked.own["topic"])


def test_hub_is_asked_again_before_its_lease_ends(feeds: Feeds, connection: Connection) -> None:
    old = {"asked_hub": (NOON - timedelta(days=6)).isoformat()}
    site = Site(Response(202), Response(304))
    pages = list(feeds.pull(replace(connection, cursor=old), site))

    assert ("POST", "https://hub.example/") == site.asked[0][:2]
    assert NOON.isoformat() == pages[0].cursor["asked_hub"]


def test_hub_must_know_the_topic_to_be_confirmed(feeds: Feeds, connection: Connection) -> None:
    def asked(topic: str) -> int:
        query = {"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": "xyz"}
        reply = feeds.handshake(connection, Request("GET", HOOK, query, {}, b"", NOON))
        assert reply is not None
        return reply.status

    assert 200 == asked("https://carnet.example/flux.atom")
    assert 404 == asked("https://elsewhere.example/")


def test_only_the_hub_can_push(feeds: Feeds, connection: Connection) -> None:
    """The secret was given to the hub alone, at the time of asking."""
    site = Site(Response(202))
    feeds.subscribe(connection, site)
    secret = site.asked[0][2]["data"]["hub.secret"]
    body = recorded("blog.atom")

    def pushed(signature: str) -> Request:
        return Request("POST", HOOK, {}, {"x-hub-signature": signature}, body, NOON)

    good = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    feeds.verify(connection, pushed(f"sha256={good}"))
    for bad in ("", "sha256=" + "0" * 64, f"md5={good}", f"sha256={good[:-1]}é"):
        with pytest.raises(Unsigned):
            feeds.verify(connection, pushed(bad))

"""X, as its documented answers tell it."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    Connection,
    Outgoing,
    Rejected,
    Removed,
    Request,
    TryLater,
    Unsigned,
)
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said
from comptoir.channels.connectors.x.connector import X

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
x = X()
account = Connection(
    1, 1, "x", "x", "@Lumio",
    values={"consumer_key": "ck", "consumer_secret": "cs", "token": "t", "token_secret": "ts"},
    own={"id": "7", "handle": "Lumio"},
)  # fmt: skip
answer = Outgoing(
    "k1",
    "Bonjour, voyez https://lumio.example/suivi",
    "public",
    "1002",
    "bastien_k",
    "reply",
    queued_at=NOON,
)
NOTHING: dict[str, Any] = {"meta": {"result_count": 0}}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def test_mentions_come_oldest_first_whole_and_counted() -> None:
    plaint, reply = messages(read(x, account, recorded(__file__, "mentions.json"))[0])

    assert ("@Lumio une longue plainte", "", 812) == (
        plaint.text,
        plaint.language,
        plaint.followers,
    )
    assert ("reply", "1000", "Lumio") == (reply.kind, reply.in_reply_to, reply.in_reply_to_handle)
    assert (4, 1, 210) == (reply.likes, reply.reposts, reply.views)


def test_pushed_and_asked_messages_are_the_same() -> None:
    """So that whichever comes second changes nothing, nor tears a conversation in two."""
    found, skipped, _ = read(x, account, recorded(__file__, "activity.json"))
    post, talk = messages(found)
    asked = messages(read(x, account, recorded(__file__, "mentions.json"))[0])[0]
    (message,) = messages(read(x, account, recorded(__file__, "messages.json"))[0])

    assert (asked.external_id, asked.author_handle) == (post.external_id, post.author_handle)
    assert (message.external_id, message.conversation) == (talk.external_id, talk.conversation)
    assert message.sent_at == talk.sent_at
    assert [Removed(["999"])] == [one for one in found if isinstance(one, Removed)]
    assert ["favorite_events"] == skipped


def test_challenge_and_deliveries_are_signed_with_the_apps_secret() -> None:
    def digest(signed: bytes) -> str:
        made = hmac.new(b"cs", signed, hashlib.sha256).digest()
        return "sha256=" + base64.b64encode(made).decode()

    reply = x.handshake(account, Request("GET", "", {"crc_token": "abc"}, {}, b"", NOON))
    assert reply is not None
    assert {"response_token": digest(b"abc")} == json.loads(reply.body)
    good = {"x-twitter-webhooks-signature": digest(b"{}")}
    x.verify(account, Request("POST", "", {}, good, b"{}", NOON))
    for headers, body in (({}, b"{}"), (good, b"{ }")):
        with pytest.raises(Unsigned):
            x.verify(account, Request("POST", "", {}, headers, body, NOON))


def test_each_place_is_asked_from_where_it_stands() -> None:
    mentions = json.loads(recorded(__file__, "mentions.json"))
    talk = json.loads(recorded(__file__, "messages.json"))
    limits = {
        "x_rate_limit_remaining": "74",
        "x_rate_limit_limit": "75",
        "x_rate_limit_reset": "1772626000",
    }
    pages = list(x.pull(account, network(said(mentions, 200, **limits), said(NOTHING), said(talk))))

    assert {"mentions": "1002", "messages": "2001"} == pages[-1].cursor
    assert pages[0].quota is not None
    assert 74 == pages[0].quota.left
    net = network(said(NOTHING), said(NOTHING), said(talk))
    assert [] == list(x.pull(replace(account, cursor=pages[-1].cursor), net))
    assert "since_id=1002" in net.asked[0].url


def page(newest: int, oldest: int, *, more: bool) -> dict[str, Any]:
    token = {"next_token": "t"} if more else {}
    told = {"newest_id": str(newest), "oldest_id": str(oldest), "result_count": 2}
    return {"data": [], "meta": told | token}


def test_reading_that_stops_halfway_goes_on_there() -> None:
    """Nothing is lost, however much there is, and nothing is paid for twice."""
    here = replace(account, cursor={"mentions": "100"})
    busy = said({}, 429, x_rate_limit_reset="1772626000")
    net = network(said(page(900, 701, more=True)), said(page(700, 501, more=True)), busy)
    pages = x.pull(here, net)
    kept = [next(pages), next(pages)]
    with pytest.raises(TryLater):
        next(pages)

    assert [True, True] == [one.more for one in kept]
    assert "100" == kept[-1].cursor["mentions"]

    net = network(said(page(500, 101, more=False)), said(NOTHING), said(NOTHING))
    (last,) = x.pull(replace(account, cursor=kept[-1].cursor), net)

    assert "since_id=100&until_id=501" in net.asked[0].url
    assert ({"mentions": "900"}, False) == (last.cursor, last.more)


def test_app_that_may_not_read_messages_still_hears_posts() -> None:
    net = network(said(NOTHING), said(NOTHING), said({"title": "Forbidden"}, 403))

    assert [] == list(x.pull(account, net))


def test_requests_are_signed() -> None:
    net = network(said({"data": {"id": "1100"}}))
    sent = x.send(account, answer, net)

    assert net.asked[0].details["headers"]["Authorization"].startswith("OAuth ")
    assert {"in_reply_to_tweet_id": "1002"} == net.asked[0].details["json"]["reply"]
    assert ("1100", "https://x.com/Lumio/status/1100") == (sent.external_id, sent.url)


def test_private_answers_find_the_person_first() -> None:
    net = network(said({"data": {"id": "32"}}), said({"data": {"dm_event_id": "2100"}}))
    sent = x.send(account, replace(answer, visibility="private"), net)

    assert "2100" == sent.external_id
    assert net.asked[1].url.endswith("/dm_conversations/with/32/messages")
    with pytest.raises(Rejected):
        x.send(account, replace(answer, visibility="private"), network(said({"errors": []})))


@pytest.mark.parametrize(
    ("status", "body", "headers", "refusal"),
    [
        (401, {"title": "Unauthorized"}, {}, AccessLost),
        (402, {"title": "CreditsDepleted"}, {}, AccessLost),
        (
            403,
            {"detail": "You are not allowed to create a Tweet with duplicate content."},
            {},
            Rejected,
        ),
        (403, {"detail": "Reply to this conversation is not allowed"}, {}, Rejected),
        (403, {"detail": "Suspended"}, {}, AccessLost),
        (429, {"title": "Too Many Requests"}, {"x_rate_limit_reset": "1772625700"}, TryLater),
        (503, {}, {}, TryLater),
    ],
)
def test_each_error_has_its_consequence(
    status: int, body: dict[str, str], headers: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as caught:
        x.send(account, answer, network(said(body, status, **headers)))

    if headers:
        assert isinstance(caught.value, TryLater)
        assert 100 == caught.value.after


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"author_id": "31"}, False),
        ({"created_at": "2026-03-04T08:00:00Z"}, False),
        ({"referenced_tweets": [{"type": "replied_to", "id": "1"}]}, False),
        ({"text": "@bastien_k autre"}, False),
    ],
)
def test_answer_of_unknown_fate_is_looked_for(changes: dict[str, Any], found: bool) -> None:
    """X puts handles in front and shortens links, so these do not count as another text."""
    there = {
        "id": "1100", "author_id": "7", "created_at": "2026-03-04T12:00:02.000Z",
        "text": "@bastien_k @odile_r Bonjour, voyez https://t.co/abc",
        "referenced_tweets": [{"type": "replied_to", "id": "1002"}],
    }  # fmt: skip
    assert found == (
        x.find(account, answer, network(said({"data": [there | changes]}))) is not None
    )


def test_price_is_known_before_writing() -> None:
    public, private = x.ways(account, Asked("reply", NOON, None, NOON))

    assert (15_000, 200_000, 15_000) == (public.price, public.price_with_link, private.price)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("été", 3),
        ("https://lumio.example/" + "a" * 90, 23),
        ("voyez lumio.fr ici", 33),
        ("👏", 2),
        ("👨‍👩‍👧", 2),
        ("日本", 4),
    ],
)
def test_length_is_weighed_as_x_does(text: str, length: int) -> None:
    assert length == x.length(text)

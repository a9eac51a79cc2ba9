"""Mastodon, as its documented entities tell it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.channels.connector import (
    AccessLost,
    Asked,
    Connection,
    Outgoing,
    Rejected,
    TryLater,
)
from comptoir.channels.connectors.mastodon.connector import Mastodon
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
mastodon = Mastodon()
account = Connection(
    1, 1, "mastodon", "mastodon", "@lumio@social.example",
    values={"server": "https://social.example/", "token": "t0"},
    own={"id": "7", "handle": "lumio", "length": "500"},
)  # fmt: skip
answer = Outgoing(
    "k1", "Bonjour, on regarde.", "public", "1102", "odile@ailleurs.example", "reply",
    queued_at=NOON,
)  # fmt: skip


def test_mentions_come_oldest_first_as_text() -> None:
    direct, reply = messages(read(mastodon, account, recorded(__file__, "notifications.json"))[0])

    assert ("message", "@lumio commande 4711\nphoto du colis ouvert") == (direct.kind, direct.text)
    assert ("reply", "1090", "@lumio toujours pas reçue !") == (
        reply.kind,
        reply.in_reply_to,
        reply.text,
    )
    assert (5, 2, 812) == (reply.likes, reply.reposts, reply.followers)


def test_two_places_are_asked_each_from_where_it_stands() -> None:
    found = recorded(__file__, "notifications.json")
    own = [{"id": "1104", "created_at": "2026-03-04T09:00:00Z"}]
    net = network(
        said(json.loads(found), x_ratelimit_remaining="299", x_ratelimit_limit="300"), said(own)
    )
    first, second = mastodon.pull(account, net)

    assert {"notifications": "9002", "statuses": "1104"} == second.cursor
    assert first.quota is not None
    assert 299 == first.quota.left
    again = network(said([]), said([]))
    assert [] == list(mastodon.pull(replace(account, cursor=second.cursor), again))
    assert "min_id=9002" in again.asked[0].url


def test_answers_name_the_person_and_carry_the_key() -> None:
    """Mastodon itself drops a second request with the same key."""
    net = network(said({"id": "1200", "created_at": "2026-03-04T12:00:01.000Z", "content": ""}))
    sent = mastodon.send(account, answer, net)
    body = net.asked[0].details["json"]

    assert "1200" == sent.external_id
    assert "@odile@ailleurs.example Bonjour, on regarde." == body["status"]
    assert ("1102", "public") == (body["in_reply_to_id"], body["visibility"])
    assert "k1" == net.asked[0].details["headers"]["idempotency-key"]


def test_private_answers_are_direct() -> None:
    net = network(said({"id": "1", "created_at": "2026-03-04T12:00:01Z", "content": ""}))
    mastodon.send(account, replace(answer, visibility="private"), net)

    assert "direct" == net.asked[0].details["json"]["visibility"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"in_reply_to_id": "1103"}, False),
        ({"created_at": "2026-03-04T09:00:00Z"}, False),
        ({"content": "<p>autre chose</p>"}, False),
    ],
)
def test_answer_of_unknown_fate_is_looked_for(changes: dict[str, Any], found: bool) -> None:
    status = {
        "id": "1200",
        "in_reply_to_id": "1102",
        "created_at": "2026-03-04T12:00:01.000Z",
        "content": "<p><a href='x'>@odile@ailleurs.example</a> Bonjour, on regarde.</p>",
    }
    net = network(said([status | changes]))

    assert found == (mastodon.find(account, answer, net) is not None)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [(401, AccessLost), (403, AccessLost), (429, TryLater), (503, TryLater), (422, Rejected)],
)
def test_each_error_has_its_consequence(status: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        mastodon.send(account, answer, network(said({"error": "no"}, status)))


def test_length_is_counted_as_mastodon_does() -> None:
    assert 23 == mastodon.length("https://example.com/" + "a" * 200)
    assert len("@odile oui") == mastodon.length("@odile@ailleurs.example oui")


def test_private_talk_is_not_answered_in_public() -> None:
    def ways(kind: str) -> list[str]:
        asked = Asked(kind, NOON, NOON - timedelta(days=1), NOON)
        return [way.visibility for way in mastodon.ways(account, asked)]

    assert (["private"], ["public", "private"]) == (ways("message"), ways("reply"))


def test_check_learns_who_and_how_long() -> None:
    instance = {"configuration": {"statuses": {"max_characters": 1000}}}
    me = {"id": "7", "acct": "lumio", "url": "https://social.example/@lumio"}
    checked = mastodon.check(account, network(said(me), said(instance)))

    assert ("@lumio@social.example", "1000") == (checked.name, checked.own["length"])

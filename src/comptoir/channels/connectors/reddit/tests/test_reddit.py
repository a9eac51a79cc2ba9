"""Reddit, as its documented listings tell it."""

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
    TryLater,
)
from comptoir.channels.connectors.reddit.connector import Reddit
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
reddit = Reddit()
account = Connection(
    1, 1, "reddit", "reddit", "u/lumio",
    values={"client_id": "c", "client_secret": "s", "refresh_token": "r", "access": "a", "communities": "r/cuisine\n\nthe"},
    own={"id": "7", "handle": "Lumio"},
)  # fmt: skip
answer = Outgoing(
    "k1", "On remplace le joint.", "public", "t1_c2", "bastien_k", "comment", queued_at=NOON
)
EMPTY: dict[str, Any] = {"data": {"children": [], "after": None}}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def test_comments_and_messages_are_told_apart() -> None:
    found, skipped, _ = read(reddit, account, recorded(__file__, "inbox.json"))
    comment, message = messages(found)

    assert ("comment", "t3_p1", 12) == (comment.kind, comment.in_reply_to, comment.likes)
    assert ("message", "t4_m1", "Où est-elle & quand ?") == (
        message.kind,
        message.conversation,
        message.text,
    )
    assert ["its author is gone"] == skipped


def test_each_community_is_asked_from_its_own_moment() -> None:
    inbox = json.loads(recorded(__file__, "inbox.json"))
    limits = {"x_ratelimit_remaining": "95.0", "x_ratelimit_used": "5", "x_ratelimit_reset": "120"}
    net = network(said(inbox, 200, **limits), *(said(EMPTY) for _ in range(4)))
    (page,) = reddit.pull(account, net)

    assert ["inbox", "new", "comments", "new", "comments"] == [
        one.url.split("/")[-1] for one in net.asked
    ]
    assert {"message/inbox": 1772611500.0} == page.cursor
    assert page.quota is not None
    assert (95, 100) == (page.quota.left, page.quota.limit)
    again = network(said(inbox), *(said(EMPTY) for _ in range(4)))
    assert [] == list(reddit.pull(replace(account, cursor=page.cursor), again))


def test_answers_name_the_thing_answered() -> None:
    made = {"name": "t1_c9", "created_utc": 1772625601.0, "permalink": "/r/cuisine/c9"}
    net = network(said({"json": {"errors": [], "data": {"things": [{"data": made}]}}}))
    sent = reddit.send(account, answer, net)

    assert ("t1_c9", "https://www.reddit.com/r/cuisine/c9") == (sent.external_id, sent.url)
    assert "t1_c2" == net.asked[0].details["data"]["thing_id"]


@pytest.mark.parametrize(
    ("errors", "refusal"),
    [
        ([["RATELIMIT", "wait", "ratelimit"]], TryLater),
        ([["THREAD_LOCKED", "locked", "parent"]], Rejected),
        ([["TOO_LONG", "long", "text"]], Rejected),
    ],
)
def test_errors_inside_a_success_are_seen(
    errors: list[list[str]], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        reddit.send(account, answer, network(said({"json": {"errors": errors, "ratelimit": 30.0}})))


@pytest.mark.parametrize(
    ("status", "refusal"), [(401, AccessLost), (403, AccessLost), (429, TryLater), (503, TryLater)]
)
def test_each_status_has_its_consequence(status: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        reddit.send(account, answer, network(said({}, status)))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"parent_id": "t1_x"}, False),
        ({"created_utc": 1772611200.0}, False),
        ({"body": "x"}, False),
    ],
)
def test_answer_of_unknown_fate_is_looked_for(changes: dict[str, Any], found: bool) -> None:
    there = {
        "name": "t1_c9",
        "parent_id": "t1_c2",
        "body": answer.text,
        "created_utc": 1772625601.0,
    }
    listing = {"data": {"children": [{"kind": "t1", "data": there | changes}]}}

    assert found == (reddit.find(account, answer, network(said(listing))) is not None)


def test_messages_are_answered_in_private() -> None:
    def way(kind: str) -> str:
        return reddit.ways(account, Asked(kind, NOON, NOON, NOON))[0].visibility

    assert ("private", "public") == (way("message"), way("comment"))


def test_withdrawn_access_is_lost() -> None:
    with pytest.raises(AccessLost):
        reddit.check(account, network(said({}, 400)))

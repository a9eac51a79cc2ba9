"""A page's feed and Messenger, as documented payloads tell them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.base.http import NoAnswer
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    Connection,
    Outgoing,
    Receipt,
    Rejected,
    Removed,
)
from comptoir.channels.connectors.facebook.connector import Facebook
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
WINDOW = {"error": {"code": 10, "error_subcode": 2018278, "message": "outside of window"}}
facebook = Facebook()
page = Connection(
    1, 1, "facebook", "facebook", "Lumio",
    values={"app_id": "999", "app_secret": "s3", "token": "t0", "verify_token": "citron"},
    own={"id": "1040", "handle": "lumio"},
    webhook="https://desk.example/hooks/x/",
)  # fmt: skip


def outgoing(**fields: Any) -> Outgoing:
    told: dict[str, Any] = {
        "key": "k1", "text": "Bonjour Odile", "visibility": "public", "to": "5001_9001",
        "to_handle": "77001", "to_kind": "comment", "queued_at": NOON,
    }  # fmt: skip
    return Outgoing(**(told | fields))


def test_comments_answer_the_post_or_the_comment_above() -> None:
    found, skipped, _ = read(facebook, page, recorded(__file__, "feed.json"))
    post, first, second = messages(found)

    assert (True, "post", "") == (post.own, post.kind, post.in_reply_to)
    assert (False, "1040_5001", "Odile Ravel") == (first.own, first.in_reply_to, first.author_name)
    assert "5001_9001" == second.in_reply_to
    assert "Pareil\nhttps://scontent.example/p.jpg" == second.text
    assert [Removed(["5001_8999"])] == [one for one in found if isinstance(one, Removed)]
    assert ["reaction add"] == skipped


def test_polling_gives_the_same_messages_as_webhooks() -> None:
    """What a webhook missed is found later, and what it told changes nothing."""
    pushed = messages(read(facebook, page, recorded(__file__, "feed.json"))[0])
    polled = messages(read(facebook, page, recorded(__file__, "polled.json"))[0])

    def keys(found: list[Any]) -> set[tuple[str, str, str]]:
        return {(one.external_id, one.in_reply_to, one.author_handle) for one in found}

    assert keys(pushed) == keys(polled)
    assert {one.sent_at for one in polled} == {
        datetime(2026, 3, 4, 7, 56, 40, tzinfo=UTC),
        datetime(2026, 3, 4, 7, 58, 20, tzinfo=UTC),
        datetime(2026, 3, 4, 7, 59, 10, tzinfo=UTC),
    }


def test_messenger_is_one_conversation_a_person() -> None:
    found, skipped, _ = read(facebook, page, recorded(__file__, "messenger.json"))
    asked, echo, picture = messages(found)

    assert {"77001"} == {one.conversation for one in (asked, echo, picture)}
    assert [False, True, False] == [one.own for one in (asked, echo, picture)]
    assert "https://scontent.example/i.jpg" == picture.text
    assert ["m_a2"] == [one.external_id for one in found if isinstance(one, Receipt)]
    assert ["read"] == skipped


def test_mentions_and_recommendations_are_heard() -> None:
    mention, rating = messages(
        read(facebook, page, recorded(__file__, "mention_and_rating.json"))[0]
    )

    assert ("post", "Le carnet d’Odile") == (mention.kind, mention.author_name)
    assert ("review", "👎", None) == (rating.kind, rating.title, rating.rating)


def test_strange_entries_leave_the_others_alone() -> None:
    body = recorded(__file__, "feed.json").replace(b'"item": "status"', b'"item": "hologram"')
    found, _, strange = read(facebook, page, body)

    assert 2 == len(messages(found))
    assert 1 == len(strange)


def test_comments_are_answered_below_themselves() -> None:
    net = network(said({"id": "5001_9050", "created_time": "2026-03-04T12:00:05+0000"}))
    sent = facebook.send(page, outgoing(), net)

    assert "5001_9050" == sent.external_id
    assert net.asked[0].url.endswith("/5001_9001/comments")
    assert "Bonjour Odile" == net.asked[0].details["json"]["message"]
    assert "Bearer t0" == net.asked[0].details["headers"]["authorization"]


def test_private_replies_name_the_comment() -> None:
    net = network(said({"recipient_id": "77001", "message_id": "m_b1"}))
    facebook.send(page, outgoing(visibility="private"), net)

    assert {"comment_id": "5001_9001"} == net.asked[0].details["json"]["recipient"]


def test_late_answers_are_marked_as_a_persons() -> None:
    """The first attempt was surely refused, so a second one doubles nothing."""
    net = network(said(WINDOW, 400), said({"message_id": "m_b2"}))
    sent = facebook.send(page, outgoing(to_kind="message", visibility="private"), net)

    assert "m_b2" == sent.external_id
    assert "HUMAN_AGENT" == net.asked[1].details["json"]["tag"]


def test_window_that_is_really_closed_rejects() -> None:
    with pytest.raises(Rejected) as caught:
        facebook.send(
            page, outgoing(to_kind="message"), network(said(WINDOW, 400), said(WINDOW, 400))
        )

    assert "window_closed" == caught.value.code


def test_expired_token_is_lost_access() -> None:
    with pytest.raises(AccessLost):
        facebook.send(page, outgoing(), network(said({"error": {"code": 190}}, 400)))


def test_time_out_is_not_taken_for_an_answer() -> None:
    with pytest.raises(NoAnswer):
        facebook.send(page, outgoing(), network(NoAnswer("read")))


@pytest.mark.parametrize(
    ("by", "text", "at", "found"),
    [
        ("1040", "Bonjour Odile", NOON + timedelta(seconds=3), True),
        ("1040", "Bonjour  Odile", NOON + timedelta(seconds=3), True),
        ("1040", "Bonjour Odile", NOON - timedelta(hours=1), False),
        ("77001", "Bonjour Odile", NOON + timedelta(seconds=3), False),
        ("1040", "Bonsoir", NOON + timedelta(seconds=3), False),
    ],
)
def test_answer_of_unknown_fate_is_looked_for(
    by: str, text: str, at: datetime, found: bool
) -> None:
    """By our page, with the same words, since it was queued: else it is another."""
    there = {"id": "5001_9051", "from": {"id": by}, "message": text}
    there["created_time"] = at.strftime("%Y-%m-%dT%H:%M:%S+0000")
    sent = facebook.find(page, outgoing(), network(said({"data": [there]})))

    assert found == (sent is not None)


def test_ways_depend_on_what_is_answered() -> None:
    def ways(kind: str, age: timedelta) -> list[tuple[str, bool]]:
        asked = Asked(kind, NOON - age, NOON - age, NOON)
        return [(way.visibility, bool(way.closed)) for way in facebook.ways(page, asked)]

    assert [("public", False), ("private", False)] == ways("comment", timedelta(days=1))
    assert [("public", False), ("private", True)] == ways("comment", timedelta(days=8))
    assert [("private", False)] == ways("message", timedelta(hours=2))
    assert [("public", False)] == ways("post", timedelta(days=90))


def test_check_names_the_rights_that_are_missing() -> None:
    token = {"data": {"is_valid": True, "expires_at": 1780000000, "scopes": ["pages_messaging"]}}
    checked = facebook.check(
        page, network(said(token), said({"id": "1040", "name": "Lumio", "username": "lumio"}))
    )

    assert ("Lumio", {"lumio", "1040"}) == (checked.name, set(checked.handles))
    assert "pages_read_engagement" in str(checked.warning)
    assert checked.expires_at is not None


def test_check_refuses_an_invalid_token() -> None:
    with pytest.raises(AccessLost):
        facebook.check(page, network(said({"data": {"is_valid": False}})))


def test_existing_address_of_an_app_is_left_alone() -> None:
    """Other pages of the same app are served by it already."""
    there = {"data": [{"object": "page", "active": True, "callback_url": "https://other.example/"}]}
    net = network(said({"success": True}), said(there))
    facebook.subscribe(page, net)

    assert ["POST", "GET"] == [one.method for one in net.asked]


@pytest.mark.parametrize(
    ("action", "method", "body"),
    [
        ("hide", "POST", {"is_hidden": True}),
        ("unhide", "POST", {"is_hidden": False}),
        ("delete", "DELETE", None),
    ],
)
def test_moderation(action: str, method: str, body: dict[str, bool] | None) -> None:
    net = network(said({"success": True}))
    facebook.act(page, action, "5001_9001", net)

    assert (method, body) == (net.asked[0].method, net.asked[0].details["json"])

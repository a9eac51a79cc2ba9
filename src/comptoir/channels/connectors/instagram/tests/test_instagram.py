"""Comments, tags and direct messages on Instagram, as documented payloads tell them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from comptoir.channels.connector import Connection, Outgoing, Receipt, Rejected, Removed
from comptoir.channels.connectors.instagram.connector import Instagram
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
instagram = Instagram()
account = Connection(
    1, 1, "instagram", "instagram", "Lumio",
    values={"app_id": "999", "app_secret": "s3", "token": "t0", "verify_token": "citron"},
    own={"id": "17840", "handle": "lumio", "page": "1040"},
    webhook="https://desk.example/hooks/x/",
)  # fmt: skip


def outgoing(**fields: Any) -> Outgoing:
    told: dict[str, Any] = {
        "key": "k1", "text": "Merci !", "visibility": "public", "to": "1790001",
        "to_handle": "odile.rvl", "to_kind": "comment", "queued_at": NOON,
    }  # fmt: skip
    return Outgoing(**(told | fields))


def test_comments_hang_under_their_media_and_replies_under_comments() -> None:
    found, skipped, _ = read(instagram, account, recorded(__file__, "comments.json"))
    first, second = messages(found)

    assert ("1780001", "odile.rvl") == (first.in_reply_to, first.author_handle)
    assert "1790001" == second.in_reply_to
    assert datetime(2026, 3, 4, 8, tzinfo=UTC) == first.sent_at
    assert ["mentions"] == skipped


def test_polled_media_bring_comments_and_our_own_replies() -> None:
    found, _, _ = read(instagram, account, recorded(__file__, "polled.json"))
    media, comment, reply = messages(found)

    assert [True, False, True] == [one.own for one in (media, comment, reply)]
    assert ("post", "1780001") == (media.kind, comment.in_reply_to)
    assert comment.external_id == reply.in_reply_to


def test_direct_messages_receipts_and_withdrawals() -> None:
    found, _, _ = read(instagram, account, recorded(__file__, "direct.json"))

    assert ["6001"] == [one.conversation for one in messages(found)]
    assert [("aWd_0", "read")] == [
        (one.external_id, one.state) for one in found if isinstance(one, Receipt)
    ]
    assert [Removed(["aWd_1"])] == [one for one in found if isinstance(one, Removed)]


def test_replies_go_below_comments_and_comments_below_media() -> None:
    net = network(said({"id": "1"}), said({"id": "2"}))
    instagram.send(account, outgoing(), net)
    instagram.send(account, outgoing(to="1780001", to_kind="post"), net)

    assert ["1790001/replies", "1780001/comments"] == [
        "/".join(one.url.split("/")[-2:]) for one in net.asked
    ]


def test_reply_of_unknown_fate_is_found_by_its_words() -> None:
    there = {
        "id": "9",
        "text": "Merci !",
        "username": "lumio",
        "timestamp": "2026-03-04T12:00:09+0000",
    }
    other = there | {"username": "odile.rvl"}

    assert "9" == getattr(
        instagram.find(account, outgoing(), network(said({"data": [other, there]}))),
        "external_id",
        "",
    )
    assert instagram.find(account, outgoing(), network(said({"data": [other]}))) is None


def test_page_without_instagram_says_what_to_do() -> None:
    net = network(said({"data": {"is_valid": True}}), said({"id": "1040", "name": "Lumio"}))

    with pytest.raises(Rejected) as caught:
        instagram.check(replace(account, own={}), net)

    assert ("no_instagram_account", "token") == (caught.value.code, caught.value.field)


def test_check_learns_the_account_behind_the_page() -> None:
    linked = {"id": "1040", "instagram_business_account": {"id": "17840", "username": "lumio"}}
    net = network(said({"data": {"is_valid": True}}), said(linked))
    checked = instagram.check(replace(account, own={}), net)

    assert {"id": "17840", "handle": "lumio", "page": "1040"} == checked.own
    assert ("lumio",) == tuple(checked.handles)

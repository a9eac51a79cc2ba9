"""Bluesky, as its documented answers tell it."""

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from comptoir.base import clock
from comptoir.channels.connector import AccessLost, Connection, Outgoing, Page, Rejected, TryLater
from comptoir.channels.connectors.bluesky.connector import Bluesky, graphemes, record_key
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
bluesky = Bluesky()
account = Connection(
    1, 1, "bluesky", "bluesky", "@lumio.example",
    values={
        "handle": "lumio.example", "password": "p0", "service": "https://pds.example/",
        "access": "a0", "refresh": "r0",
    },
    own={"id": "did:plc:lumio", "handle": "lumio.example"},
)  # fmt: skip
answer = Outgoing(
    "k1", "Retour demain : https://lumio.example/stock.", "public",
    "at://did:plc:odile/app.bsky.feed.post/3kb", "odile.example", "reply", queued_at=NOON,
)  # fmt: skip
POSTS = {
    "posts": [
        {
            "uri": answer.to,
            "cid": "bafyb",
            "record": {"reply": {"root": {"uri": "at://root", "cid": "bafya"}, "parent": {}}},
        }
    ]
}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def token(ends: datetime) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": int(ends.timestamp())}).encode())
    return f"h.{claims.decode().rstrip('=')}.s"


def test_talk_is_heard_and_likes_are_counted() -> None:
    found, skipped, _ = read(bluesky, account, recorded(__file__, "notifications.json"))
    quote, reply = messages(found)

    assert ("quote", "at://did:plc:lumio/app.bsky.feed.post/3ka") == (quote.kind, quote.quote_of)
    assert ("reply", "fr", "Odile") == (reply.kind, reply.language, reply.author_name)
    assert "https://bsky.app/profile/odile.example/post/3kb" == reply.url
    assert ["like"] == skipped


def test_direct_messages_share_their_conversation() -> None:
    theirs, ours = messages(read(bluesky, account, recorded(__file__, "log.json"))[0])

    assert ({"c1"}, False, True) == ({theirs.conversation, ours.conversation}, theirs.own, ours.own)


def page(*times: str, cursor: str = "") -> dict[str, object]:
    found = [{"indexedAt": f"2026-03-04T{one}Z", "uri": f"at://{one}"} for one in times]
    return {"notifications": found, "cursor": cursor}


def uris(pages: Iterable[Page]) -> list[list[str]]:
    return [
        [entry["uri"] for entry in json.loads(one.raws[0].body)["notifications"]] for one in pages
    ]


def test_pages_are_read_back_to_the_last_one_seen_and_kept_oldest_first() -> None:
    net = network(
        said(page("11:09", "11:08", cursor="b")), said(page("11:07", "08:00", cursor="c"))
    )
    seen = "2026-03-04T11:05Z"
    pages = list(bluesky.pull(replace(account, cursor={"seen": seen}), net))

    assert [["at://11:07", "at://08:00"], ["at://11:09", "at://11:08"]] == uris(pages)
    assert [seen, "2026-03-04T11:09Z"] == [one.cursor["seen"] for one in pages]


def test_what_stands_below_the_last_one_seen_is_heard_and_nothing_twice() -> None:
    """Bluesky sorts by the writer's own clock where it is slow."""
    (first,) = bluesky.pull(account, network(said(page("11:09", "11:07"))))
    late = replace(account, cursor=first.cursor)
    (second,) = bluesky.pull(late, network(said(page("11:09", "11:08", "11:07"))))
    last = replace(account, cursor=second.cursor)

    assert [["at://11:08"]] == uris([second])
    assert [] == list(bluesky.pull(last, network(said(page("11:09", "11:08", "11:07")))))


def test_answer_is_one_record_however_often_it_is_written() -> None:
    """The key is chosen beforehand, so a second writing changes nothing."""
    net = network(said(POSTS), said({"uri": "at://did:plc:lumio/app.bsky.feed.post/x", "cid": "c"}))
    bluesky.send(account, answer, net)
    body = net.asked[1].details["json"]

    assert record_key(answer) == body["rkey"] == record_key(replace(answer, text="autre"))
    assert record_key(answer) != record_key(replace(answer, key="k2"))
    assert 13 == len(body["rkey"])
    assert {"uri": "at://root", "cid": "bafya"} == body["record"]["reply"]["root"]


def test_links_are_marked_by_bytes_without_the_full_stop() -> None:
    net = network(said(POSTS), said({"uri": "at://x/y/z", "cid": "c"}))
    bluesky.send(account, replace(answer, text="Été : https://lumio.example/é."), net)
    (facet,) = net.asked[1].details["json"]["record"]["facets"]

    assert (len("Été : ".encode()), "https://lumio.example/é") == (
        facet["index"]["byteStart"],
        facet["features"][0]["uri"],
    )


def test_answer_of_unknown_fate_is_known_for_sure() -> None:
    there = {
        "uri": "at://did:plc:lumio/app.bsky.feed.post/x",
        "value": {"createdAt": "2026-03-04T12:00:00Z"},
    }

    assert bluesky.find(account, answer, network(said(there))) is not None
    assert bluesky.find(account, answer, network(said({"error": "RecordNotFound"}, 400))) is None


def test_deleted_posts_cannot_be_answered() -> None:
    with pytest.raises(Rejected) as caught:
        bluesky.send(account, answer, network(said({"posts": []})))

    assert "gone" == caught.value.code


def test_messages_are_liked_by_a_heart() -> None:
    net = network(said({"message": {}}))
    bluesky.act(account, "like", "c1#m1", net)

    assert net.asked[0].url.endswith("chat.bsky.convo.addReaction")
    assert {"convoId": "c1", "messageId": "m1", "value": "❤️"} == net.asked[0].details["json"]


@pytest.mark.parametrize(
    ("status", "error", "refusal"),
    [
        (400, "ExpiredToken", AccessLost),
        (401, "AuthMissing", AccessLost),
        (429, "RateLimitExceeded", TryLater),
        (502, "UpstreamFailure", TryLater),
        (400, "InvalidRequest", Rejected),
    ],
)
def test_each_error_has_its_consequence(status: int, error: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        bluesky.send(account, answer, network(said({"error": error}, status)))


def test_session_that_lasts_is_kept_and_one_that_ended_is_begun_anew() -> None:
    """Signing in is limited to a few hundred times a day."""
    me = {"did": "did:plc:lumio", "handle": "lumio.example"}
    lasting = replace(
        account, values={**account.values, "access": token(NOON + timedelta(hours=1))}
    )
    net = network(said(me), said({"convos": []}))
    checked = bluesky.check(lasting, net)

    assert NOON + timedelta(hours=1) == checked.expires_at
    assert net.asked[0].url.endswith("getSession")
    ended = network(said(me | {"accessJwt": token(NOON), "refreshJwt": "r1"}), said({}, 401))
    again = bluesky.check(account, ended)
    assert ended.asked[0].url.endswith("createSession")
    assert ("r1", True) == (again.values["refresh"], bool(again.warning))


def test_refused_refresh_falls_back_on_the_password() -> None:
    fresh = {"did": "d", "handle": "h", "accessJwt": "a1", "refreshJwt": "r1"}
    net = network(said({"error": "ExpiredToken"}, 400), said(fresh))

    assert {"access": "a1", "refresh": "r1"} == bluesky.renew(account, net)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("été", 3),
        ("e\u0301", 1),
        ("👨‍👩‍👧", 1),
        ("👍🏽", 1),
        ("🇫🇷🇧🇪", 2),
        ("❤️", 1),
        ("aé😡", 3),
    ],
)
def test_characters_are_counted_as_people_do(text: str, count: int) -> None:
    assert count == graphemes(text)

"""YouTube comments, as the documented lists tell them."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.channels.connector import AccessLost, Connection, Outgoing, Rejected, TryLater
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said
from comptoir.channels.connectors.youtube.connector import YouTube

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
youtube = YouTube()
account = Connection(
    1, 1, "youtube", "youtube", "Lumio",
    values={"client_id": "c", "client_secret": "s", "refresh_token": "r", "access": "a"},
    own={"id": "UC7", "handle": "lumio"},
)  # fmt: skip
answer = Outgoing("k1", "On s’en occupe", "public", "Ugy2.r0", "UC31", "comment", queued_at=NOON)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def error(reason: str) -> dict[str, Any]:
    return {"error": {"code": 403, "message": reason, "errors": [{"reason": reason}]}}


def test_threads_come_oldest_first_with_their_replies() -> None:
    praise, plaint, ours = messages(read(youtube, account, recorded(__file__, "threads.json"))[0])

    assert ["Ugy1", "Ugy2", "Ugy2.r1"] == [one.external_id for one in (praise, plaint, ours)]
    assert ("Ugy2", True, False) == (ours.in_reply_to, ours.own, plaint.own)
    assert "https://www.youtube.com/watch?v=v1&lc=Ugy2" == plaint.url


def test_nothing_new_keeps_nothing_but_counts_its_unit() -> None:
    there = json.loads(recorded(__file__, "threads.json"))
    (first,) = youtube.pull(account, network(said(there)))
    (second,) = youtube.pull(replace(account, cursor=first.cursor), network(said(there)))

    assert (1, 0) == (len(first.raws), len(second.raws))
    assert second.quota is not None
    assert (9_998, datetime(2026, 3, 5, 8, tzinfo=UTC)) == (
        second.quota.left,
        second.quota.resets_at,
    )


def test_replies_beyond_those_shown_are_asked_for() -> None:
    there = json.loads(recorded(__file__, "threads.json"))
    there["items"][0]["snippet"]["totalReplyCount"] = 7
    net = network(said(there), said({"items": []}))
    (page,) = youtube.pull(account, net)

    assert "Ugy2" == net.asked[1].details["params"]["parentId"]
    assert 2 == len(page.raws)


def test_a_new_day_has_new_units() -> None:
    old = replace(account, cursor={"seen": "2026", "used": 9_000, "day": "2026-03-03"})
    (page,) = youtube.pull(old, network(said({"items": []})))

    assert 1 == page.cursor["used"]


def test_answers_hang_on_the_first_comment_of_the_thread() -> None:
    made = {"id": "Ugy2.r9", "snippet": {"publishedAt": "2026-03-04T12:00:01Z"}}
    net = network(said(made))

    assert "Ugy2.r9" == youtube.send(account, answer, net).external_id
    assert "Ugy2" == net.asked[0].details["json"]["snippet"]["parentId"]


@pytest.mark.parametrize(
    ("status", "reason", "refusal"),
    [
        (403, "quotaExceeded", TryLater),
        (403, "rateLimitExceeded", TryLater),
        (403, "commentsDisabled", Rejected),
        (404, "parentCommentNotFound", Rejected),
        (401, "authError", AccessLost),
        (403, "forbidden", AccessLost),
    ],
)
def test_each_error_has_its_consequence(status: int, reason: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal) as caught:
        youtube.send(account, answer, network(said(error(reason), status)))

    if reason == "quotaExceeded":
        assert isinstance(caught.value, TryLater)
        assert 20 * 3600 == caught.value.after


@pytest.mark.parametrize(
    ("author", "at", "found"),
    [
        ("UC7", "2026-03-04T12:00:02Z", True),
        ("UC31", "2026-03-04T12:00:02Z", False),
        ("UC7", "2026-03-04T08:00:00Z", False),
    ],
)
def test_answer_of_unknown_fate_is_looked_for(author: str, at: str, found: bool) -> None:
    there = {
        "id": "Ugy2.r9",
        "snippet": {
            "authorChannelId": {"value": author},
            "publishedAt": at,
            "textOriginal": answer.text,
        },
    }
    assert found == (youtube.find(account, answer, network(said({"items": [there]}))) is not None)


def test_withdrawn_access_is_lost() -> None:
    with pytest.raises(AccessLost):
        youtube.renew(account, network(said({"error": "invalid_grant"}, 400)))


def test_check_begins_with_a_fresh_token() -> None:
    fresh = {"access_token": "a2", "expires_in": 3600}
    mine = {"items": [{"id": "UC7", "snippet": {"title": "Lumio", "customUrl": "@lumio"}}]}
    net = network(said(fresh), said(mine))
    checked = youtube.check(account, net)

    assert "Bearer a2" == net.asked[1].details["headers"]["authorization"]
    assert ("Lumio", "a2", datetime(2026, 3, 4, 13, tzinfo=UTC)) == (
        checked.name,
        checked.values["access"],
        checked.expires_at,
    )

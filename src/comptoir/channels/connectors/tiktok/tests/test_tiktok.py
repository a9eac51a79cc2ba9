"""TikTok, as its documented answers tell it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    CannotTell,
    Connection,
    Rejected,
    Removed,
    TryLater,
    Unrecognised,
    Unsigned,
)
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said
from comptoir.channels.connectors.tiktok.connector import TikTok
from comptoir.channels.connectors.tiktok.tests.contract import CONTRACT, VIDEO, refusal, sign

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
tiktok = TikTok()
account = Connection(
    1, 1, "tiktok", "tiktok", "@lumio", CONTRACT.values, CONTRACT.own,
    webhook="https://comptoir.example/hooks/t/",
)  # fmt: skip
assert CONTRACT.outgoing is not None
answer = replace(CONTRACT.outgoing, queued_at=NOON)
QUESTION, OURS, ADVERT = "7247303576418566913", "7247303576418566915", "7247303576418566920"
TOKEN = {
    "access_token": "a1",
    "expires_in": 86_400,
    "refresh_token": "r1",
    "refresh_token_expires_in": 31_536_000,
    "open_id": "open-lumio",
    "scope": "user.info.basic,video.list,comment.list,comment.list.manage",
    "token_type": "Bearer",
}


def fixture(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(recorded(__file__, f"{name}.json"))
    return found


def answered(data: Any) -> Any:
    return said({"code": 0, "message": "OK", "request_id": "1", "data": data})


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def test_comments_hang_below_their_video_and_replies_below_their_comment() -> None:
    (video,) = messages(read(tiktok, account, recorded(__file__, "videos.json"))[0])
    comment, reply, advert = messages(read(tiktok, account, recorded(__file__, "comments.json"))[0])

    assert (VIDEO, "post", True) == (video.external_id, video.kind, video.own)
    assert (f"{VIDEO}_{QUESTION}", VIDEO) == (comment.external_id, comment.in_reply_to)
    assert ("odile.r", "Odile", 3) == (comment.author_handle, comment.author_name, comment.likes)
    assert (f"{VIDEO}_{QUESTION}", True) == (reply.in_reply_to, reply.own)
    assert not advert.own


def test_deletion_names_the_comment_to_its_last_digit() -> None:
    """Numbers of nineteen digits are more than a float holds."""
    found, _, _ = read(tiktok, account, recorded(__file__, "deleted.json"))

    assert [Removed([f"{VIDEO}_{ADVERT}"])] == found


def test_announced_comment_is_left_to_asking() -> None:
    """An announcement does not say whether the brand itself wrote it: here it did."""
    found, skipped, strange = read(tiktok, account, recorded(__file__, "inserted.json"))

    assert ([], ["comment.update insert"], []) == (found, skipped, strange)
    other = {"event": "authorization.removed", "content": '{"reason": 1}'}
    assert ["authorization.removed"] == read(tiktok, account, json.dumps(other).encode())[1]


def test_announcement_is_handed_to_the_account_it_is_for() -> None:
    """One address serves every account of an app."""
    assert "open-lumio" == tiktok.addressee(account, fixture("deleted"))
    assert "" == tiktok.addressee(account, fixture("videos")["data"]["videos"][0])


def test_signature_is_good_for_five_minutes() -> None:
    request = sign(account, b"{}", NOON)

    tiktok.verify(account, replace(request, at=NOON + timedelta(minutes=4)))
    with pytest.raises(Unsigned):
        tiktok.verify(account, replace(request, at=NOON + timedelta(minutes=6)))


@pytest.mark.parametrize(
    "header", ["", "t=,s=", "t=x,s=y", "t=" + "9" * 400 + ",s=y", "s=y", "t=²"]
)
def test_signature_of_another_form_is_none(header: str) -> None:
    request = replace(sign(account, b"{}", NOON), headers={"tiktok-signature": header})
    with pytest.raises(Unsigned):
        tiktok.verify(account, request)


def test_connecting_says_who_and_keeps_the_new_refresh_token() -> None:
    """Each refresh token takes the place of the one before."""
    net = network(answered(TOKEN), answered({"username": "lumio", "display_name": "Lumio"}))
    checked = tiktok.check(account, net)

    assert ("@lumio", "open-lumio") == (checked.name, checked.own["id"])
    assert "r1" == checked.values["refresh_token"]
    assert NOON + timedelta(days=1) == checked.expires_at
    assert "a1" == net.asked[1].details["headers"]["access-token"]
    assert "open-lumio" == net.asked[1].details["params"]["business_id"]


def test_token_that_lasts_is_not_renewed() -> None:
    ends = (NOON + timedelta(hours=3)).isoformat()
    lasting = replace(account, values={**account.values, "access_ends": ends})
    net = network(answered({"username": "lumio"}))

    assert "@lumio" == tiktok.check(lasting, net).name
    assert "a0" == net.asked[0].details["headers"]["access-token"]


@pytest.mark.parametrize("code", [40002, 40101, 40105])
def test_refresh_token_that_ended_says_what_to_do(code: int) -> None:
    with pytest.raises(AccessLost) as caught:
        tiktok.renew(account, network(refusal(code, "no")))

    assert str(caught.value.fix)


def test_address_of_another_account_is_left_alone() -> None:
    """An app has one address: disconnecting one account must not make the others deaf."""
    net = network(answered({}))
    tiktok.subscribe(account, net)
    assert account.webhook == net.asked[0].details["json"]["callback_url"]

    net = network(answered({"callback_url": "https://comptoir.example/hooks/other/"}))
    tiktok.unsubscribe(account, net)
    assert 1 == len(net.asked)

    net = network(answered({"callback_url": account.webhook}), answered({}))
    tiktok.unsubscribe(account, net)
    assert net.asked[1].url.endswith("/business/webhook/delete/")


def polled(cursor: Any, *answers: Any) -> tuple[list[Any], Any]:
    net = network(*answers)
    return list(tiktok.pull(replace(account, cursor=cursor), net)), net


def test_first_poll_reads_the_newest_videos_and_comments() -> None:
    comments = fixture("comments") | {"data": fixture("comments")["data"] | {"has_more": True}}
    pages, net = polled({}, said(fixture("videos")), said(comments))

    assert [1, 1] == [len(page.raws) for page in pages]
    assert {"videos": {VIDEO: {ADVERT: 0, QUESTION: 2}}} == pages[-1].cursor
    assert ("create_time", "desc") == (
        net.asked[1].details["params"]["sort_field"],
        net.asked[1].details["params"]["sort_order"],
    )


def test_nothing_new_gives_nothing() -> None:
    known = {"videos": {VIDEO: {ADVERT: 0, QUESTION: 2}}}

    assert [] == polled(known, said(fixture("videos")), said(fixture("comments")))[0]


def test_new_reply_below_a_known_comment_is_asked_for() -> None:
    """A comment brings three replies at most; the others have to be asked for."""
    known = {"videos": {VIDEO: {ADVERT: 0, QUESTION: 1}}}
    (page,), net = polled(
        known, said(fixture("videos")), said(fixture("comments")), said(fixture("replies"))
    )

    assert net.asked[2].url.endswith("/business/comment/reply/list/")
    assert QUESTION == net.asked[2].details["params"]["comment_id"]
    assert 2 == len(page.raws)
    assert 2 == page.cursor["videos"][VIDEO][QUESTION]


def test_more_grown_comments_than_calls_allow_wait_for_the_next_poll() -> None:
    one = fixture("comments")["data"]["comments"][1]
    many = [{**one, "comment_id": str(number), "replies": 9} for number in range(12)]
    known = {"videos": {VIDEO: {str(number): 5 for number in range(12)}}}
    replies = [said(fixture("replies")) for _ in range(10)]
    (page,), _ = polled(
        known, said(fixture("videos")), answered({"comments": many, "has_more": False}), *replies
    )

    assert [9] * 10 + [5, 5] == list(page.cursor["videos"][VIDEO].values())


def test_pages_are_followed_until_something_known() -> None:
    comments = fixture("comments")["data"]
    newest, older = comments["comments"]
    pages, net = polled(
        {"videos": {VIDEO: {QUESTION: 2}}},
        said(fixture("videos")),
        answered({"comments": [newest], "cursor": 30, "has_more": True}),
        answered({"comments": [older], "cursor": 60, "has_more": True}),
    )

    assert "30" == net.asked[2].details["params"]["cursor"]
    assert {ADVERT: 0} == pages[-1].cursor["videos"][VIDEO]


def test_video_that_left_the_list_is_forgotten() -> None:
    known = {"videos": {"1": {"2": 0}, VIDEO: {ADVERT: 0}}}
    pages, _ = polled(known, said(fixture("videos")), said(fixture("comments")))

    assert {VIDEO} == set(pages[-1].cursor["videos"])


def test_limit_reached_in_the_middle_keeps_what_was_read() -> None:
    """Each video moves the cursor on, so that patience costs no comments."""
    videos = [{"item_id": "1", "create_time": "1"}, {"item_id": "2", "create_time": "1"}]
    net = network(
        answered({"videos": videos}), said(fixture("comments")), refusal(40100, "Too many requests")
    )
    pages = tiktok.pull(account, net)
    _listed, first = next(pages), next(pages)

    with pytest.raises(TryLater):
        next(pages)
    assert {"1"} == set(first.cursor["videos"])


def test_reply_is_written_under_its_comment() -> None:
    data = {
        "comment_id": "7247303576418566999",
        "parent_comment_id": QUESTION,
        "video_id": VIDEO,
        "create_time": "1772625605",
        "text": answer.text,
        "unique_identifier": "u-lumio",
    }
    net = network(answered(data))
    sent = tiktok.send(account, answer, net)

    assert f"{VIDEO}_7247303576418566999" == sent.external_id
    assert {
        "business_id": "open-lumio", "video_id": VIDEO, "comment_id": QUESTION, "text": answer.text,
    } == net.asked[0].details["json"]  # fmt: skip
    with pytest.raises(Rejected):
        tiktok.send(account, replace(answer, to=VIDEO), network())


@pytest.mark.parametrize(
    ("changes", "found"),
    [({}, True), ({"owner": False}, False), ({"text": "Autre"}, False), ({"create_time": "1772600000"}, False)],
)  # fmt: skip
def test_answer_of_unknown_fate_is_looked_for(changes: dict[str, Any], found: bool) -> None:
    there = fixture("replies")["data"]["comments"][1] | changes
    sent = tiktok.find(account, answer, network(answered({"comments": [there]})))

    assert found == (sent is not None)


def test_fate_below_what_lists_no_replies_is_for_a_person_to_decide() -> None:
    with pytest.raises(CannotTell):
        tiktok.find(account, answer, network(refusal(40002, "comment_id is invalid")))


@pytest.mark.parametrize(
    ("action", "path", "word"),
    [("hide", "hide", "HIDE"), ("unhide", "hide", "UNHIDE"), ("like", "like", "LIKE")],
)
def test_comments_are_hidden_shown_and_liked(action: str, path: str, word: str) -> None:
    net = network(answered({}))
    tiktok.act(account, action, f"{VIDEO}_{QUESTION}", net)

    assert net.asked[0].url.endswith(f"/business/comment/{path}/")
    assert (QUESTION, word) == (
        net.asked[0].details["json"]["comment_id"],
        net.asked[0].details["json"]["action"],
    )
    assert (VIDEO if path == "hide" else None) == net.asked[0].details["json"].get("video_id")


@pytest.mark.parametrize(
    ("answered_with", "consequence"),
    [
        (refusal(40100, "Too many requests"), TryLater),
        (refusal(50002, "Internal service error"), TryLater),
        (refusal(40105, "Access token is incorrect"), AccessLost),
        (refusal(40001, "No permission"), AccessLost),
        (refusal(40007, "Object does not exist"), Rejected),
        (refusal(40002, "text: too long"), Rejected),
        (said({"x": 1}), Unrecognised),
        (said({}, 429, retry_after="9"), TryLater),
        (said({}, 502), TryLater),
    ],
)
def test_each_code_has_its_consequence(answered_with: Any, consequence: type[Exception]) -> None:
    """TikTok says no with HTTP 200; what stands before it says it with a status."""
    with pytest.raises(consequence):
        tiktok.send(account, answer, network(answered_with))


def test_only_comments_can_be_answered() -> None:
    (way,) = tiktok.ways(account, Asked("comment", NOON, None, NOON))

    assert 150 == way.max_length
    assert () == tiktok.ways(account, Asked("post", NOON, None, NOON))

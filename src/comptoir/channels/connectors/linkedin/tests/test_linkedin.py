"""LinkedIn, as its documented answers tell it."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.base.http import Response
from comptoir.channels.connector import (
    AccessLost,
    Connection,
    Rejected,
    Removed,
    Request,
    TryLater,
    Unsigned,
)
from comptoir.channels.connectors.linkedin.connector import LinkedIn
from comptoir.channels.connectors.linkedin.tests.contract import CONTRACT, THREAD
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
linkedin = LinkedIn()
account = Connection(
    1, 1, "linkedin", "linkedin", "Lumio", CONTRACT.values, CONTRACT.own,
    webhook="https://comptoir.example/hooks/t/",
)  # fmt: skip
assert CONTRACT.outgoing is not None
answer = replace(CONTRACT.outgoing, queued_at=NOON)
QUESTION = f"urn:li:comment:({THREAD},7094977717598625792)"
ROLES = json.loads(recorded(__file__, "roles.json"))
COMMENTS = json.loads(recorded(__file__, "comments.json"))
TOKEN = {
    "access_token": "a1",
    "expires_in": 5_184_000,
    "refresh_token": "r0",
    "refresh_token_expires_in": 26_438_400,
}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def test_comments_and_mentions_are_heard_and_likes_are_not() -> None:
    found, skipped, strange = read(linkedin, account, recorded(__file__, "pushed.json"))
    comment, mention = messages(found)

    assert (QUESTION, "comment", "person:Qk3") == (
        comment.external_id,
        comment.kind,
        comment.author_handle,
    )
    assert not comment.own
    assert f"https://www.linkedin.com/feed/update/{THREAD}" == comment.url
    assert ("urn:li:share:7094637300000000000", "post") == (mention.external_id, mention.kind)
    assert (["LIKE"], []) == (skipped, strange)


def test_pages_own_comment_is_its_own_and_a_deletion_names_the_same_comment() -> None:
    """A deletion writes the comment's name in another way than the comment does."""
    found, skipped, _ = read(linkedin, account, recorded(__file__, "asked.json"))
    ours, share, gone = messages(found)

    assert ours.own
    assert (THREAD, "repost") == (share.repost_of, share.kind)
    assert [Removed([gone.external_id])] == [one for one in found if isinstance(one, Removed)]
    assert ["COMMENT_EDIT"] == skipped


def test_comment_below_a_comment_answers_it() -> None:
    delivery = json.loads(recorded(__file__, "pushed.json"))
    delivery["notifications"][0]["decoratedGeneratedActivity"]["comment"]["object"] = (
        "urn:li:comment:(activity:7094637247890620418,1)"
    )
    found, _, _ = read(linkedin, account, json.dumps(delivery).encode())

    assert f"urn:li:comment:({THREAD},1)" == messages(found)[0].in_reply_to


def test_comment_without_its_words_is_set_aside() -> None:
    """It was said and cannot be shown: a person should know."""
    delivery = json.loads(recorded(__file__, "pushed.json"))
    del delivery["notifications"][0]["decoratedGeneratedActivity"]
    _, _, strange = read(linkedin, account, json.dumps(delivery).encode())

    assert ["COMMENT without its words"] == strange


def test_post_commented_on_is_among_the_details() -> None:
    entry = json.loads(recorded(__file__, "pushed.json"))["notifications"][0]

    ((_, words),) = linkedin.details(account, json.dumps(entry))

    assert "Notre nouvelle lampe est arrivée." == words


def test_challenge_is_answered_with_the_apps_secret() -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    reply = linkedin.handshake(account, Request("GET", "", {"challengeCode": code}, {}, b"", NOON))

    assert reply is not None
    assert "application/json" == reply.media_type
    made = hmac.new(b"s3cret", code.encode(), hashlib.sha256).hexdigest()
    assert {"challengeCode": code, "challengeResponse": made} == json.loads(reply.body)


def test_signature_is_over_prefix_and_body() -> None:
    body = b'{"type": "x"}'
    for signed, taken in ((b"hmacsha256=" + body, True), (body, False)):
        made = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
        request = Request("POST", "", {}, {"x-li-signature": made}, body, NOON)
        if taken:
            linkedin.verify(account, request)
        else:
            with pytest.raises(Unsigned):
                linkedin.verify(account, request)


def test_connecting_asks_for_the_role_and_the_page() -> None:
    page = {"id": 96072, "localizedName": "Lumio", "vanityName": "lumio"}
    net = network(said(TOKEN), said(ROLES), said(page))
    checked = linkedin.check(account, net)

    assert "Lumio" == checked.name
    assert ("urn:li:organization:96072", "urn:li:person:zLq8") == (
        checked.own["id"],
        checked.own["person"],
    )
    assert NOON + timedelta(days=60) == checked.expires_at
    assert not checked.warning
    assert "Bearer a1" == net.asked[1].details["headers"]["authorization"]


def test_page_of_others_is_refused_at_its_field() -> None:
    other = replace(account, values={**account.values, "organization": "5"})
    with pytest.raises(Rejected) as caught:
        linkedin.check(other, network(said(TOKEN), said(ROLES)))

    assert "organization" == caught.value.field


def test_token_that_lasts_is_not_renewed_and_a_late_consent_is_announced() -> None:
    """A refresh token is never prolonged: after a year a person must consent again."""
    values = {
        **account.values,
        "access_ends": (NOON + timedelta(days=3)).isoformat(),
        "refresh_ends": (NOON + timedelta(days=20)).isoformat(),
    }
    net = network(said(ROLES), said({"localizedName": "Lumio"}))
    checked = linkedin.check(replace(account, values=values), net)

    assert checked.warning
    assert "Bearer a0" == net.asked[0].details["headers"]["authorization"]


def test_refresh_token_that_ended_says_what_to_do() -> None:
    with pytest.raises(AccessLost) as caught:
        linkedin.renew(account, network(said({"error": "invalid_grant"}, 400)))

    assert str(caught.value.fix)


def test_deliveries_are_asked_for_under_application_person_and_page() -> None:
    net = network(Response(204), Response(204))
    linkedin.subscribe(account, net)
    linkedin.unsubscribe(account, net)

    assert ["PUT", "DELETE"] == [one.method for one in net.asked]
    assert net.asked[0].url.endswith(
        "/eventSubscriptions/(developerApplication:urn%3Ali%3AdeveloperApplication%3A4321,"
        "user:urn%3Ali%3Aperson%3AzLq8,entity:urn%3Ali%3Aorganization%3A96072,"
        "eventType:ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS)"
    )
    assert {"webhook": account.webhook} == net.asked[0].details["json"]


def test_without_application_number_linkedin_is_only_asked() -> None:
    values = {name: one for name, one in account.values.items() if name != "application"}
    net = network()
    linkedin.subscribe(replace(account, values=values), net)

    assert [] == net.asked


def test_what_deliveries_missed_is_asked_for_from_where_it_stands() -> None:
    answered = json.loads(recorded(__file__, "asked.json"))
    net = network(said(answered))
    (page,) = linkedin.pull(replace(account, cursor={"seen": 1772625800000}), net)

    assert {"seen": 1772625980000} == page.cursor
    assert "timeRange=(start:1772625800000,end:1772625600000)" in net.asked[0].url
    assert "organizationalEntity=urn%3Ali%3Aorganization%3A96072" in net.asked[0].url
    net = network(said(answered))
    assert [] == list(linkedin.pull(replace(account, cursor=page.cursor), net))


def test_full_page_is_followed_by_the_next() -> None:
    entry = json.loads(recorded(__file__, "asked.json"))["elements"][0]
    net = network(said({"elements": [entry] * 100}), said({"elements": [entry]}))
    (page,) = linkedin.pull(account, net)

    assert 2 == len(page.raws)
    assert ["&start=0&count=100", "&start=100&count=100"] == [
        one.url[one.url.index("&start") :] for one in net.asked
    ]


def test_first_poll_reaches_back_two_days() -> None:
    net = network(said({"elements": []}))

    assert [] == list(linkedin.pull(account, net))
    since = int((NOON - timedelta(days=2)).timestamp() * 1000)
    assert f"start:{since}," in net.asked[0].url


def test_answer_to_a_comment_hangs_below_it() -> None:
    net = network(said(COMMENTS["elements"][0], 201, x_restli_id="7094977717598625950"))
    sent = linkedin.send(account, answer, net)

    assert net.asked[0].url.endswith(
        "/socialActions/urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A7094637247890620418%2C"
        "7094977717598625792%29/comments"
    )
    assert {
        "actor": "urn:li:organization:96072",
        "object": THREAD,
        "message": {"text": answer.text},
        "parentComment": QUESTION,
    } == net.asked[0].details["json"]
    assert f"urn:li:comment:({THREAD},7094977717598625950)" == sent.external_id


def test_answer_to_a_mention_is_a_comment_on_the_post() -> None:
    """Known by its number in the header when the body does not name it."""
    share = "urn:li:share:7094637300000000000"
    net = network(Response(201, {"x-restli-id": "42"}))
    sent = linkedin.send(account, replace(answer, to=share), net)

    assert "parentComment" not in net.asked[0].details["json"]
    assert f"urn:li:comment:({share},42)" == sent.external_id


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"actor": "urn:li:person:Qk3"}, False),
        ({"message": {"text": "Autre chose"}}, False),
        ({"created": {"time": 1772600000000}}, False),
    ],
)
def test_answer_of_unknown_fate_is_looked_for(changes: dict[str, Any], found: bool) -> None:
    there = {"elements": [COMMENTS["elements"][0] | changes]}

    assert found == (linkedin.find(account, answer, network(said(there))) is not None)


def test_comment_is_deleted_in_the_name_of_the_page() -> None:
    net = network(Response(204))
    linkedin.act(account, "delete", QUESTION, net)

    assert "DELETE" == net.asked[0].method
    assert net.asked[0].url.endswith(
        "/socialActions/urn%3Ali%3Aactivity%3A7094637247890620418/comments/7094977717598625792"
        "?actor=urn%3Ali%3Aorganization%3A96072"
    )
    with pytest.raises(Rejected):
        linkedin.act(account, "delete", "urn:li:share:1", network())


@pytest.mark.parametrize(
    ("status", "words", "headers", "after"),
    [
        (429, "Resource level throttle APPLICATION DAY limit for calls to this resource is reached.", {}, 43_200.0),
        (429, "Too many requests", {"retry_after": "30"}, 30.0),
        (429, "", {}, None),
        (503, "", {}, None),
    ],
)  # fmt: skip
def test_patience_is_what_linkedin_asks_for(
    status: int, words: str, headers: dict[str, str], after: float | None
) -> None:
    """A day's calls are granted anew at midnight, UTC: asking sooner is of no use."""
    with pytest.raises(TryLater) as caught:
        linkedin.send(account, answer, network(said({"message": words}, status, **headers)))

    assert after == caught.value.after


@pytest.mark.parametrize(
    ("status", "refusal"), [(401, AccessLost), (403, AccessLost), (404, Rejected), (422, Rejected)]
)
def test_each_error_has_its_consequence(status: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        linkedin.send(account, answer, network(said({"message": "no", "status": status}, status)))


@pytest.mark.parametrize("given", ["", "0", "-1", "two", "1.5", "999999"])
def test_hours_to_keep_comments_are_a_number(given: str) -> None:
    """Left empty they are those that LinkedIn's terms allow everybody."""
    there = replace(account, values={**account.values, "hours": given})
    agreed = replace(account, values={**account.values, "hours": "720"})

    assert timedelta(hours=48) == linkedin.forgets_after(account)
    assert timedelta(days=30) == linkedin.forgets_after(agreed)
    if not given:
        assert timedelta(hours=48) == linkedin.forgets_after(there)
        return
    with pytest.raises(Rejected) as refused:
        linkedin.check(there, network())
    assert "hours" == refused.value.field

"""The generic webhook: signatures of Standard Webhooks' own library, our own format."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import standardwebhooks

from comptoir.base import clock
from comptoir.channels.connector import (
    Asked,
    Connection,
    Outgoing,
    Raw,
    Receipt,
    Rejected,
    Removed,
    Request,
    TryLater,
    Unrecognised,
    Unsigned,
)
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said
from comptoir.channels.connectors.webhook.connector import Webhook

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
STAMP = str(int(NOON.timestamp()))
SECRET = "whsec_" + "S" * 40
webhook = Webhook()
program = Connection(
    1, 1, "webhook", "api", "CRM",
    values={"secret": SECRET, "answers": "https://crm.example/answers"},
)  # fmt: skip
answer = Outgoing("k1", "Demain.", "private", "m1", "odile", "message")


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def posted(body: bytes, at: datetime = NOON, **changes: str) -> Request:
    made = standardwebhooks.Webhook(SECRET).sign("msg_1", NOON, body.decode())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": STAMP, "webhook-signature": made}
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    return Request("POST", "", {}, headers, body, at)


def test_libraries_of_the_standard_make_the_signatures_we_take() -> None:
    body = recorded(__file__, "messages.json")

    webhook.verify(program, posted(body))
    rotated = posted(body).headers["webhook-signature"]
    webhook.verify(program, posted(body, webhook_signature=f"v1,old {rotated}"))
    for bad in (
        posted(body, webhook_signature="v1,é"),
        posted(body, webhook_id="msg_2"),
        posted(body, webhook_timestamp="1"),
        posted(body, webhook_timestamp="soon"),
        posted(body, at=NOON + timedelta(minutes=6)),
        replace(posted(body), body=body + b" "),
    ):
        with pytest.raises(Unsigned):
            webhook.verify(program, bad)


def test_messages_removals_and_receipts_are_read() -> None:
    found, skipped, strange = read(webhook, program, recorded(__file__, "messages.json"))
    talk, review = messages(found)

    assert (datetime(2026, 3, 4, 8, tzinfo=UTC), "odile") == (talk.sent_at, talk.conversation)
    assert ("review", 1.5, 3, None) == (review.kind, review.rating, review.likes, review.views)
    assert [Removed(["m0"])] == [one for one in found if isinstance(one, Removed)]
    assert ["k9"] == [one.key for one in found if isinstance(one, Receipt)]
    assert ([], []) == (skipped, strange)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"id": None}, "id"),
        ({"id": ""}, "id"),
        ({"id": True}, "id"),
        ({"sent_at": "hier"}, "sent_at"),
        ({"sent_at": "2026-03-04T09:00:00"}, "sent_at"),
        ({"kind": "telepathy"}, "kind"),
        ({"likes": -1}, "likes"),
        ({"likes": 1.5}, "likes"),
        ({"rating": "5"}, "rating"),
        ({"text": ["a"]}, "text"),
    ],
)
def test_bad_fields_are_named_and_the_others_go_on(changes: dict[str, Any], named: str) -> None:
    good = {"id": "m1", "author": "odile", "sent_at": "2026-03-04T08:00:00Z", "text": "a"}
    body = json.dumps({"messages": [good | {"id": "m2"}, good | changes]}).encode()
    found, _, strange = read(webhook, program, body)

    assert ["m2"] == [one.external_id for one in messages(found)]
    assert [True] == [f"“{named}”" in one for one in strange]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"messages": 1}', b"\xff"])
def test_other_bodies_are_not_recognised(body: bytes) -> None:
    with pytest.raises(Unrecognised):
        webhook.split(program, Raw(body))


def test_answers_are_signed_and_carry_their_key() -> None:
    net = network(said({"id": "crm-7"}))
    sent = webhook.send(program, answer, net)
    told = net.asked[0].details

    assert "crm-7" == sent.external_id
    checked: Any = standardwebhooks.Webhook(SECRET)
    headers = {**told["headers"], "webhook-timestamp": str(int(datetime.now(UTC).timestamp()))}
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        checked.verify(told["data"], headers)  # another time needs another signature
    assert ("k1", STAMP) == (told["headers"]["webhook-id"], told["headers"]["webhook-timestamp"])
    expected = standardwebhooks.Webhook(SECRET).sign("k1", NOON, told["data"].decode())
    assert expected == told["headers"]["webhook-signature"]


def test_answer_without_an_id_is_known_by_its_key() -> None:
    assert "k1" == webhook.send(program, answer, network(said("ok"))).external_id
    with pytest.raises(TryLater):
        webhook.send(program, answer, network(said({}, 503)))


def test_without_an_address_nothing_can_be_answered() -> None:
    silent = replace(program, values={"secret": SECRET, "answers": ""})
    (way,) = webhook.ways(silent, Asked("message", NOON, NOON, NOON))

    assert way.closed


@pytest.mark.parametrize("secret", ["", "abc", "whsec_" + "S" * 8, "whsec_é"])
def test_weak_secrets_are_refused(secret: str) -> None:
    with pytest.raises(Rejected) as caught:
        webhook.check(replace(program, values={"secret": secret}), network())

    assert "secret" == caught.value.field

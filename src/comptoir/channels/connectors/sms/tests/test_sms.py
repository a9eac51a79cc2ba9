"""Text messages at Twilio: signatures checked by Twilio's own validator, forms as documented."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from comptoir.base import clock
from comptoir.channels.connector import (
    AccessLost,
    Connection,
    Heard,
    Outgoing,
    Raw,
    Receipt,
    Rejected,
    Request,
    TryLater,
    Unrecognised,
    Unsigned,
)
from comptoir.channels.connectors.sms.connector import Sms
from comptoir.channels.connectors.tests.simulated import network, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOOK = "https://desk.example/hooks/x/"
sms = Sms()
number = Connection(
    1, 1, "sms", "sms", "+33700000001",
    values={"account_sid": "AC01", "auth_token": "t0", "number": "+33 7 00 00 00 01"},
    own={"id": "PN01", "handle": "+33700000001"}, webhook=HOOK,
)  # fmt: skip
answer = Outgoing(
    "k1", "Un nouveau part demain.", "private", "SM0a1", "+33639980001", "message", queued_at=NOON
)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def posted(body: bytes, signature: str, url: str = HOOK) -> Request:
    return Request("POST", url, {}, {"x-twilio-signature": signature}, body, NOON)


@pytest.mark.parametrize("url", [HOOK, HOOK.replace(".example", ".example:443"), HOOK + "?a=1"])
def test_twilios_own_validator_makes_the_signatures_we_take(url: str) -> None:
    body = recorded(__file__, "message.form")
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    good = RequestValidator("t0").compute_signature(url, fields)

    sms.verify(number, posted(body, good, url))
    for bad, changed in ((good[:-2] + "A=", body), ("", body), (good, body + b"&x=1"), ("é", body)):
        with pytest.raises(Unsigned):
            sms.verify(number, posted(changed, bad, url))


def heard(name: str) -> list[object]:
    raw = Raw(recorded(__file__, name), received_at=NOON)
    return [one for entry in sms.split(number, raw) for one in sms.parse(number, entry)]


def test_messages_of_a_number_are_one_conversation() -> None:
    (found,) = heard("message.form")
    assert isinstance(found, Heard)
    (message,) = found.messages

    assert ("SM0a1", "+33639980001", NOON) == (
        message.external_id,
        message.conversation,
        message.sent_at,
    )
    assert "Mon colis est arrivé ouvert\nhttps://api.twilio.com/m1" == message.text


def test_undelivered_answers_are_told() -> None:
    (found,) = heard("status.form")

    assert isinstance(found, Receipt)
    assert ("SM0b1", "failed", "twilio_30005") == (found.external_id, found.state, found.code)


def test_repeated_deliveries_have_one_key_and_each_state_its_own() -> None:
    keys = [
        sms.delivery_key(number, posted(recorded(__file__, name), ""))
        for name in ("message.form", "status.form")
    ]

    assert ["SM0a1 received", "SM0b1 undelivered"] == keys


def test_polling_finds_what_a_webhook_missed_under_the_same_id() -> None:
    there = {
        "sid": "SM0a1", "direction": "inbound", "from": "+33639980001", "to": "+33700000001",
        "body": "Mon colis", "date_created": "Wed, 04 Mar 2026 08:00:00 +0000",
    }  # fmt: skip
    (page,) = sms.pull(number, network(said({"messages": [there]})))
    (found,) = [
        one for raw in page.raws for e in sms.split(number, raw) for one in sms.parse(number, e)
    ]

    assert isinstance(found, Heard)
    assert "SM0a1" == found.messages[0].external_id


def test_polling_reads_on_while_twilio_has_more() -> None:
    """Twilio names the next page; the oldest message is kept first."""
    more = "/2010-04-01/Accounts/AC/Messages.json?To=%2B33700000001&PageSize=200&PageToken=PASM1"
    twilio = network(
        said({"messages": [{"sid": "SM2"}], "next_page_uri": more}),
        said({"messages": [{"sid": "SM1"}], "next_page_uri": None}),
    )
    (page,) = sms.pull(number, twilio)

    assert ["SM1", "SM2"] == [json.loads(raw.body)["sid"] for raw in page.raws]
    assert "PASM1" == twilio.asked[1].details["params"]["PageToken"]
    assert "+33700000001" == twilio.asked[1].details["params"]["To"]


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (401, {"code": 20003, "message": "Authenticate"}, AccessLost),
        (429, {"code": 20429}, TryLater),
        (400, {"code": 21610}, Rejected),
        (400, {"code": 21211}, Rejected),
        (503, {}, TryLater),
    ],
)
def test_each_error_has_its_consequence(
    status: int, body: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        sms.send(number, answer, network(said(body, status)))


def test_answer_of_unknown_fate_is_looked_for() -> None:
    there = {"sid": "SM0c1", "body": answer.text, "date_created": "Wed, 04 Mar 2026 12:00:02 +0000"}
    old = there | {"sid": "SM0c0", "date_created": "Wed, 04 Mar 2026 08:00:00 +0000"}
    found = sms.find(number, answer, network(said({"messages": [old, there]})))

    assert found is not None
    assert "SM0c1" == found.external_id
    assert sms.find(number, answer, network(said({"messages": [old]}))) is None


def test_states_are_asked_for_only_where_twilio_can_call() -> None:
    net = network(said({"sid": "SM1"}), said({"sid": "SM2"}))
    sms.send(number, answer, net)
    sms.send(replace(number, webhook="http://desk.local/x/"), answer, net)

    assert [HOOK, None] == [one.details["data"].get("StatusCallback") for one in net.asked]


@pytest.mark.parametrize(
    ("text", "length"), [("Été à 5€", 9), ("abc", 3), ("œuf", 3), ("😡", 2), ("[x]", 5)]
)
def test_length_is_counted_as_billed(text: str, length: int) -> None:
    assert length == sms.length(text)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"hello", b"a=1"])
def test_what_is_not_twilios_is_not_recognised(body: bytes) -> None:
    with pytest.raises(Unrecognised):
        list(sms.split(number, Raw(body, received_at=NOON)))


def test_number_of_somebody_else_is_refused() -> None:
    net = network(said({"friendly_name": "Lumio"}), said({"incoming_phone_numbers": []}))

    with pytest.raises(Rejected) as caught:
        sms.check(number, net)

    assert "number" == caught.value.field

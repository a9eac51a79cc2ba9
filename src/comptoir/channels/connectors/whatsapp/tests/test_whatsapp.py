"""WhatsApp's Cloud API, as documented payloads tell it."""

from datetime import UTC, datetime, timedelta

import pytest

from comptoir.channels.connector import (
    Asked,
    CannotTell,
    Connection,
    NotYet,
    Outgoing,
    Receipt,
    Rejected,
    TryLater,
)
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said
from comptoir.channels.connectors.whatsapp.connector import WhatsApp

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
whatsapp = WhatsApp()
number = Connection(
    1, 1, "whatsapp", "whatsapp", "Lumio",
    values={
        "app_id": "999", "app_secret": "s3", "token": "t0", "verify_token": "citron",
        "business_id": "5550", "number_id": "2001",
    },
    own={"id": "2001", "handle": "33199000001"},
    webhook="https://desk.example/hooks/x/",
)  # fmt: skip
answer = Outgoing("key-1", "Il arrive demain.", "private", "wamid.A1", "33639980001", "message")


def test_messages_carry_the_name_and_share_a_conversation() -> None:
    found, skipped, _ = read(whatsapp, number, recorded(__file__, "messages.json"))
    text, picture = messages(found)

    assert ("Odile", "33639980001") == (text.author_name, text.conversation)
    assert "le suivi" == picture.text
    assert ["message reaction"] == skipped


def test_receipts_hand_our_key_back() -> None:
    """So that an answer whose fate was unknown is settled by its first receipt."""
    found, skipped, _ = read(whatsapp, number, recorded(__file__, "statuses.json"))
    delivered, failed = [one for one in found if isinstance(one, Receipt)]

    assert ("delivered", "key-1") == (delivered.state, delivered.key)
    assert ("failed", "meta_131026") == (failed.state, failed.code)
    assert "not on WhatsApp" in failed.sentence
    assert ["status sent"] == skipped


def test_entries_name_the_number_they_are_for() -> None:
    from comptoir.channels.connector import Raw

    entries = whatsapp.split(number, Raw(recorded(__file__, "messages.json")))

    assert {"2001"} == {whatsapp.addressee(number, one) for one in entries}


def test_answers_quote_the_message_and_carry_our_key() -> None:
    net = network(said({"messages": [{"id": "wamid.B1"}]}))
    sent = whatsapp.send(number, answer, net)
    body = net.asked[0].details["json"]

    assert "wamid.B1" == sent.external_id
    assert ("key-1", "wamid.A1", "33639980001") == (
        body["biz_opaque_callback_data"],
        body["context"]["message_id"],
        body["to"],
    )


def test_window_of_a_day_is_known_before_typing_and_when_refused() -> None:
    def closed(age: timedelta) -> bool:
        (way,) = whatsapp.ways(number, Asked("message", NOON - age, NOON - age, NOON))
        return bool(way.closed)

    assert [False, True] == [closed(timedelta(hours=23)), closed(timedelta(hours=24))]
    with pytest.raises(Rejected):
        whatsapp.send(number, answer, network(said({"error": {"code": 131047}}, 400)))


def test_rate_of_the_number_is_waited_for_by_all_and_that_of_one_person_by_their_answer() -> None:
    """One message every six seconds to one person; eighty a second from the number."""
    with pytest.raises(NotYet) as waits:
        whatsapp.send(number, answer, network(said({"error": {"code": 131056}}, 400)))
    with pytest.raises(TryLater):
        whatsapp.send(number, answer, network(said({"error": {"code": 130429}}, 400)))

    assert 6 == waits.value.after


def test_the_network_cannot_be_asked_what_it_took() -> None:
    with pytest.raises(CannotTell):
        whatsapp.find(number, answer, network())


def test_deliveries_of_this_business_come_to_us() -> None:
    net = network(said({"success": True}))
    whatsapp.subscribe(number, net)

    assert number.webhook == net.asked[0].details["json"]["override_callback_uri"]

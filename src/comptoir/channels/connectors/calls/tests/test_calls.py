"""Transcripts of calls, as Twilio documents them."""

from datetime import UTC, datetime

import pytest

from comptoir.channels.connector import Connection, Heard, Raw, Unrecognised, Unsupported
from comptoir.channels.connectors.calls.connector import Calls
from comptoir.channels.connectors.tests.simulated import recorded
from comptoir.channels.incoming import Incoming

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
calls = Calls()
number = Connection(
    1, 1, "calls", "phone", "+33700000001",
    values={"account_sid": "AC01", "auth_token": "t0", "number": "+33700000001"},
    own={"id": "PN01", "handle": "+33700000001"},
)  # fmt: skip


def heard(body: bytes) -> Incoming:
    (entry,) = calls.split(number, Raw(body, received_at=NOON))
    (found,) = calls.parse(number, entry)
    assert isinstance(found, Heard)
    return found.messages[0]


def test_recordings_are_heard_with_the_way_back_to_them() -> None:
    message = heard(recorded(__file__, "recording.form"))

    assert "Bonjour, ma commande 4711 n'est pas là." == message.text
    assert ("TR01", "CA01", "https://api.twilio.com/r") == (
        message.external_id,
        message.conversation,
        message.url,
    )


def test_sentences_of_a_call_are_one_conversation_of_two_sides() -> None:
    body = recorded(__file__, "sentence.form")
    caller, agent = (
        heard(body),
        heard(body.replace(b"inbound", b"outbound").replace(b"Id=4", b"Id=5")),
    )

    assert ({"CA02"}, [False, True]) == (
        {caller.conversation, agent.conversation},
        [caller.own, agent.own],
    )
    assert ("fr", "Je voudrais annuler.") == (caller.language, caller.text)
    assert caller.external_id != agent.external_id


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        (b"Final=true", b"Final=false", Unsupported),
        (b"transcription-content", b"transcription-started", Unsupported),
        (b"transcript%22", b"words%22", Unrecognised),
        (b"2026-03-04T08%3A00%3A05.123Z", b"noon", Unrecognised),
    ],
)
def test_unfinished_and_strange_sentences(old: bytes, new: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        heard(recorded(__file__, "sentence.form").replace(old, new))


def test_failed_transcriptions_say_nothing() -> None:
    with pytest.raises(Unsupported):
        heard(recorded(__file__, "recording.form").replace(b"Status=completed", b"Status=failed"))

"""Slack: signatures made by Slack's own verifier, events as documented."""

from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.signature import SignatureVerifier

from comptoir.channels.connector import (
    AccessLost,
    Connection,
    Outgoing,
    Rejected,
    Request,
    TryLater,
    Unsigned,
)
from comptoir.channels.connectors.slack.connector import Slack
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
STAMP = str(int(NOON.timestamp()))
slack = Slack()
team = Connection(
    1, 1, "slack", "slack", "Lumio",
    values={"token": "xoxb-1", "signing_secret": "s3", "alerts": "#care"},
    own={"id": "U05", "handle": "lumio"},
)  # fmt: skip
answer = Outgoing(
    "k1", "Essayez <b>", "public", "C01:1772611300.000400", "U77", "reply",
    thread=("C01:1772611200.000100", "C01:1772611300.000400"),
)  # fmt: skip


def posted(body: bytes, signature: str, stamp: str = STAMP, at: datetime = NOON) -> Request:
    headers = {"x-slack-signature": signature, "x-slack-request-timestamp": stamp}
    return Request("POST", "", {}, headers, body, at)


def signed(body: bytes, stamp: str = STAMP) -> str:
    made = SignatureVerifier("s3").generate_signature(timestamp=stamp, body=body)
    assert made
    return made


def test_slacks_own_verifier_makes_the_signatures_we_take() -> None:
    body = recorded(__file__, "message.json")

    slack.verify(team, posted(body, signed(body)))
    for bad in (
        posted(body, ""),
        posted(body, "v0=é"),
        posted(body + b" ", signed(body)),
        posted(body, signed(body), stamp="x"),
        posted(body, signed(body), at=NOON + timedelta(minutes=6)),
        posted(body, signed(body, "1"), stamp="1"),
    ):
        with pytest.raises(Unsigned):
            slack.verify(team, bad)


def test_challenge_is_answered_only_when_signed() -> None:
    body = b'{"type": "url_verification", "challenge": "3eZb"}'
    reply = slack.handshake(team, posted(body, signed(body)))

    assert reply is not None
    assert "3eZb" == reply.body
    with pytest.raises(Unsigned):
        slack.handshake(team, posted(body, "v0=0"))
    assert slack.handshake(team, posted(b"{}", signed(b"{}"))) is None


def test_customer_who_writes_of_a_challenge_is_heard() -> None:
    body = recorded(__file__, "message.json").replace(b"siffle", b"url_verification")

    assert slack.handshake(team, posted(body, signed(body))) is None


def test_marks_are_read_as_people_see_them() -> None:
    (message,) = messages(read(slack, team, recorded(__file__, "message.json"))[0])

    assert "La Lumio du site fuit & siffle, @U05 ?" == message.text
    assert ("C01:1772611200.000100", "post") == (message.external_id, message.kind)


def test_replies_hang_on_the_first_of_their_thread() -> None:
    (message,) = messages(read(slack, team, recorded(__file__, "reply.json"))[0])

    assert ("C01:1772611200.000100", True) == (message.in_reply_to, message.own)
    assert ["channel_join"] == read(slack, team, recorded(__file__, "joined.json"))[1]


def test_repetitions_have_one_key() -> None:
    assert "Ev01" == slack.delivery_key(team, posted(recorded(__file__, "message.json"), ""))


def test_answers_stay_in_the_thread_and_ring_nobody() -> None:
    net = network(said({"ok": True, "channel": "C01", "ts": "1772611400.000500"}))
    sent = slack.send(team, answer, net)
    body = net.asked[0].details["json"]

    assert "C01:1772611400.000500" == sent.external_id
    assert ("1772611200.000100", "Essayez &lt;b&gt;") == (body["thread_ts"], body["text"])


def test_answer_of_unknown_fate_is_found_by_its_key() -> None:
    def there(key: str) -> dict[str, object]:
        return {"ts": "1.0", "metadata": {"event_payload": {"key": key}}}

    found = slack.find(
        team, answer, network(said({"ok": True, "messages": [there("k0"), there("k1")]}))
    )

    assert found is not None
    assert slack.find(team, answer, network(said({"ok": True, "messages": [there("k0")]}))) is None


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("token_revoked", AccessLost),
        ("missing_scope", AccessLost),
        ("ratelimited", TryLater),
        ("not_in_channel", Rejected),
        ("msg_too_long", Rejected),
    ],
)
def test_each_error_has_its_consequence(error: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        slack.send(team, answer, network(said({"ok": False, "error": error})))


def test_alerts_go_to_their_channel_and_customers_words_are_inert() -> None:
    net = network(said({"ok": True}))
    slack.alert(team, "Pic de plaintes : <!channel>", net)
    body = net.asked[0].details["json"]

    assert ("#care", "Pic de plaintes : &lt;!channel&gt;") == (body["channel"], body["text"])

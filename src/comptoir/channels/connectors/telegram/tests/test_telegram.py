"""A Telegram bot, as the documented updates tell it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from comptoir.base import clock
from comptoir.channels.connector import (
    AccessLost,
    CannotTell,
    Connection,
    Outgoing,
    Rejected,
    Request,
    TryLater,
    Unsigned,
)
from comptoir.channels.connectors.telegram.connector import Telegram
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOOK = "https://desk.example/hooks/x/"
telegram = Telegram()
bot = Connection(
    1, 1, "telegram", "telegram", "@lumio_bot", {"token": "12:ab"},
    own={"id": "5", "handle": "lumio_bot"}, webhook=HOOK,
)  # fmt: skip
private = replace(bot, webhook="http://desk.local/hooks/x/")
answer = Outgoing("k1", "Bonjour Odile", "private", "700100:41", "odile_r", "message")


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def test_a_chat_is_one_conversation_whoever_writes_in_it() -> None:
    (direct,) = messages(read(telegram, bot, recorded(__file__, "private.json"))[0])
    (group,) = messages(read(telegram, bot, recorded(__file__, "group.json"))[0])

    assert ("700100:41", "700100", "Odile Ravel") == (
        direct.external_id,
        direct.conversation,
        direct.author_name,
    )
    assert ("-100900", "700200", "Elle fuit") == (
        group.conversation,
        group.author_handle,
        group.text,
    )


def test_edits_are_counted_and_left_out() -> None:
    """Messages are kept as they were heard first."""
    assert ["edited_message"] == read(telegram, bot, recorded(__file__, "edited.json"))[1]


def test_secret_of_the_webhook_is_the_one_telegram_was_given() -> None:
    net = network(said({"ok": True, "result": True}))
    telegram.subscribe(bot, net)
    secret = net.asked[0].details["json"]["secret_token"]

    def pushed(given: str) -> Request:
        return Request("POST", HOOK, {}, {"x-telegram-bot-api-secret-token": given}, b"{}", NOON)

    telegram.verify(bot, pushed(secret))
    for bad in ("", secret[:-1], "é"):
        with pytest.raises(Unsigned):
            telegram.verify(bot, pushed(bad))


def test_same_update_twice_has_one_key() -> None:
    body = recorded(__file__, "private.json")

    assert "update 881001" == telegram.delivery_key(bot, Request("POST", HOOK, {}, {}, body, NOON))


def test_without_https_the_bot_asks_and_remembers_how_far() -> None:
    update = {"update_id": 7, "message": {}}
    net = network(said({"ok": True, "result": [update]}))
    (page,) = telegram.pull(replace(private, cursor={"after": 6}), net)

    assert 7 == net.asked[0].details["json"]["offset"]
    assert ({"after": 7}, 1) == (page.cursor, len(page.raws))


def test_webhook_that_somebody_took_away_is_set_again() -> None:
    net = network(said({"ok": True, "result": {"url": ""}}), said({"ok": True, "result": True}))
    (page,) = telegram.pull(bot, net)

    assert net.asked[1].url.endswith("/setWebhook")
    assert [] == list(telegram.pull(replace(bot, cursor=page.cursor), network()))


def test_answers_go_to_the_chat_and_quote_the_message() -> None:
    net = network(said({"ok": True, "result": {"message_id": 43, "date": 1772611300}}))
    sent = telegram.send(bot, answer, net)

    assert "700100:43" == sent.external_id
    body = net.asked[0].details["json"]
    assert ("700100", 41) == (body["chat_id"], body["reply_parameters"]["message_id"])


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (401, {"ok": False, "description": "Unauthorized"}, AccessLost),
        (403, {"ok": False, "description": "bot was blocked by the user"}, Rejected),
        (429, {"ok": False, "parameters": {"retry_after": 31}}, TryLater),
        (502, {}, TryLater),
        (400, {"ok": False, "description": "chat not found"}, Rejected),
    ],
)
def test_each_error_has_its_consequence(
    status: int, body: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as caught:
        telegram.send(bot, answer, network(said(body, status)))

    if status == 429:
        assert isinstance(caught.value, TryLater)
        assert 31 == caught.value.after


def test_nobody_can_be_asked_what_arrived() -> None:
    with pytest.raises(CannotTell):
        telegram.find(bot, answer, network())


def test_length_is_counted_in_utf16() -> None:
    assert (1, 2) == (telegram.length("é"), telegram.length("😡"))

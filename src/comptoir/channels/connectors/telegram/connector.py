"""
A Telegram bot: what people write to it, and what is said in groups where it may read.

core.telegram.org/bots/api. Where this server can be reached over https Telegram pushes;
elsewhere the bot asks (getUpdates), which Telegram allows only without a webhook.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http, Response
from comptoir.channels.connector import (
    AccessLost,
    Asked,
    Checked,
    Connection,
    Connector,
    Field,
    Heard,
    Outgoing,
    Page,
    Raw,
    Read,
    Rejected,
    Request,
    Sent,
    TryLater,
    Unrecognised,
    Unsigned,
    Unsupported,
    Way,
)
from comptoir.channels.connectors.bodies import object_in, object_of
from comptoir.channels.connectors.times import instant
from comptoir.channels.incoming import Incoming
from comptoir.channels.refusing import refuse

API = "https://api.telegram.org"
_LENGTH = 4096
_PAGE = 100
_LOOK = timedelta(minutes=10)
_MEDIA = ("photo", "video", "voice", "audio", "document", "sticker", "animation", "video_note")


class Telegram(Connector):
    kind = "telegram"
    channel = "telegram"
    label = _("Telegram")
    summary = _(
        "Messages to your bot, and in groups where it may read. A bot can only answer those who"
        " wrote to it first, and Telegram keeps no past for it."
    )
    fields = (
        Field("token", _("Bot token"), _("Given by @BotFather when the bot is made."), "secret"),
    )
    pushes = True
    every = 15.0
    sends = True

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        me = _ask(connection, http, "getMe")
        own = {"id": str(me["id"]), "handle": me["username"]}
        return Checked(name=f"@{me['username']}", own=own, handles=(me["username"],))

    def subscribe(self, connection: Connection, http: Http) -> None:
        if not _is_reachable(connection):
            _ask(connection, http, "deleteWebhook")
            return
        _ask(
            connection,
            http,
            "setWebhook",
            url=connection.webhook,
            secret_token=_secret(connection),
            allowed_updates=["message", "channel_post"],
        )

    def unsubscribe(self, connection: Connection, http: Http) -> None:
        _ask(connection, http, "deleteWebhook")

    # Hearing

    def verify(self, connection: Connection, request: Request) -> None:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode(), _secret(connection).encode()):
            raise Unsigned("X-Telegram-Bot-Api-Secret-Token is not ours")

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        if _is_reachable(connection):
            yield from self._look_after_webhook(connection, http)
            return
        after = int(connection.cursor.get("after", 0))
        while True:
            found = _ask(connection, http, "getUpdates", offset=after + 1, limit=_PAGE, timeout=0)
            if not found:
                return
            after = max(int(one["update_id"]) for one in found)
            raws = [Raw(json.dumps(one, ensure_ascii=False).encode()) for one in found]
            yield Page(raws, {"after": after}, more=len(found) == _PAGE)
            if len(found) < _PAGE:
                return

    def _look_after_webhook(self, connection: Connection, http: Http) -> Iterator[Page]:
        """Set the webhook again when somebody (another program with this token) took it away."""
        looked = connection.cursor.get("looked")
        if looked and clock.now() - datetime.fromisoformat(looked) < _LOOK:
            return
        if _ask(connection, http, "getWebhookInfo").get("url") != connection.webhook:
            self.subscribe(connection, http)
        yield Page([], {**connection.cursor, "looked": clock.now().isoformat()})

    def delivery_key(self, connection: Connection, request: Request) -> str:
        try:
            return f"update {int(json.loads(request.body)['update_id'])}"
        except (ValueError, KeyError, TypeError):
            return ""

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        update = object_of(raw.body)
        if "update_id" not in update:
            raise Unrecognised("no update of Telegram’s")
        return [update]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        said = entry.get("message") or entry.get("channel_post")
        if not said:
            raise Unsupported(", ".join(sorted(set(entry) - {"update_id"})))
        text = _words(said)
        if not text:
            raise Unsupported("a message without words")
        by = said.get("from") or said.get("sender_chat") or said["chat"]
        name = " ".join(part for part in (by.get("first_name"), by.get("last_name")) if part)
        chat = str(said["chat"]["id"])
        message = Incoming(
            external_id=f"{chat}:{said['message_id']}",
            channel=connection.channel,
            kind="message",
            sent_at=instant(said["date"]),
            author_handle=str(by.get("username") or by["id"]),
            author_name=name or str(by.get("title") or ""),
            text=text,
            language=str(by.get("language_code") or "")[:2],
            own=str(by["id"]) == connection.own.get("id"),
            conversation=chat,
        )
        return [Heard([message], json.dumps(entry, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        return (Way("private", _("Telegram message"), _LENGTH),)

    def length(self, text: str) -> int:
        """Telegram counts units of UTF-16."""
        return len(text.encode("utf-16-le")) // 2

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        chat, _colon, message = outgoing.to.rpartition(":")
        said = _ask(
            connection,
            http,
            "sendMessage",
            chat_id=chat,
            text=outgoing.text,
            reply_parameters={"message_id": int(message), "allow_sending_without_reply": True},
        )
        at = instant(said["date"])
        return Sent(f"{chat}:{said['message_id']}", at, raw=json.dumps(said, ensure_ascii=False))


def _ask(connection: Connection, http: Http, method: str, **body: Any) -> Any:
    """The result of a method of the Bot API; raises what its error stands for."""
    url = f"{API}/bot{connection.values['token']}/{method}"
    response = http.request("POST", url, json=body)
    said = object_in(response)
    if not (response.ok and said.get("ok")):
        _refuse(response, said)
    return said["result"]


def _refuse(response: Response, said: Mapping[str, Any]) -> NoReturn:
    words = str(said.get("description", ""))
    if response.status in (401, 404):
        raise AccessLost(words)
    if response.status == 429:
        raise TryLater(words, (said.get("parameters") or {}).get("retry_after"))
    if response.status == 403:
        raise Rejected("blocked", _("This person has blocked the bot or left the group."))
    refuse(response, words)


def _is_reachable(connection: Connection) -> bool:
    return connection.webhook.startswith("https://")


def _secret(connection: Connection) -> str:
    made = hashlib.blake2b(connection.webhook.encode(), person=b"telegram", digest_size=24)
    return made.hexdigest()


def _words(said: Mapping[str, Any]) -> str:
    """Text, else a caption, else the kind of what was sent."""
    if said.get("text") or said.get("caption"):
        return str(said.get("text") or said.get("caption"))
    if said.get("contact"):
        return str(said["contact"].get("phone_number", ""))
    if said.get("location"):
        return f"{said['location']['latitude']}, {said['location']['longitude']}"
    return next((f"[{kind}]" for kind in _MEDIA if said.get(kind)), "")

"""
Text messages to a number at Twilio.

twilio.com/docs/messaging/guides/webhook-request. A webhook carries no time, so the time of
receiving is kept with it; the list of messages is also asked, for what a webhook missed.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http
from comptoir.channels.connector import (
    Asked,
    Checked,
    Connection,
    Connector,
    Heard,
    Outgoing,
    Page,
    Raw,
    Read,
    Receipt,
    Reply,
    Request,
    Sent,
    Unrecognised,
    Unsupported,
    Way,
)
from comptoir.channels.connectors.answers import is_ours
from comptoir.channels.connectors.bodies import object_of
from comptoir.channels.connectors.twilio import rest
from comptoir.channels.incoming import Incoming

_LENGTH = 1600
_PAGES = 25
_STATES = {"delivered": "delivered", "read": "read", "failed": "failed", "undelivered": "failed"}
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = set("^{}\\[~]|€\f")


class Sms(Connector):
    kind = "sms"
    channel = "sms"
    label = _("SMS (Twilio)")
    summary = _("Text messages to a number that you hold at Twilio, and answers from it.")
    fields = rest.FIELDS
    pushes = True
    every = 900.0
    sends = True
    keeps = ("content-type", "i-twilio-idempotency-token")

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        return rest.check(connection, http)

    def subscribe(self, connection: Connection, http: Http) -> None:
        rest.set_address(connection, http, "SmsUrl")

    # Hearing

    def verify(self, connection: Connection, request: Request) -> None:
        rest.verify(connection, request)

    def delivery_key(self, connection: Connection, request: Request) -> str:
        """Twilio repeats a delivery whose answer it did not see."""
        found = dict(rest.form(request.body))
        sid = found.get("MessageSid") or found.get("SmsSid") or ""
        return f"{sid} {found.get('MessageStatus') or found.get('SmsStatus') or ''}" if sid else ""

    def acknowledge(self, connection: Connection, request: Request) -> Reply:
        """An empty answer in TwiML: nothing is sent back by itself."""
        return Reply(body="<Response></Response>", media_type="text/xml")

    def pull(self, connection: Connection, http: Http) -> Iterator[Page]:
        since = datetime.fromisoformat(connection.cursor.get("since") or clock.now().isoformat())
        now = clock.now()
        params = {
            "To": rest.plain(connection.values["number"]),
            "DateSent>": (since - timedelta(days=1)).date().isoformat(),
            "PageSize": "200",
        }
        found: list[Any] = []
        for _number in range(_PAGES):
            said = rest.ask(connection, http, "GET", "Messages", params=params)
            found += said.get("messages", [])
            if not said.get("next_page_uri"):
                break
            params = dict(parse_qsl(urlsplit(said["next_page_uri"]).query))
        raws = [Raw(json.dumps(one).encode()) for one in reversed(found)]
        yield Page(raws, {"since": now.isoformat()})

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        if raw.body[:1] == b"{":
            return [{"polled": object_of(raw.body)}]
        return [rest.fields_of(raw) | {"received_at": rest.received(raw)}]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if "polled" in entry:
            return [_polled(connection, entry["polled"])]
        status = entry.get("MessageStatus") or entry.get("SmsStatus") or ""
        if "Body" not in entry:
            return [_receipt(entry, status)]
        if not entry.get("MessageSid") or not entry.get("From"):
            raise Unrecognised("a message without MessageSid or From")
        media = [entry.get(f"MediaUrl{n}", "") for n in range(int(entry.get("NumMedia") or 0))]
        text = "\n".join(part for part in (entry["Body"], *media) if part)
        at = datetime.fromisoformat(entry["received_at"])
        return [_heard(connection, entry["MessageSid"], entry["From"], text, at, json.dumps(entry))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        note = _(
            "Twilio bills each part: 160 plain characters, or 70 with accents or emoji beyond its alphabet."
        )
        return (Way("private", _("Text message"), _LENGTH, note=note),)

    def length(self, text: str) -> int:
        """Characters as billed: some of the plain alphabet count twice."""
        if all(one in _GSM or one in _GSM_TWICE for one in text):
            return len(text) + sum(one in _GSM_TWICE for one in text)
        return len(text.encode("utf-16-le")) // 2

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        data = {
            "To": outgoing.to_handle,
            "From": rest.plain(connection.values["number"]),
            "Body": outgoing.text,
        }
        if connection.webhook.startswith("https://"):
            data["StatusCallback"] = connection.webhook
        said = rest.ask(connection, http, "POST", "Messages", data=data)
        return Sent(said["sid"], clock.now(), raw=json.dumps(said))

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        since = (outgoing.queued_at or clock.now()) - timedelta(minutes=1)
        params = {
            "To": outgoing.to_handle,
            "From": rest.plain(connection.values["number"]),
            "DateSent>": since.date().isoformat(),
            "PageSize": "100",
        }
        for said in rest.ask(connection, http, "GET", "Messages", params=params)["messages"]:
            at = rest.moment(said.get("date_created"))
            if is_ours(outgoing, said.get("body", ""), at):
                return Sent(said["sid"], at, raw=json.dumps(said))
        return None


def _receipt(entry: dict[str, str], status: str) -> Receipt:
    state = _STATES.get(status)
    if state is None:
        raise Unsupported(f"status {status}")
    if not entry.get("MessageSid"):
        raise Unrecognised("a status without MessageSid")
    code = entry.get("ErrorCode", "")
    return Receipt(
        entry["MessageSid"],
        state,  # type: ignore[arg-type]  # one of the values of _STATES
        datetime.fromisoformat(entry["received_at"]),
        code=f"twilio_{code}" if code else "",
        sentence=entry.get("ErrorMessage", ""),
    )


def _polled(connection: Connection, said: dict[str, Any]) -> Read:
    if said.get("direction") != "inbound":
        raise Unsupported(str(said.get("direction")))
    at = rest.moment(said.get("date_created"))
    return _heard(connection, said["sid"], said["from"], said.get("body", ""), at, json.dumps(said))


def _heard(
    connection: Connection, key: str, sender: str, text: str, at: datetime, raw: str
) -> Heard:
    message = Incoming(
        external_id=key,
        channel=connection.channel,
        kind="message",
        sent_at=at,
        author_handle=sender,
        text=text,
        conversation=sender,
    )
    return Heard([message], raw)

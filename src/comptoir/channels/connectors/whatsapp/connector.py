"""
A WhatsApp number on Meta's Cloud API.

Webhooks: developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components. Messages are
heard by webhook alone; the network keeps no list that could be asked for what was missed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http
from comptoir.channels.connector import (
    Asked,
    Checked,
    Connection,
    Field,
    Heard,
    Outgoing,
    Raw,
    Read,
    Receipt,
    Sent,
    Unsupported,
    Way,
)
from comptoir.channels.connectors.bodies import object_of
from comptoir.channels.connectors.meta import graph
from comptoir.channels.connectors.meta.network import MetaNetwork
from comptoir.channels.incoming import Incoming

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")
_LENGTH = 4096
_MEDIA = ("image", "video", "audio", "document", "sticker")


class WhatsApp(MetaNetwork):
    kind = "whatsapp"
    channel = "whatsapp"
    label = _("WhatsApp")
    summary = _(
        "Messages to a number on WhatsApp’s Cloud API, answered freely for 24 hours. Beyond that"
        " WhatsApp wants templates that it has approved; groups are closed to applications."
    )
    fields = (
        *graph.APP_FIELDS,
        Field(
            "business_id",
            _("WhatsApp Business account ID"),
            _("Under WhatsApp › API setup in your app."),
        ),
        Field("number_id", _("Phone number ID"), _("Under the number, at the same place.")),
        Field(
            "token",
            _("Access token"),
            _("Of a system user, so that it does not expire."),
            kind="secret",
        ),
        graph.VERIFY_FIELD,
    )

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        checked = graph.check_token(connection, http, SCOPES)
        number = connection.values["number_id"]
        params = {"fields": "id,display_phone_number,verified_name"}
        found = graph.ask(connection, http, "GET", number, params=params)
        shown = found["display_phone_number"]
        own = {"id": str(found["id"]), "handle": digits(shown), "number": shown}
        name = f"{found.get('verified_name', '')} {shown}".strip()
        return replace(checked, name=name, own=own, handles=(digits(shown),))

    def subscribe(self, connection: Connection, http: Http) -> None:
        """Deliveries of this business account come to us, whatever else the app does."""
        body = {
            "override_callback_uri": connection.webhook,
            "verify_token": connection.values["verify_token"],
        }
        path = f"{connection.values['business_id']}/subscribed_apps"
        graph.ask(connection, http, "POST", path, body=body)

    def unsubscribe(self, connection: Connection, http: Http) -> None:
        path = f"{connection.values['business_id']}/subscribed_apps"
        graph.ask(connection, http, "DELETE", path)

    # Hearing

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        found = graph.entries(object_of(raw.body), "whatsapp_business_account")
        return [one for entry in found for one in _entries(entry)]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        if "status" in entry:
            return [_receipt(entry["status"])]
        if "message" not in entry:
            raise Unsupported(str(entry["field"]))
        said = entry["message"]
        text = _words(said)
        if text is None:
            raise Unsupported(f"message {said.get('type')}")
        sender = str(said["from"])
        message = Incoming(
            external_id=said["id"],
            channel=connection.channel,
            kind="message",
            sent_at=graph.moment(said.get("timestamp")),
            author_handle=sender,
            author_name=entry["names"].get(sender, ""),
            text=text,
            conversation=sender,
        )
        return [Heard([message], json.dumps(said, ensure_ascii=False))]

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        since = asked.last_private_at or asked.sent_at
        label = _("WhatsApp message")
        if asked.now < since + graph.DAY:
            return (Way("private", label, _LENGTH, closes_at=since + graph.DAY),)
        closed = _(
            "More than 24 hours have passed since their last message: WhatsApp accepts only"
            " approved templates now, which are sent from WhatsApp Manager."
        )
        return (Way("private", label, _LENGTH, closed=closed),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": outgoing.to_handle,
            "type": "text",
            "text": {"body": outgoing.text, "preview_url": True},
            "context": {"message_id": outgoing.to},
            "biz_opaque_callback_data": outgoing.key,
        }
        path = f"{connection.values['number_id']}/messages"
        said = graph.ask(connection, http, "POST", path, body=body)
        return Sent(said["messages"][0]["id"], clock.now(), raw=json.dumps(said))


def digits(number: str) -> str:
    """A number as WhatsApp writes it in webhooks: with its country, digits alone."""
    return "".join(one for one in number if one.isdigit())


def _entries(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    value = entry.get("value") or {}
    number = str((value.get("metadata") or {}).get("phone_number_id", ""))
    names = {
        str(one.get("wa_id")): str((one.get("profile") or {}).get("name", ""))
        for one in value.get("contacts") or []
    }
    here = {"account": number, "field": entry.get("field"), "names": names}
    found = [here | {"message": one} for one in value.get("messages") or []]
    found += [here | {"status": one} for one in value.get("statuses") or []]
    return found or [here]


def _receipt(said: Mapping[str, Any]) -> Receipt:
    state = said.get("status")
    if state not in ("delivered", "read", "failed"):
        raise Unsupported(f"status {state}")
    error = (said.get("errors") or [{}])[0]
    words = (error.get("error_data") or {}).get("details") or error.get("title") or ""
    return Receipt(
        said["id"],
        state,
        graph.moment(said.get("timestamp")),
        code=f"meta_{error['code']}" if error.get("code") else "",
        sentence=str(words),
        key=str(said.get("biz_opaque_callback_data") or ""),
    )


def _words(said: Mapping[str, Any]) -> str | None:
    """What a message says; media by their caption or their kind. None for what says nothing."""
    kind = str(said.get("type"))
    part = said.get(kind) or {}
    if kind == "text":
        return str(part.get("body", ""))
    if kind == "button":
        return str(part.get("text", ""))
    if kind == "interactive":
        chosen = part.get("button_reply") or part.get("list_reply") or {}
        return str(chosen.get("title", ""))
    if kind in _MEDIA:
        return str(part.get("caption") or part.get("filename") or f"[{kind}]")
    if kind == "location":
        place = [
            part.get("name"),
            part.get("address"),
            f"{part.get('latitude')}, {part.get('longitude')}",
        ]
        return "\n".join(str(one) for one in place if one)
    return None

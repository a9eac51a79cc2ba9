"""
A contact form on the shop's own site, answered by mail from a connected mailbox.

The form is a page of ours to link to, or plain HTML in a page of the shop's: it needs no
script. What is sent takes the way of every delivery.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http
from comptoir.channels import mailing, sites
from comptoir.channels.connector import (
    Asked,
    Checked,
    Connection,
    Connector,
    Field,
    Heard,
    Outgoing,
    Raw,
    Read,
    Rejected,
    Sent,
    Unrecognised,
    Way,
)
from comptoir.channels.connectors.bodies import object_of
from comptoir.channels.incoming import Incoming
from comptoir.channels.models import Message

_WORDS = ("id", "email", "text")
_SNIPPET = """<form action="{}" method="post">
  <input type="hidden" name="language" value="{}">
  <p><label>{} <input name="name" autocomplete="name" required></label></p>
  <p><label>{} <input name="email" type="email" autocomplete="email" required></label></p>
  <p><label>{} <input name="subject" required></label></p>
  <p><label>{} <input name="order"></label></p>
  <p><label>{} <textarea name="message" rows="6" required></textarea></label></p>
  <p hidden><label>{} <input name="website" tabindex="-1" autocomplete="off"></label></p>
  <p><button>{}</button></p>
</form>"""


class Form(Connector):
    kind = "form"
    channel = "form"
    label = _("Contact form")
    summary = _(
        "The contact form of your site, in plain HTML or as a page of its own. Answers leave by"
        " e-mail from a connected mailbox."
    )
    fields = (
        Field(
            "origins",
            _("Sites that have it"),
            _("One address a line, such as https://www.example.com. No other site can use it."),
            kind="lines",
        ),
        Field("title", _("Name that customers see"), _("Of your brand."), required=False),
        Field(
            "thanks",
            _("Page to show afterwards"),
            _(
                "A page of one of these sites. Left empty: a page of Comptoir’s that says thank you."
            ),
            kind="url",
            required=False,
        ),
        Field(
            "mailbox",
            _("Mailbox that answers"),
            _("Address of a connected mailbox. Left empty: the first one that is connected."),
            kind="email",
            required=False,
        ),
    )
    sends = True

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        found = sites.origins(connection.values)
        thanks = connection.values.get("thanks", "")
        if thanks and not sites.is_ours(thanks, found):
            raise Rejected(
                "foreign_page",
                _("This page is on none of the sites above."),
                _("Add its site, or leave this empty."),
                field="thanks",
            )
        mailing.known_address(connection.values.get("mailbox", ""))
        name = urlsplit(found[0]).hostname or ""
        return Checked(
            name=gettext("Form of %(site)s") % {"site": name},
            own={"handle": name, "name": connection.values.get("title") or name},
            warning="" if mailing.mailbox() else _missing,
        )

    def snippet(self, connection: Connection) -> str:
        address = connection.webhook.replace("/hooks/", "/chat/") + "form/"
        labels = [
            gettext("Your name"), gettext("Your e-mail address"), gettext("Subject"),
            gettext("Order number (optional)"), gettext("Your message"),
            gettext("Leave this empty"), gettext("Send"),
        ]  # fmt: skip
        return format_html(_SNIPPET, address, gettext("en"), *labels)

    # Understanding

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        told = object_of(raw.body)
        if not all(isinstance(told.get(w), str) for w in _WORDS):
            raise Unrecognised("not what the form keeps")
        return [(told, raw.received_at or clock.now())]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        told, at = entry
        message = Incoming(
            external_id=told["id"],
            channel=connection.channel,
            kind="email",
            sent_at=at,
            author_handle=told["email"],
            author_name=told.get("name", ""),
            title=told.get("subject", ""),
            text=_text(told),
            url=told.get("url", ""),
            own=False,
        )
        return [Heard([message], json.dumps(told, ensure_ascii=False))]

    def by_mail(
        self, connection: Connection, said: Incoming, to: str, to_handle: str
    ) -> Incoming | None:
        """Who wrote in the form goes on by mail: the same conversation."""
        if not said.own and said.author_handle.casefold() != to_handle.casefold():
            return None
        handle = said.author_handle if said.own else to_handle
        answers = said.in_reply_to if _is_here(connection, said.in_reply_to) else to
        return replace(said, channel=connection.channel, author_handle=handle, in_reply_to=answers)

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        closed = "" if _box(connection) else _missing
        return (Way("private", _("Reply by e-mail"), closed=closed, attachments=True),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        box = _box(connection)
        if box is None:
            raise Rejected("no_mailbox", _missing, _("Connect a mailbox, then send it again."))
        before = "" if mailing.is_mail(outgoing.to) else _before(connection, outgoing.to)
        text = outgoing.text + before
        return mailing.post(box, outgoing, outgoing.to_handle, text, http)

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        box = _box(connection)
        return None if box is None else mailing.posted(box, outgoing, http)


_missing = _("No mailbox is connected, so what comes from the form cannot be answered from here.")


def _box(connection: Connection) -> Connection | None:
    return mailing.mailbox(connection.values.get("mailbox", ""))


def _is_here(connection: Connection, external_id: str) -> bool:
    rows = Message.objects.filter(account_id=connection.account_id, external_id=external_id)
    return bool(external_id) and rows.exists()


def _text(told: dict[str, Any]) -> str:
    """The message, and the order it is about where the customer named one."""
    if not told.get("order"):
        return str(told["text"])
    with override(told.get("language") or "en"):
        order = gettext("Order number: %(number)s") % {"number": told["order"]}
    return f"{told['text']}\n\n{order}"


def _before(connection: Connection, external_id: str) -> str:
    """What the customer wrote, quoted."""
    rows = Message.objects.filter(account_id=connection.account_id, external_id=external_id)
    asked = rows.select_related("delivery").first()
    if asked is None:
        return ""
    try:
        language = json.loads(asked.delivery.raw).get("language", "en")
    except ValueError:
        language = "en"
    with override(language):
        return mailing.quoted(gettext("You wrote to us:"), asked.text)

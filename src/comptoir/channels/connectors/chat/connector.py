"""
Live chat on the shop's own site: a script on its pages, and the desk on the other side.

There is no network in between. An answer has left once it is kept, since the visitor's page
reads it from here; for one who has gone and left an address it leaves by mail instead.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Http
from comptoir.channels import mailing, sites, visiting
from comptoir.channels.connector import (
    Asked,
    Checked,
    Connection,
    Connector,
    Field,
    Heard,
    NotYet,
    Outgoing,
    Raw,
    Read,
    Sent,
    Unrecognised,
    Way,
)
from comptoir.channels.connectors.bodies import object_of
from comptoir.channels.incoming import Incoming
from comptoir.channels.visitors import handle_of

GONE = timedelta(minutes=5)
"""How long a visitor may be away before an answer follows them by mail."""
AGAIN = 15.0
QUOTED = 20
_WORDS = ("id", "visitor", "text")


class Chat(Connector):
    kind = "chat"
    channel = "chat"
    label = _("Chat on your site")
    summary = _(
        "A small window on the pages of your shop. Outside your hours it takes an address, and the"
        " answer leaves by e-mail."
    )
    fields = (
        Field(
            "origins",
            _("Sites that show it"),
            _("One address a line, such as https://www.example.com. No other site can use it."),
            kind="lines",
        ),
        Field("title", _("Title of the window"), _("Left empty: “Chat”."), required=False),
        Field(
            "greeting",
            _("First words"),
            _("Shown before anything is written."),
            kind="lines",
            required=False,
        ),
        Field("colour", _("Colour"), _("Of your brand, such as #1f4e79."), default=sites.COLOUR),
        Field(
            "language",
            _("Language"),
            kind="choice",
            choices={"auto": _("That of each page"), "fr": _("French"), "en": _("English")},
            default="auto",
        ),
        Field(
            "mailbox",
            _("Mailbox for those who have left"),
            _("Address of a connected mailbox. Left empty: the first one that is connected."),
            kind="email",
            required=False,
        ),
    )
    sends = True

    # Connecting

    def check(self, connection: Connection, http: Http) -> Checked:
        found = sites.origins(connection.values)
        sites.colour(connection.values)
        mailing.known_address(connection.values.get("mailbox", ""))
        missing = _(
            "No mailbox is connected, so visitors who have left see answers only when they come"
            " back."
        )
        name = urlsplit(found[0]).hostname or ""
        return Checked(
            name=name,
            own={"handle": name, "name": connection.values.get("title") or connection.name},
            warning="" if mailing.mailbox() else missing,
        )

    def snippet(self, connection: Connection) -> str:
        address = connection.webhook.replace("/hooks/", "/chat/") + "widget.js"
        return format_html('<script src="{}" async></script>', address)

    # Understanding

    def split(self, connection: Connection, raw: Raw) -> Iterable[Any]:
        told = object_of(raw.body)
        if not all(isinstance(told.get(w), str) for w in _WORDS):
            raise Unrecognised("not what the chat keeps")
        return [(told, raw.received_at or clock.now())]

    def parse(self, connection: Connection, entry: Any) -> Sequence[Read]:
        told, at = entry
        message = Incoming(
            external_id=f"{told['visitor']}:{told['id']}",
            channel=connection.channel,
            kind="message",
            sent_at=at,
            author_handle=handle_of(told["visitor"], told.get("email", "")),
            author_name=told.get("name", ""),
            text=told["text"],
            title=told.get("title", ""),
            url=told.get("url", ""),
            own=False,
            conversation=told["visitor"],
        )
        return [Heard([message], json.dumps(told, ensure_ascii=False))]

    def by_mail(
        self, connection: Connection, said: Incoming, to: str, to_handle: str
    ) -> Incoming | None:
        """The visitor who got an answer by mail goes on with it there: the same conversation."""
        key = to.partition(":")[0]
        visitor = visiting.visitor(connection.account_id, key)
        if visitor is None:
            return None
        if not said.own and said.author_handle.casefold() != visitor.email.casefold():
            return None
        return replace(
            said,
            external_id=f"{key}:{said.external_id}",
            channel=connection.channel,
            kind="message",
            author_handle=said.author_handle if said.own else visitor.email,
            in_reply_to="",
            conversation=key,
        )

    # Answering

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        note = _("A visitor who has left for five minutes gets it by e-mail, with an address.")
        return (Way("private", _("Chat"), visiting.LONGEST, note=note),)

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        """What this returns is kept as a message, and the visitor's page reads it as such."""
        now = clock.now()
        key, _colon, name = outgoing.to.partition(":")
        visitor = visiting.visitor(connection.account_id, key)
        box = mailing.mailbox(connection.values.get("mailbox", ""))
        mailed = mailing.is_mail(name)
        if visitor is None or not visitor.email or box is None:
            return Sent(outgoing.key, now)
        if not mailed and visitor.is_here(now):
            return Sent(outgoing.key, now)
        if not mailed and now - visitor.seen_at < GONE:
            raise NotYet(AGAIN, _("The visitor has just left: unless they come back, by e-mail."))
        visiting.mailing(connection.account_id, key, outgoing.key)
        mail = _goes_on(outgoing, key) if mailed else _mail(connection, outgoing, visitor)
        return mailing.post(box, mail, visitor.email, mail.text, http)

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        """Kept means sent, so one that is not kept was not; unless it may have left by mail."""
        visitor = visiting.visitor(connection.account_id, outgoing.to.partition(":")[0])
        box = mailing.mailbox(connection.values.get("mailbox", ""))
        if visitor is None or visitor.mailing != outgoing.key or box is None:
            return None
        return mailing.posted(box, outgoing, http)


def _goes_on(outgoing: Outgoing, key: str) -> Outgoing:
    """The answer to a visitor's mail, in the thread of their mails."""
    own = f"{key}:"
    thread = tuple(one.removeprefix(own) for one in outgoing.thread)
    return replace(outgoing, to=outgoing.to.removeprefix(own), thread=thread)


def _mail(connection: Connection, outgoing: Outgoing, visitor: visiting.VisitorView) -> Outgoing:
    """The answer with the conversation under it, in the visitor's language."""
    with override(visitor.language):
        brand = connection.values.get("title") or connection.name
        you = gettext("You")
        said = visiting.said(connection.account_id, visitor.key)[-QUOTED:]
        lines = [
            gettext("%(who)s: %(text)s") % {"who": brand if one.own else you, "text": one.text}
            for one in said
        ]
        before = mailing.quoted(gettext("Our conversation so far:"), "\n\n".join(lines))
        subject = gettext("Our answer: your conversation with %(brand)s") % {"brand": brand}
    return replace(outgoing, subject=subject, text=outgoing.text + before)

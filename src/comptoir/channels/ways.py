"""How a message can be answered now: publicly or privately, until when, how long, at what price."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.channels.connections import connection_of
from comptoir.channels.connector import Asked, Connection, Connector, Visibility, Way, Words
from comptoir.channels.connectors import connector
from comptoir.channels.models import ConnectedAccount, Message, Thread
from comptoir.channels.views import ProblemView
from comptoir.channels.wording import said

State = ConnectedAccount.State
PRIVATE = frozenset({"message", "email"})
"""Kinds of messages that only the person and the brand see."""

# Networks count bare addresses as links too; the usual endings are enough for a price.
_LINK = re.compile(
    r"https?://\S|\bwww\.\S|\b[\w-]+\.(?:com|fr|net|org|eu|io|be|ch|ca|co|uk|de|es|it|app|shop)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WaysView:
    """
    What can be answered, to whom, before anything is typed.

    account, kind: of the connection, None and "" where there is none. to: id of the message
    answered. ways: as the network grants them now, the usual one first, closed ones included.
    cannot: why nothing can be sent from here at all, "" otherwise. waits: why an answer would
    wait before it leaves. actions: what can be done to messages there ("hide", …).
    """

    account: int | None
    kind: str
    name: str
    to: int | None
    ways: tuple[Way, ...] = ()
    cannot: Words = ""
    waits: ProblemView | None = None
    actions: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[Way, ...]:
        return tuple(way for way in self.ways if not way.closed)

    def way(self, visibility: str) -> Way | None:
        return next((way for way in self.ways if way.visibility == visibility), None)


@dataclass(frozen=True, slots=True)
class Measured:
    """A text as the network counts it. price: in millionths of `currency`, None when free."""

    used: int
    most: int | None
    price: int | None
    currency: str

    @property
    def too_long(self) -> bool:
        return self.most is not None and self.used > self.most


def ways(thread_id: int, message_id: int | None = None) -> WaysView:
    """
    How a thread's message can be answered; its customer's newest one unless another is named.

    Never raises: what stands in the way is said in words.
    """
    thread = Thread.objects.filter(pk=thread_id).select_related("account").first()
    asked = _asked(thread_id, message_id)
    to = asked.pk if asked else None
    if thread is None:
        return WaysView(None, "", "", to, cannot=_("This conversation is not here any more."))
    row = ConnectedAccount.objects.filter(pk=thread.account_id).select_related("account").first()
    if row is None:
        return WaysView(None, "", thread.account.name, to, cannot=_imported())
    found = connector(row.kind)
    obstacle = _obstacle(row, found, asked)
    if found is None or asked is None or obstacle:
        actions = tuple(found.actions) if found and row.state == State.ON else ()
        return WaysView(row.pk, row.kind, row.account.name, to, cannot=obstacle, actions=actions)
    return WaysView(
        row.pk,
        row.kind,
        row.account.name,
        to,
        ways=ways_of(found, connection_of(row), asked),
        waits=waiting(row),
        actions=tuple(found.actions),
    )


def ways_of(found: Connector, link: Connection, asked: Message) -> tuple[Way, ...]:
    """What the connector says of answering this message now."""
    return tuple(
        found.ways(link, Asked(asked.kind, asked.sent_at, _last_private_at(asked), now=clock.now()))
    )


def measure(seen: WaysView, visibility: str, text: str) -> Measured:
    """How long the network finds `text`, and what it would charge for it."""
    way, found = seen.way(visibility), connector(seen.kind)
    if way is None or found is None:
        return Measured(len(text), None, None, "")
    return Measured(found.length(text), way.max_length, price_of(way, text), way.currency)


def price_of(way: Way, text: str) -> int | None:
    """
    What one answer costs, in millionths of the way's currency; None where it is free.

    >>> priced = Way("public", "Reply", price=15_000, price_with_link=200_000)
    >>> price_of(priced, "Hello"), price_of(priced, "See www.example.com")
    (15000, 200000)
    """
    if way.price_with_link is not None and _LINK.search(text):
        return way.price_with_link
    return way.price


def waiting(row: ConnectedAccount) -> ProblemView | None:
    """Why answers of this account wait; None when they leave at once."""
    if row.state == State.PAUSED:
        return ProblemView(
            "paused",
            str(_("This account is paused: answers wait.")),
            str(_("Resume it on the page of channels; they leave then.")),
        )
    if row.state == State.LOST:
        told = row.problem or {}
        return ProblemView(
            "lost",
            said(told.get("sentence")) or str(_("The network no longer accepts this account.")),
            said(told.get("fix")) or str(_("Connect it again; answers leave then.")),
        )
    if row.retry_at is not None and row.retry_at > clock.now():
        told = row.problem or {}
        return ProblemView(
            "try_later",
            said(told.get("sentence")) or str(_("The network asks for patience: answers wait.")),
            said(told.get("fix")),
        )
    return None


def visibility_of(kind: str) -> Visibility:
    """How a message of this kind was said."""
    return "private" if kind in PRIVATE else "public"


def _asked(thread_id: int, message_id: int | None) -> Message | None:
    """The message that is answered: a customer's own words, in this thread."""
    theirs = Message.objects.filter(thread_id=thread_id, own=False)
    if message_id is not None:
        named = theirs.filter(pk=message_id).first()
        if named is not None:
            return named
    return theirs.exclude(kind="repost").order_by("-pk").first()


def _last_private_at(asked: Message) -> datetime | None:
    """When the person last wrote privately, which opens the window of several networks."""
    theirs = Message.objects.filter(
        author_id=asked.author_id, account_id=asked.account_id, own=False, kind__in=PRIVATE
    )
    return theirs.order_by("-pk").values_list("sent_at", flat=True).first()


def _obstacle(row: ConnectedAccount, found: Connector | None, asked: Message | None) -> Words:
    if row.state == State.OFF:
        return _("This account was disconnected, so nothing can be sent. Connect it again first.")
    if found is None:
        return _(
            "The connector of this account is no longer installed, so nothing can be sent."
            " Whoever runs the server can install it again."
        )
    if not found.sends:
        return format_lazy(_("Comptoir only listens here: {why}"), why=found.summary)
    if asked is None:
        return _("Nobody wrote to you in this conversation, so there is nothing to answer.")
    return ""


def _imported() -> Words:
    return _("These messages were imported from a file, so Comptoir cannot send the answer.")

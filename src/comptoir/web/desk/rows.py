"""The list of conversations as the page shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from comptoir.base import clock, ids
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.triage import api as triage
from comptoir.web.desk.query import TONE_NAMES, Place
from comptoir.web.desk.templatetags.desk import at, signed

MOST_INTENTS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """
    One line of the list.

    outside: the conversation's id in addresses. waited: since the oldest unanswered
    message, None when nothing waits. intents: names and labels. more: intents beyond those shown.
    at: milliseconds since 1970 of its newest message, which is its place in the list.
    tie: its place among those of the same millisecond. below: the cursor of the page that
    follows it, "" where the list is narrowed. speaker: who said the words shown, "" where that
    is the customer by whom the row is called, or where a search chose the words. plain: nothing
    is to be said below its text.
    """

    it: care.ConversationView
    outside: str
    url: str
    name: str
    tone: str
    status: str
    intents: tuple[tuple[str, str], ...]
    more: int
    waited: timedelta | None
    answered: bool
    current: bool
    mine: bool
    at: str
    tie: int
    below: str
    speaker: str = ""

    @property
    def plain(self) -> bool:
        it = self.it
        marks = self.status != "open" or it.urgency in (1, 2) or self.tone != "neutral"
        return not (marks or self.intents or it.tags or it.assignee)


def rows(
    conversations: Sequence[care.ConversationView], place: Place, current: int | None = None
) -> list[Row]:
    speakers = _speakers(conversations, place)
    return [row(one, place, current, speakers.get(one.id, "")) for one in conversations]


def row(
    it: care.ConversationView, place: Place, current: int | None = None, speaker: str = ""
) -> Row:
    intents = named(it.intents)
    return Row(
        it=it,
        outside=ids.conceal("conversation", it.id),
        url=place.conversation_url(it.id),
        name=name_of(it.customer),
        tone=TONE_NAMES[it.tone],
        status=status_of(it),
        intents=intents[:MOST_INTENTS],
        more=max(len(intents) - MOST_INTENTS, 0),
        waited=_waited(it),
        answered=is_answered(it),
        current=it.id == current,
        mine=it.assignee is not None and it.assignee.id == place.user_id,
        at=str(it.last_message >> ids.COUNTER_BITS),
        tie=it.last_message % (1 << ids.COUNTER_BITS),
        below="" if place.filters.narrows else care.below(it),
        speaker=speaker,
    )


def _speakers(conversations: Sequence[care.ConversationView], place: Place) -> dict[int, str]:
    """Who had the last word, by conversation, where that was not its customer."""
    shown = {one.last_message: one for one in conversations if not one.match}
    told = channels.messages(list(shown))
    writers, found = channels.sent_by(told), {}
    for message in told:
        it = shown[message.id]
        user, name = writers.get(message.id, (None, ""))
        if user == place.user_id:
            found[it.id] = _("You")
        elif message.own or it.customer is None or it.customer.id != message.author.id:
            found[it.id] = name or signed(message.author)
    return found


def named(intents: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Names of intents with what the reader calls them; that there is none is not said."""
    return tuple((one, triage.intent_name(one)) for one in intents if one != "other")


def name_of(customer: care.CustomerView | None) -> str:
    """What to call a customer: their name, else their handle, else that nobody signed."""
    if customer is None:
        return _("Somebody unknown")
    if customer.name:
        return customer.name
    return handle_of(customer) or _("Somebody unknown")


def handle_of(customer: care.CustomerView | None) -> str:
    """A handle with its @; "" when there is none, as is for an e-mail address."""
    return at(customer.handle) if customer else ""


def status_of(it: care.ConversationView) -> str:
    """A code of shell.words.STATUSES."""
    if it.state == "closed":
        return "closed"
    return "snoozed" if it.snoozed else "open"


def is_answered(it: care.ConversationView) -> bool:
    """Whether the last word was the brand's, here or by hand."""
    spoken = max((one for one in (it.last_out_at, it.answered_by_hand_at) if one), default=None)
    return spoken is not None and (it.last_in_at is None or spoken >= it.last_in_at)


def belongs(it: care.ConversationView, filters: care.Filters) -> bool:
    """Whether a conversation just changed still fits the view it is listed in."""
    fits = {
        "unanswered": it.unanswered and not it.snoozed,
        "mine": it.assignee is not None
        and it.assignee.id == filters.user_id
        and it.state == "open"
        and not it.snoozed,
        "urgent": it.urgent and not it.snoozed,
        "complaints": it.complaint and it.state == "open" and not it.snoozed,
        "snoozed": it.snoozed,
        "everything": True,
    }
    return bool(fits[filters.view]) and (not filters.states or it.state in filters.states)


def _waited(it: care.ConversationView) -> timedelta | None:
    if it.waiting_since is None or it.state == "closed":
        return None
    return max(clock.now() - it.waiting_since, timedelta(0))

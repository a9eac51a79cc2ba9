"""What care hands out: frozen, plain, safe to keep."""

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, Literal, Self

from comptoir.channels.api import MessageView, OutboundView, TreatedView, WaysView
from comptoir.triage.api import LabelView

View = Literal["unanswered", "mine", "urgent", "complaints", "snoozed", "everything"]
VIEWS: tuple[View, ...] = (
    "unanswered", "mine", "urgent", "complaints", "snoozed", "everything",
)  # fmt: skip
NOBODY = 0
"""In Filters.assignees: conversations that nobody is assigned to."""


@dataclass(frozen=True, slots=True)
class Filters:
    """
    What an inbox page shows; empty means everything.

    user_id: whose "mine" is. words: full-text, in any message. Lists are ORs; different
    filters are ANDs. assignees: user ids, NOBODY for unassigned. tags: tag ids.
    since, until: days of the workspace's zone, both included.
    """

    view: View = "everything"
    user_id: int | None = None
    words: str = ""
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tones: tuple[int, ...] = ()
    intents: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    assignees: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def narrows(self) -> bool:
        """Whether more than the view is asked for, so that the search index must answer."""
        return replace(self, view="everything", user_id=None) != Filters()

    def as_json(self) -> dict[str, Any]:
        """Plain JSON of what differs from the default, without the user."""
        default = Filters()
        kept = {
            name: value
            for name, value in asdict(self).items()
            if value != getattr(default, name) and name != "user_id"
        }
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in kept.items()
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read back `as_json`; names that are no longer known are ignored."""
        known = {one.name for one in fields(cls)} - {"user_id"}
        return cls(**{k: _typed(k, v) for k, v in stored.items() if k in known})


def _typed(name: str, value: Any) -> Any:
    if name in ("since", "until"):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class CustomerView:
    """id: author id of channels, None when only the brand's answers to this handle are known."""

    id: int | None
    handle: str
    name: str
    followers: int | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """A member of the team."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class TagView:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ConversationView:
    """
    One conversation as the desk shows it; see models.Conversation for each column.

    id: that of its thread. snoozed: asleep now (snoozed_until lies ahead).
    match: with a search for words, a snippet of the message found; else "".
    Times are UTC; seconds are None while there is no reply.
    """

    id: int
    channel: str
    customer: CustomerView | None
    subject: str
    preview: str
    state: str
    assignee: PersonView | None
    snoozed_until: datetime | None
    snoozed: bool
    last_message: int
    last_at: datetime
    first_in_at: datetime | None
    last_in_at: datetime | None
    last_out_at: datetime | None
    waiting_since: datetime | None
    first_reply_at: datetime | None
    first_reply_seconds: float | None
    first_reply_business_seconds: float | None
    received: int
    sent: int
    language: str
    tone: int
    urgency: int
    intents: tuple[str, ...]
    needs_answer: bool
    complaint: bool
    unanswered: bool
    urgent: bool
    answered_by_hand_at: datetime | None
    closed_at: datetime | None
    tags: tuple[TagView, ...]
    version: int
    match: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """
    Conversations, newest first. Cursors are opaque text, "" when there is no such page.

    total: how many there are in all, None when counting would be slow.
    """

    items: tuple[ConversationView, ...]
    next_cursor: str = ""
    previous_cursor: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class NoteView:
    id: int
    author: PersonView | None
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerView:
    """
    state: "draft", "copied" once taken to the network by hand, "out" once handed over to be
    sent. outbound: how it fares; of a draft, the answer whose files can go along again.
    """

    id: int
    author: PersonView | None
    text: str
    state: str
    at: datetime
    outbound: OutboundView | None = None


@dataclass(frozen=True, slots=True)
class ActionView:
    """
    Something done to one or many conversations.

    threads: those it changed; empty when nothing needed changing. sentence: what was done,
    in the reader's language. undone_at: when it was taken back.
    """

    id: int
    verb: str
    actor: PersonView | None
    threads: tuple[int, ...]
    sentence: str
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One line of a timeline; exactly one of message, note, answer and action is there.

    outbound: of a message that was sent from here. treated: of one that was hidden, ….
    """

    at: datetime
    kind: Literal["message", "note", "answer", "action"]
    message: MessageView | None = None
    label: LabelView | None = None
    outbound: OutboundView | None = None
    treated: TreatedView | None = None
    note: NoteView | None = None
    answer: AnswerView | None = None
    action: ActionView | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries oldest first. earlier: cursor of the page before, "" at the beginning."""

    entries: tuple[Entry, ...]
    earlier: str = ""


@dataclass(frozen=True, slots=True)
class Capability:
    """
    Whether an answer can leave from here.

    reason: why not, in the reader's language; "" when it can.
    original_url: the latest customer message on its network, "" when unknown.
    ways: how, until when and at what price.
    """

    can_send: bool
    reason: str
    original_url: str
    ways: WaysView


@dataclass(frozen=True, slots=True)
class AuthorHistory:
    """
    What is known of a conversation's customer.

    conversations: the others, newest first, at most `limit`. total: all of them, this one
    included. last_tone: -1, 0, 1, None when nothing was read. intents: name → conversations
    that have it, most frequent first, over the newest 200.
    """

    customer: CustomerView
    total: int
    unanswered: int
    last_tone: int | None
    tones: dict[int, int] = field(default_factory=dict)
    intents: dict[str, int] = field(default_factory=dict)
    conversations: tuple[ConversationView, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedViewView:
    """shared: seen by the whole team."""

    id: int
    name: str
    filters: Filters
    shared: bool

"""What the API takes and gives, as it is told to programs."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field

from comptoir.base import clock

Kind = Literal["post", "reply", "repost", "quote", "review", "comment", "email", "message"]
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def _likely(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= clock.now() + timedelta(days=1):
        raise ValueError("must lie between 1990 and tomorrow")
    return moment.astimezone(UTC)


def _visible(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise ValueError("must hold something to read")
    return text


Moment = Annotated[AwareDatetime, AfterValidator(_likely)]
Text = Annotated[str, AfterValidator(_visible)]
Outside = Annotated[str, Field(max_length=64, description="An id as Comptoir gave it out")]


class MessageIn(Schema):
    """A message from anywhere. `id`: unique among those you send; twice is once."""

    id: Annotated[Text, Field(min_length=1, max_length=200)]
    author: Annotated[Text, Field(min_length=1, max_length=200, description="Handle or address")]
    sent_at: Moment
    text: Annotated[str, Field(max_length=50_000)] = ""
    kind: Kind = "message"
    author_name: Annotated[str, Field(max_length=200)] = ""
    title: Annotated[str, Field(max_length=1_000)] = ""
    url: Annotated[str, Field(max_length=2_000)] = ""
    conversation: Annotated[
        str, Field(max_length=200, description="Messages with the same one belong together")
    ] = ""
    in_reply_to: Annotated[str, Field(max_length=200, description="`id` of the message")] = ""
    language: Annotated[str, Field(max_length=8)] = ""
    rating: Annotated[float, Field(ge=0, le=5)] | None = None
    own: Annotated[bool, Field(description="Written by the brand")] | None = None


class MessagesIn(Schema):
    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=500)]


class StoredOut(Schema):
    """stored: new ones. duplicates: those that were here."""

    stored: int
    duplicates: int
    ids: list[str]


class AuthorOut(Schema):
    handle: str
    name: str


class MessageOut(Schema):
    id: str
    external_id: str
    conversation: str
    channel: str
    kind: str
    author: AuthorOut
    own: bool
    sent_at: datetime
    title: str
    text: str
    url: str
    language: str
    rating: float | None


class MessagesOut(Schema):
    """next: give it as `after` for what follows; the same again when nothing does yet."""

    messages: list[MessageOut]
    next: str


class PersonOut(Schema):
    email: str
    name: str


class ConversationOut(Schema):
    id: str
    channel: str
    customer: AuthorOut | None
    subject: str
    preview: str
    state: str
    assignee: str | None
    unanswered: bool
    urgent: bool
    complaint: bool
    language: str
    tone: Annotated[int, Field(description="-1 negative, 0 neutral, 1 positive")]
    intents: list[str]
    tags: list[str]
    last_at: datetime
    waiting_since: datetime | None


class ConversationsOut(Schema):
    """next: give it as `cursor` for the page that follows; "" at the end."""

    conversations: list[ConversationOut]
    next: str


class EntryOut(Schema):
    """One line of a conversation. kind: "message", "note", "answer" (given by hand), "action"."""

    at: datetime
    kind: str
    by: str
    text: str
    message: MessageOut | None = None


class ConversationWhole(Schema):
    """earlier: give it as `before` for the entries before these; "" at the beginning."""

    conversation: ConversationOut
    timeline: list[EntryOut]
    earlier: str


class AnswerIn(Schema):
    text: Annotated[Text, Field(min_length=1, max_length=50_000)]
    to: Annotated[Outside, Field(description="Message to answer; the newest when empty")] = ""
    visibility: Literal["", "public", "private"] = ""


class AnswerOut(Schema):
    """It leaves at `due_at` at the earliest; until then the team can take it back."""

    id: str
    state: str
    due_at: datetime


class AnswerStateIn(Schema):
    """What became of an answer that your program delivers. reason: of a failure, in words."""

    state: Literal["delivered", "read", "failed"]
    at: Moment | None = None
    reason: Annotated[str, Field(max_length=500)] = ""


class AssignIn(Schema):
    assignee: Annotated[str, Field(max_length=254, description="E-mail of a member")] | None


class TextIn(Schema):
    text: Annotated[Text, Field(min_length=1, max_length=10_000)]


class TagIn(Schema):
    name: Annotated[Text, Field(min_length=1, max_length=80)]


Event = Literal[
    "conversations_changed",
    "answer_to_deliver",
    "answer_queued",
    "answer_sent",
    "answer_delivered",
    "answer_read",
    "answer_failed",
    "answer_unknown",
    "answer_cancelled",
    "alert_fired",
]


class SubscriptionIn(Schema):
    url: Annotated[Text, Field(min_length=8, max_length=500)]
    events: Annotated[list[Event], Field(min_length=1, max_length=20)]


class SubscriptionOut(Schema):
    """is_on: false once nobody answered there for a day."""

    id: str
    url: str
    events: list[str]
    is_on: bool


class SubscribedOut(SubscriptionOut):
    """secret: to check signatures with (Standard Webhooks); shown this once."""

    secret: str


class SubscriptionsOut(Schema):
    webhooks: list[SubscriptionOut]


class Wrong(Schema):
    where: list[str]
    what: str


class ProblemOut(Schema):
    """RFC 9457, with a code for machines, a sentence and what to do for people."""

    type: str
    title: str
    status: int
    code: str
    sentence: str
    fix: str
    errors: list[Wrong] = []

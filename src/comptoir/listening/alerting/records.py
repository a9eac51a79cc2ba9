"""What alerts show to others: frozen, plain, independent of how rows are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """
    An alert as somebody writes it; see models.Alert. window, cooldown: minutes.

    query: id of a saved query, None for every message. people: ids of members to mail.
    accounts: ids of channels of the team's.
    """

    name: str
    kind: str
    query: int | None = None
    within: str = ""
    threshold: int = 1
    share: int = 0
    followers: int = 0
    window: int = 60
    cooldown: int = 60
    quiet_from: time | None = None
    quiet_until: time | None = None
    authors_once: bool = False
    alike_once: bool = False
    people: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertView:
    """
    An alert with how it fares. query_state: "" where it watches every message.

    undelivered: how many of its latest firing’s notices have failed.
    """

    id: int
    draft: AlertDraft
    is_on: bool
    query_name: str
    query_state: str
    fired: int
    latest: datetime | None
    undelivered: int
    by_name: str

    @property
    def deaf(self) -> bool:
        """Whether it watches a query that does not listen."""
        return self.draft.query is not None and self.query_state != "active"


@dataclass(frozen=True, slots=True)
class NoticeView:
    """way: "mail" or "channel". to: the address or the channel’s name. state: as of models."""

    id: int
    way: str
    to: str
    state: str
    attempts: int
    due_at: datetime | None
    sent_at: datetime | None
    sentence: str
    fix: str


@dataclass(frozen=True, slots=True)
class FiringView:
    """
    A window that went over. reason: in the reader’s language. told_at: None while quiet hours
    hold it back until `tell_at`. late: of the messages, those that were counted afterwards.
    page: the watched page that changed, by id; lines: its changes.
    """

    id: int
    alert: int
    name: str
    kind: str
    began_at: datetime
    ends_at: datetime
    at: datetime
    reason: str
    tell_at: datetime
    told_at: datetime | None
    seen_at: datetime | None
    seen_by: str
    messages: int
    late: int
    notices: Sequence[NoticeView] = ()
    page: int | None = None
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """
    When an alert would have gone off in the last days.

    days: how often on each. moments: newest first. counted: messages that it would have
    counted; read: messages read, newest first, of `total`. advised: the least threshold (of a
    silence: the shortest window, in minutes) with which it would have gone off `aim` times at
    most; None where nothing was counted.
    """

    days: Sequence[tuple[date, int]]
    moments: Sequence[datetime]
    counted: int
    read: int
    total: int
    advised: int | None
    aim: int

    @property
    def whole(self) -> bool:
        return self.read >= self.total


@dataclass(frozen=True, slots=True)
class Offer:
    """One way of having fewer firings like one: a field and its new value."""

    field: str
    before: int | bool
    after: int | bool


@dataclass(frozen=True, slots=True)
class LessonView:
    """can_undo: whether it still holds as it was learnt."""

    id: int
    field: str
    before: int | bool
    after: int | bool
    by_name: str
    at: datetime
    undone_at: datetime | None
    can_undo: bool

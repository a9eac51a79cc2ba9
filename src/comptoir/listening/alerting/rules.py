"""What an alert counts, and how: the same for the row of one and for a draft of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from comptoir.analysis.queries import Document, QueryError
from comptoir.base import bulk
from comptoir.channels.models import Message
from comptoir.listening import matching
from comptoir.listening.alerting.tipping import Counted, Rule
from comptoir.listening.models import Alert
from comptoir.triage.models import Label

Kind = Alert.Kind


class Asks(Protocol):
    """The part of an alert that says what counts."""

    @property
    def kind(self) -> str: ...
    @property
    def within(self) -> str: ...
    @property
    def share(self) -> int: ...
    @property
    def followers(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Said:
    """A message of somebody else's. group: of those that say the same."""

    id: int
    at: datetime
    author: int
    group: int

    def counted(self, counts: bool) -> Counted:
        return Counted(self.id, self.at, self.author, self.group, counts)


def said(message_ids: Sequence[int]) -> dict[int, Said]:
    """By id those that exist and are not the brand's own."""
    rows = bulk.picked(Message).filter(pk__in=list(message_ids), own=False)
    groups = groups_of(message_ids)
    return {
        pk: Said(pk, at, author, groups.get(pk, pk))
        for pk, at, author in rows.values_list("pk", "sent_at", "author_id")
    }


def groups_of(message_ids: Sequence[int]) -> dict[int, int]:
    """The group of messages that say the same, of those that triage has read."""
    rows = bulk.picked(Label).filter(message_id__in=list(message_ids))
    return {pk: group or pk for pk, group in rows.values_list("message_id", "group")}


def counting(alert: Asks, read: Sequence[Document]) -> dict[int, bool]:
    """
    Those of these mentions that concern the alert: True counts, False only makes up the whole.

    A query that this version no longer understands counts nothing.
    """
    if alert.within.strip():
        try:
            held = matching.holds(alert.within, read)
        except QueryError:
            return {}
        read = [one for one, holds in zip(read, held, strict=True) if holds]
    if alert.kind == Kind.TONE:
        counts = {int(one.id): one.sentiment == "negative" for one in read}
        return counts if alert.share else {one: True for one, yes in counts.items() if yes}
    if alert.kind == Kind.WEIGHT:
        least = alert.followers
        return {int(one.id): True for one in read if (one.followers or 0) >= least}
    return {int(one.id): True for one in read}


def rule_of(row: Alert) -> Rule:
    return Rule(
        threshold=row.threshold,
        window=timedelta(minutes=row.window),
        cooldown=timedelta(minutes=row.cooldown),
        share=row.share if row.kind == Kind.TONE else 0,
        authors_once=row.authors_once,
        alike_once=row.alike_once,
    )


def in_order(known: Mapping[int, Said], counts: Mapping[int, bool]) -> Iterable[Counted]:
    """Messages as a window reads them, by time."""
    chosen = [known[one].counted(yes) for one, yes in counts.items() if one in known]
    return sorted(chosen, key=lambda one: (one.at, one.id))

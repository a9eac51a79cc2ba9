"""The messages that queries found, newest first, in pages."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from comptoir.analysis.matching import Matcher
from comptoir.analysis.queries import parse
from comptoir.base import ids
from comptoir.base.errors import Problem
from comptoir.channels.models import Message
from comptoir.listening import reputation, reputation_topics
from comptoir.listening.documents import documents
from comptoir.listening.models import Mention, SavedQuery, TaggedMention
from comptoir.listening.records import MentionView
from comptoir.triage.models import Label
from comptoir.triage.topics import Days

_PORTION = 200
_MOST_READ = 5_000
_MOST_SEARCHED = 100_000


@dataclass(frozen=True, slots=True)
class Figure:
    """
    What a figure of a report counts, rather than every mention: a repost once per author.

    key, said: the line of a breakdown, as `reputation.KEYS` reads it, or "topic" and the id of
    a message in it; "" for the whole period.
    """

    days: Days
    key: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """
    Which mentions are wanted.

    within: a query of the same language, asked of the mentions; "" for none. tones: -1, 0, 1;
    none means all. channel: one network, "" for all. own: the brand's own messages, too.
    tags: ids, one at least of which they bear; untagged: those that bear none.
    since, until: written from and before these moments. figure: only what it counts.
    """

    within: str = ""
    tones: tuple[int, ...] = ()
    channel: str = ""
    own: bool = False
    tags: tuple[int, ...] = ()
    untagged: bool = False
    since: datetime | None = None
    until: datetime | None = None
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """
    Some mentions, and where the next page begins (None: there is none). read: how many had to
    be looked at; a page may be short, even empty, when few of them are wanted.
    """

    mentions: Sequence[MentionView]
    before: int | None
    read: int


def mentions(
    query_ids: Iterable[int],
    wanted: Filter = Filter(),
    before: int | None = None,
    limit: int = 50,
) -> Page:
    """
    Mentions of any of these queries older than the message `before`.

    Raises QueryError where `within` is no query, ValueError where there is no such figure.
    """
    asked = list(query_ids)
    within, among = _within(wanted.within), _among(asked, wanted.figure)
    found: list[int] = []
    read = 0
    while len(found) <= limit and read < _MOST_READ:
        part, before, more = _next(asked, wanted, before, among)
        read += len(part)
        found += _held(within, part) if within else part
        if not more:
            return _page(asked, found, limit, None, read)
    return _page(asked, found, limit, before, read)


def fitting(query_ids: Iterable[int], wanted: Filter, most: int) -> list[int]:
    """
    All mentions that fit, newest first, as message ids; raises QueryError.

    Raises Problem "too_many" when there are more than `most`, or more than may be searched.
    """
    asked = list(query_ids)
    within, among = _within(wanted.within), _among(asked, wanted.figure)
    found: list[int] = []
    before, more, read = None, True, 0
    while more:
        part, before, more = _next(asked, wanted, before, among)
        read += len(part)
        found += _held(within, part) if within else part
        if len(found) > most or read > _MOST_SEARCHED:
            raise Problem(
                "too_many",
                _("These are too many mentions to change at once."),
                _("Narrow them by days, tone or words, to %(most)s at most."),
                most=most,
            )
    return found


def count(query_ids: Iterable[int], wanted: Filter, most: int) -> int | None:
    """How many fit, `most` + 1 for more; None where words are searched, which takes reading."""
    if wanted.within.strip():
        return None
    asked = list(query_ids)
    among = _among(asked, wanted.figure)
    found: int
    if among is None:
        found = _wanted(asked, wanted)[: most + 1].count()
        return found
    parts = (among[start : start + _PORTION] for start in range(0, len(among), _PORTION))
    found = sum(_wanted(asked, wanted).filter(pk__in=part).count() for part in parts)
    return found


def counts(query_ids: Iterable[int]) -> dict[int, int]:
    """How many mentions each of these queries has; those without any are left out."""
    rows = Mention.objects.filter(query_id__in=list(query_ids)).order_by()
    return dict(rows.values_list("query_id").annotate(Count("pk")))


def found_by(message_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """The queries that found each of these messages: id and name."""
    rows = Mention.objects.filter(
        message_id__in=list(message_ids), query__state=SavedQuery.State.ACTIVE
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for message, query, name in rows.values_list("message_id", "query_id", "query__name"):
        found.setdefault(message, []).append((query, name))
    return {message: sorted(named, key=lambda one: one[1]) for message, named in found.items()}


def _next(
    asked: list[int], wanted: Filter, before: int | None, among: list[int] | None
) -> tuple[list[int], int | None, bool]:
    """The next messages, newest first, that the database can tell are wanted; from where on."""
    if among is not None:
        begin = bisect_right(among, -before, key=lambda one: -one) if before is not None else 0
        part = among[begin : begin + _PORTION]
        here = set(_wanted(asked, wanted).filter(pk__in=part).values_list("pk", flat=True))
        rest = begin + _PORTION < len(among)
        return [one for one in part if one in here], part[-1] if part else before, rest
    rows = _wanted(asked, wanted)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk").values_list("pk", flat=True)[:_PORTION])
    return found, found[-1] if found else before, len(found) == _PORTION


def _wanted(asked: list[int], wanted: Filter) -> Any:
    rows: Any = Message.objects.filter(
        pk__in=Mention.objects.filter(query_id__in=asked).values("message_id")
    )
    if wanted.since is not None:
        rows = rows.filter(pk__gte=ids.lowest_at(wanted.since))
    if wanted.until is not None:
        rows = rows.filter(pk__lt=ids.lowest_at(wanted.until))
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    if not wanted.own:
        rows = rows.filter(own=False)
    if wanted.tones:
        rows = rows.filter(pk__in=Label.objects.filter(tone__in=wanted.tones).values("message_id"))
    if wanted.untagged:
        rows = rows.exclude(pk__in=TaggedMention.objects.values("message_id"))
    elif wanted.tags:
        tagged = TaggedMention.objects.filter(tag_id__in=wanted.tags)
        rows = rows.filter(pk__in=tagged.values("message_id"))
    return rows


def _among(asked: list[int], figure: Figure | None) -> list[int] | None:
    """The messages that a figure counts, newest first; raises ValueError where there is none."""
    if figure is None:
        return None
    if figure.key == "topic":
        return reputation_topics.members(asked, figure.days, int(figure.said))
    keys = {figure.key: figure.said} if figure.key else {}
    return reputation.rows(asked, figure.days, keys, reputation.EVERY)[0]


def _within(text: str) -> Matcher | None:
    if not text.strip():
        return None
    matcher = Matcher()
    matcher.add(0, parse(text).tree)
    return matcher


def _held(matcher: Matcher, message_ids: Sequence[int]) -> list[int]:
    read = documents(message_ids)
    held = {int(one.id) for one, found in zip(read, matcher.match(read), strict=True) if found}
    return [one for one in message_ids if one in held]


def _page(asked: list[int], found: list[int], limit: int, before: int | None, read: int) -> Page:
    shown = found[:limit]
    if len(found) > limit:
        before = shown[-1]
    rows = Mention.objects.filter(message_id__in=shown, query_id__in=asked)
    queries: dict[int, list[int]] = {}
    for message, query in rows.values_list("message_id", "query_id"):
        queries.setdefault(message, []).append(query)
    views = [MentionView(one, tuple(sorted(queries.get(one, [])))) for one in shown]
    return Page(views, before, read)

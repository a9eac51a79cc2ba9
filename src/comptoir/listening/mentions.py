"""The messages that queries found, newest first, in pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from comptoir.analysis.matching import Matcher
from comptoir.analysis.queries import parse
from comptoir.channels.models import Message
from comptoir.listening.documents import documents
from comptoir.listening.models import Mention, SavedQuery
from comptoir.listening.records import MentionView
from comptoir.triage.models import Label

_PORTION = 200
_MOST_READ = 5_000


@dataclass(frozen=True, slots=True)
class Filter:
    """
    Which mentions are wanted.

    within: a query of the same language, asked of the mentions; "" for none. tones: -1, 0, 1;
    none means all. channel: one network, "" for all. own: the brand's own messages, too.
    """

    within: str = ""
    tones: tuple[int, ...] = ()
    channel: str = ""
    own: bool = False


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
    """Mentions of any of these queries older than the message `before`; raises QueryError."""
    asked = list(query_ids)
    within = _within(wanted.within)
    found: list[int] = []
    read = 0
    while len(found) <= limit and read < _MOST_READ:
        part = _next(asked, wanted, before)
        if not part:
            return _page(asked, found, limit, None, read)
        read += len(part)
        before = part[-1]
        found += _held(within, part) if within else part
    return _page(asked, found, limit, before, read)


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


def _next(asked: list[int], wanted: Filter, before: int | None) -> list[int]:
    """The next messages, newest first, that the database can tell are wanted."""
    rows: Any = Message.objects.filter(
        pk__in=Mention.objects.filter(query_id__in=asked).values("message_id")
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    if not wanted.own:
        rows = rows.filter(own=False)
    if wanted.tones:
        rows = rows.filter(pk__in=Label.objects.filter(tone__in=wanted.tones).values("message_id"))
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:_PORTION])


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

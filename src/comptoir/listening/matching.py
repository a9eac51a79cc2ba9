"""
Asking the saved queries of messages.

Each process keeps a matcher a workspace, brought up to date before it is used: a query that was
saved, paused or deleted is one addition or removal, never a new start.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db.models import Q

from comptoir.analysis.matching import Matcher
from comptoir.analysis.queries import Document, QueryError, parse
from comptoir.base import bulk
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.listening import documents
from comptoir.listening.models import Exclusion, Mention, QueryVersion, SavedQuery
from comptoir.listening.scanning import Span
from comptoir.triage.models import Label

log = structlog.get_logger(__name__)

_PART = 500
_Since = tuple[int, datetime]
Found = dict[int, dict[int, int]]
"""By message the queries that find it, and the version of each."""


@dataclass
class _Kept:
    """A workspace's matcher, and the version of each query that it holds, since when."""

    matcher: Matcher = field(default_factory=Matcher)
    held: dict[int, _Since] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept: dict[int, _Kept] = {}
_keeping = threading.Lock()


def find(message_ids: Sequence[int]) -> Found:
    """
    Which of the workspace's queries find each of these messages; what is excluded is left out.

    Every message that exists has an entry, be it empty.
    """
    with _keeping:
        kept = _kept.setdefault(current_workspace_id(), _Kept())
    with kept.lock:
        _bring_up_to_date(kept)
        if not kept.held:
            return {one: {} for one in _here(message_ids)}
        read = documents.documents(message_ids)
        found = {
            int(one.id): {query: kept.held[query][0] for query in queries}
            for one, queries in zip(read, kept.matcher.match(read), strict=True)
        }
    return _without_excluded(found, read)


def find_one(query: SavedQuery, version: QueryVersion, message_ids: Sequence[int]) -> Found:
    """The same for one version of one query, whatever is in use."""
    read = documents.documents(message_ids)
    return _without_excluded(
        {
            int(one.id): {query.pk: version.number} if matches else {}
            for one, matches in zip(read, holds(version.text, read), strict=True)
        },
        read,
    )


def allowed(query_id: int, message_ids: Sequence[int]) -> list[int]:
    """Those of the messages that a query finds which are not excluded from its mentions."""
    rows = Exclusion.objects.filter(Q(query_id=query_id) | Q(query_id=None))
    never = set(rows.values_list("kind", "value"))
    if not never:
        return list(message_ids)
    kept = list[int]()
    for part in _parts(message_ids):
        found = bulk.picked(Message).filter(pk__in=part)
        sites = {pk: documents.site_of(url) for pk, url in found.values_list("pk", "url")}
        marks = _marks(part, sites)
        kept += [one for one in part if not never.intersection(marks[one])]
    return kept


def holds(text: str, read: Sequence[Document]) -> list[bool]:
    """Whether the query of this text finds each document; raises QueryError."""
    matcher = Matcher()
    matcher.add(0, parse(text).tree)
    return [bool(found) for found in matcher.match(read)]


def write(found: Found) -> None:
    """
    Make the mentions of these messages by active queries what was found.

    Mentions by a query that is paused stay.
    """
    held = bulk.look_up(Mention, ("id", "query_id", "message_id"), "message_id", found)
    asked = _active({query for numbers in found.values() for query in numbers})
    asked |= _active({query for _pk, query, _message in held} - asked)
    gone = [pk for pk, query, message in held if query in asked and query not in found[message]]
    if gone:
        Mention.objects.filter(pk__in=gone).delete()
    _insert(
        (query, message, number)
        for message, numbers in found.items()
        for query, number in numbers.items()
        if query in asked
    )


def write_span(query_id: int, number: int, span: Span, found: Sequence[int]) -> int:
    """
    Make the mentions of one query in a period what a version of it found there.

    Returns how many these are: a message that went meanwhile is left.
    """
    here = _here(found)
    held = Mention.objects.filter(query_id=query_id)
    held = held.filter(message_id__gte=span.since, message_id__lt=span.before)
    gone = [pk for pk, message in held.values_list("pk", "message_id") if message not in here]
    for part in _parts(gone):
        Mention.objects.filter(pk__in=part).delete()
    _insert((query_id, message, number) for message in found if message in here)
    return len(here)


def _insert(rows: Iterable[tuple[int, int, int]]) -> None:
    workspace = current_workspace_id()
    columns = ("workspace_id", "query_id", "message_id", "number")
    told = [(workspace, *row) for row in rows]
    bulk.upsert(Mention, columns, told, key=("query_id", "message_id"), update=("number",))


def _active(queries: Iterable[int]) -> set[int]:
    active = bulk.picked(SavedQuery).filter(state=SavedQuery.State.ACTIVE)
    return {
        pk
        for part in _parts(list(queries))
        for pk in active.filter(pk__in=part).values_list("pk", flat=True)
    }


def _here(messages: Sequence[int]) -> set[int]:
    return {
        row[0] for part in _parts(messages) for row in bulk.look_up(Message, ("id",), "id", part)
    }


def _parts(every: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(every), _PART):
        yield every[start : start + _PART]


def _in_use() -> dict[int, _Since]:
    rows = SavedQuery.objects.filter(state=SavedQuery.State.ACTIVE)
    return {pk: (number, at) for pk, number, at in rows.values_list("pk", "number", "changed_at")}


def _bring_up_to_date(kept: _Kept) -> None:
    wanted = _in_use()
    for query in [one for one, since in kept.held.items() if wanted.get(one) != since]:
        kept.matcher.remove(query)
        del kept.held[query]
    lacking = sorted(set(wanted) - set(kept.held))
    for version in _versions({query: wanted[query][0] for query in lacking}):
        try:
            kept.matcher.add(version.query_id, parse(version.text).tree)
        except QueryError as problem:
            # A newer Comptoir may refuse what an older one took; the others go on.
            log.warning("listening.unreadable", query=version.query_id, code=problem.code)
            continue
        kept.held[version.query_id] = wanted[version.query_id]


def _versions(numbers: dict[int, int]) -> list[QueryVersion]:
    rows = QueryVersion.objects.filter(query_id__in=numbers).order_by("query_id")
    return [row for row in rows if row.number == numbers[row.query_id]]


def _without_excluded(found: Found, read: Sequence[Document]) -> Found:
    rows = list(Exclusion.objects.values_list("query_id", "kind", "value"))
    if not rows or not any(found.values()):
        return found
    marks = _marks(found, {int(one.id): one.site for one in read})
    excluded: dict[tuple[str, str], set[int | None]] = {}
    for query, kind, value in rows:
        excluded.setdefault((kind, value), set()).add(query)
    kept: Found = {}
    for message, numbers in found.items():
        never: set[int | None] = set()
        for mark in marks[message]:
            never |= excluded.get(mark, set())
        kept[message] = (
            {} if None in never else {q: n for q, n in numbers.items() if q not in never}
        )
    return kept


def _marks(found: Iterable[int], sites: dict[int, str]) -> dict[int, list[tuple[str, str]]]:
    """What each message may be excluded by; sites: where each stands."""
    authors = dict(bulk.picked(Message).filter(pk__in=list(found)).values_list("pk", "author_id"))
    groups = dict(
        bulk.picked(Label).filter(message_id__in=list(found)).values_list("message_id", "group")
    )
    kinds = Exclusion.Kind
    return {
        message: [
            (kinds.SITE, sites.get(message, "")),
            (kinds.AUTHOR, str(authors.get(message, ""))),
            (kinds.ALIKE, str(groups.get(message, ""))),
        ]
        for message in found
    }

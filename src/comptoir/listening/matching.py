"""
Asking the saved queries of messages.

Each process keeps a matcher a workspace, brought up to date before it is used: a query that was
saved, paused or deleted is one addition or removal, never a new start.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from comptoir.analysis.matching import Matcher
from comptoir.analysis.queries import Document, QueryError, parse
from comptoir.base import bulk
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.listening import documents
from comptoir.listening.models import Exclusion, Mention, QueryVersion, SavedQuery
from comptoir.triage.models import Label

log = structlog.get_logger(__name__)

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
    read = documents.documents(message_ids)
    with _keeping:
        kept = _kept.setdefault(current_workspace_id(), _Kept())
    with kept.lock:
        _bring_up_to_date(kept)
        matched = kept.matcher.match(read)
        numbers = {query: number for query, (number, _since) in kept.held.items()}
    found = {
        int(one.id): {query: numbers[query] for query in queries}
        for one, queries in zip(read, matched, strict=True)
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


def holds(text: str, read: Sequence[Document]) -> list[bool]:
    """Whether the query of this text finds each document; raises QueryError."""
    matcher = Matcher()
    matcher.add(0, parse(text).tree)
    return [bool(found) for found in matcher.match(read)]


def write(found: Found, queries: Iterable[int] | None = None) -> None:
    """
    Make the mentions of these messages what was found; of all active queries, or of `queries`.

    Mentions by a query that is paused stay.
    """
    asked = set(_in_use()) if queries is None else set(queries)
    held = bulk.picked(Mention).filter(message_id__in=list(found))
    gone = [
        pk
        for pk, query, message in held.values_list("pk", "query_id", "message_id")
        if query in asked and query not in found[message]
    ]
    if gone:
        Mention.objects.filter(pk__in=gone).delete()
    workspace = current_workspace_id()
    rows = [
        (workspace, query, message, number)
        for message, numbers in found.items()
        for query, number in numbers.items()
        if query in asked
    ]
    columns = ("workspace_id", "query_id", "message_id", "number")
    bulk.upsert(Mention, columns, rows, key=("query_id", "message_id"), update=("number",))


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
    marks = _marks(found, read)
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


def _marks(found: Found, read: Sequence[Document]) -> dict[int, list[tuple[str, str]]]:
    """What each message may be excluded by."""
    authors = dict(bulk.picked(Message).filter(pk__in=list(found)).values_list("pk", "author_id"))
    groups = dict(
        bulk.picked(Label).filter(message_id__in=list(found)).values_list("message_id", "group")
    )
    sites = {int(one.id): one.site for one in read}
    kinds = Exclusion.Kind
    return {
        message: [
            (kinds.SITE, sites[message]),
            (kinds.AUTHOR, str(authors.get(message, ""))),
            (kinds.ALIKE, str(groups.get(message, ""))),
        ]
        for message in found
    }

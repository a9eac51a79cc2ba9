"""
Lists that are narrowed by words or filters: asked of the full-text index.

Without words each conversation is found by its newest message alone. With words it is found
by the newest of its messages that match, and shown there; a page therefore leaves out
conversations of which a newer message stood on a page before. The cursor is the trail of
where each page began, which also leads back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from comptoir.base import bulk, clock, ids
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.care import facets
from comptoir.care.derive import snippet_about
from comptoir.care.hydrate import conversation_views
from comptoir.care.models import Conversation
from comptoir.care.records import Filters, Page
from comptoir.channels.api import search
from comptoir.channels.models import Message

_ROUNDS = 20
_EACH = 200
_TRAIL = 40
_FIRST = "s"
_NO_USER = (1 << 63) - 1
Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Question:
    """groups: facets, AND of ORs. after, before: bounds of message ids, excluded."""

    words: str
    groups: Groups
    after: int | None
    before: int | None

    def ask(self, before: int | None, limit: int) -> list[int]:
        return search(self.words, self.groups, (), before, self.after, limit, typing=True)

    def seen(self, threads: Iterable[int], start: int) -> list[int]:
        """Messages of `threads` that match from `start` on: shown on the pages before."""
        here = tuple(facets.thread(one) for one in threads)
        return search(
            self.words, (*self.groups, here), (), self.before, start - 1, 10_000, typing=True
        )


@dataclass(slots=True)
class _Found:
    """threads → message shown for it, in order. end: where the next page begins."""

    threads: dict[int, int] = field(default_factory=dict)
    end: int | None = None


def page(filters: Filters, cursor: str, limit: int) -> Page:
    question, trail = _question(filters), _read(cursor)
    start = trail[-1] if trail else None
    found = _collect(question, filters, start, limit)
    matches = _matches(found.threads, filters.words) if filters.words else {}
    return Page(
        items=tuple(conversation_views(found.threads, matches)),
        next_cursor=_write([*trail, found.end]) if found.end is not None else "",
        previous_cursor=(_write(trail[:-1]) or _FIRST) if trail else "",
        total=len(found.threads) if not trail and found.end is None else None,
    )


def _collect(question: _Question, filters: Filters, start: int | None, limit: int) -> _Found:
    """Go down the matches until the page is full or nothing is left."""
    found = _Found()
    before = start if start is not None else question.before
    passed: set[int] = set()
    size = limit + 1 if not filters.words else max(_EACH, limit + 1)
    for _ in range(_ROUNDS):
        messages = question.ask(before, size)
        homes = dict(Message.objects.filter(pk__in=messages).values_list("pk", "thread_id"))
        fresh = {homes[one] for one in messages if one in homes} - passed - found.threads.keys()
        passed |= _unwanted(question, filters, fresh, start)
        for message in messages:
            thread = homes.get(message)
            if thread is None or thread in passed or thread in found.threads:
                continue
            if len(found.threads) == limit:
                return found
            found.threads[thread] = found.end = message
        if len(messages) < size:
            found.end = None
            return found
        before = messages[-1]
    found.end = before
    return found


def _unwanted(
    question: _Question, filters: Filters, threads: set[int], start: int | None
) -> set[int]:
    unwanted = _hidden(filters, threads)
    if filters.words and start is not None and threads:
        newer = question.seen(threads, start)
        unwanted |= set(Message.objects.filter(pk__in=newer).values_list("thread_id", flat=True))
    return unwanted


def _hidden(filters: Filters, threads: set[int]) -> set[int]:
    """Conversations asleep, or not: the one thing that changes without anybody's doing."""
    if filters.view == "everything":
        return set()
    asleep = bulk.picked(Conversation).filter(pk__in=threads, snoozed_until__gt=clock.now())
    sleeping = set(asleep.values_list("pk", flat=True))
    return threads - sleeping if filters.view == "snoozed" else sleeping


def _matches(threads: dict[int, int], words: str) -> dict[int, str]:
    texts = dict(Message.objects.filter(pk__in=threads.values()).values_list("pk", "text"))
    return {
        thread: snippet_about(texts.get(message, ""), words) for thread, message in threads.items()
    }


def _question(filters: Filters) -> _Question:
    after, before = _bounds(filters.since, filters.until)
    return _Question(filters.words, _groups(filters), after, before)


def _groups(filters: Filters) -> Groups:
    wanted: list[Sequence[str]] = [
        tuple(map(facets.channel, filters.channels)),
        tuple(map(facets.language, filters.languages)),
        tuple(map(facets.tone, filters.tones)),
        tuple(map(facets.intent, filters.intents)),
        tuple(map(facets.state, filters.states)),
        tuple(map(facets.assignee, filters.assignees)),
        tuple(map(facets.tag, filters.tags)),
        *_of_view(filters),
    ]
    if not filters.words:
        wanted.append((facets.HEAD,))
    return tuple(tuple(group) for group in wanted if group)


def _of_view(filters: Filters) -> Sequence[tuple[str, ...]]:
    is_open = (facets.state("open"),)
    views: dict[str, Sequence[tuple[str, ...]]] = {
        "unanswered": [(facets.UNANSWERED,)],
        "mine": [(facets.assignee(filters.user_id or _NO_USER),), is_open],
        "urgent": [(facets.URGENT,)],
        "complaints": [(facets.COMPLAINT,), is_open],
        "snoozed": [(facets.ASLEEP,)],
        "everything": [],
    }
    return views[filters.view]


def _bounds(since: date | None, until: date | None) -> tuple[int | None, int | None]:
    """Ids strictly between which the days lie, in the workspace's zone."""
    if since is None and until is None:
        return None, None
    zone = ZoneInfo(Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id()))
    after = ids.lowest_at(_midnight(since, zone)) - 1 if since else None
    before = ids.lowest_at(_midnight(until + timedelta(days=1), zone)) if until else None
    return after, before


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _read(cursor: str) -> list[int]:
    """The trail of a cursor, empty for the first page or when it is not ours."""
    if not cursor.startswith(_FIRST):
        return []
    found = [ids.reveal("cursor", part) for part in cursor[1:].split(".") if part]
    return [one for one in found if one is not None] if None not in found else []


def _write(trail: Sequence[int]) -> str:
    """ "" for the first page; a very long trail forgets its beginning."""
    parts = [ids.conceal("cursor", one) for one in trail[-_TRAIL:]]
    return _FIRST + ".".join(parts) if parts else ""

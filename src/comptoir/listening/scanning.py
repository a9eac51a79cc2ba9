"""
Asking queries of stored messages, newest first, a portion at a time.

What the volumes hold is asked of them; what they have not heard of yet, or not read yet, of the
messages themselves. Both give what the plain evaluator would say of each message as it is now.
"""

import heapq
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import structlog

from comptoir.analysis.matching import KNOWN, MOST, Asked, BadVolume, Columns, Matcher, Volume
from comptoir.analysis.matching.board import Flags, Longs
from comptoir.analysis.queries import Document, parse
from comptoir.analysis.queries.fields import field_holds
from comptoir.analysis.queries.tree import Field, Node
from comptoir.base import bulk
from comptoir.base.ids import HIGHEST
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Author, Message
from comptoir.listening.documents import documents
from comptoir.listening.volumes import store
from comptoir.listening.volumes.following import unheard
from comptoir.listening.volumes.store import Part, Parts

log = structlog.get_logger(__name__)

AT_ONCE = 1_000
SLICE = 4_096
"""Messages of a volume asked at a time where many may have to be fetched."""
MOST_AUTHORS = 200_000
QUICK, SLOW = 0.05, 0.3
_OF_AUTHORS = frozenset({"author", "followers"})
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Span:
    """Ids: `since` belongs to it, `before` does not."""

    since: int = 0
    before: int = HIGHEST


@dataclass(frozen=True, slots=True)
class Portion:
    """
    What came of some messages. found: by query, ids newest first. read: how many were asked.

    end: of the period asked for, all with this id or a higher one are done.
    """

    found: list[list[int]]
    read: int
    end: int


def scan(texts: Sequence[str], span: Span, most: int = 1 << 30) -> Iterator[Portion]:
    """
    Ask queries of all messages of a period; raises QueryError at once.

    most: ids that a portion holds of a query at most. Nothing comes of a period without messages.
    """
    trees = [parse(text).tree for text in texts]
    return (part for one in _scan(trees, span) for part in _cut(one, most))


def count(span: Span) -> int:
    """How many messages a period has."""
    held = store.known(current_workspace_id())
    if held is not None:
        with suppress(FileNotFoundError, BadVolume):
            return _Stored(held, span).count()
    return int(_rows(span).count())


def _scan(trees: list[Node], span: Span) -> Iterator["_Done"]:
    workspace_id, reach, tried = current_workspace_id(), HIGHEST, None
    while (held := store.known(workspace_id)) is not None and held != tried:
        try:
            for done in _Stored(held, span).asked(trees):
                yield done
                span = Span(span.since, done.end)
        except FileNotFoundError:
            # A writer replaced the file meanwhile: what counts now is asked for the rest.
            tried = held
        except BadVolume:
            break
        else:
            reach = held.reach
            break
    if held is not None and reach == HIGHEST and held.parts:
        log.warning("listening.volumes_distrusted", workspace=workspace_id)
        store.distrust(workspace_id)
    yield from _by_rows(trees, Span(span.since, min(reach, span.before)))


@dataclass(frozen=True, slots=True)
class _Done:
    """A portion as it comes. ids: of all messages asked, ascending. found: ids, newest first."""

    found: list[Longs]
    ids: Longs
    end: int


def _cut(done: _Done, most: int) -> Iterator[Portion]:
    """The same in portions that find no more than `most`."""
    before = HIGHEST
    while True:
        full = [found[most - 1] for found in done.found if len(found) > most]
        end = int(max(full)) if full else done.end
        start, stop = np.searchsorted(done.ids, [end, before])
        parts = [found[found >= end] for found in done.found]
        yield Portion([part.tolist() for part in parts], int(stop - start), end)
        if not full:
            return
        before = end
        rest = [found[len(part) :] for found, part in zip(done.found, parts, strict=True)]
        done = _Done(rest, done.ids, done.end)


def _by_rows(trees: list[Node], span: Span) -> Iterator[_Done]:
    """Without volumes: one message after another."""
    matcher = _matcher(trees)
    before = span.before
    while before > span.since:
        rows = _rows(Span(span.since, before)).order_by("-pk")
        wanted = list(rows.values_list("pk", flat=True)[:AT_ONCE])
        if not wanted:
            return
        before = wanted[-1]
        found, ids = _matched(matcher, len(trees), wanted)
        yield _Done(found, ids, before)


def _matcher(trees: Sequence[Node]) -> Matcher:
    matcher = Matcher()
    for place, tree in enumerate(trees):
        matcher.add(place, tree)
    return matcher


def _matched(matcher: Matcher, queries: int, wanted: Iterable[int]) -> tuple[list[Longs], Longs]:
    """What each query finds among messages, newest first; and those that exist, oldest first."""
    read = documents(wanted)
    found: list[list[int]] = [[] for _ in range(queries)]
    for one, places in zip(read, matcher.match(read), strict=True):
        for place in places:
            found[place].append(int(one.id))
    ids = np.array([int(one.id) for one in read], np.int64)
    return [np.array(one[::-1], np.int64) for one in found], ids


def _rows(span: Span) -> Any:
    rows = Message.objects.all()
    if span.since > 0:
        rows = rows.filter(pk__gte=span.since)
    return rows if span.before >= HIGHEST else rows.filter(pk__lt=span.before)


class _Authors:
    """Names and followers, asked of the database for those met."""

    def __init__(self) -> None:
        self._known: dict[int, Document] = {}

    def held(self, question: Field, authors: Longs) -> Flags:
        """Of whose messages a comparison holds."""
        each, places = np.unique(authors, return_inverse=True)
        wanted: list[int] = each.tolist()
        self._look_up(wanted)
        unknown = Document("", "")
        holds = [field_holds(question, self._known.get(one, unknown)) for one in wanted]
        return np.array(holds, np.bool_).take(places)

    def _look_up(self, wanted: list[int]) -> None:
        if len(self._known) > MOST_AUTHORS:
            self._known.clear()
        lacking = [one for one in wanted if one not in self._known]
        for start in range(0, len(lacking), AT_ONCE):
            rows = bulk.picked(Author).filter(pk__in=lacking[start : start + AT_ONCE])
            for pk, handle, followers in rows.values_list("pk", "handle", "followers"):
                self._known[pk] = Document("", "", author=handle, followers=followers)


class _Answers:
    """What is known of a volume's messages, and the messages themselves where need be."""

    def __init__(self, columns: Columns, zone: ZoneInfo, authors: _Authors) -> None:
        self._columns, self._zone, self._authors = columns, zone, authors

    def held(self, question: Node, messages: Longs) -> Flags | None:
        if isinstance(question, Field) and question.name in _OF_AUTHORS:
            return self._authors.held(question, self._columns.authors.take(messages))
        return self._columns.held(question, messages, self._zone)

    def read(self, messages: Sequence[int]) -> Iterable[Document | None]:
        wanted = [str(one) for one in self._columns.ids.take(messages).tolist()]
        found = {one.id: one for one in documents(map(int, wanted))}
        return [found.get(one) for one in wanted]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A volume and what is known of its messages; those from `start` to `stop` are to be asked."""

    volume: Volume
    columns: Columns
    answers: _Answers
    start: int
    stop: int

    @property
    def high(self) -> int:
        return int(self.columns.ids[self.stop - 1])


class _Stored:
    """The parts of a workspace that a period touches, and what they have not heard of yet."""

    def __init__(self, held: Parts, span: Span) -> None:
        self._workspace = current_workspace_id()
        self._span = Span(max(span.since, held.reach), span.before)
        self._older = Span(span.since, min(held.reach, span.before))
        self._parts = [
            part
            for part in held.parts
            if part.high >= self._span.since and part.low < self._span.before
        ]
        unknown = unheard(self._workspace, held.event)
        within = [one for one in unknown if self._span.since <= one < self._span.before]
        self._fresh = np.array(sorted(within), np.int64)

    def count(self) -> int:
        """Messages of the period."""
        older = 0 if self._older.since >= self._older.before else _rows(self._older).count()
        fresh = sum(
            bulk.picked(Message).filter(pk__in=self._fresh[at : at + AT_ONCE].tolist()).count()
            for at in range(0, len(self._fresh), AT_ONCE)
        )
        return int(older + fresh + sum(self._length(part) for part in self._parts))

    def _length(self, part: Part) -> int:
        inside = part.low >= self._span.since and part.high < self._span.before
        if inside and not np.any((self._fresh >= part.low) & (self._fresh <= part.high)):
            return part.rows
        ids = self._within(store.columns_of(self._workspace, part).ids)
        return len(ids) - int(np.isin(ids, self._fresh).sum())

    def _within(self, ids: Longs) -> Longs:
        return ids[slice(*self._range(ids))]

    def _range(self, ids: Longs) -> tuple[int, int]:
        start, stop = np.searchsorted(ids, [self._span.since, self._span.before])
        return int(start), int(stop)

    def asked(self, trees: list[Node]) -> Iterator[_Done]:
        """Ask them, those with the newest messages first."""
        sweep = _Sweep(trees, self._fresh)
        for part in self._parts:
            sweep.add(part.high, part)
        for stop in range(len(self._fresh), 0, -AT_ONCE):
            some = self._fresh[max(0, stop - AT_ONCE) : stop]
            sweep.add(int(some[-1]), some)
        while (item := sweep.next()) is not None:
            if isinstance(item, Part):
                self._open(item, sweep)
            else:
                sweep.ask(item)
            done = sweep.done(self._span.since)
            if len(done.ids):
                yield done

    def _open(self, part: Part, sweep: "_Sweep") -> None:
        columns = store.columns_of(self._workspace, part)
        start, stop = self._range(columns.ids)
        if start < stop:
            volume = store.words_of(self._workspace, part)
            answers = _Answers(columns, sweep.zone, sweep.authors)
            opened = _Opened(volume, columns, answers, start, stop)
            sweep.add(opened.high, opened)


class _Sweep:
    """
    Volumes and messages asked from the newest down, where some lie across each other in time.

    What was found is handed out once nothing newer can come.
    """

    def __init__(self, trees: list[Node], fresh: Longs) -> None:
        self.authors = _Authors()
        zone = Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id())
        self.zone = ZoneInfo(zone)
        self._trees, self._fresh = trees, fresh
        self._asked = Asked(*trees)
        self._matcher: Matcher | None = None
        self._waiting: list[tuple[int, int, Part | _Opened | Longs]] = []
        self._added = 0
        self._found: list[list[Longs]] = [[] for _ in trees]
        self._ids: list[Longs] = []
        self._step = SLICE if any(map(_is_read, self._asked.questions)) else MOST

    def add(self, high: int, item: "Part | _Opened | Longs") -> None:
        """high: its highest id."""
        heapq.heappush(self._waiting, (-high, self._added, item))
        self._added += 1

    def next(self) -> "Part | _Opened | Longs | None":
        """What has the newest messages of all that wait."""
        return heapq.heappop(self._waiting)[2] if self._waiting else None

    def ask(self, item: "_Opened | Longs") -> None:
        """Ask messages, or the newest of a volume."""
        if not isinstance(item, _Opened):
            self._matcher = self._matcher or _matcher(self._trees)
            self._keep(*_matched(self._matcher, len(self._trees), item.tolist()))
            return
        begun = time.monotonic()
        start = max(item.start, item.stop - self._step)
        ids = item.columns.ids
        found = self._asked.of(item.volume, item.answers, range(start, item.stop))
        self._keep(
            [self._heard(ids.take(one))[::-1] for one in found], self._heard(ids[start : item.stop])
        )
        if start > item.start:
            rest = replace(item, stop=start)
            self.add(rest.high, rest)
        self._pace(time.monotonic() - begun)

    def _pace(self, seconds: float) -> None:
        """Ask more at a time where few messages have to be fetched, fewer where many."""
        if seconds < QUICK:
            self._step = min(2 * self._step, MOST)
        elif seconds > SLOW:
            self._step = max(self._step // 2, SLICE // 4)

    def _heard(self, ids: Longs) -> Longs:
        return ids[~np.isin(ids, self._fresh)] if len(self._fresh) else ids

    def _keep(self, found: list[Longs], ids: Longs) -> None:
        for kept, one in zip(self._found, found, strict=True):
            kept.append(one)
        self._ids.append(ids)

    def done(self, least: int) -> _Done:
        """All that was asked and is newer than what waits."""
        end = 1 - self._waiting[0][0] if self._waiting else least
        ids = np.sort(np.concatenate([_NONE, *self._ids]))
        split = int(np.searchsorted(ids, end))
        self._ids = [ids[:split]]
        found = []
        for place, kept in enumerate(self._found):
            every = np.sort(np.concatenate([_NONE, *kept]))[::-1]
            ripe = every >= end
            found.append(every[ripe])
            self._found[place] = [every[~ripe]]
        return _Done(found, ids[split:], end)


def _is_read(question: Node) -> bool:
    """Whether messages have to be fetched to answer it."""
    return not isinstance(question, Field) or question.name not in KNOWN | _OF_AUTHORS

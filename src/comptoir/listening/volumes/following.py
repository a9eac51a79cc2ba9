"""
The volumes' one writer: reads what is here, newest first, and follows the outbox from then on.

Everything is read again from the messages that an event names, so hearing an event twice, or
after a change that came later still, changes nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import structlog

from comptoir.analysis.matching import MOST, BadVolume, Columns, Reader, Volume
from comptoir.analysis.queries import Document
from comptoir.base import jobs, outbox, workspaces
from comptoir.base.erasure import Person, eraser
from comptoir.base.ids import HIGHEST
from comptoir.base.models import OutboxEvent, Workspace
from comptoir.base.scope import every_workspace, scope
from comptoir.channels.models import Message
from comptoir.listening import documents
from comptoir.listening.volumes import store
from comptoir.listening.volumes.store import Part, Parts

log = structlog.get_logger(__name__)

RELABELLED: Final = frozenset({"messages_labelled", "label_corrected"})
KINDS: Final = RELABELLED | {"messages_received", "messages_erased"}
AT_ONCE: Final = 1_000
BATCH: Final = 20_000
"""Messages that events name before their changes are committed."""
COMMIT_SECONDS: Final = 3.0
MOST_SMALL: Final = 8
"""Parts that are less than half full before they are joined."""

Progress = Callable[[int], None]
Row = tuple[Document, int]
_committed: dict[int, float] = {}
_level = 0


@dataclass
class Batch:
    """What a run of events names. changed: whose words may be others. last: its last event."""

    last: int = 0
    told_at: str = ""
    changed: set[int] = field(default_factory=set)
    relabelled: set[int] = field(default_factory=set)

    def add(self, event: OutboxEvent) -> None:
        named = self.relabelled if event.kind in RELABELLED else self.changed
        named.update(event.payload.get("ids") or [])
        self.last, self.told_at = event.pk, event.at.isoformat()

    @property
    def ids(self) -> set[int]:
        return self.changed | self.relabelled


@jobs.after_drain
def follow() -> int:
    """The worker's turn: a commit or a volume for each workspace that has something to do."""
    global _level
    newest = outbox.newest()
    spaces = list(Workspace.objects.values_list("pk", flat=True))
    told = _told(_level) if newest > _level else set()
    busy = [one for one in spaces if _due(one, one in told)]
    turns = [_turn(one, wait=False) for one in busy]
    if not any(turns):
        _sweep(set(spaces))
        if told <= set(busy) and None not in turns:
            _level = newest
    return sum(one or 0 for one in turns)


def _told(after: int) -> set[int]:
    """Workspaces that something was told of."""
    with every_workspace():
        waiting = OutboxEvent.objects.filter(kind__in=KINDS, pk__gt=after).order_by()
        return set(waiting.values_list("workspace_id", flat=True).distinct())


def _due(workspace_id: int, told: bool) -> bool:
    held = store.known(workspace_id)
    if held is None or held.reach:
        return True
    return told and time.monotonic() - _committed.get(workspace_id, 0.0) >= COMMIT_SECONDS


def _sweep(here: set[int]) -> None:
    """What a worker wrote of a workspace while another deleted it."""
    if store.root().exists():
        for path in store.root().iterdir():
            if path.is_dir() and path.name.isdigit() and int(path.name) not in here:
                store.dropped(int(path.name))


def _turn(workspace_id: int, wait: bool) -> int | None:
    """
    One commit of what was told, or one volume of what is here; returns how much it read.

    None when another process is writing.
    """
    with store.writing(workspace_id, wait) as mine, scope(workspace_id):
        if not mine:
            return None
        held = _trusted(workspace_id)
        for batch in _batches(workspace_id, held.event):
            _retell(workspace_id, held, batch)
            return len(batch.ids) or 1
        return _read_on(workspace_id, held) if held.reach else 0


def catch_up(workspace_id: int) -> int:
    """Hear every event that waits; returns how many messages they named."""
    named = 0
    with store.writing(workspace_id, wait=True), scope(workspace_id):
        held = _trusted(workspace_id)
        for batch in _batches(workspace_id, held.event):
            held = _retell(workspace_id, held, batch)
            named += len(batch.ids)
    return named


def rebuild(workspace: Workspace, progress: Progress = lambda rows: None) -> int:
    """Read all messages of a workspace anew; returns how many there are."""
    with store.writing(workspace.pk, wait=True):
        store.drop(workspace.pk)
    return complete(workspace, progress)


def complete(workspace: Workspace, progress: Progress = lambda rows: None) -> int:
    """Go on until everything is read and heard."""
    while _turn(workspace.pk, wait=True):
        held = store.known(workspace.pk)
        progress(held.rows if held else 0)
    held = store.known(workspace.pk)
    return held.rows if held else 0


def standing(workspace: Workspace) -> tuple[int, bool]:
    """How many messages were read, and whether that is all of them."""
    held = store.known(workspace.pk)
    with scope(workspace):
        older = Message.objects.filter(pk__lt=held.reach if held else HIGHEST)
        return held.rows if held else 0, not older.exists()


@eraser("listening volumes", order=60)
def erase(person: Person) -> int:
    """
    Take out the words of what was erased, and the person's name in the words of others.

    Both were told by the erasers before; files that held them are deleted with the commit.
    """
    return catch_up(person.workspace_id)


@workspaces.on_workspace_deleted("listening volumes")
def forget(workspace_id: int) -> None:
    with store.writing(workspace_id, wait=True):
        store.drop(workspace_id)


def unheard(workspace_id: int, after: int) -> set[int]:
    """The messages that the volumes have not heard of yet."""
    named = set[int]()
    payloads = _waiting(workspace_id, after).values_list("payload", flat=True)
    for payload in payloads.iterator(chunk_size=200):
        named.update(payload.get("ids") or [])
    return named


def _waiting(workspace_id: int, after: int) -> Any:
    with every_workspace():
        events = OutboxEvent.objects.filter(kind__in=KINDS, pk__gt=after)
    return events.filter(workspace_id=workspace_id).order_by("pk")


def _batches(workspace_id: int, after: int) -> Iterator[Batch]:
    while True:
        batch = Batch()
        for event in _waiting(workspace_id, after).iterator(chunk_size=200):
            batch.add(event)
            if len(batch.ids) >= BATCH:
                break
        if not batch.last:
            return
        yield batch
        after = batch.last


def _trusted(workspace_id: int) -> Parts:
    """
    What is kept; begun anew when it cannot be understood, or was written beside a database
    that was put back to an earlier state since.
    """
    held = store.known(workspace_id)
    if held is not None and held.event:
        told = OutboxEvent.objects.filter(pk=held.event).first()
        if told is None or told.at.isoformat() != held.told_at:
            held = None
    if held is None:
        return _begun(workspace_id)
    store.tidy(workspace_id, held)
    return held


def _begun(workspace_id: int) -> Parts:
    """Nothing yet: what is here is read from now on, and what is told from now on is heard."""
    store.drop(workspace_id)
    newest = OutboxEvent.objects.order_by("-pk").first()
    log.info("listening.volumes_begun", workspace=workspace_id)
    return _commit(workspace_id, Parts(newest.pk, newest.at.isoformat()) if newest else Parts())


def _commit(workspace_id: int, parts: Parts) -> Parts:
    store.commit(workspace_id, parts)
    _committed[workspace_id] = time.monotonic()
    return parts


def _read_on(workspace_id: int, held: Parts) -> int:
    """Read the next older messages into a volume."""
    older = Message.objects.filter(pk__lt=held.reach).order_by("-pk")
    wanted = list(older.values_list("pk", flat=True)[:MOST])[::-1]
    made, _rows = _written(workspace_id, _rows_of(wanted))
    reach = wanted[0] if len(wanted) == MOST else 0
    _commit(workspace_id, replace(held, reach=reach, parts=(*held.parts, *made)))
    return len(wanted)


def _rows_of(wanted: list[int]) -> Iterator[list[Row]]:
    for start in range(0, len(wanted), AT_ONCE):
        yield documents.signed(wanted[start : start + AT_ONCE])


def _written(workspace_id: int, rows: Iterable[list[Row]]) -> tuple[list[Part], int]:
    """Files of messages that come in order, as many as one volume holds at most."""
    reader, columns = Reader(), list[Columns]()
    for some in rows:
        read = [document for document, _author in some]
        reader.add(read)
        columns.append(Columns.of(read, [author for _document, author in some]))
    if not reader.count:
        return [], 0
    held = Columns.joined(columns, np.arange(reader.count))
    words = store.save_words(workspace_id, reader.volume())
    return [store.part_of(words, store.save_columns(workspace_id, held), held)], reader.count


def _retell(workspace_id: int, held: Parts, batch: Batch) -> Parts:
    """Commit what became of the messages that events name. What was not reached yet waits."""
    named = sorted(one for one in batch.ids if one >= held.reach)
    rows = {int(row[0].id): row for some in _rows_of(named) for row in some}
    try:
        return _renew(workspace_id, held, batch, rows)
    except (FileNotFoundError, BadVolume) as problem:
        log.warning("listening.bad_volume", workspace=workspace_id, problem=str(problem))
        return _begun(workspace_id)


def _renew(workspace_id: int, held: Parts, batch: Batch, rows: dict[int, Row]) -> Parts:
    kept, new = _changed(workspace_id, held.parts, batch, rows)
    for start in range(0, len(new), MOST):
        part = [rows[one] for one in new[start : start + MOST]]
        some = (part[at : at + AT_ONCE] for at in range(0, len(part), AT_ONCE))
        made, _count = _written(workspace_id, some)
        kept += made
    told = replace(held, event=batch.last, told_at=batch.told_at, parts=tuple(kept))
    return _commit(workspace_id, replace(told, parts=_joined_small(workspace_id, told.parts)))


def _changed(
    workspace_id: int, parts: Iterable[Part], batch: Batch, rows: dict[int, Row]
) -> tuple[list[Part], list[int]]:
    """The parts without what is gone or has other words; and the messages to be read into new."""
    named = np.array(sorted(batch.ids), np.int64)
    kept, new = list[Part](), set(rows)
    for part in parts:
        if not np.any((named >= part.low) & (named <= part.high)):
            kept.append(part)
            continue
        columns = store.columns_of(workspace_id, part)
        numbers = np.flatnonzero(np.isin(columns.ids, named))
        here = columns.ids.take(numbers).tolist()
        again = [
            n for n, one in zip(numbers.tolist(), here, strict=True) if _stays(one, batch, rows)
        ]
        stays = columns.ids.take(np.array(again, np.int64)).tolist()
        new -= set(stays)
        gone = np.setdiff1d(numbers, np.array(again, np.int64))
        kept += _renewed(workspace_id, part, columns, [rows[one] for one in stays], (again, gone))
    return kept, sorted(new)


def _stays(one: int, batch: Batch, rows: dict[int, Row]) -> bool:
    return one in rows and one not in batch.changed


def _renewed(
    workspace_id: int,
    part: Part,
    columns: Columns,
    told: list[Row],
    numbers: tuple[list[int], Any],
) -> list[Part]:
    """A part with other columns for some of its messages, and without some others."""
    again, gone = numbers
    if told:
        others = Columns.of([one for one, _author in told], [author for _one, author in told])
        columns = columns.replaced(np.array(again, np.int64), others)
    if not len(gone):
        if not told:
            return [part]
        return [replace(part, columns=store.save_columns(workspace_id, columns))]
    left = np.setdiff1d(np.arange(part.rows), gone)
    if not len(left):
        return []
    place = np.full(part.rows, -1, np.int64)
    place[left] = np.arange(len(left))
    volume = Volume.joined([(store.words_of(workspace_id, part), place)], len(left))
    held = Columns.joined([columns], left)
    words = store.save_words(workspace_id, volume)
    return [store.part_of(words, store.save_columns(workspace_id, held), held)]


def _joined_small(workspace_id: int, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Join the small parts, in order of time, once there are many."""
    small = [part for part in parts if part.rows < MOST // 2]
    if len(small) <= MOST_SMALL:
        return parts
    columns = [store.columns_of(workspace_id, part) for part in small]
    volumes = [store.words_of(workspace_id, part) for part in small]
    order = np.argsort(np.concatenate([one.ids for one in columns]), kind="stable")
    ends = np.cumsum([0, *(part.rows for part in small)]).tolist()
    joined = []
    for start in range(0, len(order), MOST):
        some = order[start : start + MOST]
        place = np.full(ends[-1], -1, np.int64)
        place[some] = np.arange(len(some))
        told = [(one, place[at:to]) for one, (at, to) in zip(volumes, pairwise(ends), strict=True)]
        words = store.save_words(workspace_id, Volume.joined(told, len(some)))
        held = Columns.joined(columns, some)
        joined.append(store.part_of(words, store.save_columns(workspace_id, held), held))
    return (*(part for part in parts if part not in small), *joined)

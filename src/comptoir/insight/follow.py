"""
The copy's one writer: reads the outbox in bulk, appends rows, compacts, rebuilds.

Events are read up to a commit's size, not one by one: the newest state of all the messages
they name goes into one commit that also carries the last event's number.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from comptoir.base import clock, jobs, outbox, workspaces
from comptoir.base.erasure import Person, eraser
from comptoir.base.models import OutboxCursor, OutboxEvent, Workspace
from comptoir.base.scope import every_workspace, scope
from comptoir.insight import source, store
from comptoir.insight.models import CopyState

log = structlog.get_logger(__name__)

KINDS: Final = frozenset({"conversations_changed", "messages_erased"})
COMMIT_ROWS: Final = 25_000
COMMIT_SECONDS: Final = 3.0
SMALL_LAG: Final = 200
READER_HOURS: Final = 1

Progress = Callable[[int], None]
_last_commit = 0.0


@dataclass(slots=True)
class Batch:
    """What a run of events touched, by workspace."""

    last: int = 0
    messages: dict[int, set[int]] = field(default_factory=dict)
    threads: dict[int, set[int]] = field(default_factory=dict)

    def add(self, event: OutboxEvent) -> None:
        ids = event.payload.get("messages") or event.payload.get("ids") or []
        self.messages.setdefault(event.workspace_id, set()).update(ids)
        self.threads.setdefault(event.workspace_id, set()).update(event.payload.get("threads", []))
        self.last = event.pk

    @property
    def size(self) -> int:
        return sum(len(ids) for ids in self.messages.values())


@outbox.consumer("insight", KINDS, order=30, rest=0.25)
def _heard(event: outbox.Event, _prepared: Any) -> None:
    """
    Nothing is done for one event alone: `catch_up` reads those above the copy's own position.

    The consumer exists so that its backlog is seen beside the others'.
    """


@jobs.after_drain
def follow() -> int:
    """The worker's turn: commit when enough waits or the last commit is seconds old."""
    global _last_commit
    waiting = lag()
    if not waiting and _is_lost():
        return catch_up()
    if not waiting or (waiting < SMALL_LAG and time.monotonic() - _last_commit < COMMIT_SECONDS):
        return 0
    written = catch_up()
    _last_commit = time.monotonic()
    return written


def lag() -> int:
    """How many events the copy has not heard yet."""
    with every_workspace():
        return OutboxEvent.objects.filter(kind__in=KINDS, pk__gt=_position()).count()


def catch_up(wait: bool = False) -> int:
    """
    Bring the copy level with the outbox; returns how many rows were written.

    Returns 0 at once when another process is writing, unless `wait`.
    """
    with store.writing(wait) as mine:
        return _catch_up() if mine else 0


def refresh() -> None:
    """Before figures are shown: catch up when that is quick, else show what is known."""
    if 0 < lag() <= SMALL_LAG:
        catch_up()


def rebuild(workspace: Workspace, progress: Progress = lambda rows: None) -> int:
    """
    Derive a workspace's copy again from the relational truth; returns its rows.

    The new rows are added first, under a version of their own, and the old ones removed
    after: killed at any moment it leaves answers no worse than before. Run it again then.
    """
    with store.writing(wait=True):
        written = _rebuild(workspace, progress)
        _compact(limit=1)
        return written


def compact() -> int:
    """Merge every month that lies in several files; returns how many months were rewritten."""
    with store.writing(wait=True):
        return _compact(limit=1)


@workspaces.on_workspace_deleted("insight")
def forget(workspace_id: int) -> None:
    """Remove a workspace from the copy, files included."""
    with store.writing(wait=True):
        store.remove(workspace_id)
        store.forget_past()


@eraser("insight", order=10)
def erase(person: Person) -> int:
    """Take an author's rows out of every file, and delete the files that held them."""
    with store.writing(wait=True):
        _catch_up()
        removed = store.remove(person.workspace_id, f"author = {int(person.author_id)}")
        store.forget_past()
    _note(person.workspace_id)
    return removed


def _position() -> int:
    cursor = OutboxCursor.objects.filter(consumer="insight copy").first()
    return max(store.position(), cursor.last_event if cursor else 0)


def _catch_up() -> int:
    _restore_if_lost()
    written = 0
    for batch in _batches(_position()):
        written += _apply(batch)
    if store.crowded():
        _compact(store.CROWDED)
    return written


def _batches(after: int) -> Iterator[Batch]:
    """Runs of waiting events, each of about one commit's rows."""
    batch = Batch()
    with every_workspace():
        waiting = OutboxEvent.objects.filter(kind__in=KINDS, pk__gt=after).order_by("pk")
        for event in waiting.iterator(chunk_size=200):
            batch.add(event)
            if batch.size >= COMMIT_ROWS:
                yield batch
                batch = Batch()
    if batch.last:
        yield batch


def _apply(batch: Batch) -> int:
    """One commit: rows of what exists, removal of what does not, the last event's number."""
    spaces = {one.pk: one for one in Workspace.objects.filter(pk__in=batch.messages)}
    tables = []
    for workspace_id, messages in batch.messages.items():
        if workspace_id not in spaces:
            continue
        with scope(workspace_id):
            wanted = messages | source.leading(batch.threads[workspace_id])
            zone = spaces[workspace_id].zone
            found = list(source.rows_of(workspace_id, zone, list(wanted), batch.last))
        tables += found
        _remove_missing(workspace_id, wanted, found)
    written = store.append(tables, batch.last)
    _moved(batch.last, spaces)
    return written


def _remove_missing(workspace_id: int, wanted: set[int], found: list[Any]) -> None:
    present = {one for table in found for one in table.column("id").to_pylist()}
    gone = wanted - present
    if gone:
        store.remove(workspace_id, f"id IN ({','.join(str(one) for one in sorted(gone))})")


def _moved(event_id: int, spaces: dict[int, Workspace]) -> None:
    """Note in the relational store what the copy holds; the table's own mark is the truth."""
    OutboxCursor.objects.update_or_create(
        consumer="insight copy", defaults={"last_event": event_id}
    )
    for workspace in spaces.values():
        _note(workspace.pk, event_id, workspace.zone)


def _note(workspace_id: int, event_id: int | None = None, zone: str | None = None) -> None:
    rows = sum(one.rows for one in store.snapshot(workspace_id).files)
    values: dict[str, Any] = {"rows": rows, "updated_at": clock.now()}
    if event_id is not None:
        values["last_event"] = event_id
    if zone is not None:
        values["zone"] = zone
    with scope(workspace_id):
        if not CopyState.objects.filter(pk=workspace_id).update(**values):
            CopyState(workspace_id=workspace_id, **values).save(force_insert=True)


def _restore_if_lost() -> None:
    """
    Rebuild what no longer fits: a folder that is gone or has other columns, a copy of a newer
    database than this one (a backup was restored), days counted in another zone.
    """
    cursor = OutboxCursor.objects.filter(consumer="insight copy").first()
    known = cursor.last_event if cursor else 0
    held = store.position()
    if _is_lost():
        store.opened()
        _rebuild_all(Workspace.objects.all())
    elif held > max(known, _newest_event()):
        store.wipe()
        store.opened()
        _rebuild_all(Workspace.objects.all())
    else:
        _rebuild_all(_moved_zone())


def _is_lost() -> bool:
    """Whether something was copied once and no table of this version's columns is there."""
    cursor = OutboxCursor.objects.filter(consumer="insight copy").first()
    return cursor is not None and cursor.last_event > 0 and store.table() is None


def _newest_event() -> int:
    with every_workspace():
        newest = OutboxEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def _moved_zone() -> list[Workspace]:
    with every_workspace():
        zones = dict(CopyState.objects.exclude(zone="").values_list("workspace_id", "zone"))
    spaces = Workspace.objects.filter(pk__in=zones)
    return [one for one in spaces if one.zone != zones[one.pk]]


def _rebuild_all(spaces: Any) -> None:
    for workspace in spaces:
        log.info("insight.rebuilding", workspace=workspace.slug)
        _rebuild(workspace, lambda rows: None)


def _rebuild(workspace: Workspace, progress: Progress) -> int:
    """The caller holds the writer's lock."""
    version = outbox.publish(workspace.pk, "copy_rebuilding")
    written = 0
    with scope(workspace):
        for rows in source.all_rows(workspace.pk, workspace.zone, version, COMMIT_ROWS):
            written += store.append([rows], None)
            progress(written)
    store.remove(workspace.pk, f"version < {version}")
    _note(workspace.pk, version, workspace.zone)
    return written


def _compact(limit: int) -> int:
    """The caller holds the writer's lock. Readers may still hold files of the last hour."""
    crowded = store.crowded(limit)
    for workspace_id, month in crowded:
        store.merge_files(workspace_id, month)
        log.debug("insight.compacted", workspace=workspace_id, month=month)
    if crowded:
        store.forget_past(READER_HOURS)
    for workspace_id in {one for one, _ in crowded}:
        if Workspace.objects.filter(pk=workspace_id).exists():
            _note(workspace_id)
    return len(crowded)

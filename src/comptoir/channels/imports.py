"""
Importing a file: started by a person, run by a worker or by the command, resumed by anyone.

The run's row holds everything: what to read, how, and where the last committed batch ended.
A batch, its progress and its rejects are one transaction, so a kill at any moment loses and
doubles nothing. One worker at a time holds a run, by a token that each batch confirms.
"""

import gc
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext
from django_tasks import task

from comptoir.base import audit, clock, jobs
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id, every_workspace, scope
from comptoir.channels import bulk, handles
from comptoir.channels.files import api as files
from comptoir.channels.models import ImportReject, ImportRun, SavedMapping
from comptoir.channels.owning import add_own_handles
from comptoir.channels.services import store
from comptoir.channels.views import (
    Arrived,
    ImportView,
    MappingView,
    ProblemView,
    RejectView,
    Stored,
)

log = structlog.get_logger(__name__)

BATCH_ROWS = 5_000
BATCH_CHARS = 16 << 20
_YOUNG = 1
LOST_AFTER = timedelta(seconds=30)
UNSEEN_AFTER = timedelta(minutes=10)
PULSE_SECONDS = 10.0
# A worker's turn; between two, it lets labels and conversations catch up.
TURN_SECONDS = 20.0
PAUSED = "paused"
State = ImportRun.State

Row = files.Converted | files.Rejected
Progress = Callable[[ImportView], None]


class Readable(Protocol):
    """An uploaded file, or anything else that gives its bytes in pieces."""

    def chunks(self) -> Iterable[bytes]: ...


class _Lost(Exception):
    """Somebody else holds the run now, or it was cancelled."""


@dataclass(slots=True)
class _Batch:
    """Rows read and not yet committed."""

    rows: list[Arrived] = field(default_factory=list)
    rejects: list[files.Rejected] = field(default_factory=list)
    chars: int = 0
    line: int = 0
    offset: int = 0

    def add(self, row: Row) -> None:
        if isinstance(row, files.Rejected):
            self.rejects.append(row)
        else:
            self.rows.append(Arrived(row.line, row.raw, row.messages))
        self.line, self.chars = row.line, self.chars + len(row.raw)
        self.offset = max(self.offset, row.offset)

    @property
    def size(self) -> int:
        return len(self.rows) + len(self.rejects)

    @property
    def is_full(self) -> bool:
        return self.size >= BATCH_ROWS or self.chars >= BATCH_CHARS


# Before the import: the file, and how to read it.


def keep_upload(upload: Readable) -> str:
    """
    Put an uploaded file aside until a person has confirmed how to read it; returns its token.

    Uploads that nobody confirmed are dropped after a day.
    """
    _drop_old_uploads()
    token = secrets.token_hex(16)
    _copy(upload.chunks(), _upload_path(token))
    return token


def upload_path(token: str) -> Path:
    """Where the upload is. Raises Problem when it is gone or was never this workspace's."""
    path = _upload_path(token) if token.isalnum() else None
    if path is None or not path.exists():
        raise Problem(
            "upload_gone",
            gettext("This file is no longer here."),
            gettext("Choose the file once more."),
        )
    return path


def inspect_file(path: Path | str, zone: str = "Europe/Paris") -> files.Inspection:
    """What is in the file and how it would be read. Raises Problem when it cannot be."""
    try:
        return files.inspect(path, zone)
    except files.FileProblem as problem:
        raise as_problem(problem) from problem


def preview_file(
    path: Path | str, mapping: files.Mapping, rows: int = files.SHOWN
) -> list[files.Converted | files.Rejected]:
    """The first rows under a corrected mapping. Raises Problem when it does not fit the file."""
    try:
        return files.preview(path, mapping, rows)
    except files.FileProblem as problem:
        raise as_problem(problem) from problem


def as_problem(problem: files.FileProblem) -> Problem:
    return Problem(problem.code, sentence(problem.code, problem.fields))


def sentence(code: str, fields: dict[str, object]) -> str:
    """The translated sentence of a code of `files`; a field nobody gave shows as "…"."""
    return gettext(files.SENTENCES[code]).format_map(_Blanks(fields))


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


# Starting, watching, stopping.


def start_import(
    path: Path | str,
    mapping: files.Mapping,
    own: Sequence[tuple[str, str]] = (),
    created_by: User | None = None,
    file_name: str = "",
    enqueue: bool = True,
) -> ImportView:
    """
    Take a copy of the file and note the import; a worker does it unless `enqueue` is False.

    own: (channel, handle) pairs under which the brand speaks, added to those known.
    Raises Problem when the file cannot be read with `mapping`.
    """
    path = Path(path)
    preview_file(path, mapping, 1)
    digest, size, kept = _keep(path)
    with transaction.atomic():
        if own:
            add_own_handles(own, created_by)
        run = ImportRun.objects.create(
            workspace_id=current_workspace_id(),
            file_name=(file_name or path.name)[:255],
            path=kept.name,
            sha256=digest,
            size=size,
            format=mapping.profile,
            mapping=mapping.to_json(),
            created_by=created_by,
        )
        audit.record(
            "import.started", actor=created_by, workspace=run.workspace_id, target=str(run.pk)
        )
        if enqueue:
            run_import_task.enqueue(run.workspace_id, run.pk)
    return view(run)


def interrupted_import(path: Path | str, mapping: files.Mapping) -> ImportView | None:
    """The import of this very file that was interrupted and can go on, if there is one."""
    digest = _digest(Path(path))
    rows = ImportRun.objects.filter(sha256=digest, mapping=mapping.to_json())
    lost = Q(state=State.RUNNING, heartbeat__lt=clock.now() - LOST_AFTER)
    run = rows.filter(lost | Q(state=State.WAITING, claim=PAUSED)).order_by("-pk").first()
    return view(run) if run is not None and kept_path(run).exists() else None


def import_run(run_id: int) -> ImportView | None:
    run = ImportRun.objects.filter(pk=run_id).first()
    return view(run) if run else None


def import_runs(before: int | None = None, limit: int = 50) -> list[ImportView]:
    """Imports with ids below `before`, newest first."""
    rows = ImportRun.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [view(run) for run in rows[:limit]]


def cancel_import(run_id: int, actor: User | None = None) -> ImportView | None:
    """Stop an import; what it stored stays. One that is over stays as it is."""
    rows = ImportRun.objects.filter(pk=run_id, state__in=[State.WAITING, State.RUNNING])
    if rows.update(state=State.CANCELLED, claim="", finished_at=clock.now()):
        audit.record(
            "import.cancelled", actor=actor, workspace=current_workspace_id(), target=str(run_id)
        )
        _drop_kept(ImportRun.objects.get(pk=run_id))
    return import_run(run_id)


def retry_import(run_id: int) -> ImportView | None:
    """Let a worker take up an import that failed or was interrupted, where it stopped."""
    rows = ImportRun.objects.filter(pk=run_id).filter(
        Q(state=State.FAILED) | Q(state=State.WAITING, claim=PAUSED)
    )
    run = rows.first()
    if run is not None and kept_path(run).exists():
        with transaction.atomic():
            rows.update(state=State.WAITING, claim="", error={}, finished_at=None)
            run_import_task.enqueue(run.workspace_id, run.pk)
    return import_run(run_id)


def rejects(run_id: int, offset: int = 0, limit: int = 50) -> list[RejectView]:
    """Rows that were refused, in the order of the file."""
    rows = ImportReject.objects.filter(run_id=run_id).order_by("line")[offset : offset + limit]
    return [_reject(row) for row in rows]


def rejects_file(run_id: int, french: bool = False) -> Iterator[str]:
    """The pieces of a CSV file of all refused rows: line, code, reason, raw text."""
    rows = ImportReject.objects.filter(run_id=run_id).order_by("line")
    header: tuple[object, ...] = (
        gettext("Line"),
        gettext("Code"),
        gettext("Reason"),
        gettext("Row"),
    )

    def table() -> Iterator[tuple[object, ...]]:
        yield header
        for row in rows.iterator(chunk_size=1_000):
            yield row.line, row.code, sentence(row.code, row.fields), row.raw

    return files.write_csv(table(), french)


# Saved mappings.


def saved_mappings() -> list[MappingView]:
    rows = SavedMapping.objects.order_by("name")
    return [MappingView(row.pk, row.name, row.mapping, row.updated_at) for row in rows]


def saved_mapping(name: str) -> files.Mapping:
    """Raises Problem when there is none of that name or it cannot be read any more."""
    row = SavedMapping.objects.filter(name=name).first()
    if row is None:
        raise Problem("no_mapping", gettext("There is no saved mapping “%(name)s”."), name=name)
    try:
        return files.Mapping.from_json(row.mapping)
    except files.FileProblem as problem:
        raise as_problem(problem) from problem


def save_mapping(name: str, mapping: files.Mapping, actor: User | None = None) -> MappingView:
    """Keep a mapping by name; the one of that name is replaced."""
    row, _ = SavedMapping.objects.update_or_create(
        workspace_id=current_workspace_id(),
        name=" ".join(name.split())[:80],
        defaults={"mapping": mapping.to_json()},
    )
    audit.record("import.mapping_saved", actor=actor, workspace=row.workspace_id, target=row.name)
    return MappingView(row.pk, row.name, row.mapping, row.updated_at)


def delete_mapping(mapping_id: int) -> None:
    SavedMapping.objects.filter(pk=mapping_id).delete()


# Running.


@task()
def run_import_task(workspace_id: int, run_id: int) -> None:
    """A worker's turn at an import; when rows are left, the next turn is enqueued."""
    with scope(workspace_id):
        done = run_import(run_id, for_seconds=TURN_SECONDS)
        if done is not None and done.state == State.RUNNING and _is_free(run_id):
            run_import_task.enqueue(workspace_id, run_id)


@jobs.recovery
def find_lost_imports() -> int:
    """Enqueue again the imports whose worker fell silent, or whose task was lost."""
    now = clock.now()
    silent = Q(state=State.RUNNING, heartbeat__lt=now - LOST_AFTER)
    unseen = Q(state=State.WAITING, claim="", created_at__lt=now - UNSEEN_AFTER) & (
        Q(heartbeat=None) | Q(heartbeat__lt=now - UNSEEN_AFTER)
    )
    with every_workspace():
        found = 0
        for run in ImportRun.objects.filter(silent | unseen):
            with transaction.atomic():
                held = ImportRun.objects.filter(pk=run.pk, state=run.state, claim=run.claim)
                if held.filter(heartbeat=run.heartbeat).update(claim="", heartbeat=now):
                    run_import_task.enqueue(run.workspace_id, run.pk)
                    found += 1
    return found


def run_import(
    run_id: int, on_progress: Progress | None = None, for_seconds: float | None = None
) -> ImportView | None:
    """
    Go on with an import until its end, or for about `for_seconds`.

    Returns how it stands; does nothing when another worker holds it or it is over. What is
    wrong with the file ends in state "failed" with a code, never in an exception. An
    interruption (KeyboardInterrupt) pauses the run and is raised again.
    """
    token = _claim(run_id)
    if token is None:
        return import_run(run_id)
    run = ImportRun.objects.get(pk=run_id)
    try:
        with _pulse(run_id, token), bulk.lean():
            _work(_Worker(run, token, on_progress), for_seconds)
    except _Lost:
        pass
    except files.FileProblem as problem:
        _fail(run, token, problem.code, problem.fields)
    except OSError as error:
        _fail(run, token, "unreadable", {"reason": error.strerror or str(error)})
    except KeyboardInterrupt:
        _held(run_id, token).update(state=State.WAITING, claim=PAUSED)
        raise
    except Exception:
        log.exception("import.failed", run=run_id)
        _fail(run, token, "unexpected", {})
    return import_run(run_id)


def _work(worker: "_Worker", for_seconds: float | None) -> None:
    run = worker.run
    mapping = files.Mapping.from_json(run.mapping)
    with _collecting_by_hand():
        for batch in _batches(files.read(kept_path(run), mapping, run.next_line)):
            worker.commit(batch)
            gc.collect(_YOUNG)
            if for_seconds is not None and worker.elapsed() >= for_seconds:
                worker.touch(claim="")
                return
    worker.finish()


@contextmanager
def _collecting_by_hand() -> Iterator[None]:
    """
    Collect garbage once a batch instead of every few hundred objects.

    A batch makes hundreds of thousands of objects, none in circles; walking them again and
    again took a quarter of an import's time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _batches(rows: Iterable[Row]) -> Iterator[_Batch]:
    batch = _Batch()
    for row in rows:
        batch.add(row)
        if batch.is_full:
            yield batch
            batch = _Batch()
    if batch.size:
        yield batch


class _Worker:
    """Holds a run for a while and commits its batches."""

    def __init__(self, run: ImportRun, token: str, on_progress: Progress | None) -> None:
        self.run = run
        self.token = token
        self.on_progress = on_progress
        self.began = self.counted = time.monotonic()

    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def commit(self, batch: _Batch) -> None:
        """Rows, rejects and progress together. Raises _Lost when the run is no longer ours."""

        def also(stored: Stored) -> None:
            self._reject(batch.rejects)
            self._advance(batch, stored)

        store(self.run.workspace_id, batch.rows, run_id=self.run.pk, also=also)
        self._show()

    def finish(self) -> None:
        """Link by handle over what was brought, then close the run and drop the file."""
        now = ImportRun.objects.get(pk=self.run.pk)
        if now.earliest is not None and now.latest is not None:
            handles.link(now.workspace_id, now.earliest, now.latest, self.touch)
        with transaction.atomic():
            self.touch(state=State.DONE, claim="", finished_at=clock.now())
            audit.record(
                "import.finished",
                actor=now.created_by,
                workspace=now.workspace_id,
                target=str(now.pk),
                read=now.read,
                imported=now.imported,
            )
        _drop_kept(now)
        self._show()

    def touch(self, **fields: Any) -> None:
        """Confirm that the run is ours and alive, and set `fields`."""
        updated = _held(self.run.pk, self.token).update(
            heartbeat=clock.now(), seconds=F("seconds") + self._lap(), **fields
        )
        if not updated:
            raise _Lost

    def _advance(self, batch: _Batch, stored: Stored) -> None:
        fields: dict[str, Any] = {}
        if stored.ids:
            low, high = min(stored.ids), max(stored.ids)
            fields["earliest"] = Least(Coalesce(F("earliest"), low), low)
            fields["latest"] = Greatest(Coalesce(F("latest"), high), high)
        self.touch(
            read=F("read") + batch.size,
            imported=F("imported") + stored.imported,
            duplicates=F("duplicates") + stored.duplicates,
            rejected=F("rejected") + len(batch.rejects),
            next_line=batch.line + 1,
            bytes_done=Greatest(F("bytes_done"), batch.offset),
            **fields,
        )

    def _reject(self, refused: list[files.Rejected]) -> None:
        ImportReject.objects.bulk_create(
            [
                ImportReject(
                    workspace_id=self.run.workspace_id,
                    run_id=self.run.pk,
                    line=each.line,
                    code=each.code,
                    fields={name: _json(value) for name, value in each.fields.items()},
                    raw=bulk.plain(each.raw),
                )
                for each in refused
            ],
            ignore_conflicts=True,
        )

    def _lap(self) -> float:
        now = time.monotonic()
        lap, self.counted = now - self.counted, now
        return lap

    def _show(self) -> None:
        if self.on_progress is not None:
            found = import_run(self.run.pk)
            if found is not None:
                self.on_progress(found)


def _claim(run_id: int) -> str | None:
    """Take the run for this worker; None when it is over or somebody else is at it."""
    token = secrets.token_hex(16)
    now = clock.now()
    free = Q(state=State.WAITING) | Q(state=State.RUNNING) & (
        Q(claim="") | Q(heartbeat__lt=now - LOST_AFTER)
    )
    taken = ImportRun.objects.filter(Q(pk=run_id) & free).update(
        state=State.RUNNING, claim=token, heartbeat=now, started_at=Coalesce(F("started_at"), now)
    )
    return token if taken else None


def _is_free(run_id: int) -> bool:
    return ImportRun.objects.filter(pk=run_id, state=State.RUNNING, claim="").exists()


def _held(run_id: int, token: str) -> Any:
    return ImportRun.objects.filter(pk=run_id, claim=token, state=State.RUNNING)


def _fail(run: ImportRun, token: str, code: str, fields: dict[str, object]) -> None:
    _held(run.pk, token).update(
        state=State.FAILED,
        claim="",
        error={"code": code, "fields": {name: _json(value) for name, value in fields.items()}},
        finished_at=clock.now(),
    )


@contextmanager
def _pulse(run_id: int, token: str) -> Iterator[None]:
    """Keep the heartbeat going while a large file is opened, which commits nothing."""
    over = threading.Event()
    workspace_id = current_workspace_id()

    def beat() -> None:
        while not over.wait(PULSE_SECONDS):
            close_old_connections()
            # A beat that finds the database busy is made up for by the next.
            with scope(workspace_id), suppress(DatabaseError):
                _held(run_id, token).update(heartbeat=clock.now())
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


# Files kept for the length of an import, inside the installation's folder.


def kept_path(run: ImportRun) -> Path:
    return _folder("imports") / run.path


def _folder(name: str) -> Path:
    path = Path(settings.HOME) / "files" / name
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _keep(path: Path) -> tuple[str, int, Path]:
    """(SHA-256, bytes, place) of a copy that nobody else will change or delete."""
    folder = _folder("imports")
    passing = folder / f".{secrets.token_hex(8)}"
    with path.open("rb") as file:
        digest, size = _copy(iter(lambda: file.read(1 << 20), b""), passing)
    kept = folder / f"{digest}-{secrets.token_hex(4)}{path.suffix[:10]}"
    passing.rename(kept)
    return digest, size, kept


def _copy(pieces: Iterable[bytes], path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as out:
        path.chmod(0o600)
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            out.write(piece)
    return digest.hexdigest(), size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _drop_kept(run: ImportRun) -> None:
    """The rows are kept beside their messages; the file would be one more copy to protect."""
    kept_path(run).unlink(missing_ok=True)


def _upload_path(token: str) -> Path:
    return _folder("uploads") / f"w{current_workspace_id()}-{token}"


def _drop_old_uploads() -> None:
    oldest = clock.now().timestamp() - 86_400
    for path in _folder("uploads").iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def drop_files(workspace_id: int) -> None:
    """Delete what a workspace keeps outside of the database."""
    with scope(workspace_id):
        for run in ImportRun.objects.all():
            _drop_kept(run)
    for path in _folder("uploads").glob(f"w{workspace_id}-*"):
        path.unlink(missing_ok=True)


# Views.


def view(run: ImportRun) -> ImportView:
    over = run.state in (State.DONE, State.FAILED, State.CANCELLED)
    share = 1.0 if run.state == State.DONE else min(1.0, run.bytes_done / max(1, run.size))
    rate = run.read / run.seconds if run.read and run.seconds else None
    left = None if over or not rate or not share else run.seconds * (1 - share) / share
    return ImportView(
        id=run.pk,
        file_name=run.file_name,
        format=run.format,
        size=run.size,
        state=str(run.state),
        read=run.read,
        imported=run.imported,
        duplicates=run.duplicates,
        rejected=run.rejected,
        share=share,
        seconds=run.seconds,
        rate=rate,
        seconds_left=left,
        problem=_problem(run.error) if run.error else None,
        mapping=run.mapping,
        created_by=run.created_by_id,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
    )


def _problem(error: dict[str, Any]) -> ProblemView:
    code = error["code"]
    if code in files.SENTENCES:
        return ProblemView(
            code,
            sentence(code, error["fields"]),
            gettext("Correct the file or the columns, then import it again."),
        )
    return ProblemView(
        code,
        gettext("The import stopped on an error of ours. What was imported is kept."),
        gettext(
            "Try again: it goes on where it stopped. If it stops again, report it with the log."
        ),
    )


def _reject(row: ImportReject) -> RejectView:
    return RejectView(row.line, row.code, row.fields, sentence(row.code, row.fields), row.raw)


def _json(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)

"""
The Delta table that holds the columnar copy: append, remove, compact, and what to read.

One writer at a time, held by a lock on a file. Each commit carries the number of the last
outbox event it holds as a Delta application transaction: a second writer that slipped
past the lock fails to commit, and a replay is seen and skipped.
"""

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import TableNotFoundError
from django.conf import settings

from comptoir.base.locks import locked
from comptoir.insight.schema import KEYS, SCHEMA, VERSION

APP: Final = "insight"
CROWDED: Final = 24
_CONFIGURATION: Final = {
    "delta.checkpointInterval": "20",
    "delta.logRetentionDuration": "interval 1 days",
}
_NO_STATISTICS = ColumnProperties(statistics_enabled="NONE")
_WRITER = WriterProperties(
    compression="ZSTD",
    column_properties=dict.fromkeys(("kind", "channel", "language", "repost_key"), _NO_STATISTICS),
)

_tables: dict[str, DeltaTable] = {}
_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of the current snapshot. first, last: local days of its oldest and newest row."""

    path: str
    workspace_id: int
    month: str
    rows: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one version of the table says about one workspace."""

    version: int
    files: tuple[DataFile, ...]

    @property
    def days(self) -> tuple[date, date] | None:
        """The local days of the oldest and newest message, None when there is none."""
        if not self.files:
            return None
        return min(one.first for one in self.files), max(one.last for one in self.files)

    def between(self, first: str, last: str) -> "Snapshot":
        """Only the files of the months from `first` to `last`, both included."""
        return Snapshot(
            self.version, tuple(one for one in self.files if first <= one.month <= last)
        )

    def split(self) -> tuple[list[str], list[str]]:
        """Paths of closed months, whose rows are distinct, and of open ones, which repeat ids."""
        months = [one.month for one in self.files]
        closed = [one.path for one in self.files if months.count(one.month) == 1]
        return closed, [one.path for one in self.files if months.count(one.month) > 1]


def folder() -> Path:
    """The table itself; its name holds the version of its columns."""
    return root() / f"messages-{VERSION}"


def root() -> Path:
    """The folder of the copy; a setting only so that tests can have their own."""
    return Path(getattr(settings, "COLUMNAR", settings.HOME / "columnar"))


def writing(wait: bool) -> AbstractContextManager[bool]:
    """Hold the writer's lock; yields False at once when another holds it and not `wait`."""
    return locked(root() / "writer.lock", wait)


def table() -> DeltaTable | None:
    """The table at its newest version, None before the first write."""
    path = str(folder())
    with _guard:
        try:
            if path in _tables and Path(path).exists():
                _tables[path].update_incremental()
            else:
                _tables[path] = DeltaTable(path)
        except TableNotFoundError:
            _tables.pop(path, None)
            return None
        return _tables[path]


def opened() -> DeltaTable:
    """The table, made when it is missing."""
    found = table()
    if found is None:
        _remove_others()
        DeltaTable.create(str(folder()), SCHEMA, partition_by=KEYS, configuration=_CONFIGURATION)
        found = table()
    assert found is not None
    return found


def position() -> int:
    """The last outbox event that the copy holds; 0 when it holds none."""
    found = table()
    return (found.transaction_version(APP) or 0) if found is not None else 0


def append(tables: Iterable[pa.Table], event_id: int | None) -> int:
    """
    Add rows in one commit and return how many.

    event_id: the last event that they answer, committed with them; None for rows
    that answer no event (a rebuild).
    """
    rows = pa.concat_tables([SCHEMA.empty_table(), *tables])
    if event_id is None and not rows.num_rows:
        return 0
    marks = [Transaction(APP, event_id)] if event_id is not None else []
    write_deltalake(
        opened(),
        rows,
        mode="append",
        writer_properties=_WRITER,
        commit_properties=CommitProperties(app_transactions=marks),
    )
    return int(rows.num_rows)


def remove(workspace_id: int, condition: str = "true") -> int:
    """Delete a workspace's rows that meet `condition` (SQL of our own making); returns how many."""
    found = table()
    if found is None:
        return 0
    result = found.delete(f"workspace = {int(workspace_id)} AND {condition}")
    return int(result["num_deleted_rows"] or 0)


@contextmanager
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB, in memory: started once a process, with temporary tables for this caller alone."""
    with _started().cursor() as own:
        yield own


@cache
def _started() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2})


def forget_past(hours: int = 0) -> None:
    """Delete the files of versions older than `hours`: what was removed is then really gone."""
    found = table()
    if found is not None:
        found.vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False)


def wipe() -> None:
    """Remove the whole copy; it is derived, a rebuild brings it back."""
    with _guard:
        _tables.clear()
    _remove_others()
    shutil.rmtree(folder(), ignore_errors=True)


def _remove_others() -> None:
    """Copies with other columns: derived again, and what is erased must not live on in them."""
    for other in root().glob("messages*"):
        if other != folder():
            shutil.rmtree(other, ignore_errors=True)


def snapshot(workspace_id: int) -> Snapshot:
    """The files of one workspace; no other workspace's file can be opened through it."""
    found = table()
    if found is None:
        return Snapshot(-1, ())
    files = tuple(one for one in data_files(found) if one.workspace_id == workspace_id)
    return Snapshot(found.version(), files)


def data_files(found: DeltaTable) -> list[DataFile]:
    wanted = [
        "path", "partition.workspace", "partition.month", "num_records", "min.day", "max.day",
    ]  # fmt: skip
    actions = pa.table(found.get_add_actions(flatten=True))
    if not actions.num_rows:
        return []
    base = folder()
    columns = [actions.column(name).to_pylist() for name in wanted]
    return [
        DataFile(str(base / unquote(path)), int(workspace), *rest)
        for path, workspace, *rest in zip(*columns, strict=True)
    ]


def crowded(limit: int = CROWDED) -> list[tuple[int, str]]:
    """The (workspace, month) pairs that lie in more than `limit` files."""
    found = table()
    counts: dict[tuple[int, str], int] = {}
    for one in data_files(found) if found is not None else []:
        key = (one.workspace_id, one.month)
        counts[key] = counts.get(key, 0) + 1
    return sorted(key for key, files in counts.items() if files > limit)


def merge_files(workspace_id: int, month: str) -> int:
    """Rewrite one month as one sorted file of distinct rows; returns how many."""
    files = [one.path for one in snapshot(workspace_id).between(month, month).files]
    with engine() as one:
        rows = one.sql(_distinct(files), params=[files]).to_arrow_table()
    kept = _completed(rows, workspace_id, month)
    write_deltalake(
        opened(),
        kept,
        mode="overwrite",
        predicate=f"workspace = {int(workspace_id)} AND month = '{month}'",
        writer_properties=_WRITER,
    )
    return int(kept.num_rows)


def _distinct(files: Sequence[str]) -> str:
    assert files
    return (
        "SELECT * FROM read_parquet($1, hive_partitioning = false)"
        " QUALIFY row_number() OVER (PARTITION BY id ORDER BY version DESC) = 1 ORDER BY id"
    )


def _completed(rows: pa.Table, workspace_id: int, month: str) -> pa.Table:
    """Give back the two columns that Delta keeps in the folder's name."""
    known: dict[str, Any] = {
        "workspace": pa.array([workspace_id] * rows.num_rows, pa.int64()),
        "month": pa.array([month] * rows.num_rows, pa.string()),
    }
    return pa.table(
        [
            known[field.name] if field.name in known else rows.column(field.name).cast(field.type)
            for field in SCHEMA
        ],
        schema=SCHEMA,
    )

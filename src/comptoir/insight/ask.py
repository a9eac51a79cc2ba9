"""
Asking the copy: one workspace, one period and the one before, by DuckDB on the snapshot.

The rows of both periods are brought together once; every metric is then a short statement
over them. A workspace's files lie apart, so no other workspace's row can be counted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import duckdb

from comptoir.base.scope import current_workspace_id
from comptoir.insight import metric as registry
from comptoir.insight import store
from comptoir.insight.metric import Metric
from comptoir.insight.periods import Period
from comptoir.insight.schema import KEYS, SCHEMA

ATTEMPTS = 3
Keys = tuple[Any, ...]

_INTERACTIONS = (
    "CASE WHEN likes IS NULL AND reposts IS NULL AND replies IS NULL AND quotes IS NULL THEN NULL"
    " ELSE coalesce(likes, 0) + coalesce(reposts, 0) + coalesce(replies, 0) + coalesce(quotes, 0)"
    " END"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """value: None when undefined. counted: how many rows it was made from."""

    value: float | None
    counted: int


@dataclass(frozen=True, slots=True)
class Top:
    """A line of a breakdown; before: its value in the period before, None when it had no row."""

    keys: Keys
    answer: Answer
    before: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The rows of both periods, ready for questions."""

    engine: duckdb.DuckDBPyConnection

    def figure(self, one: Metric) -> tuple[Answer, Answer]:
        """The value of a metric without keys, in the period and in the one before."""
        found = {row[0]: Answer(_number(row[1]), row[2]) for row in self._run(one)}
        nothing = Answer(0.0 if one.is_count else None, 0)
        return found.get(0, nothing), found.get(1, nothing)

    def lines(self, one: Metric) -> tuple[dict[Keys, Answer], dict[Keys, Answer]]:
        """The values of a breakdown by key, in the period and in the one before."""
        found: tuple[dict[Keys, Answer], dict[Keys, Answer]] = ({}, {})
        for period, *keys, value, counted in self._run(one):
            found[period][tuple(keys)] = Answer(_number(value), counted)
        return found

    def top(self, one: Metric, limit: int) -> tuple[list[Top], int]:
        """The `limit` greatest lines of a breakdown, and how many lines there are."""
        keys = ", ".join(f"now.{key}" for key in one.keys)
        same = " AND ".join(f"now.{key} IS NOT DISTINCT FROM past.{key}" for key in one.keys)
        found = self.engine.execute(
            f"""
            WITH counted AS ({registry.statement(one.name)})
            SELECT {keys}, now.value, now.counted, past.value, count(*) OVER ()
            FROM (SELECT * FROM counted WHERE period = 0) AS now
            LEFT JOIN (SELECT * FROM counted WHERE period = 1) AS past ON {same}
            ORDER BY now.value DESC NULLS LAST, {keys} LIMIT {int(limit)}
            """  # noqa: S608 our own statement and column names
        ).fetchall()
        lines = [
            Top(tuple(keys), Answer(_number(value), counted), _number(before))
            for *keys, value, counted, before, _ in found
        ]
        return lines, int(found[0][-1]) if found else 0

    def rows(
        self, one: Metric, keys: dict[str, Any], limit: int, offset: int
    ) -> tuple[list[tuple[int, int]], int]:
        """(message id, thread id) of the rows counted, newest first, and how many there are."""
        rows = registry.counted_rows(one)
        rows = rows.filter(rows.period == 0)
        for name, value in keys.items():
            rows = rows.filter(rows[name].isnull() if value is None else rows[name] == value)
        total = self.engine.execute(registry.to_sql(rows.aggregate(n=rows.count()))).fetchone()
        page = rows.select("id", "thread").order_by(rows.id.desc()).limit(limit, offset=offset)
        found = self.engine.execute(registry.to_sql(page)).fetchall()
        return [(int(row[0]), int(row[1])) for row in found], int(total[0]) if total else 0

    def _run(self, one: Metric) -> list[tuple[Any, ...]]:
        return self.engine.execute(registry.statement(one.name)).fetchall()


@contextmanager
def asking(
    period: Period, before: Period | None = None, kept: Literal["TABLE", "VIEW"] = "TABLE"
) -> Iterator[Asked]:
    """
    Open the active workspace's rows of `period` and, when given, of the one before it.

    kept: "TABLE" reads the files once for many questions, "VIEW" for a single one.
    """
    with store.engine() as engine:
        _prepare(engine, period, before, kept)
        yield Asked(engine)


@contextmanager
def windows(
    periods: Sequence[Period], columns: Sequence[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """
    The active workspace's rows of several periods, which may lie apart but not overlap.

    `messages` has these columns of the copy and `period`, the place of the row's period.
    """
    with store.engine() as engine:
        for attempt in range(ATTEMPTS):
            try:
                engine.execute(_laid(periods, columns))
                break
            except duckdb.IOException:
                if attempt == ATTEMPTS - 1:
                    raise
        yield engine


def _laid(periods: Sequence[Period], columns: Sequence[str]) -> str:
    """SQL that makes `messages` of several periods; integers and our own paths alone."""
    bounds = [one.ids() for one in periods]
    months = min(one.months()[0] for one in periods), max(one.months()[1] for one in periods)
    closed, open_ = store.snapshot(current_workspace_id()).between(*months).split()
    inside = " OR ".join(f"(id >= {low} AND id < {high})" for low, high in bounds)
    places = " ".join(
        f"WHEN id >= {low} AND id < {high} THEN {place}" for place, (low, high) in enumerate(bounds)
    )
    return f"""
    CREATE TEMP TABLE messages AS
    SELECT {", ".join(columns)}, (CASE {places} END)::TINYINT AS period FROM (
        {_read(closed, f"({inside})")}
        UNION ALL
        ({_read(open_, f"({inside})")}
         QUALIFY row_number() OVER (PARTITION BY id ORDER BY version DESC) = 1)
    )
    """  # noqa: S608 see above


def known_days() -> tuple[date, date] | None:
    """The local days of the oldest and newest message; None without any message."""
    return store.snapshot(current_workspace_id()).days


def _prepare(
    engine: duckdb.DuckDBPyConnection, period: Period, before: Period | None, kept: str
) -> None:
    """A file may vanish between listing and reading, when the writer merges: list again then."""
    for attempt in range(ATTEMPTS):
        try:
            engine.execute(_selection(period, before, kept))
            return
        except duckdb.IOException:
            if attempt == ATTEMPTS - 1:
                raise


def _selection(period: Period, before: Period | None, kept: str) -> str:
    """SQL that makes `messages`. Only integers and our own files' paths are written into it."""
    start, end = period.ids()
    oldest = before.ids()[0] if before else start
    months = (before or period).months()[0], period.months()[1]
    closed, open_ = store.snapshot(current_workspace_id()).between(*months).split()
    inside = f"id >= {oldest} AND id < {end}"
    return f"""
    CREATE TEMP {kept} messages AS
    WITH newest AS (
        {_read(closed, inside)}
        UNION ALL
        {_read(open_, inside)} QUALIFY row_number() OVER (PARTITION BY id ORDER BY version DESC) = 1
    ), numbered AS (
        SELECT *, (CASE WHEN id >= {start} THEN 0 ELSE 1 END)::TINYINT AS period FROM newest
    ), repeated AS (
        SELECT id AS repeated_id FROM numbered WHERE kind = 'repost' AND NOT own
        QUALIFY row_number() OVER (PARTITION BY period, author, repost_key ORDER BY id) > 1
    )
    SELECT numbered.*, NOT own AND repeated_id IS NULL AS received, {_INTERACTIONS} AS interactions
    FROM numbered LEFT JOIN repeated ON repeated_id = id
    """  # noqa: S608 see above


def _read(paths: Sequence[str], inside: str) -> str:
    columns = [field.name for field in SCHEMA if field.name not in KEYS]
    if not paths:
        return f"SELECT {_typed_nulls()} WHERE false"
    files = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return (
        f"SELECT {', '.join(columns)} FROM read_parquet([{files}], hive_partitioning = false)"  # noqa: S608 our own files
        f" WHERE {inside}"
    )


def _typed_nulls() -> str:
    """The columns of the table for a selection without files."""
    types = {
        "int64": "BIGINT",
        "int8": "TINYINT",
        "bool": "BOOLEAN",
        "double": "DOUBLE",
        "list<item: double>": "DOUBLE[]",
        "list<element: double>": "DOUBLE[]",
        "string": "VARCHAR",
        "date32[day]": "DATE",
    }
    return ", ".join(
        f"NULL::{types.get(str(field.type), 'VARCHAR[]')} AS {field.name}"
        for field in SCHEMA
        if field.name not in KEYS
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)

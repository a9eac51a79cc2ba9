"""
Writing and finding many rows below the ORM, the same way on SQLite and PostgreSQL.

Callers hold the account's lock (`lock`), so what `find` says stays true until commit and
`insert` meets no other writer; a conflict is an error and rolls the batch back. Only what
writers of several accounts share (authors) goes through `insert_new`.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection, transaction

Rows = Sequence[tuple[Any, ...]]
_LOCK_SPACE = 8_421_002
_MAPPED = 64 << 20
_STEP_SECONDS = 0.001
# A plus keeps SQLite from looking through the whole account by the index that begins with it,
# where the other column of the condition is the one to search by.
OF_ACCOUNT = "+account_id = %s"


def lock(account_id: int) -> None:
    """
    Let one transaction at a time write to an account; released by commit or rollback.

    SQLite needs nothing: its transactions begin with the one write lock there is.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, account_id])


@contextmanager
def eager(seconds: float = 20.0) -> Iterator[None]:
    """
    A transaction for somebody who waits: it begins as soon as the database can be written.

    SQLite lets a writer that finds it locked sleep longer and longer, so that one who writes
    often starves the others for seconds; here the lock is asked for every millisecond.
    Raises OperationalError when it was not free for so long.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    usual = _set_busy_timeout(0)
    try:
        block = _begun(time.monotonic() + seconds)
    finally:
        _set_busy_timeout(usual)
    with block:
        yield


@contextmanager
def _ended(block: transaction.Atomic) -> Iterator[None]:
    """The rest of a transaction that has begun."""
    try:
        yield
    except BaseException as error:
        block.__exit__(type(error), error, error.__traceback__)
        raise
    block.__exit__(None, None, None)


def _begun(end: float) -> AbstractContextManager[None]:
    while True:
        block = transaction.atomic()
        try:
            block.__enter__()
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= end:
                raise
            time.sleep(_STEP_SECONDS)
        else:
            return _ended(block)


def _set_busy_timeout(milliseconds: int) -> int:
    """Gives the one before."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        before = int((cursor.fetchone() or [0])[0])
        cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
    return before


def insert(table: str, columns: Sequence[str], rows: Rows) -> None:
    """Append rows. Raises IntegrityError when one breaks a constraint."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        _copy(table, columns, rows)
        return
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({_names(columns)}) VALUES ({marks})",  # noqa: S608 our names
            rows,
        )


def insert_new(table: str, columns: Sequence[str], rows: Rows, key: Sequence[str]) -> None:
    """Append rows whose `key` columns are not there yet; leave the others as they are."""
    if not rows:
        return
    conflict = f"ON CONFLICT ({_names(key)}) DO NOTHING"
    names = _names(columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            staging = f"new_{table}"
            cursor.execute(
                f"CREATE TEMP TABLE IF NOT EXISTS {staging} ON COMMIT DELETE ROWS"  # noqa: S608
                f" AS SELECT {names} FROM {table} WITH NO DATA"
            )
            cursor.execute(f"DELETE FROM {staging}")  # noqa: S608
            _copy(staging, columns, rows)
            # Ordered, so that two writers of the same rows cannot wait for each other.
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {names} FROM {staging}"  # noqa: S608
                f" ORDER BY {_names(key)} {conflict}"
            )
            return
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) {conflict}",  # noqa: S608
            rows,
        )


def find(
    table: str,
    columns: Sequence[str],
    where: str,
    params: Sequence[Any],
    among: str,
    values: Iterable[Any],
) -> list[tuple[Any, ...]]:
    """Rows that meet `where` and whose column `among` is one of `values`, however many."""
    wanted = list(values)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_names(columns)} FROM {table}"  # noqa: S608 our names
            f" WHERE {where} AND {_names([among])} {_any()}",
            [*params, _listed(wanted)],
        )
        return list(cursor.fetchall())


def update(table: str, columns: Sequence[str], rows: Rows) -> None:
    """Set `columns` of single rows; each tuple ends with the id."""
    if not rows:
        return
    settings = ", ".join(f"{_names([name])} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {settings} WHERE id = %s", rows)  # noqa: S608


@contextmanager
def lean() -> Iterator[None]:
    """
    Keep memory flat while much is written, whatever the size of the database.

    SQLite maps its file into memory, which counts as ours; writing gains nothing from it.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA mmap_size")
        usual = (cursor.fetchone() or [0])[0]
        cursor.execute(f"PRAGMA mmap_size = {_MAPPED}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA mmap_size = {int(usual)}")


def moments(values: Iterable[datetime]) -> list[Any]:
    """Aware times as the engine keeps them."""
    if connection.vendor == "postgresql":
        return list(values)
    return [str(value.astimezone(UTC).replace(tzinfo=None)) for value in values]


def plain(text: str) -> str:
    """Text that every database keeps: no NUL, no half of a surrogate pair."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _names(columns: Sequence[str]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in columns)


def _any() -> str:
    """`= ANY` and json_each take any number of values in one variable."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)"
    return "IN (SELECT value FROM json_each(%s))"


def _listed(values: list[Any]) -> Any:
    return values if connection.vendor == "postgresql" else json.dumps(values)


def _copy(table: str, columns: Sequence[str], rows: Rows) -> None:
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({_names(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)

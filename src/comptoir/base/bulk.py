"""
Writing many rows below the ORM, where its upsert is four to ten times too slow.

Values are adapted as the ORM would: aware datetimes, JSON, booleans. Names come from
models, never from outside, so they are safe to write into the statement.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast

from django.db import connection, models
from django.db.models import F

from comptoir.base.scope import current_workspace_id, every_workspace

Row = Sequence[Any]
M = TypeVar("M", bound=models.Model)


def picked(model: type[M]) -> models.QuerySet[M, M]:
    """
    Rows of the active workspace, to be picked by their ids.

    Without statistics SQLite takes "this workspace" for the narrowest condition there is
    and walks all the workspace's rows in place of looking up fifty ids. Here the workspace
    is checked in a form that no index answers, so that the ids are looked up.
    """
    with every_workspace():
        rows = model._default_manager.all()
    here = rows.alias(here=F("workspace_id") + 0).filter(here=current_workspace_id())
    return cast("models.QuerySet[M, M]", here)


def look_up(
    model: type[models.Model],
    columns: Sequence[str],
    among: str,
    values: Iterable[Any],
    *,
    indexed: bool = False,
) -> list[tuple[Any, ...]]:
    """
    `columns` of the active workspace's rows whose column `among` is one of `values`.

    For the way of a message, where building a query costs many times what answering it does.
    Names are attribute names, and of numbers and texts: other values come as the engine keeps
    them. As with `picked`, the workspace is only checked; indexed: an index begins with it.
    """
    wanted = list(values)
    if not wanted:
        return []
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(
            _look(model, tuple(columns), among, indexed, postgres),
            [current_workspace_id(), wanted if postgres else json.dumps(wanted)],
        )
        return list(cursor.fetchall())


@lru_cache(maxsize=256)
def _look(
    model: type[models.Model], columns: tuple[str, ...], among: str, indexed: bool, postgres: bool
) -> str:
    names = ", ".join(_column(model, name) for name in columns)
    here = "workspace_id" if indexed else "workspace_id + 0"
    any_of = "= ANY(%s)" if postgres else "IN (SELECT value FROM json_each(%s))"
    return (
        f"SELECT {names} FROM {_quoted(model._meta.db_table)}"  # noqa: S608 names of models
        f" WHERE {here} = %s AND {_column(model, among)} {any_of}"
    )


def upsert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """
    Insert rows; where `key` is already there, set the columns of `update`, or leave the row.

    columns, key, update: attribute names of the model ("thread_id", not "thread").
    """
    given = list(rows)
    if given:
        statement = _upsert(model, tuple(columns), tuple(key), tuple(update))
        _many(statement, model, columns, given)


@lru_cache(maxsize=256)
def _upsert(
    model: type[models.Model],
    columns: tuple[str, ...],
    key: tuple[str, ...],
    update: tuple[str, ...],
) -> str:
    targets = [_column(model, name) for name in key]
    sets = ", ".join(f"{name} = excluded.{name}" for name in (_column(model, n) for n in update))
    then = f"DO UPDATE SET {sets}" if sets else "DO NOTHING"
    return _insert(model, columns) + f" ON CONFLICT ({', '.join(targets)}) {then}"


def _insert(model: type[models.Model], columns: Sequence[str]) -> str:
    names = ", ".join(_column(model, name) for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608


def _many(
    statement: str, model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]
) -> None:
    adapters = [_adapter(_field(model, name)) for name in columns]
    adapted = [[adapt(v) for adapt, v in zip(adapters, row, strict=True)] for row in rows]
    if adapted:
        with connection.cursor() as cursor:
            cursor.executemany(statement, adapted)


def _column(model: type[models.Model], name: str) -> str:
    return _quoted(str(_field(model, name).column))


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


@lru_cache(maxsize=1024)
def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """The field stored under an attribute name such as "thread_id"."""
    return next(one for one in model._meta.concrete_fields if one.attname == name)


def _adapter(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    if isinstance(field, models.JSONField):
        return json.dumps
    if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite":
        return _utc_text
    return _same


def _utc_text(value: datetime | None) -> str | None:
    """As the ORM writes it: UTC without saying so."""
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def moment(value: datetime | str) -> datetime:
    """A moment as read below the ORM: SQLite keeps UTC without saying so."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _same(value: Any) -> Any:
    return value

"""
The registry of metrics: each is a filter and a value, written once as Ibis expressions.

A metric sees `messages`, the rows of the copy for one workspace and two periods, with
three columns more: `period` (0 the one asked for, 1 the one before), `received` (written
by a customer, a repost counting once per author and period) and `interactions` (likes +
reposts + replies + quotes, null when the source gave none of them). The filter says which
rows are counted; the page that opens onto a figure's rows uses the very same expression.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.utils.functional import Promise

Unit = Literal[
    "messages", "conversations", "people", "posts", "seconds", "ratio", "rate", "points",
    "interactions", "views",
]  # fmt: skip
Better = Literal["up", "down", ""]
Table = Any
Expression = Callable[[Any], Any]

PERIOD_COLUMNS = {"period": "int8", "received": "boolean", "interactions": "int64"}


@dataclass(frozen=True, slots=True)
class Metric:
    """
    unit: of the value; "ratio" lies between 0 and 1, "points" between -100 and 100.
    version: raised when the definition changes. better: which way is good news.
    rows: whether the counted rows are messages, or messages that open conversations.
    keys: columns that a breakdown is counted by; none for a single figure.
    unknown: the sentence shown when the value is None: unknown is not zero.
    definition: page of docs/metrics on which it is defined.
    """

    name: str
    unit: Unit
    version: int
    better: Better
    title: str | Promise
    unknown: str | Promise
    rows: Literal["messages", "conversations"]
    counted: Expression
    value: Expression
    keys: tuple[str, ...]
    explode: Expression

    @property
    def definition(self) -> str:
        return self.name.split(".")[0]

    @property
    def is_count(self) -> bool:
        """Counting nothing gives zero; any other measure of nothing is unknown."""
        return self.unit in {"messages", "conversations", "people", "posts"}

    @property
    def slug(self) -> str:
        return self.name.replace(".", "-").replace("_", "-")


_metrics: dict[str, Metric] = {}


def _as_is(rows: Table) -> Table:
    return rows


def metric(
    name: str,
    *,
    unit: Unit,
    version: int,
    title: str | Promise,
    counted: Expression,
    unknown: str | Promise = "",
    better: Better = "",
    rows: Literal["messages", "conversations"] = "messages",
    keys: tuple[str, ...] = (),
    explode: Expression = _as_is,
) -> Callable[[Expression], Expression]:
    """Register the decorated function, which reduces the counted rows to a value."""

    def register(value: Expression) -> Expression:
        _metrics[name] = Metric(
            name, unit, version, better, title, unknown, rows, counted, value, keys, explode
        )
        return value

    return register


def metrics() -> dict[str, Metric]:
    """Every metric by name."""
    from comptoir.insight import catalogue  # noqa: F401 registers them

    return dict(_metrics)


def named(name: str) -> Metric:
    """Raises KeyError for a name nobody registered."""
    return metrics()[name]


@cache
def messages() -> Table:
    """The table that expressions are written over."""
    import ibis

    from comptoir.insight.schema import SCHEMA

    columns = dict(ibis.Schema.from_pyarrow(SCHEMA).items())
    del columns["workspace"], columns["month"]
    return ibis.table(columns | PERIOD_COLUMNS, name="messages")


def counted_rows(one: Metric) -> Table:
    """The rows that a metric counts, one per key where it is a breakdown."""
    rows = messages()
    return one.explode(rows.filter(one.counted(rows)))


@cache
def statement(name: str) -> str:
    """The SQL of a metric: period, its keys, value and number of rows counted."""
    one = named(name)
    rows = counted_rows(one)
    return to_sql(
        rows.group_by(["period", *one.keys]).aggregate(value=one.value(rows), counted=rows.count())
    )


def to_sql(expression: Table) -> str:
    import ibis

    return str(ibis.to_sql(expression, dialect="duckdb"))

"""
The mentions of two periods, laid out once in a table that lives as long as one report.

A report asks twenty short questions of the same rows; finding these rows anew for each would
cost twenty times the joins. The table is the connection's own, so that neither another
request nor another workspace can meet it. Only our own words and integers are written into
statements.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection

from comptoir.base import ids
from comptoir.base.scope import current_workspace_id
from comptoir.triage.topics import Days

TABLE: Final = "reputation_heard"
QUARTER: Final = 900_000
"""Milliseconds of a quarter of an hour: every zone's days and hours are made of these."""

_KNOWN: Final = "likes IS NULL AND reposts IS NULL AND replies IS NULL AND quotes IS NULL"
_ENGAGEMENT: Final = " + ".join(
    f"COALESCE(m.{one}, 0)" for one in ("likes", "reposts", "replies", "quotes")
)

_MAKE: Final = """
CREATE TEMP TABLE {table} (
    side INTEGER, period INTEGER, id BIGINT, author BIGINT, channel TEXT, language TEXT,
    tone INTEGER, model TEXT, corrected INTEGER, repost INTEGER, origin TEXT, place TEXT,
    engagement BIGINT, reach BIGINT, hashtags TEXT
)"""

# One mention a message, however many queries of the side found it; the brand's own are none.
_FILL: Final = """
INSERT INTO {table}
SELECT {side}, CASE WHEN m.id >= {start} THEN 0 ELSE 1 END, m.id, m.author_id, m.channel,
    l.language, l.tone, l.model_version,
    CASE WHEN CAST(l.corrected AS TEXT) LIKE '%"tone"%' THEN 1 ELSE 0 END,
    CASE WHEN m.kind = 'repost' THEN 1 ELSE 0 END,
    CASE WHEN m.kind <> 'repost' THEN '' WHEN m.repost_of <> '' THEN m.repost_of ELSE m.text END,
    CASE WHEN m.url LIKE 'http%'
        THEN substr(m.url, 1, {instr}(substr(m.url, 9) || '/', '/') + 7) ELSE m.url END,
    CASE WHEN m.kind = 'repost' OR {unknown} THEN NULL ELSE {engagement} END,
    CASE WHEN m.kind = 'repost' THEN NULL ELSE m.views END,
    CASE WHEN CAST(l.entities AS TEXT) LIKE '%"hashtag"%' THEN CAST(l.entities AS TEXT) END
FROM (
    SELECT DISTINCT n.message_id FROM listening_mention n
    WHERE n.workspace_id + 0 = {workspace} AND n.query_id IN ({queries})
      AND n.message_id >= {low} AND n.message_id < {high}
) AS f
JOIN channels_message m ON m.id = f.message_id
LEFT JOIN triage_label l ON l.message_id = m.id
WHERE NOT m.own AND m.workspace_id + 0 = {workspace}
"""

# Who reposts the same thing five times in a period has said one thing, as on the overview.
_ONCE: Final = """
DELETE FROM {table} WHERE (side, id) IN (
    SELECT side, id FROM (
        SELECT side, id, row_number() OVER (
            PARTITION BY side, period, author, origin ORDER BY id) AS turn
        FROM {table} WHERE repost = 1) AS turns
    WHERE turn > 1)"""

_READ: Final = f"{TABLE} h JOIN triage_label l ON l.message_id = h.id"
_SQLITE: Final = {
    "instr": "instr",
    "intents": f"{_READ}, json_each(l.intents) i",
    "intent": "json_extract(i.value, '$.name')",
}
_POSTGRESQL: Final = {
    "instr": "strpos",
    "intents": f"{_READ} CROSS JOIN LATERAL jsonb_array_elements(l.intents) AS i(value)",
    "intent": "i.value ->> 'name'",
}


def words() -> Mapping[str, str]:
    """What the two databases say differently."""
    return _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL


@contextmanager
def heard(days: Days, sides: Mapping[int, Iterable[int]]) -> Iterator[None]:
    """Lay out the mentions of each side, given as the ids of its queries, for `ask`."""
    _run(f"DROP TABLE IF EXISTS {TABLE}")
    _run(_MAKE.format(table=TABLE))
    try:
        for side, queries in sides.items():
            _fill(days, side, queries)
        _run(_ONCE.format(table=TABLE))
        yield
    finally:
        if not connection.needs_rollback:
            _run(f"DROP TABLE {TABLE}")


def ask(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Rows of a statement of ours; what came from outside stands in `values`."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return list(cursor.fetchall())


def inline(numbers: Iterable[int]) -> str:
    """
    Integers as they stand in a statement; "-1" for none, which no id is.

    >>> inline([3, 5]), inline([])
    ('3,5', '-1')
    """
    return ",".join(str(int(one)) for one in numbers) or "-1"


def _fill(days: Days, side: int, queries: Iterable[int]) -> None:
    _run(
        _FILL.format(
            table=TABLE,
            side=int(side),
            instr=words()["instr"],
            unknown=" AND ".join(f"m.{one}" for one in _KNOWN.split(" AND ")),
            engagement=_ENGAGEMENT,
            workspace=current_workspace_id(),
            queries=inline(queries),
            low=ids.lowest_at(days.before),
            start=ids.lowest_at(days.start),
            high=ids.lowest_at(days.until),
        )
    )


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

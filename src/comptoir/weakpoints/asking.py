"""
Complaints laid out in DuckDB: one row for each customer's conversation that complains.

Everything that weak points count comes from these tables, so that a figure and the rows that
it opens to cannot differ:

- `heard`: customers' messages of the periods, reposts left out, of the channel and language;
- `talks`: a row for each customer in each conversation of a period;
- `complaints`: the talks that complain, with department, confidence, products, and what they
  cost: the customer's messages from the complaint on, and the brand's answers to that customer;
- `around`: the messages of these conversations, with the customer whom each belongs to.

A conversation that goes on over two periods counts in each. People's moves come before what
signals say, and are followed by messages of the same group.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import duckdb
import structlog
from deltalake.exceptions import DeltaError
from django.utils.translation import gettext_lazy as _

from comptoir.analysis.complaints import SURE
from comptoir.analysis.text import fold
from comptoir.base.errors import Problem
from comptoir.channels import api as channels
from comptoir.insight import api as insight
from comptoir.insight.api import Period
from comptoir.weakpoints import departments
from comptoir.weakpoints.models import Move

log = structlog.get_logger(__name__)

MOST_FOUND: Final = 200_000
"""Messages that hold a phrase, of which complaints are picked."""
_COLUMNS: Final = (
    "id", "thread", "author", "own", "kind", "channel", "language", "alike", "complains",
    "signals", "sure", "products",
)  # fmt: skip
_LIKELY: Final = 0.97
_FOLLOWS: Final = 0.9
_BY_HAND: Final = 0.99
CLEAR: Final = 0.35
"""From this confidence on a department is named; below, none is clear."""


@dataclass(frozen=True, slots=True)
class Filter:
    """
    Which complaints. "" is any; department and product also take "none". phrase: words in a row,
    however written, that some complaining message of the conversation holds.
    """

    department: str = ""
    product: str = ""
    channel: str = ""
    language: str = ""
    phrase: str = ""

    @property
    def base(self) -> "Filter":
        """What conversations are counted of: complaints or not, they have channel and language."""
        return Filter(channel=self.channel, language=self.language)

    @property
    def narrows(self) -> bool:
        return self != self.base

    def without(self, *names: str) -> "Filter":
        return replace(self, **dict.fromkeys(names, ""))


@contextmanager
def laid(periods: Sequence[Period], wanted: Filter) -> Iterator["Laid"]:
    """The tables of these periods. Raises Problem where the copy cannot be read."""
    try:
        insight.refresh()
        with insight.windows(periods, _COLUMNS) as engine:
            _mapping(engine)
            _moves(engine)
            for statement in (_HEARD, _SAID, _EVIDENCE, _CHOSEN, _COMPLAINTS, _AROUND, _COSTS):
                engine.execute(statement.replace("{filter}", _heard_where(wanted)))
            _phrase(engine, periods, wanted.phrase)
            yield Laid(engine, wanted)
    except (duckdb.Error, DeltaError, OSError) as error:
        log.exception("weakpoints.copy_unreadable")
        raise Problem(
            "copy_unreadable",
            _("The figures cannot be counted: their copy of the messages cannot be read."),
            _("Ask who runs the server to type: comptoir rebuild"),
        ) from error


@dataclass(frozen=True, slots=True)
class Laid:
    """Open tables, and which complaints are wanted."""

    engine: duckdb.DuckDBPyConnection
    wanted: Filter

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.engine.execute(sql, list(values)).fetchall()

    def where(self, wanted: Filter | None = None) -> tuple[str, list[Any]]:
        """The condition on `complaints` and its values."""
        one = self.wanted if wanted is None else wanted
        parts, values = ["true"], []
        if one.department:
            parts.append("department = ?")
            values.append(one.department)
        if one.product == departments.NONE:
            parts.append("len(products) = 0")
        elif one.product:
            parts.append("list_contains(products, ?)")
            values.append(one.product)
        if one.phrase:
            parts.append("holds")
        return " AND ".join(parts), values


_HEARD: Final = """
CREATE TEMP TABLE heard AS
SELECT period, id, thread, author, channel, language, alike, complains, signals, sure, products
FROM messages WHERE NOT own AND kind <> 'repost' AND {filter}
"""

_SAID: Final = f"""
CREATE TEMP TABLE said AS
SELECT h.*, coalesce(h.complains, {SURE}) AS confidence,
    coalesce(m.department, g.department) AS moved, m.department IS NOT NULL AS hand
FROM heard h
LEFT JOIN moved m ON m.message = h.id
LEFT JOIN moved_alike g ON g.alike = h.alike AND h.complains IS NOT NULL
WHERE (h.complains IS NOT NULL OR m.department IS NOT NULL)
  AND coalesce(m.department, g.department, '') <> '{departments.NOT_A_COMPLAINT}'
"""  # noqa: S608 our own words

_EVIDENCE: Final = f"""
CREATE TEMP TABLE evidence AS
WITH signs AS (
    SELECT period, thread, author, unnest(signals) AS signal, unnest(sure) AS one
    FROM said WHERE moved IS NULL
)
SELECT period, thread, author, k.department, least(one, {_LIKELY}) AS weight, 0 AS hand
FROM signs JOIN mapping k ON k.signal = signs.signal
UNION ALL
SELECT period, thread, author, moved, CASE WHEN hand THEN {_BY_HAND} ELSE {_FOLLOWS} END,
    hand::INTEGER
FROM said WHERE moved IS NOT NULL
"""  # noqa: S608 our own words

_CHOSEN: Final = """
CREATE TEMP TABLE chosen AS
WITH scored AS (
    SELECT period, thread, author, department, max(hand) AS hand,
        1 - exp(sum(ln(1 - weight))) AS score
    FROM evidence GROUP BY ALL
), placed AS (
    SELECT scored.*, row_number() OVER turn AS turn,
        coalesce(lead(score) OVER turn, 0) AS other
    FROM scored LEFT JOIN places USING (department)
    WINDOW turn AS (
        PARTITION BY period, thread, author ORDER BY hand DESC, score DESC, place, department
    )
)
SELECT period, thread, author, department, hand > 0 AS hand,
    CASE WHEN hand > 0 THEN score ELSE score * score / (score + other) END AS share
FROM placed WHERE turn = 1
"""

_COMPLAINTS: Final = f"""
CREATE TEMP TABLE found AS
WITH whole AS (
    SELECT period, thread, author, max(CASE WHEN hand THEN 1.0 ELSE confidence END) AS confidence,
        min(id) AS first, list(id) AS messages, arg_min(channel, id) AS channel,
        arg_min(language, id) AS language,
        coalesce(
            list_distinct(flatten(list(products) FILTER (len(products) > 0))), []) AS products
    FROM said GROUP BY ALL
)
SELECT whole.*,
    CASE WHEN coalesce(share, 0) >= {CLEAR} THEN department ELSE '{departments.NONE}' END
        AS department,
    coalesce(share, 0) AS share, coalesce(hand, false) AS hand, confidence >= {SURE} AS certain,
    department AS likeliest
FROM whole LEFT JOIN chosen USING (period, thread, author)
"""  # noqa: S608 our own words

# Whose turn it is in a conversation of several customers: an answer goes to who wrote last.
_AROUND: Final = """
CREATE TEMP TABLE around AS
SELECT period, id, thread, own, CASE WHEN own THEN last_value(
        CASE WHEN NOT own THEN author END IGNORE NULLS
    ) OVER (PARTITION BY period, thread ORDER BY id ROWS UNBOUNDED PRECEDING) ELSE author END
    AS author
FROM messages SEMI JOIN (SELECT DISTINCT period, thread FROM found) USING (period, thread)
WHERE kind <> 'repost'
"""

_COSTS: Final = """
CREATE TEMP TABLE complaints AS
SELECT found.*, coalesce(contacts, 0) AS contacts, coalesce(answers, 0) AS answers
FROM found LEFT JOIN (
    SELECT c.period, c.thread, c.author, count(*) FILTER (NOT a.own) AS contacts,
        count(*) FILTER (a.own) AS answers
    FROM found c JOIN around a
      ON a.period = c.period AND a.thread = c.thread AND a.author = c.author AND a.id >= c.first
    GROUP BY ALL
) USING (period, thread, author)
"""


def _heard_where(wanted: Filter) -> str:
    """Channel and language are pasted in: what is no plain word of these finds nothing."""
    parts = ["true"]
    for column in ("channel", "language"):
        said = getattr(wanted, column)
        if said:
            plain = said.replace("-", "").replace("_", "").isalnum()
            parts.append(f"{column} = '{said}'" if plain else "false")
    return " AND ".join(parts)


def _mapping(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute("CREATE TEMP TABLE mapping (signal VARCHAR, department VARCHAR)")
    engine.execute("CREATE TEMP TABLE places (department VARCHAR, place INTEGER)")
    found = departments.departments()
    pairs = [(signal, one.key) for one in found for signal in one.signals]
    if pairs:
        engine.executemany("INSERT INTO mapping VALUES (?, ?)", pairs)
    engine.executemany(
        "INSERT INTO places VALUES (?, ?)", [(one.key, n) for n, one in enumerate(found)]
    )


def _moves(engine: duckdb.DuckDBPyConnection) -> None:
    """Of several people, the last one's word counts; so of several messages of a group."""
    engine.execute("CREATE TEMP TABLE moved (message BIGINT, department VARCHAR)")
    engine.execute("CREATE TEMP TABLE moved_alike (alike BIGINT, department VARCHAR)")
    rows = Move.objects.filter(undone_at=None).order_by("pk")
    found = list(rows.values_list("message_id", "alike", "department"))
    by_message = {message: department for message, _alike, department in found}
    by_group = {alike: department for _message, alike, department in found}
    if found:
        engine.executemany("INSERT INTO moved VALUES (?, ?)", list(by_message.items()))
        engine.executemany("INSERT INTO moved_alike VALUES (?, ?)", list(by_group.items()))


def _phrase(engine: duckdb.DuckDBPyConnection, periods: Sequence[Period], phrase: str) -> None:
    """Mark the complaints that hold the phrase, found by the search's index."""
    ids: list[int] = []
    words = fold(phrase)
    if words:
        for one in periods:
            low, high = one.ids()
            ids += channels.search(f'"{words}"', after_id=low - 1, before_id=high, limit=MOST_FOUND)
    engine.execute("CREATE TEMP TABLE holding (id BIGINT)")
    if ids:
        engine.execute("INSERT INTO holding SELECT unnest(?::BIGINT[])", [ids])
    engine.execute("ALTER TABLE complaints ADD COLUMN holds BOOLEAN DEFAULT false")
    if ids:
        engine.execute(
            "UPDATE complaints SET holds = true WHERE (period, thread, author) IN ("
            "SELECT (period, thread, author) FROM said SEMI JOIN holding USING (id))"
        )

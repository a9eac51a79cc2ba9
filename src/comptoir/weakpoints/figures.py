"""
Weak points in figures: complaints by department and product, what they cost, what rises.

Remembered in memory until the copy or what the brand decided changes.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from comptoir.analysis import rates
from comptoir.analysis.grouping import rising
from comptoir.analysis.learning import share_interval
from comptoir.insight import api as insight
from comptoir.insight.api import Period
from comptoir.weakpoints import asking, departments, products
from comptoir.weakpoints.asking import Filter, Laid

PERIODS: Final = 6
"""The period asked for and those before it, for the trend."""
FEW: Final = 30
"""Conversations in a period, below which a trend is not told."""
FEWEST: Final = 5
"""Complaints in two periods together, below which a trend is not told."""
FALSE_ALARMS: Final = 0.1
"""Share of the lines marked as rising that may be chance."""
KEPT: Final = 64

_cache: OrderedDict[tuple[Any, ...], "Weak"] = OrderedDict()
_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class Line:
    """
    A department, a product, or all complaints. key: "" for all.

    counts: complaints of each period, the one asked for first; unsure: counted apart, of the
    first. talks: conversations of each period. known: whether messages are known from the
    beginning of each period. contacts, answers: of the first period's complaints.
    """

    key: str
    name: str
    counts: tuple[int, ...]
    unsure: int
    talks: tuple[int, ...]
    known: tuple[bool, ...]
    contacts: int
    answers: int
    rises: bool = False

    @property
    def now(self) -> int:
        return self.counts[0]

    @property
    def before(self) -> int | None:
        return self.counts[1] if self.known[1] else None

    @property
    def rate(self) -> float | None:
        """Complaints per conversation, 0 to 1; None without conversations."""
        return self.counts[0] / self.talks[0] if self.talks[0] else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return share_interval(self.counts[0], self.talks[0]) if self.talks[0] else None

    @property
    def enough(self) -> bool:
        """Whether a trend against the period before can be told."""
        return (
            self.known[1]
            and min(self.talks[:2]) >= FEW
            and self.counts[0] + self.counts[1] >= FEWEST
        )

    @property
    def change(self) -> tuple[float, float, float] | None:
        """The rate less the rate before, with its interval; None when that is not enough."""
        if not self.enough:
            return None
        return rates.change(self.counts[0], self.talks[0], self.counts[1], self.talks[1])


@dataclass(frozen=True, slots=True)
class Weak:
    """
    The weak points of a period.

    periods: the one asked for first. cells: (department, product) → complaints, of those that
    name a product. signals: of the complaints, by signal. channels, languages: complaints by
    these, for the choosers. unanswered: complaints that the brand has not answered.
    """

    periods: tuple[Period, ...]
    whole: Line
    departments: tuple[Line, ...]
    products: tuple[Line, ...]
    cells: Mapping[tuple[str, str], int]
    signals: Mapping[str, int]
    channels: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    unanswered: int
    moved: int


def weak_points(period: Period, wanted: Filter) -> Weak:
    """
    Complaints of `period` and of the five before it. Raises Problem when they cannot be counted.

    wanted: departments and products are broken down within it.
    """
    periods = _periods(period)
    insight.refresh()
    key = (*insight.mark(), departments.sorting().version, period, wanted)
    with _guard:
        if (found := _cache.get(key)) is not None:
            _cache.move_to_end(key)
            return found
    with asking.laid(periods, wanted) as open_:
        made = _weak(periods, open_)
    with _guard:
        _cache[key] = made
        while len(_cache) > KEPT:
            _cache.popitem(last=False)
    return made


def _periods(period: Period) -> tuple[Period, ...]:
    found = [period]
    while len(found) < PERIODS:
        found.append(found[-1].before())
    return tuple(found)


def _weak(periods: Sequence[Period], open_: Laid) -> Weak:
    span = insight.span()
    known = tuple(span is not None and span[0] <= one.first for one in periods)
    talks = _talks(periods, open_)
    everything = _lines("''", open_, periods, talks, known)
    by_department = _lines("department", open_, periods, talks, known)
    by_product = _lines(
        f"unnest(CASE WHEN len(products) = 0 THEN ['{products.NONE}'] ELSE products END)",
        open_,
        periods,
        talks,
        known,
    )
    return Weak(
        periods=tuple(periods),
        whole=next(iter(everything.values()), _nothing(periods, talks, known)),
        departments=_ordered(by_department, departments.name_of),
        products=_ordered(by_product, _product_names()),
        cells=_cells(open_),
        signals=_signals(open_),
        channels=_of("channel", open_),
        languages=_of("language", open_),
        unanswered=_count("answers = 0", open_),
        moved=_count("hand", open_),
    )


def _talks(periods: Sequence[Period], open_: Laid) -> tuple[int, ...]:
    """Conversations of each period: a customer in a thread."""
    found = dict(
        open_.ask(
            "SELECT period, count(*) FROM (SELECT DISTINCT period, thread, author FROM heard)"
            " GROUP BY period"
        )
    )
    return tuple(found.get(place, 0) for place in range(len(periods)))


def _lines(
    key: str,
    open_: Laid,
    periods: Sequence[Period],
    talks: tuple[int, ...],
    known: tuple[bool, ...],
) -> dict[str, Line]:
    """Complaints by a key, over all periods; what was only said before is there with nought."""
    where, values = open_.where()
    found = open_.ask(
        f"SELECT key, period, count(*) FILTER (certain), count(*) FILTER (NOT certain),"  # noqa: S608 our own words
        f" sum(contacts) FILTER (certain), sum(answers) FILTER (certain)"
        f" FROM (SELECT *, {key} AS key FROM complaints WHERE {where}) GROUP BY key, period",
        values,
    )
    counts: dict[str, dict[int, tuple[int, ...]]] = {}
    for name, place, *rest in found:
        counts.setdefault(name, {})[place] = tuple(int(one or 0) for one in rest)
    none = (0, 0, 0, 0)
    return {
        name: Line(
            name,
            name,
            tuple(by.get(place, none)[0] for place in range(len(periods))),
            by.get(0, none)[1],
            talks,
            known,
            by.get(0, none)[2],
            by.get(0, none)[3],
        )
        for name, by in counts.items()
    }


def _nothing(periods: Sequence[Period], talks: tuple[int, ...], known: tuple[bool, ...]) -> Line:
    return Line("", "", (0,) * len(periods), 0, talks, known, 0, 0)


def _ordered(found: Mapping[str, Line], name_of: Any) -> tuple[Line, ...]:
    """The most complaints first, what is unclear last; which rise is judged among them all."""
    lines = [one for one in found.values() if one.now or one.unsure or any(one.counts[:2])]
    lines.sort(key=lambda one: (one.key == departments.NONE, -one.now, -one.unsure, one.key))
    chances = [
        rising.chance_of_rise(one.counts[0], one.talks[0], one.counts[1], one.talks[1])
        if one.enough and one.counts[0] * one.talks[1] > one.counts[1] * one.talks[0]
        else 1.0
        for one in lines
    ]
    up = rising.discoveries(chances, FALSE_ALARMS) if chances else []
    return tuple(
        replace(one, name=name_of(one.key), rises=rises)
        for one, rises in zip(lines, up, strict=True)
    )


def _product_names() -> Any:
    names = {one.key: one.name for one in products.products()}
    return lambda key: products.name_of(key) if key == products.NONE else names.get(key, key)


def _cells(open_: Laid) -> dict[tuple[str, str], int]:
    where, values = open_.where()
    found = open_.ask(
        "SELECT department, product, count(*) FROM (SELECT department, unnest(products) AS product"  # noqa: S608 our own words
        f" FROM complaints WHERE period = 0 AND certain AND {where}) GROUP BY ALL",
        values,
    )
    return {(department, product): count for department, product, count in found}


def _signals(open_: Laid) -> dict[str, int]:
    """Complaints by what any of their messages holds."""
    where, values = open_.where()
    found = open_.ask(
        "SELECT signal, count(DISTINCT (thread, author)) FROM (SELECT thread, author,"  # noqa: S608 our own words
        " unnest(signals) AS signal FROM said WHERE (period, thread, author) IN (SELECT"
        f" (period, thread, author) FROM complaints WHERE period = 0 AND certain AND {where}))"
        " GROUP BY signal",
        values,
    )
    return dict(found)


def _of(column: str, open_: Laid) -> tuple[tuple[str, int], ...]:
    where, values = open_.where()
    found = open_.ask(
        f"SELECT {column}, count(*) FROM complaints WHERE period = 0 AND certain AND {where}"  # noqa: S608 our own words
        f" AND {column} IS NOT NULL GROUP BY {column} ORDER BY 2 DESC, 1",
        values,
    )
    return tuple((name, count) for name, count in found)


def _count(condition: str, open_: Laid) -> int:
    where, values = open_.where()
    sql = (
        f"SELECT count(*) FROM complaints WHERE period = 0 AND certain AND {condition} AND {where}"  # noqa: S608 our own words
    )
    return int(open_.ask(sql, values)[0][0])


def forget() -> None:
    """For tests: what is remembered holds counts alone."""
    with _guard:
        _cache.clear()

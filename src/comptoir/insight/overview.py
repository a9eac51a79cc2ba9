"""The overview: every figure of a period beside the period before, from one reading."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import duckdb
import structlog
from deltalake.exceptions import DeltaError
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import Problem
from comptoir.base.scope import current_workspace_id
from comptoir.insight import ask, follow, store
from comptoir.insight.ask import Keys
from comptoir.insight.metric import Metric, metrics, named
from comptoir.insight.periods import Period

log = structlog.get_logger(__name__)

KEPT: Final = 64
LINES: Final = 100
EVERY: Final = 1_000_000
_DIFFERENCES: Final = frozenset({"ratio", "points"})

_cache: OrderedDict[tuple[Any, ...], "Overview"] = OrderedDict()
_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One metric. value: None when undefined; before: None when that or not comparable.

    counted: how many rows the value was made from.
    """

    name: str
    value: float | None
    before: float | None
    counted: int

    @property
    def metric(self) -> Metric:
        return named(self.name)

    @property
    def change(self) -> float | None:
        """
        Against the period before: a ratio (0.12 is +12 %), for shares and points the difference.

        None when either is unknown. From nought there is no ratio: 1 or 0 tells the direction.
        """
        if self.value is None or self.before is None:
            return None
        if self.metric.unit in _DIFFERENCES:
            return self.value - self.before
        difference = self.value - self.before
        return difference / self.before if self.before else float(difference > 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a breakdown; keys in the order of the metric's."""

    keys: Keys
    value: float | None
    before: float | None
    counted: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """
    One metric by its keys, greatest value first, at most `LINES`; total: how many there are.

    earlier: the lines of the period before by their own keys, for breakdowns by day,
    whose keys never meet those of the period.
    """

    name: str
    lines: tuple[Line, ...]
    earlier: Mapping[Keys, float | None]
    total: int

    @property
    def metric(self) -> Metric:
        return named(self.name)


@dataclass(frozen=True, slots=True)
class Overview:
    """comparable: whether messages are known for the whole of the period before."""

    period: Period
    before: Period
    comparable: bool
    figures: Mapping[str, Figure]
    breakdowns: Mapping[str, Breakdown]


def overview(period: Period) -> Overview:
    """
    Every metric of the active workspace for `period`, compared with the one before.

    Catches up with the newest events first when few wait. Remembered until the copy changes.
    Raises Problem when the copy cannot be read.
    """
    try:
        follow.refresh()
        key = _key(period)
        known = recall(period)
        return known if known is not None else _remember(key, _compute(period))
    except (duckdb.Error, DeltaError, OSError) as error:
        log.exception("insight.copy_unreadable")
        raise Problem(
            "copy_unreadable",
            _("The figures cannot be counted: their copy of the messages cannot be read."),
            _("Ask who runs the server to type: comptoir rebuild"),
        ) from error


def whole(found: Overview, name: str) -> Overview:
    """The same overview with every line of one breakdown, for a file."""
    with ask.asking(found.period, found.before) as asked:
        complete = _breakdown(named(name), asked, found.comparable, EVERY)
    return replace(found, breakdowns={**found.breakdowns, name: complete})


def recall(period: Period) -> Overview | None:
    """The overview as last computed, when the copy has not changed since; at once."""
    with _guard:
        found = _cache.get(_key(period))
        if found is not None:
            _cache.move_to_end(_key(period))
        return found


def span() -> tuple[date, date] | None:
    """The local days of the oldest and newest message copied; None without any."""
    return ask.known_days()


def today(zone: str) -> date:
    """The present day in `zone`."""
    from zoneinfo import ZoneInfo

    return clock.now().astimezone(ZoneInfo(zone)).date()


def mark() -> tuple[Any, ...]:
    """Changes whenever the active workspace's copy does: part of a key to remember by."""
    workspace_id = current_workspace_id()
    return str(store.root()), workspace_id, store.snapshot(workspace_id).version


def _key(period: Period) -> tuple[Any, ...]:
    return *mark(), period


def _remember(key: tuple[Any, ...], made: Overview) -> Overview:
    with _guard:
        _cache[key] = made
        while len(_cache) > KEPT:
            _cache.popitem(last=False)
    return made


def _compute(period: Period) -> Overview:
    before = period.before()
    known = span()
    comparable = known is not None and known[0] <= before.first
    with ask.asking(period, before) as asked:
        singles = [one for one in metrics().values() if not one.keys]
        several = [one for one in metrics().values() if one.keys]
        return Overview(
            period,
            before,
            comparable,
            {one.name: _figure(one, asked, comparable) for one in singles},
            {one.name: _breakdown(one, asked, comparable) for one in several},
        )


def _figure(one: Metric, asked: ask.Asked, comparable: bool) -> Figure:
    now, then = asked.figure(one)
    return Figure(one.name, now.value, then.value if comparable else None, now.counted)


def _breakdown(one: Metric, asked: ask.Asked, comparable: bool, limit: int = LINES) -> Breakdown:
    if "day" in one.keys:
        return _daily(one, asked, comparable)
    nothing = 0.0 if one.is_count else None
    found, total = asked.top(one, limit)
    lines = [
        Line(top.keys, top.answer.value, _before(top, nothing, comparable), top.answer.counted)
        for top in found
    ]
    return Breakdown(one.name, tuple(lines), {}, total)


def _before(top: ask.Top, nothing: float | None, comparable: bool) -> float | None:
    if not comparable:
        return None
    return nothing if top.before is None else top.before


def _daily(one: Metric, asked: ask.Asked, comparable: bool) -> Breakdown:
    """Days never meet those of the period before, so both sides are kept whole."""
    now, then = asked.lines(one)
    lines = [Line(keys, answer.value, None, answer.counted) for keys, answer in now.items()]
    lines.sort(key=lambda line: str(line.keys))
    earlier = {keys: answer.value for keys, answer in then.items()} if comparable else {}
    return Breakdown(one.name, tuple(lines), earlier, len(lines))

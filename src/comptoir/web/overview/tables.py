"""The tables of the overview: what stands behind each chart, what files are made of."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from comptoir.insight.api import Breakdown, Line, Overview, Period, definition
from comptoir.web import wording
from comptoir.web.overview import saying

TONES: Final = (-1, 0, 1, None)
DAILY: Final = 92
WEEKLY: Final = 400
SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """
    cells: raw values, for files. words: the same as people read them.

    query: narrows the metric's rows to this line; share: of the greatest, 0 to 1.
    """

    cells: tuple[Any, ...]
    words: tuple[str, ...]
    query: str
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """
    columns: headings; the first names the line, the others hold numbers. metric: whose rows
    a line opens. rows: the greatest, of which a page shows the first; total: of all there are.
    """

    name: str
    title: str
    metric: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int

    @property
    def first_rows(self) -> tuple[Row, ...]:
        return self.rows[:SHOWN]

    @property
    def hidden(self) -> int:
        """How many rows a page leaves to the file."""
        return max(self.total - SHOWN, 0)

    def for_file(self) -> Iterator[Sequence[Any]]:
        yield self.columns
        for row in self.rows:
            yield row.cells


def build(name: str, found: Overview, language: str) -> Table:
    """The table called `name`; raises KeyError on a name that is none of NAMES."""
    return _BUILDERS[name](found, language)


def buckets(period: Period) -> list[tuple[date, date]]:
    """The days of a period, or its weeks or months when it is long, as half-open ranges."""
    if period.days <= DAILY:
        return [(day, day + timedelta(days=1)) for day in _days(period)]
    starts = [day for day in _days(period) if _begins(day, period)]
    return list(zip(starts, [*starts[1:], period.until], strict=True))


def volume(found: Overview) -> list[tuple[date, date, dict[int | None, float]]]:
    """Messages by bucket and tone, buckets without any message included."""
    days: dict[date, dict[int | None, float]] = defaultdict(lambda: defaultdict(float))
    for line in found.breakdowns["reputation.by_day_and_tone"].lines:
        day, tone = line.keys
        days[day][tone] += line.value or 0.0
    return [
        (start, until, _total([days[day] for day in _between(start, until) if day in days]))
        for start, until in buckets(found.period)
    ]


def volume_before(found: Overview) -> list[float]:
    """Messages of the period before, one number for each bucket of the period; empty if unknown."""
    if not found.comparable:
        return []
    days: dict[date, float] = defaultdict(float)
    for (day, _tone), value in found.breakdowns["reputation.by_day_and_tone"].earlier.items():
        days[day + timedelta(days=found.period.days)] += value or 0.0
    return [
        sum(days[day] for day in _between(start, until) if day in days)
        for start, until in buckets(found.period)
    ]


def _days(period: Period) -> Iterator[date]:
    return _between(period.first, period.until)


def _between(start: date, until: date) -> Iterator[date]:
    return (start + timedelta(days=number) for number in range((until - start).days))


def _begins(day: date, period: Period) -> bool:
    if day == period.first:
        return True
    return day.weekday() == 0 if period.days <= WEEKLY else day.day == 1


def _total(parts: list[dict[int | None, float]]) -> dict[int | None, float]:
    return {tone: sum(part.get(tone, 0.0) for part in parts) for tone in TONES}


def _volume_table(found: Overview, language: str) -> Table:
    title = definition("reputation.by_day_and_tone", language).title
    rows = []
    for start, until, tones in volume(found):
        last = until - timedelta(days=1)
        counts = [int(tones[tone]) for tone in TONES]
        values = [*counts, sum(counts)]
        words = (wording.bucket(start, last), *(wording.number(value) for value in values))
        query = urlencode({"from": start.isoformat(), "to": last.isoformat()})
        rows.append(Row((start, *values), words, query))
    names = [wording.key("tone", tone, {}) for tone in TONES]
    columns = (_("Day") if found.period.days <= DAILY else _("From – to"), *names, _("Total"))
    return Table("volume", title, "reputation.messages", columns, tuple(rows), len(rows))


def _figures_table(found: Overview, language: str) -> Table:
    rows = []
    for figure in found.figures.values():
        told = definition(figure.name, language)
        values = (figure.value, figure.before)
        words = tuple(wording.shown(value, figure.metric.unit) for value in values)
        rows.append(Row((told.title, *values, told.unit), (told.title, *words, told.unit), ""))
    columns = (_("Figure"), _("This period"), _("Period before"), _("Unit"))
    return Table("figures", _("Key figures"), "", columns, tuple(rows), len(rows))


def _breakdown_table(name: str, metric: str) -> Callable[[Overview, str], Table]:
    def build_one(found: Overview, language: str) -> Table:
        part = found.breakdowns[metric]
        told = definition(metric, language)
        return Table(name, told.title, metric, _columns(part), tuple(_lines(part)), part.total)

    return build_one


def _columns(part: Breakdown) -> tuple[str, ...]:
    heads = {
        "intent": _("Intent"),
        "hashtag": _("Hashtag"),
        "channel": _("Network"),
        "author": _("Author"),
    }
    units = {"interactions": _("Interactions"), "views": _("Views")}
    return (
        heads[part.metric.keys[0]],
        units.get(part.metric.unit, _("Messages")),
        _("Period before"),
    )


def _lines(part: Breakdown) -> Iterator[Row]:
    key, unit = part.metric.keys[0], part.metric.unit
    people = wording.people({one.keys[0] for one in part.lines}) if key == "author" else {}
    most = max((line.value or 0.0 for line in part.lines), default=0.0)
    for line in part.lines:
        called = wording.key(key, line.keys[0], people)
        values = (_whole(line.value), _whole(line.before))
        words = (called, *(wording.shown(value, unit) for value in values))
        query = urlencode({key: saying.key_address(line.keys[0])})
        yield Row((called, *values), words, query, _share(line, most))


def _share(line: Line, most: float) -> float:
    return (line.value or 0.0) / most if most else 0.0


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


BREAKDOWNS: Final = {
    "intents": "reputation.by_intent",
    "networks": "reputation.by_network",
    "hashtags": "reputation.by_hashtag",
    "speakers": "audience.speaks_most",
    "heard": "audience.heard_most",
    "seen": "audience.seen_most",
}
_BUILDERS: Final[dict[str, Callable[[Overview, str], Table]]] = {
    "figures": _figures_table,
    "volume": _volume_table,
    **{name: _breakdown_table(name, metric) for name, metric in BREAKDOWNS.items()},
}
NAMES: Final = tuple(_BUILDERS)

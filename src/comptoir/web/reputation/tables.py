"""The tables of a report: what pages show of it, and what its files are made of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from comptoir.insight.api import Period, definition
from comptoir.listening.reputation import UNREAD
from comptoir.listening.reputation_records import Report, Side, Sides, Totals
from comptoir.listening.reputation_shares import share_interval
from comptoir.web import wording
from comptoir.web.reputation import methods as sentences

TONES: Final = (-1, 0, 1, None)
DAILY: Final = 92
WEEKLY: Final = 400
SHOWN: Final = 10
MEASURES: Final = {
    "mentions.volume": "count",
    "mentions.authors": "count",
    "mentions.net_sentiment": "points",
    "mentions.share_negative": "ratio",
    "mentions.share_positive": "ratio",
    "mentions.engagement": "count",
    "mentions.reach": "count",
}
"""The single figures of a report, as it shows them, with their units."""

OTHERS: Final = ("mentions.share_of_voice", "mentions.by_day_and_tone", "mentions.topics")
BREAKDOWNS: Final = {
    "intents": ("intent", "mentions.by_intent"),
    "hashtags": ("hashtag", "mentions.by_hashtag"),
    "sites": ("site", "mentions.by_site"),
    "authors": ("author", "mentions.by_author"),
    "networks": ("channel", "mentions.by_network"),
    "languages": ("language", "mentions.by_language"),
    "hours": ("hour", "mentions.by_hour"),
    "weekdays": ("weekday", "mentions.by_weekday"),
}
KNOWN: Final = {
    "mentions.net_sentiment": "tone",
    "mentions.share_negative": "tone",
    "mentions.share_positive": "tone",
    "mentions.engagement": "engagement",
    "mentions.reach": "reach",
}
"""Measures that some mentions only count in: those of which this is known."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    cells: raw values, for files. words: the same as people read them. query: narrows the rows
    to this line; share: of the greatest, 0 to 1; rises: see `reputation`.
    """

    cells: tuple[Any, ...]
    words: tuple[str, ...]
    query: str = ""
    share: float = 0.0
    rises: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """
    columns: headings of its file; the first names the line. heads: headings on a page, where
    these are fewer. total: of all lines there are.
    """

    name: str
    title: str
    measure: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    heads: tuple[str, ...] = ()

    def for_file(self) -> Iterator[Sequence[Any]]:
        yield self.columns
        for row in self.rows:
            yield row.cells


def measures() -> tuple[str, ...]:
    """Every figure that a report shows; each is defined in docs/metrics."""
    return (*MEASURES, *OTHERS, *(measure for _key, measure in BREAKDOWNS.values()))


def value_of(totals: Totals, measure: str) -> float | None:
    """A single figure; None when it is unknown."""
    return {
        "mentions.volume": totals.mentions,
        "mentions.authors": totals.authors,
        "mentions.net_sentiment": totals.net,
        "mentions.share_negative": totals.share_negative,
        "mentions.share_positive": totals.share_positive,
        "mentions.engagement": totals.engagement,
        "mentions.reach": totals.reach,
    }[measure]


def buckets(period: Period) -> list[tuple[date, date]]:
    """The days of a period, or its weeks or months when it is long, as half-open ranges."""
    days = [period.first + timedelta(days=number) for number in range(period.days)]
    starts = [day for day in days if _begins(day, period)]
    return list(zip(starts, [*starts[1:], period.until], strict=True))


def _begins(day: date, period: Period) -> bool:
    if day == period.first or period.days <= DAILY:
        return True
    return day.weekday() == 0 if period.days <= WEEKLY else day.day == 1


def volume(found: Report, period: Period) -> list[tuple[date, date, dict[int | None, int]]]:
    """Mentions by bucket and tone, buckets without any included."""
    return [
        (start, until, {tone: _said(found.by_day, start, until, tone) for tone in TONES})
        for start, until in buckets(period)
    ]


def volume_before(found: Report, period: Period) -> list[tuple[date, date, float]]:
    """Mentions of the period before, one number for each bucket of the period."""
    if not found.comparable:
        return []
    back = timedelta(days=period.days)
    return [
        (
            start,
            until,
            float(
                sum(_said(found.by_day_before, start - back, until - back, tone) for tone in TONES)
            ),
        )
        for start, until in buckets(period)
    ]


def _said(by_day: Any, start: date, until: date, tone: int | None) -> int:
    days = (start + timedelta(days=number) for number in range((until - start).days))
    return sum(by_day.get(day, {}).get(tone, 0) for day in days)


def figures(found: Report, language: str) -> Table:
    """Every single figure beside the period before."""
    rows = []
    for measure, unit in MEASURES.items():
        told = definition(measure, language)
        now = value_of(found.now, measure)
        before = value_of(found.before, measure) if found.comparable else None
        basis = counted(found.now, measure)
        words = (wording.shown(now, unit), wording.shown(before, unit), wording.number(basis))
        rows.append(
            Row((told.title, now, before, basis, told.unit), (told.title, *words, told.unit))
        )
    columns = (_("Figure"), _("This period"), _("Period before"), _("Mentions counted"), _("Unit"))
    return Table("figures", _("Key figures"), "", columns, tuple(rows), len(rows))


def counted(totals: Totals, measure: str) -> int:
    """How many mentions a figure is made of."""
    known = {
        "tone": totals.read,
        "engagement": totals.engagement_known,
        "reach": totals.reach_known,
    }
    return known[KNOWN[measure]] if measure in KNOWN else totals.mentions


def days(found: Report, period: Period, language: str) -> Table:
    rows = []
    for start, until, tones in volume(found, period):
        last = until - timedelta(days=1)
        values = [*(tones[tone] for tone in TONES), sum(tones.values())]
        words = (wording.bucket(start, last), *map(wording.number, values))
        query = urlencode({"from": start.isoformat(), "to": last.isoformat()})
        rows.append(Row((start, *values), words, query))
    names = [wording.key("tone", tone, {}) for tone in TONES]
    columns = (_("Day") if period.days <= DAILY else _("From – to"), *names, _("Total"))
    title = definition("mentions.by_day_and_tone", language).title
    return Table("days", title, "mentions.by_day_and_tone", columns, tuple(rows), len(rows))


def breakdown(name: str, found: Report, language: str) -> Table:
    """One way of breaking mentions down; shares come with Wilson's interval."""
    key, measure = BREAKDOWNS[name]
    part, whole = found.breakdowns[key], found.now.mentions
    people = wording.people({one.key for one in part.lines}) if key == "author" else {}
    most = max((one.now for one in part.lines), default=0)
    rows = []
    for one in part.lines:
        called = wording.key(key, one.key, people)
        before = one.before if found.comparable else None
        share = one.now / whole if whole else None
        low, high = share_interval(one.now, whole)
        said = UNREAD if one.key is None else str(one.key)
        rows.append(
            Row(
                (called, one.now, share, low, high, before, found.comparable and one.rises),
                (called, wording.number(one.now), wording.shown(share, "ratio"),
                 wording.shown(before, "count")),
                urlencode({key: said}),
                one.now / most if most else 0.0,
                found.comparable and one.rises,
            )
        )  # fmt: skip
    title = definition(measure, language).title
    head, mentions, now, then = _head(key), _("Mentions"), _("Share"), _("Period before")
    columns = (head, mentions, now, _("From (95%)"), _("To (95%)"), then, _("Rising"))
    shown = (head, mentions, now, then)
    return Table(name, title, measure, columns, tuple(rows), part.total, shown)


def _head(key: str) -> str:
    heads = {
        "intent": _("Intent"),
        "hashtag": _("Hashtag"),
        "site": _("Site"),
        "author": _("Author"),
        "channel": _("Network"),
        "language": _("Language"),
        "hour": _("Hour"),
        "weekday": _("Weekday"),
    }
    return heads[key]


def sides(found: Sides, language: str) -> Table:
    """The brand beside its rivals."""
    rows = []
    for one in found.sides:
        known = found.comparable
        cells: tuple[Any, ...] = (
            side_name(one), one.now.mentions, one.before.mentions if known else None,
            one.voice["mentions"], one.voice_before["mentions"] if known else None,
            one.now.net, one.before.net if known else None, one.now.share_negative,
            one.now.engagement, one.voice["engagement"], one.now.reach, one.voice["reach"],
        )  # fmt: skip
        units = (
            "count", "count", "ratio", "ratio", "points", "points", "ratio", "count", "ratio",
            "count", "ratio",
        )  # fmt: skip
        words = (wording.shown(value, unit) for value, unit in zip(cells[1:], units, strict=True))
        rows.append(Row(cells, (side_name(one), *words)))
    columns = (
        _("Side"), _("Mentions"), _("Mentions, period before"), _("Share of voice by mentions"),
        _("Share by mentions, period before"), _("Net sentiment"),
        _("Net sentiment, period before"), _("Share negative"), _("Engagement"),
        _("Share of voice by engagement"), _("Reach"), _("Share of voice by reach"),
    )  # fmt: skip
    title = _("The brand beside its rivals")
    return Table("sides", title, "mentions.share_of_voice", columns, tuple(rows), len(rows))


def side_name(one: Side) -> str:
    return one.name if one.folder else _("The brand")


def methods(found: Report, language: str) -> Table:
    """Sources and methods, as lines of a label and its words."""
    rows = tuple(Row(line, line) for line in sentences.lines(found))
    columns = (_("What"), _("How"))
    return Table("methods", _("Sources and methods"), "", columns, rows, len(rows))


Builder = Callable[[Report, str], Table]


def _broken_down(name: str) -> Builder:
    def build(found: Report, language: str) -> Table:
        return breakdown(name, found, language)

    return build


OF_REPORT: Final[dict[str, Builder]] = {
    "figures": figures,
    "methods": methods,
    **{name: _broken_down(name) for name in BREAKDOWNS},
}
NAMES: Final = ("days", "sides", *OF_REPORT)

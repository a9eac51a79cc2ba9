"""
Charts, drawn on the server: Altair says what, vl-convert renders SVG, the page colours it.

Each chart is drawn twice, wide and narrow, because letters that are legible on a desk are
not when a drawing shrinks to a phone. Colours leave here as CSS variables, so that one
drawing serves the light and the dark theme and paper.
"""

import html
import json
import re
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

# Stand-ins that no palette uses; `_themed` turns them into the design system's variables.
COLOURS: Final = {
    "#000001": "var(--negative-fill)",
    "#000002": "var(--neutral-fill)",
    "#000003": "var(--positive-fill)",
    "#000004": "var(--line)",
    "#000005": "var(--ink-soft)",
    "#000006": "var(--blue)",
    "#000007": "var(--brass)",
    "#000008": "var(--surface)",
    "#000009": "var(--ink)",
}
NEGATIVE, NEUTRAL, POSITIVE, LINE, SOFT, BLUE, BRASS, SURFACE, INK = COLOURS
UNREAD: Final = LINE
WIDE: Final = 900
NARROW: Final = 340
_LABEL_ROOM: Final = 24
"""Browsers' fonts may be wider than the font that the drawing was measured with."""
LOCALES: Final = {"fr": "fr-FR", "en": "en-GB"}
_renderer = threading.Lock()


@dataclass(frozen=True, slots=True)
class Chart:
    """Two drawings of the same figures."""

    wide: str
    narrow: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a column: the days it covers, which series, how many."""

    start: date
    until: date
    series: str
    value: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A horizontal bar with the mark of the period before; before: None draws no mark."""

    label: str
    value: float
    before: float | None


def columns(
    bars: Sequence[Bar],
    colours: Sequence[tuple[str, str]],
    before: Sequence[tuple[date, date, float]],
    title: str,
    description: str,
    language: str,
) -> Chart:
    """
    Stacked columns over time; `before` is drawn over them as a stepped line.

    colours: (series, stand-in colour) from the bottom up.
    """
    spec = [_columns(bars, colours, before, width) for width in (WIDE, NARROW)]
    return _chart(spec, title, description, language)


def pairs(items: Sequence[Pair], title: str, description: str, language: str) -> Chart:
    """Horizontal bars, greatest first."""
    spec = [_pairs(items, width) for width in (WIDE, NARROW)]
    return _chart(spec, title, description, language)


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series at a place of an axis of names; low, high: its interval."""

    label: str
    series: str
    value: float
    low: float
    high: float


def steps(
    points: Sequence[Point],
    colours: Sequence[tuple[str, str]],
    title: str,
    description: str,
    language: str,
) -> Chart:
    """
    Shares, 0 to 1, from one name to the next, in the order given, with their intervals.

    colours: (series, stand-in colour); the last series is drawn on top.
    """
    spec = [_steps(points, colours, width) for width in (WIDE, NARROW)]
    return _chart(spec, title, description, language)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A value that held from one moment to another, in the reader's zone."""

    start: datetime
    until: datetime
    value: float


def course(stretches: Sequence[Stretch], title: str, description: str, language: str) -> Chart:
    """A value that moves by steps, oldest first; where nobody looked there is a thin rise only."""
    spec = [_course(stretches, width) for width in (WIDE, NARROW)]
    return _chart(spec, title, description, language)


def warm() -> None:
    """Load the drawing engines in the background, so that the first page need not wait."""
    threading.Thread(target=_first_drawing, name="charts", daemon=True).start()


def _first_drawing() -> None:
    try:
        day = date(2026, 1, 1)
        columns([Bar(day, day + timedelta(days=1), "a", 1)], [("a", BLUE)], [], "", "", "fr")
    except Exception:  # the page draws again and then shows its own error
        log.exception("overview.charts_not_warm")


def _chart(specs: Sequence[dict[str, Any]], title: str, description: str, language: str) -> Chart:
    locale = LOCALES.get(language[:2], "en-GB")
    drawn = [_svg(json.dumps(spec, sort_keys=True), locale) for spec in specs]
    wide, narrow = (_named(svg, title, description) for svg in drawn)
    return Chart(wide, narrow)


@lru_cache(maxsize=256)
def _svg(spec: str, locale: str) -> str:
    """A drawing, remembered by its content."""
    import vl_convert

    options: dict[str, Any] = {"format_locale": locale, "time_format_locale": locale}
    with _renderer:
        return _themed(vl_convert.vegalite_to_svg(spec, **options))


def _themed(svg: str) -> str:
    for stand_in, variable in COLOURS.items():
        svg = svg.replace(f'"{stand_in}"', f'"{variable}"')
    svg = re.sub(r' (?:style|xmlns:xlink|font-family|aria-[a-z]+|role)="[^"]*"', "", svg)
    return re.sub(r"(<svg[^>]*?) width=\"[\d.]+\" height=\"[\d.]+\"", r"\1", svg, count=1)


def _named(svg: str, title: str, description: str) -> str:
    """A picture with a name and a description for those who cannot see it."""
    words = f"<title>{html.escape(title)}</title><desc>{html.escape(description)}</desc>"
    label = html.escape(title, quote=True)
    return re.sub(
        r"<svg([^>]*)>",
        lambda found: f'<svg{found[1]} role="img" aria-label="{label}" focusable="false">{words}',
        svg,
        count=1,
    )


def _columns(
    bars: Sequence[Bar],
    colours: Sequence[tuple[str, str]],
    before: Sequence[tuple[date, date, float]],
    width: int,
) -> dict[str, Any]:
    import altair as alt

    rows = _stacked(bars, [name for name, _ in colours])
    x = alt.X("start:T", scale=alt.Scale(type="utc"), axis=_dates(bars, width), title=None)
    drawing = (
        alt.Chart(_data(rows))
        .mark_rect()
        .encode(
            x=x,
            x2="end:T",
            y=alt.Y("low:Q", title=None, axis=_counts()),
            y2="high:Q",
            color=alt.Color(
                "series:N",
                legend=None,
                scale=alt.Scale(
                    domain=[name for name, _ in colours], range=[colour for _, colour in colours]
                ),
            ),
        )
    )
    layers = [drawing]
    if before:
        layers.append(_step(alt, before))
    return _finished(alt, alt.layer(*layers), width, 240 if width == WIDE else 200)


def _stacked(bars: Sequence[Bar], names: Sequence[str]) -> list[dict[str, Any]]:
    """
    One rectangle a bar, each on top of those before it: Vega stacks bars, not rectangles,
    and bars cannot span a day on a time axis.
    """
    tops: dict[date, float] = defaultdict(float)
    rows = []
    for one in sorted(bars, key=lambda bar: names.index(bar.series)):
        low = tops[one.start]
        tops[one.start] = low + one.value
        rows.append(
            {
                "start": _inset(one.start, one.until, 0.08),
                "end": _inset(one.start, one.until, 0.92),
                "series": one.series,
                "low": low,
                "high": low + one.value,
            }
        )
    return rows


def _step(alt: Any, before: Sequence[tuple[date, date, float]]) -> Any:
    rows = [{"start": _moment(start), "value": value} for start, _, value in before]
    rows.append({"start": _moment(before[-1][1]), "value": before[-1][2]})
    return (
        alt.Chart(_data(rows))
        .mark_line(interpolate="step-after", color=INK, strokeWidth=1.5, strokeDash=[4, 3])
        .encode(x=alt.X("start:T", scale=alt.Scale(type="utc")), y="value:Q")
    )


def _dates(bars: Sequence[Bar], width: int) -> Any:
    import altair as alt

    first, last = min(one.start for one in bars), max(one.until for one in bars)
    pattern = "%-d %b" if (last - first).days <= 200 else "%b %Y"
    starts = sorted({one.start for one in bars})
    every = -(-len(starts) // (10 if width == WIDE else 4))
    return alt.Axis(
        format=pattern,
        grid=False,
        values=[_moment(day) for day in starts[::every]],
        labelFlush=True,
        labelOverlap=True,
        ticks=False,
        domainColor=LINE,
        labelPadding=6,
    )


def _counts() -> Any:
    import altair as alt

    return alt.Axis(
        tickCount=4, tickMinStep=1, format=",d", ticks=False, domain=False, gridColor=LINE
    )


def _pairs(items: Sequence[Pair], width: int) -> dict[str, Any]:
    import altair as alt

    most = max([1.0, *(max(one.value, one.before or 0) for one in items)])
    room = 1.08 if width == WIDE else 1.3
    values = [
        {
            "label": one.label,
            "value": one.value,
            "before": one.before,
            "reach": _clear_of_mark(one, most * room / 12),
        }
        for one in items
    ]
    y = alt.Y(
        "label:N",
        sort=[one.label for one in items],
        title=None,
        axis=alt.Axis(
            ticks=False, domain=False, labelLimit=220 if width == WIDE else 130, labelPadding=8
        ),
        scale=alt.Scale(paddingInner=0.35, paddingOuter=0.15),
    )
    scale = alt.Scale(domain=[0, most * room], nice=False)
    x = alt.X("value:Q", title=None, axis=None, scale=scale)
    base = alt.Chart(_data(values)).encode(y=y)
    layers = [
        base.mark_bar(color=BLUE, cornerRadiusEnd=2).encode(x=x),
        base.mark_text(align="left", dx=7, color=SOFT).encode(
            x=alt.X("reach:Q", title=None, axis=None, scale=scale),
            text=alt.Text("value:Q", format=",d"),
        ),
    ]
    if any(one.before is not None for one in items):
        layers.insert(
            1,
            base.transform_filter("datum.before !== null")
            .mark_tick(color=BRASS, thickness=3, size=20)
            .encode(x=alt.X("before:Q", title=None, axis=None, scale=scale)),
        )
    return _finished(alt, alt.layer(*layers), width, 28 * len(items) + 8, left=_LABEL_ROOM)


def _steps(
    points: Sequence[Point], colours: Sequence[tuple[str, str]], width: int
) -> dict[str, Any]:
    import altair as alt

    values = [
        {"label": p.label, "series": p.series, "value": p.value, "low": p.low, "high": p.high}
        for p in points
    ]
    series = [name for name, _ in colours]
    labels = list(dict.fromkeys(point.label for point in points))
    every = -(-len(labels) // (12 if width == WIDE else 4))
    x = alt.X(
        "label:N",
        sort=labels,
        title=None,
        axis=alt.Axis(
            labelAngle=0,
            ticks=False,
            domainColor=LINE,
            labelPadding=6,
            values=labels[::every],
        ),
    )
    colour = alt.Color(
        "series:N",
        legend=None,
        scale=alt.Scale(domain=series, range=[drawn for _, drawn in colours]),
    )
    scale = alt.Scale(domain=[0, 1], nice=False)
    shares = alt.Axis(tickCount=5, format=".0%", ticks=False, domain=False, gridColor=LINE)
    base = alt.Chart(_data(values)).encode(
        x=x, color=colour, xOffset=alt.XOffset("series:N", sort=series)
    )
    layers = [
        base.mark_rule(strokeWidth=1.5).encode(
            y=alt.Y("low:Q", title=None, axis=shares, scale=scale), y2="high:Q"
        ),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            y=alt.Y("value:Q", title=None, axis=shares, scale=scale),
            shape=alt.Shape(
                "series:N",
                legend=None,
                scale=alt.Scale(domain=series, range=["square", "circle"]),
            ),
        ),
    ]
    return _finished(alt, alt.layer(*layers), width, 240 if width == WIDE else 200)


def _course(stretches: Sequence[Stretch], width: int) -> dict[str, Any]:
    import altair as alt

    values = [
        {"at": _instant(moment), "value": one.value, "stretch": number}
        for number, one in enumerate(stretches)
        for moment in (one.start, one.until)
    ]
    days = (stretches[-1].until - stretches[0].start).days
    pattern = "%H:%M" if days < 2 else "%-d %b" if days <= 200 else "%b %Y"
    x = alt.X(
        "at:T",
        title=None,
        scale=alt.Scale(type="utc", padding=16),
        axis=alt.Axis(
            format=pattern,
            grid=False,
            ticks=False,
            domainColor=LINE,
            labelPadding=6,
            labelOverlap=True,
            tickCount=8 if width == WIDE else 4,
        ),
    )
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(tickCount=4, format=",~f", ticks=False, domain=False, gridColor=LINE),
    )
    base = alt.Chart(_data(values)).encode(x=x, y=y)
    layers = [
        base.mark_line(interpolate="step-after", color=LINE, strokeWidth=1.5),
        base.mark_line(color=BLUE, strokeWidth=3).encode(detail="stretch:N"),
        base.mark_point(filled=True, color=BLUE, size=36, opacity=1),
    ]
    return _finished(alt, alt.layer(*layers), width, 220 if width == WIDE else 180)


def _clear_of_mark(one: Pair, room: float) -> float:
    """
    Where a bar's figure is written: at its end, or after the mark that would cross it.

    A figure beside a far mark would be read as the figure of the period before.
    """
    if one.before is not None and one.value <= one.before <= one.value + room:
        return one.before
    return one.value


def _finished(alt: Any, drawing: Any, width: int, height: int, left: int = 2) -> dict[str, Any]:
    finished: dict[str, Any] = (
        drawing.properties(
            width=width,
            height=height,
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
            padding={"left": left, "top": 6, "right": 20, "bottom": 2},
        )
        .configure(background="transparent")
        .configure_view(stroke=None)
        .configure_axis(labelColor=SOFT, labelFontSize=12, labelFont="sans-serif")
        .configure_text(fontSize=12, font="sans-serif")
        .to_dict(validate=False)
    )
    return finished


def _data(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    data: Any = alt.Data
    return data(values=rows)


def _moment(day: date) -> int:
    """Milliseconds of the day's midnight on the chart's own scale, which knows no zone."""
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def _instant(moment: datetime) -> int:
    """Milliseconds of a moment as its own zone's clocks show it: the chart knows no zone."""
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)


def _inset(start: date, until: date, share: float) -> int:
    """A moment inside a column, so that neighbours do not touch."""
    first, last = _moment(start), _moment(until)
    return int(first + (last - first) * share)

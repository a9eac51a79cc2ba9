"""The overview: a page at once, its figures after; the rows behind each; files of all."""

from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from comptoir.base.api import Permission, Problem
from comptoir.insight import api as insight
from comptoir.insight.api import Figure, Overview
from comptoir.web import charts, defined, wording
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.choice import Choice, counted, page_number
from comptoir.web.downloads import message_rows, table_file
from comptoir.web.overview import saying, tables
from comptoir.web.overview.tables import Table
from comptoir.web.rows import row

STATS: Final = (
    "reputation.messages",
    "audience.authors",
    "reputation.net_sentiment",
    "care.conversations",
    "care.share_answered",
    "care.first_reply_median",
    "care.first_reply_p90",
    "care.first_reply_business_median",
    "care.first_reply_business_p90",
    "publishing.posts",
    "publishing.answers",
    "publishing.interaction_rate",
)
LISTS: Final = ("speakers", "heard", "networks", "seen", "hashtags")
DRAWN: Final = 12


@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponseBase:
    """The frame with its period picker; the figures come with it when they are ready."""
    choice = counted(request)
    if choice is None:
        return render(request, "overview/empty.html")
    found = insight.recall(choice.period)
    if found is None and "whole" in request.GET:
        found = insight.overview(choice.period)
    context = _frame(request, choice)
    if found is not None:
        context["panels"] = render_to_string(
            "overview/panels.html", _panels(request, choice, found), request
        )
    return render(request, "overview/page.html", context)


@desk_view(Permission.READ)
def panels(request: DeskRequest) -> HttpResponseBase:
    """The figures alone, brought by the page once it is on screen."""
    choice = counted(request)
    if choice is None:
        raise Http404
    try:
        found = insight.overview(choice.period)
    except Problem as problem:
        # 422: a fragment's error is shown in its place, and the page keeps its frame.
        context = {"problem": problem, "address": _frame(request, choice)["whole_url"]}
        return render(request, "overview/failed.html", context, status=422)
    return render(request, "overview/panels.html", _panels(request, choice, found))


@desk_view(Permission.READ)
def rows(request: DeskRequest, metric: str) -> HttpResponseBase:
    """The very rows that a figure counts, newest first."""
    choice = counted(request)
    if choice is None:
        raise Http404
    known, keys = _metric(metric), _keys(request, metric)
    number = page_number(request)
    try:
        found = insight.rows(metric, choice.period, keys, number)
    except ValueError as error:
        raise Http404 from error
    paginator = Paginator(range(found.total), insight.PAGE)
    context = {
        "choice": choice,
        "metric": known,
        "told": defined.told(metric),
        "definition_url": defined.address(metric),
        "words": wording.period(choice.period.first, choice.period.last),
        "keys": _key_words(metric, keys),
        "rows": [row(request, one.message, one.label) for one in found.rows],
        "page_obj": paginator.get_page(number),
        "total": found.total,
        "query": urlencode(_period_query(choice) | keys),
        "most": insight.MOST_ROWS,
    }
    return render(request, "overview/rows.html", context)


@desk_view(Permission.EXPORT)
def export_table(request: DeskRequest, table: str, form: str) -> HttpResponseBase:
    """One table of the overview, whole, as a file."""
    choice = counted(request)
    if choice is None or table not in tables.NAMES:
        raise Http404
    found = insight.overview(choice.period)
    if table in tables.BREAKDOWNS:
        found = insight.whole(found, tables.BREAKDOWNS[table])
    made = tables.build(table, found, defined.language())
    return table_file(made.for_file(), f"{made.title} {choice.stamp}", made.title, form)


@desk_view(Permission.EXPORT)
def export_rows(request: DeskRequest, metric: str, form: str) -> HttpResponseBase:
    """The rows behind a figure as a file, up to a hundred thousand."""
    choice = counted(request)
    _metric(metric)
    if choice is None:
        raise Http404
    keys = _keys(request, metric)
    try:
        insight.rows(metric, choice.period, keys)
    except ValueError as error:
        raise Http404 from error
    found = insight.every_row(metric, choice.period, keys, insight.MOST_ROWS)
    title = defined.told(metric).title
    cells = list(message_rows((one.message, one.label) for one in found))
    return table_file(cells, f"{title} {choice.stamp}", title, form)


def _frame(request: DeskRequest, choice: Choice) -> dict[str, Any]:
    period, before = choice.period, choice.period.before()
    return {
        "choice": choice,
        "words": wording.period(period.first, period.last),
        "words_before": wording.period(before.first, before.last),
        "panels_url": f"{_address(request, 'overview_panels')}?{choice.address}",
        "whole_url": f"{_address(request, 'overview')}?{choice.address}&whole=1",
        "month": f"{choice.period.last:%Y-%m}",
    }


def _panels(request: DeskRequest, choice: Choice, found: Overview) -> dict[str, Any]:
    language = defined.language()
    built = {name: tables.build(name, found, language) for name in tables.NAMES}
    shown = {name: _table(request, choice, one) for name, one in built.items()}
    return _frame(request, choice) | {
        "found": found,
        "stats": [_stat(request, choice, found.figures[name]) for name in STATS],
        "tables": shown,
        "volume": _volume_chart(found, built["volume"], language),
        "intents": _pairs_chart(built["intents"], language),
        "lists": [shown[name] for name in LISTS],
    }


def _stat(request: DeskRequest, choice: Choice, figure: Figure) -> dict[str, Any]:
    """What the design system's `stat` needs, in words."""
    metric, told = figure.metric, defined.told(figure.name)
    address = _address(request, "overview_rows", metric=figure.name)
    unknown = figure.value is None
    return {
        "label": told.title,
        "value": None if unknown else wording.shown(figure.value, metric.unit),
        "key": metric.slug,
        "change": figure.change,
        "text": saying.change_text(figure),
        "before": "" if figure.before is None else wording.shown(figure.before, metric.unit),
        "good": metric.better,
        "reason": metric.unknown if unknown else "",
        "url": f"{address}?{choice.address}" if figure.counted else "",
        "url_label": saying.rows_link(metric, figure.counted),
        "definition": told.text,
        "formula": told.formula,
        "definition_url": defined.address(figure.name),
    }


def _table(request: DeskRequest, choice: Choice, made: Table) -> dict[str, Any]:
    """A table with the addresses of its lines, its files and its definition."""
    lines = []
    address = _address(request, "overview_rows", metric=made.metric) if made.metric else ""
    days = "" if made.name == "volume" else f"{choice.address}&"
    for one in made.rows if made.name == "volume" else made.first_rows:
        url = f"{address}?{days}{one.query}" if address else ""
        lines.append({"words": one.words, "url": url, "share": round(one.share, 4)})
    metric = "reputation.by_day_and_tone" if made.name == "volume" else made.metric
    told = defined.told(metric) if metric else None
    return {
        "name": made.name,
        "title": made.title,
        "heads": made.columns,
        "lines": lines,
        "hidden": 0 if made.name == "volume" else made.hidden,
        "told": told,
        "definition_url": defined.address(metric) if metric else "",
        "unknown": insight.named(metric).unknown if metric else "",
        "files": [
            (
                form,
                f"{_address(request, 'overview_export', table=made.name, form=form)}?{choice.address}",
            )
            for form in ("csv", "xlsx")
        ],
    }


def _volume_chart(found: Overview, table: Table, language: str) -> charts.Chart | None:
    parts = tables.volume(found)
    names = {tone: wording.key("tone", tone, {}) for tone in tables.TONES}
    bars = [
        charts.Bar(start, until, names[tone], value)
        for start, until, tones in parts
        for tone, value in tones.items()
        if value
    ]
    if not bars:
        return None
    # An empty first and last day keep the axis as long as the period.
    bars += [charts.Bar(start, until, names[0], 0) for start, until, _ in (parts[0], parts[-1])]
    colours = [
        (names[tone], colour)
        for tone, colour in zip(
            tables.TONES,
            (charts.NEGATIVE, charts.NEUTRAL, charts.POSITIVE, charts.UNREAD),
            strict=True,
        )
    ]
    before = [
        (start, until, value)
        for (start, until, _), value in zip(parts, tables.volume_before(found), strict=False)
    ]
    total = wording.number(sum(bar.value for bar in bars))
    told = _("%(total)s messages, by tone. The table below holds each number.") % {"total": total}
    return charts.columns(bars, colours, before, table.title, told, language)


def _pairs_chart(table: Table, language: str) -> charts.Chart | None:
    items = [
        charts.Pair(str(row.cells[0]), float(row.cells[1] or 0), row.cells[2])
        for row in table.rows[:DRAWN]
    ]
    if not items:
        return None
    told = _("Most frequent: %(first)s. The table below holds each number.") % {
        "first": items[0].label
    }
    return charts.pairs(items, table.title, told, language)


def _metric(name: str) -> insight.Metric:
    try:
        return insight.named(name)
    except KeyError as error:
        raise Http404 from error


def _keys(request: HttpRequest, metric: str) -> dict[str, str]:
    wanted = insight.named(metric).keys
    return {key: str(request.GET[key]) for key in wanted if key in request.GET}


def _key_words(metric: str, keys: dict[str, str]) -> list[str]:
    """Which lines of a breakdown are shown, in words."""
    from comptoir.insight.rows import typed

    values = typed(metric, keys)
    people = wording.people({values["author"]}) if values.get("author") else {}
    return [wording.key(key, value, people) for key, value in values.items()]


def _period_query(choice: Choice) -> dict[str, str]:
    return {"from": choice.period.first.isoformat(), "to": choice.period.last.isoformat()}


def _address(request: DeskRequest, name: str, **parts: str) -> str:
    return reverse(name, kwargs={"slug": request.desk.workspace.slug, **parts})

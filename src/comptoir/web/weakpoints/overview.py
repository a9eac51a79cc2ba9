"""Weak points by department and product, and the page of one of them."""

from dataclasses import replace
from typing import Any, Final

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.base.api import Permission, Problem, ids
from comptoir.insight.api import Period
from comptoir.weakpoints import api
from comptoir.weakpoints.api import Costs, Filter, Line, Weak
from comptoir.web import wording as figures
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.choice import Choice, counted
from comptoir.web.downloads import table_file
from comptoir.web.weakpoints import methods, reading, rows, tables, wording

SHOWN: Final = 6
LISTED: Final = 12
_HIGH: Final = 28.0
_WIDE: Final = 10


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponseBase:
    """Complaints by department and by product."""
    chosen, wanted = (
        counted(request),
        reading.wanted(request).without("department", "phrase"),
    )
    if chosen is None:
        return render(request, "weakpoints/empty.html")
    try:
        found = api.weak_points(chosen.period, wanted)
    except Problem as problem:
        return render(request, "weakpoints/failed.html", {"problem": problem}, status=503)
    context = _frame(request, chosen, wanted, found) | {
        "departments": [
            _row(request, chosen, wanted, "department", one) for one in found.departments
        ],
        "products": [
            _row(request, chosen, wanted, "product", one) for one in found.products[:LISTED]
        ],
        "more_products": max(len(found.products) - LISTED, 0),
        "knows_products": bool(api.products.products()),
        "lessons": api.lessons() if request.desk.can(Permission.MANAGE_TEAM) else [],
        "waiting": api.tasks.mine(request.desk.user),
    }
    return render(request, "weakpoints/page.html", context)


@require_GET
@desk_view(Permission.READ)
def point(request: DeskRequest) -> HttpResponseBase:
    """One weak point: its trend, its words, its messages, what it calls for."""
    chosen, wanted = counted(request), reading.wanted(request)
    if chosen is None:
        return render(request, "weakpoints/empty.html")
    try:
        found = api.weak_points(chosen.period, wanted)
        said = api.said(chosen.period, wanted.without("phrase"))
        spoken = api.likeliest(chosen.period, wanted, SHOWN)
    except Problem as problem:
        return render(request, "weakpoints/failed.html", {"problem": problem}, status=503)
    todo, _total = api.tasks.tasks(state="all", about=wanted)
    context = _frame(request, chosen, wanted, found) | {
        "title": wording.title(wanted),
        "said": said,
        "phrases": [
            {
                "it": one,
                "rows": _rows_at(request, chosen, replace(wanted, phrase=one.words), "complaints"),
                "point": f"?{reading.query(chosen, replace(wanted, phrase=one.words))}",
            }
            for one in said.phrases
        ],
        "spoken": [rows.shown(request, chosen, one) for one in spoken],
        "departments": [
            _row(request, chosen, wanted, "department", one) for one in found.departments
        ]
        if not wanted.department
        else [],
        "products": [
            _row(request, chosen, wanted, "product", one) for one in found.products[:LISTED]
        ]
        if not wanted.product and len(found.products) > 1
        else [],
        "suggestions": [
            {"it": one, "kind": api.KINDS(one.kind).label, "url": _task_at(request, wanted, one)}
            for one in api.suggestions(found, wanted.department)
        ],
        "tasks": [_task(request, one) for one in todo[:5]],
        "new_task": f"{reading.at(request, 'weak_task_new')}?{reading.query(None, wanted)}",
    }
    return render(request, "weakpoints/point.html", context)


@require_GET
@desk_view(Permission.EXPORT)
def export_table(request: DeskRequest, table: str, form: str) -> HttpResponseBase:
    """One table, whole, as a file."""
    chosen, wanted = counted(request), reading.wanted(request)
    if chosen is None or table not in tables.NAMES:
        raise Http404
    made = tables.build(table, api.weak_points(chosen.period, wanted), api.costs.costs())
    name = f"{_('Weak points')} {made.title} {chosen.stamp}"
    return table_file(made.for_file(), name, made.title, form)


def _frame(request: DeskRequest, chosen: Choice, wanted: Filter, found: Weak) -> dict[str, Any]:
    costs = api.costs.costs()
    period, before = chosen.period, chosen.period.before()
    return reading.choosing(request, chosen, wanted) | {
        "words": figures.period(period.first, period.last),
        "words_before": figures.period(before.first, before.last),
        "found": found,
        "kept": reading.query(chosen, wanted),
        "channels": _options(
            (figures.key("channel", code, {}), code) for code, _n in found.channels
        ),
        "languages": _options(
            (figures.key("language", code, {}), code) for code, _n in found.languages
        ),
        "choices": [
            *((one.key, one.name) for one in api.products.products()),
            (api.NONE, api.products.name_of(api.NONE)),
        ]
        if api.products.products()
        else [],
        "stats": _stats(request, chosen, wanted, found, costs),
        "periods": _periods(request, wanted, found),
        "bars": bars(found.whole),
        "methods": {
            "name": "methods",
            "title": _("Sources and methods"),
            "heads": (_("What"), _("How")),
            "lines": [
                {"words": pair} for pair in methods.lines(found, request.desk.workspace.zone)
            ],
        },
        "costs": costs,
        "files": _files(request, chosen, wanted),
    }


def _options(pairs: Any) -> list[tuple[str, str]]:
    return sorted((code, name) for name, code in pairs)


def _files(
    request: DeskRequest, chosen: Choice, wanted: Filter
) -> dict[str, list[tuple[str, str]]]:
    return {
        table: [
            (
                form,
                f"{reading.at(request, 'weak_points_file', table=table, form=form)}"
                f"?{reading.query(chosen, wanted)}",
            )
            for form in ("csv", "xlsx")
        ]
        for table in tables.NAMES
    }


def _stats(
    request: DeskRequest, chosen: Choice, wanted: Filter, found: Weak, costs: Costs
) -> list[dict[str, Any]]:
    """Key figures, each with its rows and its definition; no money unless the brand gave one."""
    whole = found.whole
    stats = [
        _stat(request, chosen, wanted, "complaints", whole.now,
              note=_("%(count)s unsure, counted apart") % {"count": figures.number(whole.unsure)},
              note_url=_rows_at(request, chosen, wanted, "unsure") if whole.unsure else ""),
        _stat(request, chosen, wanted, "rate", wording.per_hundred(whole.rate), "conversations",
              note=_("95%% interval: %(interval)s") % {"interval": wording.interval(whole.interval)}
              if whole.interval else _("There is no conversation."),
              more=wording.trend(whole)),
        _stat(request, chosen, wanted, "contacts", whole.contacts),
        _stat(request, chosen, wanted, "answers", whole.answers),
        _stat(request, chosen, wanted, "unanswered", found.unanswered),
    ]  # fmt: skip
    if money := wording.money(costs, whole.contacts):
        stats.append(_stat(request, chosen, wanted, "cost", money, "contacts"))
    if hours := wording.hours(costs, whole.contacts):
        stats.append(_stat(request, chosen, wanted, "handling", hours, "contacts"))
    return stats


def _stat(
    request: DeskRequest,
    chosen: Choice,
    wanted: Filter,
    measure: str,
    value: int | str,
    opens: str = "",
    **more: str,
) -> dict[str, Any]:
    told = wording.told(measure)
    return more | {
        "key": measure,
        "label": told.title,
        "value": figures.number(value) if isinstance(value, int) else value,
        "url": _rows_at(request, chosen, wanted, opens or measure) if value else "",
        "definition": told.text,
        "formula": told.formula,
        "definition_url": wording.address(measure),
    }


def _row(
    request: DeskRequest, chosen: Choice, wanted: Filter, name: str, one: Line
) -> dict[str, Any]:
    """A line of a table with what it opens to."""
    inside = replace(wanted, **{name: one.key})
    costs = api.costs.costs()
    return {
        "it": one,
        "url": f"{reading.at(request, 'weak_point')}?{reading.query(chosen, inside)}",
        "rows": _rows_at(request, chosen, inside, "complaints"),
        "unsure": _rows_at(request, chosen, inside, "unsure"),
        "contacts": _rows_at(request, chosen, inside, "contacts"),
        "rate": wording.per_hundred(one.rate),
        "interval": wording.interval(one.interval),
        "trend": wording.trend(one),
        "direction": wording.direction(one.change),
        "bars": bars(one),
        "spoken": ", ".join(figures.number(count) for count in reversed(one.counts)),
        "cost": wording.money(costs, one.contacts) or wording.hours(costs, one.contacts),
    }


def bars(one: Line) -> list[dict[str, Any]]:
    """Rates of the periods as small bars, oldest first; what rests on too little has none."""
    known = [
        count / talks if talks >= api.FEW and known else None
        for count, talks, known in zip(one.counts, one.talks, one.known, strict=True)
    ][::-1]
    most = max((rate for rate in known if rate is not None), default=0.0)
    return [
        {
            "x": place * (_WIDE + 2),
            "y": round(_HIGH - (high := _tall(rate, most)), 1),
            "high": high,
            "last": place == len(known) - 1,
            "known": rate is not None,
        }
        for place, rate in enumerate(known)
    ]


def _tall(rate: float | None, most: float) -> float:
    return 1.0 if rate is None or not most else round(max(rate / most * _HIGH, 1.0), 1)


def _periods(request: DeskRequest, wanted: Filter, found: Weak) -> list[dict[str, Any]]:
    """The periods of the trend, each opening to its own complaints."""
    made = []
    for place, period in enumerate(found.periods):
        talks, known = found.whole.talks[place], found.whole.known[place]
        rate = found.whole.counts[place] / talks if talks else None
        made.append(
            {
                "words": figures.bucket(period.first, period.last),
                "known": known or bool(talks),
                "whole": known,
                "complaints": found.whole.counts[place],
                "talks": talks,
                "rate": wording.per_hundred(rate),
                "rows": _of_period(request, period, wanted, "complaints"),
                "conversations": _of_period(request, period, wanted, "conversations"),
            }
        )
    return made


def _of_period(request: DeskRequest, period: Period, wanted: Filter, measure: str) -> str:
    days = f"from={period.first.isoformat()}&to={period.last.isoformat()}"
    kept = reading.query(None, wanted)
    return f"{reading.at(request, 'weak_rows', measure=measure)}?{days}{'&' + kept if kept else ''}"


def _rows_at(request: DeskRequest, chosen: Choice, wanted: Filter, measure: str) -> str:
    return f"{reading.at(request, 'weak_rows', measure=measure)}?{reading.query(chosen, wanted)}"


def _task_at(request: DeskRequest, wanted: Filter, one: api.Suggestion) -> str:
    asked = reading.query(None, wanted, kind=one.kind, title=one.title)
    return f"{reading.at(request, 'weak_task_new')}?{asked}"


def _task(request: DeskRequest, one: api.TaskView) -> dict[str, Any]:
    return {"it": one, "url": reading.at(request, "weak_task", task=ids.conceal("task", one.id))}

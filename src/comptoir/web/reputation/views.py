"""Reputation: a report at once, its figures after; the rows behind each; files of all."""

from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from comptoir.base.api import Permission, ids
from comptoir.channels import api as channels
from comptoir.insight import api as insight
from comptoir.listening import (
    reputation,
    reputation_methods,
    reputation_sides,
    reputation_topics,
)
from comptoir.web import defined, wording
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.choice import Choice, choose, days_of, page_number
from comptoir.web.downloads import labelled, message_rows, table_file
from comptoir.web.reputation import showing, subjects, tables
from comptoir.web.reputation.subjects import Subject
from comptoir.web.rows import row

PAGE: Final = 50


@require_GET
@desk_view(Permission.READ)
def start(request: DeskRequest) -> HttpResponseBase:
    """The report that is asked for, or the brand's; what to do where nothing is heard yet."""
    wanted = subjects.find(request.GET.get("of", "")) or subjects.first()
    if wanted is None or channels.span() is None:
        return render(request, "reputation/empty.html", {"listens": wanted is not None})
    days = {name: request.GET[name] for name in ("from", "to") if request.GET.get(name)}
    address = _address(request, "reputation_of", wanted)
    return redirect(f"{address}?{urlencode(days)}" if days else address)


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest, subject: str) -> HttpResponseBase:
    """The frame with its choosers; the figures follow, or come along when asked `whole`."""
    wanted, choice = _wanted(request, subject)
    context = _frame(request, wanted, choice)
    if "whole" in request.GET:
        asked = (request, wanted, choice)
        context["panels"] = render_to_string(
            "reputation/panels.html", _panels(*asked) | {"topics": _topics(*asked)}, request
        )
    return render(request, "reputation/page.html", context)


@require_GET
@desk_view(Permission.READ)
def panels(request: DeskRequest, subject: str) -> HttpResponseBase:
    """The figures alone, brought by the page once it is on screen."""
    return render(request, "reputation/panels.html", _panels(request, *_wanted(request, subject)))


@require_GET
@desk_view(Permission.READ)
def topics(request: DeskRequest, subject: str) -> HttpResponseBase:
    """What the mentions are about; brought last, for it takes longest."""
    context = {"topics": _topics(request, *_wanted(request, subject))}
    return render(request, "reputation/parts/topics.html", context)


@require_GET
@desk_view(Permission.READ)
def rows(request: DeskRequest, subject: str, measure: str) -> HttpResponseBase:
    """The very mentions that a figure counts, newest first."""
    wanted, choice = _wanted(request, subject)
    keys, number = _keys(request, measure), page_number(request)
    found, total = _counted(wanted, choice, keys, PAGE, (number - 1) * PAGE)
    address = _address(request, "reputation_of", wanted)
    context = {
        "choice": choice,
        "subject": wanted,
        "measure": measure,
        "slug": defined.slug(measure),
        "told": defined.told(measure),
        "definition_url": defined.address(measure),
        "words": wording.period(choice.period.first, choice.period.last),
        "keys": [wording.of_address(key, said) for key, said in keys.items()],
        "rows": [row(request, *one) for one in labelled(found)],
        "page_obj": Paginator(range(total), PAGE).get_page(number),
        "total": total,
        "report_url": f"{address}?{choice.address}",
        "files": [
            (form, f"{_rows_file(request, wanted, measure, form)}?{choice.address}&{urlencode(keys)}")
            for form in ("csv", "xlsx")
        ],
        "most": insight.MOST_ROWS,
    }  # fmt: skip
    return render(request, "reputation/rows.html", context)


@require_GET
@desk_view(Permission.EXPORT)
def export_table(request: DeskRequest, subject: str, table: str, form: str) -> HttpResponseBase:
    """One table of a report, whole, as a file."""
    wanted, choice = _wanted(request, subject)
    if table not in tables.NAMES:
        raise Http404
    made = _table(wanted, choice, table)
    name = f"{made.title} {wanted.name} {choice.stamp}"
    return table_file(made.for_file(), name, made.title, form)


@require_GET
@desk_view(Permission.EXPORT)
def export_rows(request: DeskRequest, subject: str, measure: str, form: str) -> HttpResponseBase:
    """The mentions behind a figure as a file, up to a hundred thousand."""
    wanted, choice = _wanted(request, subject)
    keys = _keys(request, measure)
    found, _total = _counted(wanted, choice, keys, insight.MOST_ROWS, 0)
    title = defined.told(measure).title
    cells = list(message_rows(labelled(found)))
    return table_file(cells, f"{title} {wanted.name} {choice.stamp}", title, form)


def _wanted(request: DeskRequest, address: str) -> tuple[Subject, Choice]:
    """What of, and when; a stranger's or a deleted folder's address is not found."""
    wanted, known = subjects.find(address), channels.span()
    if wanted is None or known is None:
        raise Http404
    zone = request.desk.workspace.zone
    newest = ids.moment_of(known[1]).astimezone(ZoneInfo(zone)).date()
    return wanted, choose(request.GET.dict(), newest, insight.today(zone), zone)


def _frame(request: DeskRequest, wanted: Subject, choice: Choice) -> dict[str, Any]:
    before = choice.period.before()
    return {
        "choice": choice,
        "subject": wanted,
        "choices": subjects.choices(),
        "words": wording.period(choice.period.first, choice.period.last),
        "words_before": wording.period(before.first, before.last),
        "panels_url": f"{_address(request, 'reputation_panels', wanted)}?{choice.address}",
        "topics_url": f"{_address(request, 'reputation_topics', wanted)}?{choice.address}",
        "whole_url": f"?{choice.address}&whole=1",
    }


def _panels(request: DeskRequest, wanted: Subject, choice: Choice) -> dict[str, Any]:
    days = days_of(choice.period)
    found = reputation.report(wanted.queries, days)
    beside = reputation_sides.sides(days)
    return _frame(request, wanted, choice) | showing.panels(request, wanted, choice, found, beside)


def _topics(request: DeskRequest, wanted: Subject, choice: Choice) -> dict[str, Any]:
    days = days_of(choice.period)
    found = reputation_topics.topics(wanted.queries, days)
    return showing.topics(
        request, wanted, choice, found, reputation_methods.comparable(wanted.queries, days)
    )


def _table(wanted: Subject, choice: Choice, name: str) -> tables.Table:
    days = days_of(choice.period)
    if name == "sides":
        return tables.sides(reputation_sides.sides(days), defined.language())
    found = reputation.report(wanted.queries, days, reputation.EVERY)
    if name == "days":
        return tables.days(found, choice.period, defined.language())
    return tables.OF_REPORT[name](found, defined.language())


def _keys(request: DeskRequest, measure: str) -> dict[str, str]:
    if measure not in tables.measures():
        raise Http404
    keys = {key: request.GET[key] for key in reputation.KEYS if key in request.GET}
    if "known" not in keys and measure in tables.KNOWN:
        keys["known"] = tables.KNOWN[measure]
    return keys


def _counted(
    wanted: Subject, choice: Choice, keys: dict[str, str], limit: int, offset: int
) -> tuple[list[int], int]:
    try:
        return reputation.rows(wanted.queries, days_of(choice.period), keys, limit, offset)
    except ValueError as error:
        raise Http404 from error


def _address(request: DeskRequest, name: str, wanted: Subject) -> str:
    slug = request.desk.workspace.slug
    return reverse(name, kwargs={"slug": slug, "subject": wanted.address})


def _rows_file(request: DeskRequest, wanted: Subject, measure: str, form: str) -> str:
    kwargs = {
        "slug": request.desk.workspace.slug,
        "subject": wanted.address,
        "measure": measure,
        "form": form,
    }
    return reverse("reputation_rows_file", kwargs=kwargs)

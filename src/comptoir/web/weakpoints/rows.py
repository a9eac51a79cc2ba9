"""The very messages that a figure of weak points counts, and why each complaint is where it is."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.base.api import Permission, Problem, ids
from comptoir.insight import api as insight
from comptoir.weakpoints import api
from comptoir.web import wording as figures
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.choice import Choice, counted, page_number
from comptoir.web.downloads import table_file
from comptoir.web.rows import row
from comptoir.web.weakpoints import reading, wording


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest, measure: str) -> HttpResponseBase:
    chosen, wanted = counted(request), reading.wanted(request)
    if chosen is None or measure not in api.MEASURES:
        raise Http404
    number = page_number(request)
    try:
        found = api.rows(measure, chosen.period, wanted, number)
    except Problem as problem:
        return render(request, "weakpoints/failed.html", {"problem": problem}, status=503)
    context = {
        "choice": chosen,
        "measure": measure,
        "told": wording.told(measure),
        "definition_url": wording.address(measure),
        "words": figures.period(chosen.period.first, chosen.period.last),
        "about": wording.about(wanted),
        "rows": [shown(request, chosen, one) for one in found.rows],
        "total": found.total,
        "page_obj": Paginator(range(found.total), api.PAGE).get_page(number),
        "point_url": f"{reading.at(request, 'weak_point')}?{reading.query(chosen, wanted)}",
        "overview_url": f"{reading.at(request, 'weak_points')}?{reading.query(chosen, wanted.base)}",
        "narrows": wanted.narrows,
        "files": [
            (
                form,
                f"{reading.at(request, 'weak_rows_file', measure=measure, form=form)}"
                f"?{reading.query(chosen, wanted)}",
            )
            for form in ("csv", "xlsx")
        ],
        "most": insight.MOST_ROWS,
    }
    return render(request, "weakpoints/rows.html", context)


@require_GET
@desk_view(Permission.EXPORT)
def export(request: DeskRequest, measure: str, form: str) -> HttpResponseBase:
    chosen, wanted = counted(request), reading.wanted(request)
    if chosen is None or measure not in api.MEASURES:
        raise Http404
    found = api.every_row(measure, chosen.period, wanted, insight.MOST_ROWS)
    title = wording.told(measure).title
    name = f"{title} {wording.title(wanted)} {chosen.period.first} {chosen.period.last}"
    return table_file(list(_cells(found)), name, title, form)


def shown(request: DeskRequest, chosen: Choice, one: api.Row) -> dict[str, Any]:
    """A row as the page draws it."""
    message, label, placed = one.message, one.label, one.placed
    outside = ids.conceal("message", message.id)
    return row(request, message, label) | {
        "placed": placed,
        "department": api.departments.name_of(placed.department) if placed else "",
        "share": wording.confidence(placed.share) if placed else "",
        "sure": wording.confidence(placed.confidence) if placed else "",
        "products": [api.products.name_of(key) for key in placed.products] if placed else [],
        "because": [{"it": why, "sure": wording.confidence(why.confidence)} for why in one.because],
        "move_url": f"{reading.at(request, 'weak_complaint', message=outside)}?{chosen.address}"
        if placed
        else "",
    }


def _cells(found: Iterator[api.Row]) -> Iterator[Sequence[Any]]:
    yield (
        _("Sent at"), _("Network"), _("Author"), _("Text"), _("Department"),
        _("Confidence of the department"), _("Confidence of the complaint"), _("Products"),
        _("Because"), _("Contacts"), _("Answers of the brand"), _("Address"),
    )  # fmt: skip
    for one in found:
        message, placed = one.message, one.placed
        yield (
            timezone.localtime(message.sent_at),
            figures.key("channel", message.channel, {}),
            message.author.handle or message.author.name,
            message.text,
            api.departments.name_of(placed.department) if placed else None,
            round(placed.share, 2) if placed else None,
            round(placed.confidence, 2) if placed else None,
            ", ".join(api.products.name_of(key) for key in placed.products) if placed else None,
            ", ".join(why.name for why in one.because) if placed else None,
            placed.contacts if placed else None,
            placed.answers if placed else None,
            message.url,
        )

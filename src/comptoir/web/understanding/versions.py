"""The versions of the brand's model: what each gained, and the way back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, Problem
from comptoir.triage import brand
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.understanding import accuracy, words
from comptoir.web.understanding.corrections import PAGE, said


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """All versions, newest first, each with its figures and what became of it."""
    known = brand.versions()
    listed = Paginator(known, PAGE).get_page(request.GET.get("page"))
    context = accuracy.standing(request) | {
        "rows": [_row(one) for one in listed],
        "page_obj": listed,
        "alone": not any(one.active for one in known),
    }
    return render(request, "understanding/versions.html", context)


@require_GET
@desk_view(Permission.READ)
def tested(request: DeskRequest, number: int) -> HttpResponse:
    """The held-out corrections behind a version's figures."""
    field = words.field_of(request.GET.get("field"))
    try:
        version, found = brand.version(number), brand.tested(number, field)
    except Problem as problem:
        raise Http404 from problem
    measure = next((one for one in version.measures if one.field == field), None)
    listed = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "version": version,
        "name": words.version_name(number),
        "field": field,
        "fields": [(one.field, words.FIELDS[one.field]) for one in version.measures],
        "field_name": words.FIELDS[field],
        "measure": measure,
        "verdict": words.verdict(measure) if measure else "",
        "rows": said(request, [(one.message_id, _tested(field, one)) for one in listed]),
        "page_obj": listed,
        "total": len(found),
    }
    return render(request, "understanding/version.html", context)


@require_POST
@desk_view(Permission.TEACH)
def use(request: DeskRequest, number: int) -> HttpResponse:
    """Let a version read again; 0 is Comptoir's own reading without what was taught."""
    try:
        brand.go_back(number, request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        name = {"version": words.version_name(number)}
        messages.success(request, _("%(version)s reads new messages from now on.") % name)
    return redirect("understanding_versions", slug=request.desk.workspace.slug)


def _row(one: brand.VersionView) -> dict[str, Any]:
    return {
        "version": one,
        "name": words.version_name(one.number),
        "cause": words.CAUSES[one.cause],
        "measures": [
            {
                "got": got,
                "label": words.FIELDS[got.field],
                "gain": words.gain(got),
                "low": words.points(got.low),
                "high": words.points(got.high),
                "verdict": words.verdict(got),
            }
            for got in one.measures
        ],
    }


def _tested(field: str, one: brand.Tested) -> dict[str, Any]:
    return {
        "right": words.value(field, one.right),
        "before": words.value(field, one.before),
        "after": words.value(field, one.after),
        "was_right": one.before == one.right,
        "is_right": one.after == one.right,
    }

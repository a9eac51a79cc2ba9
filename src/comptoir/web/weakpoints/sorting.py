"""How complaints are sorted: departments and what leads to them, products, costs of a contact."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.base.api import Permission, Problem
from comptoir.weakpoints import api
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.weakpoints.forms import CostForm, ProductsForm

_FRESH = 2
"""Empty lines for new departments."""


@require_http_methods(["GET", "POST"])
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponseBase:
    """GET shows all three; POST changes departments."""
    if request.method == "GET":
        return _page(request, 200)
    request.desk.require(Permission.MANAGE_TEAM)
    sent = _sent(request)
    drafts = [api.Draft(one["key"], one["name"]) for one in sent if one["name"].strip()]
    places = {
        str(n): str(m) for m, n in enumerate(n for n, one in enumerate(sent) if one["name"].strip())
    }
    chosen = {
        signal: places.get(request.POST.get(f"signal:{signal}", ""), "")
        for signal in api.departments.offered()
    }
    try:
        api.departments.save(drafts, chosen, request.desk.user)
    except Problem as problem:
        marks = {s: request.POST.get(f"signal:{s}", "") for s in api.departments.offered()}
        return _page(request, 422, sent=sent, marks=marks, problem=problem)
    messages.success(request, _("Saved. Complaints are sorted so from now on, past ones included."))
    return redirect("weak_sorting", slug=request.desk.workspace.slug)


@require_POST
@desk_view(Permission.MANAGE_TEAM)
def products(request: DeskRequest) -> HttpResponseBase:
    form = ProductsForm(request.POST)
    if form.is_valid():
        try:
            count = api.products.save(form.cleaned_data["text"], request.desk.user)
        except Problem as problem:
            form.add_error("text", str(problem))
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)s product. Past messages are read again in a moment.",
                    "%(count)s products. Past messages are read again in a moment.",
                    count,
                )
                % {"count": count},
            )
            return redirect("weak_sorting", slug=request.desk.workspace.slug)
    return _page(request, 422, products_form=form)


@require_POST
@desk_view(Permission.MANAGE_TEAM)
def costs(request: DeskRequest) -> HttpResponseBase:
    form = CostForm(request.POST)
    if form.is_valid():
        try:
            api.costs.save(form.costs(), request.desk.user)
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("weak_sorting", slug=request.desk.workspace.slug)
    return _page(request, 422, costs_form=form)


def _sent(request: DeskRequest) -> list[dict[str, str]]:
    """Departments as the form sends them, empty lines too: signals point at their places."""
    keys, names = request.POST.getlist("key"), request.POST.getlist("name")
    return [{"key": key, "name": name} for key, name in zip(keys, names, strict=False)]


def _page(request: DeskRequest, status: int, **given: Any) -> HttpResponseBase:
    known = api.departments.departments()
    sent = given.get("sent") or [{"key": one.key, "name": one.name} for one in known]
    stands = {signal: n for n, one in enumerate(known) for signal in one.signals}
    marks = given.get("marks") or {signal: str(n) for signal, n in stands.items()}
    now = api.costs.costs()
    kinds = {
        "intent": _("Intents"),
        "aspect": _("What customers dislike"),
        "words": _("Words that we look for"),
    }
    context = {
        "sent": sent,
        "fresh": [{"key": "", "name": ""}] * (_FRESH if len(sent) == len(known) else 0),
        "groups": [
            (
                title,
                [
                    {
                        "signal": signal,
                        "name": api.departments.signal_name(signal).split(": ", 1)[-1],
                        "at": marks.get(signal, ""),
                    }
                    for signal in api.departments.offered()
                    if signal.startswith(f"{kind}:")
                ],
            )
            for kind, title in kinds.items()
        ],
        "places": [(str(n), one["name"]) for n, one in enumerate(sent) if one["name"].strip()],
        "problem": given.get("problem"),
        "products_form": given.get("products_form")
        or ProductsForm(initial={"text": api.products.as_text(api.products.products())}),
        "costs_form": given.get("costs_form")
        or CostForm(
            initial={
                "cost": None if now.cents is None else Decimal(now.cents) / 100,
                "currency": now.currency,
                "minutes": now.minutes,
            }
        ),
        "may_manage": request.desk.can(Permission.MANAGE_TEAM),
        "lessons": api.lessons(),
        "costs": now,
        "products": api.products.products(),
    }
    return render(request, "weakpoints/sorting.html", context, status=status)

"""The alerts of the brand, and what they told lately."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, ids
from comptoir.base.models import User
from comptoir.listening.alerting import api
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.alerts import finding, words

PAGE: Final = 20


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """All alerts, then what they told; of one alert when the address names it."""
    chosen = finding.alert(request.GET["alert"]) if request.GET.get("alert") else None
    before = ids.reveal("firing", request.GET.get("before", ""))
    found = api.firings(chosen.id if chosen else None, before, PAGE + 1)
    context = {
        "rows": [row(one) for one in api.alerts()],
        "chosen": chosen,
        "chosen_outside": ids.conceal("alert", chosen.id) if chosen else "",
        "firings": told(found[:PAGE]),
        "older": ids.conceal("firing", found[PAGE - 1].id) if len(found) > PAGE else "",
        "unseen": api.unseen(),
        "may_listen": request.desk.can(Permission.LISTEN),
        "may_see": request.desk.can(Permission.CORRECT),
    }
    return render(request, "alerts/page.html", context)


@require_POST
@desk_view(Permission.CORRECT)
def see_all(request: DeskRequest) -> HttpResponse:
    """Take everything off the badge, for the whole team."""
    api.see_all(request.desk.user)
    return redirect("alerts", slug=request.desk.workspace.slug)


@require_POST
@desk_view(Permission.LISTEN)
def state(request: DeskRequest, alert: str) -> HttpResponse:
    """Pause an alert, take it up again, delete it."""
    it, does, slug = finding.alert(alert), request.POST.get("do", ""), request.desk.workspace.slug
    verbs: dict[str, tuple[Callable[[int, User], None], str]] = {
        "pause": (api.pause_alert, _("“%(name)s” is paused: it counts nothing.")),
        "resume": (api.resume_alert, _("“%(name)s” counts again, from now on.")),
        "delete": (api.delete_alert, _("“%(name)s” is deleted, with all that it told.")),
    }
    verb, sentence = verbs.get(does, (None, ""))
    if verb is None:
        raise Http404
    verb(it.id, request.desk.user)
    messages.success(request, sentence % {"name": it.draft.name})
    if does == "delete":
        return redirect("alerts", slug=slug)
    return redirect("alert", slug=slug, alert=alert)


def row(one: api.AlertView) -> dict[str, Any]:
    return {
        "it": one,
        "outside": ids.conceal("alert", one.id),
        "icon": words.ICONS[one.draft.kind],
        "kind": api.KINDS(one.draft.kind).label,
        "asked": words.asked(one.draft),
    }


def told(found: Sequence[api.FiringView]) -> list[dict[str, Any]]:
    return [
        {
            "it": one,
            "outside": ids.conceal("firing", one.id),
            "icon": words.ICONS[one.kind],
            "failed": sum(each.state == "failed" for each in one.notices),
        }
        for one in found
    ]

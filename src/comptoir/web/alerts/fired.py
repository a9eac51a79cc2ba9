"""One firing: its reason, its messages, whom it reached, and having fewer like it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.channels import api as channels
from comptoir.listening.alerting import api
from comptoir.triage import api as triage
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.alerts import finding, words

TONES = {-1: "negative", 0: "neutral", 1: "positive"}


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest, firing: str) -> HttpResponse:
    it = finding.firing(firing)
    context = {
        "it": it,
        "outside": firing,
        "alert": api.alert(it.alert),
        "alert_outside": ids.conceal("alert", it.alert),
        "asked": words.asked(api.alert(it.alert).draft),
        "icon": words.ICONS[it.kind],
        "watched": _watched(request, it),
        "cards": _cards(request, it.id),
        "notices": [{"it": one, "state": words.STATES[one.state]} for one in it.notices],
        "failed": any(one.state == "failed" for one in it.notices),
        "offers": [{"it": one, "words": words.offered(one)} for one in api.offers(it.id)],
        "lessons": [
            {"it": one, "outside": ids.conceal("lesson", one.id), "words": words.learnt(one)}
            for one in api.lessons(it.alert)
        ],
        "may_listen": request.desk.can(Permission.LISTEN),
        "may_see": request.desk.can(Permission.CORRECT),
    }
    return render(request, "alerts/firing.html", context)


@require_POST
@desk_view(Permission.CORRECT)
def see(request: DeskRequest, firing: str) -> HttpResponse:
    """Take it off the badge, for the whole team."""
    api.see([finding.firing(firing).id], request.desk.user)
    return _back(request, firing)


@require_POST
@desk_view(Permission.LISTEN)
def fewer(request: DeskRequest, firing: str) -> HttpResponse:
    """Teach the alert by this firing, by the rule that was chosen."""
    it = finding.firing(firing)
    try:
        made = api.learn(it.id, request.POST.get("field", ""), request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        api.see([it.id], request.desk.user)
        sentence = _("Learnt: %(rule)s. This firing would not have happened.")
        messages.success(request, sentence % {"rule": words.offered(made)})
    return _back(request, firing)


@require_POST
@desk_view(Permission.LISTEN)
def again(request: DeskRequest, firing: str) -> HttpResponse:
    """Send what did not arrive once more."""
    api.try_again(finding.firing(firing).id)
    messages.success(request, _("Sent again what had not arrived."))
    return _back(request, firing)


@require_POST
@desk_view(Permission.LISTEN)
def undo(request: DeskRequest, lesson: str) -> HttpResponse:
    """Take a lesson back."""
    identifier = ids.reveal("lesson", lesson)
    if identifier is None:
        raise Http404
    slug = request.desk.workspace.slug
    try:
        alert = api.unlearn(identifier, request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
        return redirect("alerts", slug=slug)
    messages.success(request, _("Taken back: the alert is as it was before."))
    return redirect("alert", slug=slug, alert=ids.conceal("alert", alert))


def _cards(request: DeskRequest, firing: int) -> list[dict[str, Any]]:
    """The messages, newest first; those erased since are left out."""
    wanted = api.messages_of(firing)
    known = {one.id: one for one in channels.messages(wanted)}
    labels = triage.labels(list(known))
    slug = request.desk.workspace.slug
    return [
        {
            "message": known[one],
            "author": known[one].author.name or known[one].author.handle or _("Somebody unknown"),
            "tone": TONES[labels[one].tone] if one in labels else "",
            "url": reverse(
                "conversation",
                kwargs={
                    "slug": slug,
                    "conversation": ids.conceal("conversation", known[one].thread),
                },
            ),
        }
        for one in wanted
        if one in known
    ]


def _watched(request: DeskRequest, it: api.FiringView) -> str:
    """Where the watched page is that changed; "" for other alerts."""
    if it.page is None:
        return ""
    kwargs = {"slug": request.desk.workspace.slug, "page": ids.conceal("watched", it.page)}
    return reverse("watching_page", kwargs=kwargs)


def _back(request: DeskRequest, firing: str) -> HttpResponse:
    return redirect("firing", slug=request.desk.workspace.slug, firing=firing)

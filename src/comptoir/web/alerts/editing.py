"""Writing an alert: tried on the last 30 days while it is written."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.analysis import queries
from comptoir.analysis.queries import QueryError
from comptoir.base.api import Permission, Problem, ids
from comptoir.channels import api as channels
from comptoir.listening import api as listening
from comptoir.listening.alerting import api
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.alerts import finding, forms, listing, words
from comptoir.web.alerts.forms import AlertForm

SHOWN = 12


@require_http_methods(["GET", "POST"])
@desk_view(Permission.LISTEN)
def new(request: DeskRequest) -> HttpResponse:
    return _editor(request, None, forms.first(request.GET.dict()))


@require_http_methods(["GET", "POST"])
@desk_view(Permission.LISTEN)
def edit(request: DeskRequest, alert: str) -> HttpResponse:
    it = finding.alert(alert)
    return _editor(request, it, it.draft)


@require_POST
@desk_view(Permission.LISTEN)
def attempt(request: DeskRequest) -> HttpResponse:
    """How often it would have gone off, as the form stands; the name does not matter yet."""
    sent = request.POST.copy()
    sent["name"] = sent.get("name") or "-"
    it = ids.reveal("alert", sent.get("alert", ""))
    form = AlertForm(sent, draft=api.alert(it).draft if it else None)
    return render(request, "alerts/parts/tried.html", _tried(form))


def _editor(request: DeskRequest, it: api.AlertView | None, draft: api.AlertDraft) -> HttpResponse:
    if request.method == "GET":
        form = AlertForm(draft=draft, initial=forms.initial(draft))
        return _page(request, it, form, {})
    form = AlertForm(request.POST, draft=draft)
    if "advised" in request.POST:
        return _page(request, it, _advised(form, draft), {})
    if form.is_valid():
        if request.POST.get("do") == "try":
            return _page(request, it, form, _tried(form))
        try:
            return _saved(request, it, form.draft())
        except QueryError as wrong:
            form.add_error("within", _sentence(wrong))
        except Problem as problem:
            form.add_error(None, str(problem))
    return _page(request, it, form, {}, status=422)


def _saved(request: DeskRequest, it: api.AlertView | None, draft: api.AlertDraft) -> HttpResponse:
    user, slug = request.desk.user, request.desk.workspace.slug
    if it is None:
        identifier = api.add_alert(draft, user)
        sentence = _("“%(name)s” counts from now on.")
    else:
        identifier = it.id
        api.change_alert(identifier, draft, user)
        sentence = _("“%(name)s” is changed.")
    messages.success(request, sentence % {"name": draft.name})
    return redirect("alert", slug=slug, alert=ids.conceal("alert", identifier))


def _advised(form: AlertForm, before: api.AlertDraft) -> AlertForm:
    """The form with the number that was advised in its place."""
    value = form.data.get("advised", "")
    if not form.is_valid() or not value.isdecimal():
        return form
    draft = form.draft()
    field = "window" if draft.kind == "silence" else "threshold"
    now = replace(draft, **{field: int(value)})  # type: ignore[arg-type]  # both are numbers
    return AlertForm(draft=replace(before, window=now.window), initial=forms.initial(now))


def _tried(form: AlertForm) -> dict[str, Any]:
    if not form.is_valid():
        return {"unready": True}
    draft = form.draft()
    try:
        tried = api.try_alert(draft)
    except QueryError as wrong:
        return {"broken": _sentence(wrong)}
    except Problem as problem:
        return {"broken": str(problem)}
    used = draft.window if draft.kind == "silence" else draft.threshold
    is_calm = 1 <= len(tried.moments) <= tried.aim
    return {
        "tried": tried,
        "moments": tried.moments[:SHOWN],
        "more": max(len(tried.moments) - SHOWN, 0),
        "advice": None if is_calm or tried.advised == used else tried.advised,
        "advice_words": _advice(draft, tried),
    }


def _advice(draft: api.AlertDraft, tried: api.Tried) -> str:
    if tried.advised is None:
        return ""
    if draft.kind == "silence":
        return api.span(tried.advised)
    return words.asked(replace(draft, threshold=tried.advised))


def _sentence(wrong: QueryError) -> str:
    return queries.say(wrong, "fr" if (get_language() or "").startswith("fr") else "en")


def _page(
    request: DeskRequest,
    it: api.AlertView | None,
    form: AlertForm,
    tried: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    context = tried | {
        "it": it,
        "form": form,
        "outside": ids.conceal("alert", it.id) if it else "",
        "mailbox": channels.mail_address(),
        "team_channels": channels.team_channels(),
        "queries": listening.queries(),
        "may_connect": request.desk.can(Permission.CONNECT),
    }
    if it is not None:
        context |= {
            "row": listing.row(it),
            "lessons": [
                {"it": one, "outside": ids.conceal("lesson", one.id), "words": words.learnt(one)}
                for one in api.lessons(it.id)
            ],
            "firings": listing.told(api.firings(it.id, limit=5)),
        }
    return render(request, "alerts/alert.html", context, status=status)

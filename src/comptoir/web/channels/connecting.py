"""Connecting an account, and entering its values again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptoir.base.api import Permission, Problem, ids
from comptoir.base.models import AuditEntry
from comptoir.channels import api as channels
from comptoir.channels.connector import Connector
from comptoir.channels.connectors import connector
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.channels import gallery
from comptoir.web.channels.forms import PREFIX, AccountForm
from comptoir.web.channels.guides import guide

_ENTERED = ("channels.account_connected", "channels.account_reconnected")


@require_http_methods(["GET", "POST"])
@desk_view(Permission.CONNECT)
def connect(request: DeskRequest, kind: str) -> HttpResponse:
    """What to enter, how to find it, and one button that asks the network."""
    made = connector(kind)
    if made is None or made.by_itself:
        raise Http404
    form = AccountForm(made, request.POST if request.method == "POST" else None)
    problem = None
    if form.is_valid():
        try:
            view = channels.connect(
                kind, form.cleaned_data["name"], form.entered, actor=request.desk.user
            )
        except channels.FieldProblem as refused:
            form.refuse(refused)
        except Problem as refused:
            problem = refused
        else:
            messages.success(request, _("%(name)s is connected.") % {"name": view.name})
            return _to(request, view)
    return _page(request, "channels/connect.html", made, form, problem)


@require_http_methods(["GET", "POST"])
@desk_view(Permission.CONNECT)
def values(request: DeskRequest, account: str) -> HttpResponse:
    """Fresh credentials for an account that is there; secrets left empty stay."""
    view = of(account)
    made = connector(view.kind)
    if made is None:
        raise Http404
    form = AccountForm(
        made,
        request.POST if request.method == "POST" else None,
        initial=_initial(made, view),
        kept={} if view.state == "off" else entered_at(made, view),
        named=False,
    )
    problem = None
    if form.is_valid():
        try:
            channels.reconnect(view.id, form.entered, actor=request.desk.user)
        except channels.FieldProblem as refused:
            form.refuse(refused)
        except Problem as refused:
            problem = refused
        else:
            messages.success(request, _("%(name)s is connected again.") % {"name": view.name})
            return _to(request, view)
    return _page(request, "channels/values.html", made, form, problem, account=view, id=account)


def of(outside: str) -> channels.ConnectedView:
    """The account behind an id of an address; 404 for any other."""
    view = channels.connected_account(ids.reveal("channel", outside) or 0)
    if view is None:
        raise Http404
    return view


def outside(account: channels.ConnectedView) -> str:
    return ids.conceal("channel", account.id)


def entered_at(made: Connector, view: channels.ConnectedView) -> dict[str, datetime | None]:
    """When each secret was entered last, from the audit log; None when it does not say."""
    secret = [field.name for field in made.fields if field.kind == "secret"]
    found: dict[str, datetime | None] = dict.fromkeys(secret)
    rows = AuditEntry.objects.filter(verb__in=_ENTERED, details__account=view.id)
    for entry in rows.order_by("at", "pk"):
        named = entry.details.get("fields", secret)
        found.update({name: entry.at for name in secret if name in named})
    return found


def _initial(made: Connector, view: channels.ConnectedView) -> Mapping[str, Any]:
    switches = {field.name for field in made.fields if field.kind == "switch"}
    return {
        PREFIX + name: bool(value) if name in switches else value
        for name, value in view.values.items()
    }


def _page(
    request: DeskRequest,
    template: str,
    made: Connector,
    form: AccountForm,
    problem: Problem | None,
    **more: Any,
) -> HttpResponse:
    context = {
        "connector": made,
        "mark": gallery.mark(made.channel, str(made.label)),
        "can": gallery.abilities(made),
        "form": form,
        "problem": problem,
        "guide": guide(made, language()),
        **more,
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def _to(request: DeskRequest, view: channels.ConnectedView) -> HttpResponse:
    return redirect("channel", slug=request.desk.workspace.slug, account=outside(view))


def language() -> str:
    return (get_language() or "en")[:2]

"""Connecting an account, and entering its values again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comptoir.base.api import Permission, Problem, ids
from comptoir.base.models import AuditEntry
from comptoir.channels import api as channels
from comptoir.channels.connector import Connector
from comptoir.channels.connectors import connector
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.channels import gallery
from comptoir.web.channels.forms import PREFIX, AccountForm
from comptoir.web.channels.guides import guide

PENDING = "sign-in"
"""In the session: the brand's slug, and what `begin_sign_in` sealed."""
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
            if form.signs_in:
                return _signing_in(request, kind, form)
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
            if form.signs_in:
                return _signing_in(request, view.kind, form, view.id)
            channels.reconnect(view.id, form.entered, actor=request.desk.user)
        except channels.FieldProblem as refused:
            form.refuse(refused)
        except Problem as refused:
            problem = refused
        else:
            messages.success(request, _("%(name)s is connected again.") % {"name": view.name})
            return _to(request, view)
    return _page(request, "channels/values.html", made, form, problem, account=view, id=account)


@require_GET
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where networks send people back to: one address for all brands, which leads on to theirs."""
    slug, _sealed = request.session.get(PENDING, ("", ""))
    if not slug:
        messages.error(request, _("This sign-in was not begun here, or it is over already."))
        return redirect("home")
    return redirect(f"{reverse('channel_signed_in', args=[slug])}?{request.GET.urlencode()}")


@require_GET
@desk_view(Permission.CONNECT)
def finish(request: DeskRequest) -> HttpResponse:
    """Connected with the access granted, or back at the form with what went wrong."""
    slug = request.desk.workspace.slug
    begun_for, sealed = request.session.pop(PENDING, ("", ""))
    if begun_for != slug:
        raise Http404
    try:
        view = channels.finish_sign_in(sealed, request.GET.dict(), actor=request.desk.user)
    except Problem as refused:
        messages.error(
            request, " ".join(str(one) for one in (refused.sentence, refused.fix) if one)
        )
        return redirect(_form_of(slug, sealed))
    messages.success(request, _("%(name)s is connected.") % {"name": view.name})
    return _to(request, view)


def _signing_in(
    request: DeskRequest, kind: str, form: AccountForm, account_id: int | None = None
) -> HttpResponse:
    """
    Away to the network's page; what was entered waits, encrypted, in the session.

    By a page of ours, as browsers let no form lead to another site (`form-action`).
    """
    name = form.cleaned_data.get("name", "")
    begun = channels.begin_sign_in(kind, name, form.entered, account_id=account_id)
    request.session[PENDING] = (request.desk.workspace.slug, begun.sealed)
    host = urlsplit(begun.page).hostname
    return render(request, "channels/leaving.html", {"page": begun.page, "host": host})


def _form_of(slug: str, sealed: str) -> str:
    """The form that a sign-in was begun on."""
    try:
        kind, account = channels.awaited_sign_in(sealed)
    except Problem:
        return reverse("channel_gallery", args=[slug])
    if account:
        return reverse("channel_values", args=[slug, ids.conceal("channel", account)])
    return reverse("channel_connect", args=[slug, kind])


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
        "back": channels.sign_in_address() if form.sign_in else "",
        **more,
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def _to(request: DeskRequest, view: channels.ConnectedView) -> HttpResponse:
    return redirect("channel", slug=request.desk.workspace.slug, account=outside(view))


def language() -> str:
    return (get_language() or "en")[:2]

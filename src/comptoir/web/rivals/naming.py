"""Naming where a rival itself speaks, on its page."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.listening.rivals import api
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.rivals.finding import found_rival


@require_POST
@desk_view(Permission.LISTEN)
def add(request: DeskRequest, rival: str) -> HttpResponse:
    """One account or site more."""
    one = found_rival(rival)
    channel, value = request.POST.get("channel", ""), request.POST.get("value", "")
    try:
        api.add_account(one.id, channel[:30], value[:500], request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("What is written there is now counted as the rival’s own."))
    return redirect("rival", slug=request.desk.workspace.slug, rival=rival)


@require_POST
@desk_view(Permission.LISTEN)
def remove(request: DeskRequest, rival: str, account: str) -> HttpResponse:
    """One less; what was heard of it stays."""
    one, identifier = found_rival(rival), ids.reveal("rival-account", account)
    if identifier is None:
        raise Http404
    api.remove_account(one.id, identifier, request.desk.user)
    messages.success(request, _("It is no longer counted as the rival’s own."))
    return redirect("rival", slug=request.desk.workspace.slug, rival=rival)

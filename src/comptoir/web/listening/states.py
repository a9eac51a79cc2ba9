"""Pausing a saved query, taking it up again, deleting it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.base.api import Permission
from comptoir.base.models import User
from comptoir.listening import api as listening
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import finding


@require_POST
@desk_view(Permission.LISTEN)
def change(request: DeskRequest, query: str) -> HttpResponse:
    """Do one of the three; back to the list once it is deleted, else to the query."""
    it, does, slug = finding.known(query), request.POST.get("do", ""), request.desk.workspace.slug
    verbs: dict[str, tuple[Callable[[int, User], None], str]] = {
        "pause": (
            listening.pause,
            _("“%(name)s” is paused. What it found stays; new messages are not asked."),
        ),
        "resume": (
            listening.resume,
            _("“%(name)s” listens again. What came meanwhile: have it read the past."),
        ),
        "delete": (listening.delete, _("“%(name)s” is deleted, with its mentions.")),
    }
    verb, sentence = verbs.get(does, (None, ""))
    if verb is None:
        raise Http404
    verb(it.id, request.desk.user)
    messages.success(request, sentence % {"name": it.name})
    if does == "delete":
        return redirect("listening", slug=slug)
    return redirect("query", slug=slug, query=query)

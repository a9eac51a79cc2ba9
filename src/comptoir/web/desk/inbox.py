"""The inbox and what it loads after itself."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from comptoir.base import ids, live
from comptoir.base.api import Permission
from comptoir.care import api as care
from comptoir.triage import api as triage
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.desk import drawing
from comptoir.web.desk.listing import list_context, place_of

NEWS = 60
"""Rows brought at once."""


@require_GET
@desk_view(Permission.READ)
def inbox(request: DeskRequest) -> HttpResponse:
    """The page, or the list alone when the search form asks for it."""
    since, place = live.newest(), place_of(request)
    context = list_context(request, place)
    if request.headers.get("HX-Target") != "list-body":
        return render(request, "desk/page.html", context | {"pane": "list", "since": since})
    response = render(request, "desk/list.html#body", context)
    response.headers["HX-Replace-Url"] = _kept_path(request, place.query)
    return response


@require_GET
@desk_view(Permission.READ)
def news(request: DeskRequest) -> HttpResponse:
    """The rows of conversations that changed while the list is open; each says whether it fits."""
    place, opened = place_of(request), ids.reveal("conversation", request.GET.get("open", ""))
    asked = [ids.reveal("conversation", one) for one in request.GET.getlist("id")[:NEWS]]
    found = care.conversations(one for one in asked if one is not None)
    shown = drawing.drawn(place, found, request.desk.can(Permission.ANSWER), opened)
    return HttpResponse(shown)


@require_GET
@desk_view(Permission.READ)
def counts(request: DeskRequest) -> HttpResponse:
    """How many conversations each view holds; asked for once the list is there."""
    found = care.counts(request.desk.user.pk)
    return _alone("desk/counts.html", {"counts": found.items()})


@require_GET
@desk_view(Permission.READ)
def pending(request: DeskRequest) -> HttpResponse:
    """The notice that messages are being sorted; when it ends, the list may be drawn again."""
    left = triage.pending()
    response = render(request, "desk/pending.html", {"pending": left})
    if not left:
        response.headers["HX-Trigger"] = "desk:sorted, desk:counts"
    return response


def _alone(template: str, context: dict[str, Any]) -> HttpResponse:
    """A fragment asked for all the time, which needs nothing of what every page knows."""
    return HttpResponse(render_to_string(template, context))


def _kept_path(request: DeskRequest, query: str) -> str:
    """The address the reader is at with the new search: an open conversation stays open."""
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    inside = here.startswith(f"/w/{request.desk.workspace.slug}/inbox/")
    return f"{here if inside else request.path}?{query}"

"""Never again: what is left out of the mentions, and letting it in again."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.listening import api as listening
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import finding, mentions, words


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """Everything that is left out, newest first."""
    names = {one.id: one for one in listening.queries()}
    rows = [
        {
            "it": one,
            "outside": ids.conceal("exclusion", one.id),
            "kind": words.EXCLUDED[one.kind],
            "shown": words.at(one.shown) if one.kind == "author" else one.shown,
            "query": names.get(one.query) if one.query else None,
            "query_outside": ids.conceal("query", one.query) if one.query in names else "",
        }
        for one in listening.exclusions()
        if one.query is None or one.query in names
    ]
    context = {"rows": rows, "may_listen": request.desk.can(Permission.LISTEN)}
    return render(request, "listening/exclusions.html", context)


@require_POST
@desk_view(Permission.LISTEN)
def add(request: DeskRequest) -> HttpResponse:
    """Leave such messages out, of one query or of all; back to the mentions."""
    place = mentions.place_of(request.POST.get("back", ""))
    message = ids.reveal("message", request.POST.get("message", "")) or 0
    query = None
    if outside := request.POST.get("of", ""):
        query = finding.known(outside).id
    try:
        gone = listening.exclude(message, request.POST.get("kind", ""), query, request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        sentence = ngettext(
            "Left out from now on; %(count)s mention went.",
            "Left out from now on; %(count)s mentions went.",
            gone,
        )
        messages.success(request, sentence % {"count": gone})
    return redirect(mentions.url(request, place))


@require_POST
@desk_view(Permission.LISTEN)
def undo(request: DeskRequest, exclusion: str) -> HttpResponse:
    """Let such messages in again."""
    identifier = ids.reveal("exclusion", exclusion)
    if identifier is None:
        raise Http404
    listening.allow(identifier, request.desk.user)
    messages.success(
        request, _("They count again from now on. For those before, have a query read the past.")
    )
    return redirect("exclusions", slug=request.desk.workspace.slug)

"""Never again: what is left out of the mentions, and letting it in again."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.listening import api as listening
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import finding, places, words


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
    place = places.read(QueryDict(request.POST.get("back", "")))
    message = ids.reveal("message", request.POST.get("message", "")) or 0
    query = None
    if outside := request.POST.get("of", ""):
        query = finding.known(outside).id
    try:
        made = listening.exclude(message, request.POST.get("kind", ""), query, request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        sentence = ngettext(
            "Left out from now on; %(count)s mention went.",
            "Left out from now on; %(count)s mentions went.",
            made.gone,
        )
        kwargs = {
            "slug": request.desk.workspace.slug,
            "exclusion": ids.conceal("exclusion", made.id),
        }
        undo = f"{reverse('exclusion_undo', kwargs=kwargs)}?{place.address or 'query='}"
        messages.success(request, sentence % {"count": made.gone}, extra_tags=undo)
    return redirect(places.url(request, place))


@require_POST
@desk_view(Permission.LISTEN)
def undo(request: DeskRequest, exclusion: str) -> HttpResponse:
    """Let such messages in again; back to the mentions when it is taken back at once."""
    identifier = ids.reveal("exclusion", exclusion)
    if identifier is None:
        raise Http404
    came = listening.allow(identifier, request.desk.user)
    sentence = ngettext(
        "They count again; %(count)s mention is back. What arrived meanwhile is found when a query reads the past.",
        "They count again; %(count)s mentions are back. What arrived meanwhile is found when a query reads the past.",
        came,
    )
    messages.success(request, sentence % {"count": came})
    if request.GET:
        return redirect(places.url(request, places.read(request.GET)))
    return redirect("exclusions", slug=request.desk.workspace.slug)

"""An earlier version of a query: what it said, what it would change, and going back to it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptoir.analysis.queries import QueryError
from comptoir.base.api import Permission, Problem
from comptoir.listening import api as listening
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import finding, marking, trying, words


@require_http_methods(["GET", "POST"])
@desk_view(Permission.READ)
def page(request: DeskRequest, query: str, number: int) -> HttpResponse:
    """The version beside the one in use, with what going back would gain and lose."""
    it = finding.known(query)
    old = next((one for one in listening.versions(it.id) if one.number == number), None)
    if old is None:
        raise Http404
    if request.method == "POST":
        request.desk.require(Permission.LISTEN)
        return _back(request, it, old, query)
    context = {
        "it": it,
        "old": old,
        "outside": query,
        "stored": marking.query(it.text),
        "text": marking.query(old.text),
        "may_listen": request.desk.can(Permission.LISTEN),
    }
    if old.text != it.text:
        context |= trying.compared(request, it.text, old.text)
    return render(request, "listening/version.html", context)


def _back(
    request: DeskRequest, it: listening.QueryView, old: listening.VersionView, outside: str
) -> HttpResponse:
    slug = request.desk.workspace.slug
    try:
        listening.go_back(it.id, old.number, request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
    except QueryError as problem:
        messages.error(request, words.say(problem))
    else:
        sentence = _("“%(name)s” listens as in version %(number)s from now on.")
        messages.success(request, sentence % {"name": it.name, "number": old.number})
    return redirect("query", slug=slug, query=outside)

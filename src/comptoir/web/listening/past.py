"""A query on the past: asked, followed, stopped."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, clock, ids
from comptoir.channels import api as channels
from comptoir.listening import api as listening
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import finding, words

STOP_POLLING: Final = 286
DAYS: Final = {"7": 7, "30": 30, "90": 90, "365": 365, "all": None}


@require_POST
@desk_view(Permission.LISTEN)
def ask(request: DeskRequest, query: str) -> HttpResponse:
    """Have it read the messages of a period; progress stands on the query's page."""
    it, period = finding.known(query), request.POST.get("period", "")
    if period not in DAYS:
        raise Http404
    days = DAYS[period]
    since = None if days is None else _newest() - timedelta(days=days)
    listening.ask_past(it.id, since, request.desk.user)
    return _back(request, query)


@require_GET
@desk_view(Permission.READ)
def standing(request: DeskRequest, query: str) -> HttpResponse:
    """How far it is; the page asks again until it is done."""
    it = finding.known(query)
    context = standing_of(it) | {
        "it": it,
        "outside": query,
        "may_listen": request.desk.can(Permission.LISTEN),
    }
    status = 200 if context["running"] else STOP_POLLING
    return render(request, "listening/parts/past.html", context, status=status)


@require_POST
@desk_view(Permission.LISTEN)
def stop(request: DeskRequest, query: str, run: str) -> HttpResponse:
    """Stop a run of this query; what it found stays."""
    it, identifier = finding.known(query), ids.reveal("past-run", run)
    if identifier is None or identifier not in {one.id for one in listening.past_runs(it.id)}:
        raise Http404
    listening.stop_past(identifier)
    return _back(request, query)


def standing_of(it: listening.QueryView) -> dict[str, Any]:
    """The latest runs of a query, and the one under way."""
    runs = listening.past_runs(it.id)
    running = next((one for one in runs if one.state == "running"), None)
    return {
        "runs": [{"it": one, "state": words.RUNS[one.state]} for one in runs if one is not running],
        "running": running,
        "running_outside": ids.conceal("past-run", running.id) if running else "",
    }


def _newest() -> datetime:
    """The moment that periods count back from: a brand may have heard nothing for long."""
    known = channels.span()
    return ids.moment_of(known[1]) if known else clock.now()


def _back(request: DeskRequest, query: str) -> HttpResponse:
    response = redirect("query", slug=request.desk.workspace.slug, query=query)
    response["Location"] += "#past"
    return response

"""Folders and their saved queries: what the team listens for."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.listening import api as listening
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import marking, words


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """Every folder with its queries, how much each found, and how it stands."""
    held = listening.queries()
    found = listening.counts(one.id for one in held)
    runs = listening.latest_runs(one.id for one in held)
    rows = {one.id: _row(one, found, runs) for one in held}
    folders = [
        {
            "it": one,
            "outside": ids.conceal("listening-folder", one.id),
            "icon": words.FOLDERS[one.kind],
            "kind": listening.KINDS(one.kind).label,
            "rows": [rows[query.id] for query in held if query.folder == one.id],
        }
        for one in listening.folders()
    ]
    context = {
        "folders": folders,
        "kinds": listening.KINDS.choices,
        "example": marking.query(_EXAMPLE),
        "found": sum(found.values()),
    }
    return render(request, "listening/page.html", context)


@require_POST
@desk_view(Permission.LISTEN)
def add(request: DeskRequest) -> HttpResponse:
    """A new folder; then its first query."""
    try:
        made = listening.add_folder(
            request.POST.get("kind", ""), request.POST.get("name", ""), request.desk.user
        )
    except Problem as problem:
        messages.error(request, str(problem))
        return _back(request)
    messages.success(request, _("The folder is there. Write its first query."))
    response = redirect("query_new", slug=request.desk.workspace.slug)
    response["Location"] += f"?folder={ids.conceal('listening-folder', made)}"
    return response


@require_POST
@desk_view(Permission.LISTEN)
def change(request: DeskRequest, folder: str) -> HttpResponse:
    """Rename a folder, or delete an empty one."""
    identifier = ids.reveal("listening-folder", folder)
    does = request.POST.get("do", "")
    if identifier is None or does not in ("rename", "delete"):
        raise Http404
    try:
        if does == "rename":
            listening.rename_folder(identifier, request.POST.get("name", ""), request.desk.user)
            messages.success(request, _("The folder has its new name."))
        else:
            listening.delete_folder(identifier, request.desk.user)
            messages.success(request, _("The folder is deleted."))
    except Problem as problem:
        messages.error(request, str(problem))
    return _back(request)


_EXAMPLE = '(panne* OR "plus de réseau") NEAR/5 (box OR fibre) AND lang:fr NOT is:repost'


def _row(
    it: listening.QueryView, found: dict[int, int], runs: dict[int, listening.PastView]
) -> dict[str, Any]:
    run = runs.get(it.id)
    return {
        "it": it,
        "outside": ids.conceal("query", it.id),
        "text": marking.query(it.text),
        "state": words.STATES[it.state],
        "found": found.get(it.id, 0),
        "run": run,
        "run_state": words.RUNS[run.state] if run else "",
    }


def _back(request: DeskRequest) -> HttpResponse:
    return redirect("listening", slug=request.desk.workspace.slug)

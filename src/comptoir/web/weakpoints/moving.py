"""One complaint: why it stands where it does, and moving it."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptoir.base.api import Permission, Problem, ids
from comptoir.weakpoints import api
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.choice import counted
from comptoir.web.weakpoints import reading, rows, wording


@require_http_methods(["GET", "POST"])
@desk_view(Permission.READ)
def page(request: DeskRequest, message: str) -> HttpResponseBase:
    """GET shows it; POST moves it, or takes a move back."""
    chosen, identifier = counted(request), ids.reveal("message", message)
    if chosen is None or identifier is None:
        raise Http404
    if request.method == "POST":
        request.desk.require(Permission.CORRECT)
        return _changed(request, message, identifier)
    found = api.one(identifier, chosen.period)
    history = api.moves(identifier)
    if found is None and not history:
        raise Http404
    context = {
        "choice": chosen,
        "row": rows.shown(request, chosen, found) if found else None,
        "departments": [
            *((one.key, one.name) for one in api.departments.departments()),
            (api.NOT_A_COMPLAINT, api.departments.name_of(api.NOT_A_COMPLAINT)),
        ],
        "history": history,
        "is_moved": any(one.undone_at is None for one in history),
        "back": f"{reading.at(request, 'weak_points')}?{chosen.address}",
        "clear": wording.confidence(api.CLEAR),
        "here": request.get_full_path(),
    }
    return render(request, "weakpoints/complaint.html", context)


def _changed(request: DeskRequest, message: str, identifier: int) -> HttpResponseBase:
    chosen, user = counted(request), request.desk.user
    assert chosen is not None
    try:
        if request.POST.get("do") == "undo":
            api.undo(identifier, user)
            messages.success(request, _("The analysis decides again."))
        else:
            wanted = request.POST.get("department", "")
            api.move(identifier, wanted, _before(identifier, chosen.period), user)
            messages.success(
                request,
                _("Moved to “%(name)s”. Messages that say the same follow.")
                % {"name": api.departments.name_of(wanted)},
            )
    except Problem as problem:
        messages.error(request, str(problem))
    address = reading.at(request, "weak_complaint", message=message)
    return redirect(f"{address}?{chosen.address}")


def _before(identifier: int, period: object) -> tuple[str, float]:
    found = api.one(identifier, period)  # type: ignore[arg-type]  # a Period
    if found is None or found.placed is None:
        return api.NONE, 0.0
    return found.placed.department, round(found.placed.share, 2)

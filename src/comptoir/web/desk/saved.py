"""Views that people keep by name."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.base import ids
from comptoir.base.api import Permission
from comptoir.base.errors import Problem
from comptoir.care import api as care
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.desk import query
from comptoir.web.desk.query import Place


@require_POST
@desk_view(Permission.READ)
def save(request: DeskRequest) -> HttpResponse:
    """Keep the filters in force; a reader keeps them for themselves alone."""
    place = _place(request)
    shared = "shared" in request.POST
    if shared:
        request.desk.require(Permission.ANSWER)
    try:
        kept = care.save_view(
            request.POST.get("name", ""), place.filters, actor=request.desk.user, shared=shared
        )
    except Problem as problem:
        messages.error(request, str(problem))
        return redirect(place.url())
    messages.success(request, _("View “%(name)s” saved.") % {"name": kept.name})
    return redirect(Place(place.slug, place.user_id, kept.filters, saved=kept.id).url())


@require_POST
@desk_view(Permission.READ)
def rename(request: DeskRequest, view: str) -> HttpResponse:
    place, known = _place(request), _known(request, view)
    try:
        if known is None:
            raise Problem("unknown_view", _("This view does not exist any more."))
        actor = request.desk.user
        kept = care.save_view(
            request.POST.get("name", ""), known.filters, actor=actor, shared=known.shared
        )
        if kept.id != known.id:
            care.delete_view(known.id, actor=actor)
        messages.success(request, _("The view is now called “%(name)s”.") % {"name": kept.name})
    except Problem as problem:
        messages.error(request, str(problem))
    return redirect(place.url())


@require_POST
@desk_view(Permission.READ)
def delete(request: DeskRequest, view: str) -> HttpResponse:
    place, known = _place(request), _known(request, view)
    if known is not None:
        care.delete_view(known.id, actor=request.desk.user)
        messages.success(request, _("View “%(name)s” deleted.") % {"name": known.name})
    return redirect(place.url())


def _known(request: DeskRequest, outside: str) -> care.SavedViewView | None:
    """A view the person may change: their own, or the team's for those who may answer."""
    identifier = ids.reveal("view", outside)
    views = care.saved_views(request.desk.user.pk)
    known = next((one for one in views if one.id == identifier), None)
    if known is not None and known.shared:
        request.desk.require(Permission.ANSWER)
    return known


def _place(request: DeskRequest) -> Place:
    desk = request.desk
    place = query.read(QueryDict(request.POST.get("back", "")), desk.workspace.slug, desk.user.pk)
    return Place(place.slug, place.user_id, place.filters)

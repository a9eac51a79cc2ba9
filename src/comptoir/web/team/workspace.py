"""Workspaces: the list, and the settings of one."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comptoir.base import members, workspaces
from comptoir.base.api import Permission
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.demo import install as demo
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.team import hours, own_accounts
from comptoir.web.team.forms import LANGUAGE_NAMES, BrandForm, DeleteForm


@require_GET
@login_required
def workspace_list(request: HttpRequest) -> HttpResponse:
    """The brands one works for, and the way to one more."""
    found = members.workspaces_of(cast(User, request.user))
    context = {"memberships": found, "sample": not _has_sample(found)}
    return render(request, "team/workspaces.html", context)


def _has_sample(found: list[Any]) -> bool:
    return any(one.workspace.is_simulation for one in found)


@require_http_methods(["GET", "POST"])
@desk_view(Permission.READ)
def settings(request: DeskRequest) -> HttpResponse:
    """Name, zone, languages and opening hours; who may not change them reads them."""
    desk = request.desk
    if request.method == "POST":
        desk.require(Permission.MANAGE_WORKSPACE)
    workspace = desk.workspace
    initial = {name: getattr(workspace, name) for name in ("name", "zone", "languages")}
    form = BrandForm(request.POST or None, initial=initial)
    if form.is_valid() and _changed(request, form):
        messages.success(request, _("Saved."))
        return redirect("workspace_settings", slug=workspace.slug)
    shown = hours.read(request.POST) if form.is_bound else workspace.hours
    context = {
        "form": form,
        "days": hours.days(shown),
        "languages": [LANGUAGE_NAMES.get(code, code) for code in workspace.languages],
    }
    status = 422 if form.is_bound else 200
    return render(request, "team/workspace_settings.html", context, status=status)


def _changed(request: DeskRequest, form: BrandForm) -> bool:
    workspace, user = request.desk.workspace, request.desk.user
    try:
        workspaces.change(workspace, user, hours=hours.read(request.POST), **form.cleaned_data)
    except Problem as problem:
        form.refuse(problem)
        workspace.refresh_from_db()
        return False
    return True


@require_http_methods(["GET", "POST"])
@desk_view(Permission.MANAGE_WORKSPACE)
def accounts(request: DeskRequest) -> HttpResponse:
    """The names under which the brand itself speaks."""
    rows = own_accounts.read(request.POST) if request.method == "POST" else own_accounts.stored()
    if request.method == "POST" and "rows" not in request.POST:
        own_accounts.save(rows, request.desk.user)
        messages.success(request, _("Saved. Messages already here are sorted again."))
        return redirect("workspace_accounts", slug=request.desk.workspace.slug)
    context = {"rows": rows or [("", "")], "channels": own_accounts.choices()}
    return render(request, "team/workspace_accounts.html", context)


@require_http_methods(["GET", "POST"])
@desk_view(Permission.MANAGE_WORKSPACE)
def delete(request: DeskRequest) -> HttpResponse:
    """Delete the brand and everything it holds, once its name is typed."""
    workspace = request.desk.workspace
    form = DeleteForm(request.POST or None, expected=workspace.name)
    if form.is_valid():
        workspaces.delete(workspace, request.desk.user)
        sentence = _("%(brand)s is deleted. Its data is being removed from every store.")
        messages.success(request, sentence % {"brand": workspace.name})
        return redirect("workspaces")
    status = 422 if form.is_bound else 200
    return render(request, "team/workspace_delete.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@desk_view(Permission.MANAGE_WORKSPACE)
def remove_simulation(request: DeskRequest) -> HttpResponse:
    """Remove the sample shop; asks first when reached by its address."""
    workspace = request.desk.workspace
    if not workspace.is_simulation:
        return redirect("workspace_settings", slug=workspace.slug)
    if request.method == "POST":
        demo.remove(workspace, request.desk.user)
        messages.success(request, _("The sample shop is removed."))
        return redirect("workspaces")
    return render(request, "team/simulation_remove.html")

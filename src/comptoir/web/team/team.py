"""The team of a workspace: members, roles, invitations, links for a forgotten password."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from comptoir.base import audit, ids, members
from comptoir.base.api import NotAllowed, Permission, Role, can
from comptoir.base.models import Invitation, Membership, User
from comptoir.web.access import Desk, DeskRequest, desk_view
from comptoir.web.team import factors, links
from comptoir.web.team.forms import InvitationForm
from comptoir.web.team.rights import RIGHTS


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the list. outside: the id that addresses carry."""

    user: User
    outside: str
    role: str
    role_label: str
    two_factors: bool
    myself: bool
    roles: dict[str, str]
    may_reset: bool

    @property
    def name(self) -> str:
        return str(self.user)


@require_GET
@desk_view(Permission.READ)
def team(request: DeskRequest) -> HttpResponse:
    return _page(request)


@never_cache
@require_POST
@desk_view(Permission.MANAGE_TEAM)
def invite(request: DeskRequest) -> HttpResponse:
    """Make an invitation and show its link, this once."""
    desk = request.desk
    form = InvitationForm(request.POST, roles=_given_by(desk.role))
    if not form.is_valid():
        return _page(request, form=form, status=422)
    token = members.invite(
        desk.workspace, form.cleaned_data["role"], desk.user, form.cleaned_data["email"]
    )
    link = {"url": links.invitation_link(token), "kind": "invitation"}
    return _page(request, link=link)


@require_POST
@desk_view(Permission.MANAGE_TEAM)
def withdraw(request: DeskRequest, invitation: str) -> HttpResponse:
    known = ids.reveal("invitation", invitation)
    members.withdraw(known or 0, request.desk.workspace, request.desk.user)
    messages.success(request, _("The invitation no longer works."))
    return redirect("team", slug=request.desk.workspace.slug)


@require_POST
@desk_view(Permission.MANAGE_TEAM)
def change_role(request: DeskRequest, person: str) -> HttpResponse:
    user = _person(request.desk, person)
    role = request.POST.get("role", "")
    members.change_role(request.desk.workspace, user, role, request.desk.user)
    sentence = _("%(person)s now has the role “%(role)s”.")
    messages.success(request, sentence % {"person": user, "role": Role(role).label})
    return redirect("team", slug=request.desk.workspace.slug)


@require_POST
@desk_view(Permission.MANAGE_TEAM)
def remove(request: DeskRequest, person: str) -> HttpResponse:
    user = _person(request.desk, person)
    members.remove(request.desk.workspace, user, request.desk.user)
    messages.success(request, _("%(person)s has left the team.") % {"person": user})
    if user.pk == request.desk.user.pk:
        return redirect("workspaces")
    return redirect("team", slug=request.desk.workspace.slug)


@require_POST
@desk_view(Permission.READ)
def leave(request: DeskRequest) -> HttpResponse:
    """Anybody may leave a team by themselves."""
    members.remove(request.desk.workspace, request.desk.user, request.desk.user)
    messages.success(request, _("You have left the team."))
    return redirect("workspaces")


@never_cache
@require_POST
@desk_view(Permission.MANAGE_TEAM)
def reset_password(request: DeskRequest, person: str) -> HttpResponse:
    """Make a link that sets a member's new password and show it, this once."""
    desk, user = request.desk, _person(request.desk, person)
    if not members.may_reset_password(desk.user, user):
        raise NotAllowed("may_not_reset", _("You may not set a new password for this person."))
    audit.record(
        "team.reset_link_made", actor=desk.user, workspace=desk.workspace, target=user.email
    )
    link = {"url": links.reset_link(user), "kind": "password", "person": user}
    return _page(request, link=link)


def _page(
    request: DeskRequest,
    *,
    form: InvitationForm | None = None,
    link: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    desk = request.desk
    roles = _given_by(desk.role)
    context = {
        "members": _members(desk),
        "invitations": _invitations(desk),
        "form": form or InvitationForm(roles=roles, initial={"role": "agent"}),
        "link": link,
        "roles": [role.label for role in Role],
        "rights": rights_table(),
    }
    return render(request, "team/team.html", context, status=status)


def rights_table() -> list[tuple[str | Promise, list[bool]]]:
    """What each role may do, in the order of `Role`."""
    return [(label, [can(role, right) for role in Role]) for right, label in RIGHTS.items()]


def _given_by(role: str) -> dict[str, str]:
    return {value: str(Role(value).label) for value in members.roles_given_by(role)}


def _members(desk: Desk) -> list[Member]:
    rows = Membership.objects.select_related("user").filter(workspace=desk.workspace)
    protected = factors.protected(row.user_id for row in rows)
    rank = list(Role.values).index
    return [
        _member(desk, row, row.user_id in protected)
        for row in sorted(rows, key=lambda row: (rank(row.role), str(row.user).casefold()))
    ]


def _member(desk: Desk, row: Membership, two_factors: bool) -> Member:
    mine = row.user_id == desk.user.pk
    return Member(
        user=row.user,
        outside=ids.conceal("user", row.user_id),
        role=row.role,
        role_label=str(Role(row.role).label),
        two_factors=two_factors,
        myself=mine,
        roles=_given_by(desk.role) if members.may_give(desk.role, row.role) else {},
        may_reset=members.may_reset_password(desk.user, row.user),
    )


def _invitations(desk: Desk) -> list[tuple[Invitation, str, bool]]:
    """Open invitations with their outside id and whether this member may withdraw them."""
    if not desk.can(Permission.MANAGE_TEAM):
        return []
    return [
        (one, ids.conceal("invitation", one.pk), members.may_give(desk.role, one.role))
        for one in members.open_invitations(desk.workspace)
    ]


def _person(desk: Desk, outside: str) -> User:
    """The member behind an id of an address; 404 for anybody else."""
    known = ids.reveal("user", outside)
    row = (
        Membership.objects.select_related("user")
        .filter(workspace=desk.workspace, user_id=known or 0)
        .first()
    )
    if row is None:
        raise Http404
    return row.user

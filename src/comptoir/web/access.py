"""The one door of the desk: who is asking, for which workspace, with which right."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comptoir.base.api import NotAllowed, Permission, can, scope
from comptoir.base.models import Membership, User, Workspace

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Desk:
    """A member at work in a workspace."""

    user: User
    workspace: Workspace
    role: str

    def can(self, permission: Permission | str) -> bool:
        return can(self.role, Permission(permission))

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the role grants `permission`."""
        if not self.can(permission):
            raise NotAllowed(
                "not_allowed",
                _("Your role in this workspace does not allow this."),
                _("Ask the workspace’s owner to change your role."),
            )


class DeskRequest(HttpRequest):
    """A request that came through `desk_view`."""

    desk: Desk
    user: User


View = Callable[Concatenate[DeskRequest, P], HttpResponseBase]


def desk_view(permission: Permission) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """
    Open a view to the members of the workspace `slug` whose role grants `permission`.

    The view, and the rendering of its template, run inside the workspace's scope
    and time zone. Strangers get 404: they may not learn that a workspace exists.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def guarded(request: Any, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request.desk = enter(request.user, slug)
            request.desk.require(permission)
            workspace = request.desk.workspace
            if request.session.get("workspace") != workspace.slug:
                request.session["workspace"] = workspace.slug
            with scope(workspace), timezone.override(ZoneInfo(workspace.zone)):
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response.render()
                return response

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the catalogue test
        return guarded

    return decorate


def enter(user: User, slug: str) -> Desk:
    """The desk of `user` in the workspace `slug`; Http404 for strangers."""
    member = (
        Membership.objects.select_related("workspace")
        .filter(user=user, workspace__slug=slug)
        .first()
    )
    if member is None:
        raise Http404
    return Desk(user, member.workspace, member.role)

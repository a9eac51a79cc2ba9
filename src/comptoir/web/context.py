"""What every page of the desk knows: workspace, navigation, rights."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from comptoir.base.api import Permission
from comptoir.base.models import Membership, User, Workspace
from comptoir.web.access import Desk


def shell(request: HttpRequest) -> dict[str, Any]:
    desk: Desk | None = getattr(request, "desk", None)
    if desk is None:
        return {"workspace": None, "nav": []}
    return {
        "desk": desk,
        "workspace": desk.workspace,
        "workspaces": _workspaces(desk.user),
        "nav": _navigation(request, desk),
        "may": {permission.value: desk.can(permission) for permission in Permission},
    }


def _workspaces(user: User) -> list[Workspace]:
    return list(
        Workspace.objects.filter(
            pk__in=Membership.objects.filter(user=user).values("workspace")
        ).order_by("name")
    )


def _navigation(request: HttpRequest, desk: Desk) -> list[dict[str, Any]]:
    items = [
        ("inbox", _("Inbox"), "inbox", "g i", Permission.READ),
        ("overview", _("Overview"), "chart", "g o", Permission.READ),
        ("imports", _("Import"), "upload", "g m", Permission.IMPORT),
        ("workspace_settings", _("Settings"), "settings", "g s", Permission.READ),
    ]
    return [
        _item(request, desk, name, label, icon, key)
        for name, label, icon, key, permission in items
        if desk.can(permission)
    ]


def _item(
    request: HttpRequest, desk: Desk, name: str, label: str, icon: str, key: str
) -> dict[str, Any]:
    url = reverse(name, kwargs={"slug": desk.workspace.slug})
    return {
        "name": name,
        "label": label,
        "url": url,
        "icon": icon,
        "key": key,
        "current": request.path.startswith(url),
    }

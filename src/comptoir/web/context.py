"""What every page of the desk knows: workspace, navigation, rights."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from comptoir.base.api import Permission, scope
from comptoir.base.models import Membership, User, Workspace
from comptoir.listening.alerting import api as alerting
from comptoir.web import troubles
from comptoir.web.access import Desk, enter


def shell(request: HttpRequest) -> dict[str, Any]:
    desk: Desk | None = getattr(request, "desk", None) or _last_desk(request)
    if desk is None:
        return {"workspace": None, "nav": [], "user_menu": _user_menu()}
    slug = desk.workspace.slug
    calls = SimpleLazyObject(lambda: troubles.calls(desk.workspace))
    return {
        "desk": desk,
        "workspace": desk.workspace,
        "workspaces": _workspaces(desk),
        "search_url": reverse("inbox", kwargs={"slug": slug}),
        "simulation_remove_url": _removal(desk),
        "user_menu": _user_menu(),
        "nav": _navigation(request, desk, calls),
        "calls": calls,
        "may": {permission.value: desk.can(permission) for permission in Permission},
    }


def _last_desk(request: HttpRequest) -> Desk | None:
    """The desk last worked at, so that pages about oneself keep its navigation."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return None
    try:
        return enter(user, request.session.get("workspace", ""))
    except Http404:
        return None


def _workspaces(desk: Desk) -> list[dict[str, Any]]:
    mine = Membership.objects.filter(user=desk.user).values("workspace")
    return [
        {
            "name": one.name,
            "url": reverse("inbox", kwargs={"slug": one.slug}),
            "current": one.pk == desk.workspace.pk,
        }
        for one in Workspace.objects.filter(pk__in=mine).order_by("name")
    ]


def _removal(desk: Desk) -> str:
    if not desk.workspace.is_simulation or not desk.can(Permission.MANAGE_WORKSPACE):
        return ""
    return reverse("simulation_remove", kwargs={"slug": desk.workspace.slug})


def _user_menu() -> list[dict[str, str]]:
    return [
        {"label": _("Your account"), "url": reverse("me"), "icon": "user", "method": "get"},
        {
            "label": _("All workspaces"),
            "url": reverse("workspaces"),
            "icon": "shop",
            "method": "get",
        },
        {
            "label": _("Sign out"),
            "url": reverse("account_logout"),
            "icon": "logout",
            "method": "post",
        },
    ]


def _navigation(request: HttpRequest, desk: Desk, calls: Any) -> list[dict[str, Any]]:
    """
    Every place of the desk; those with a short name have a tab on a phone.

    calls: asked only when a page shows them: a fragment does not.
    """
    items = [
        ("inbox", _("Inbox"), pgettext("tab", "Inbox"), "inbox", "g i", Permission.READ),
        ("overview", _("Overview"), pgettext("tab", "Overview"), "chart", "g o", Permission.READ),
        ("topics", _("Topics"), pgettext("tab", "Topics"), "hash", "g t", Permission.READ),
        ("listening", pgettext("page", "Listening"), "", "listen", "g l", Permission.READ),
        ("alerts", _("Alerts"), "", "bell", "g a", Permission.READ),
        ("watching", _("Watched pages"), "", "globe", "g w", Permission.READ),
        ("reputation", _("Reputation"), "", "eye", "g r", Permission.READ),
        ("rivals", _("Rivals"), "", "users", "g v", Permission.READ),
        ("weak_points", _("Weak points"), "", "flag", "g p", Permission.READ),
        ("understanding", _("Understanding"), "", "tag", "g u", Permission.READ),
        ("channels", _("Channels"), pgettext("tab", "Channels"), "link", "g c", Permission.READ),
        ("imports", _("Import"), "", "upload", "g m", Permission.IMPORT),
        ("workspace_settings", _("Settings"), "", "settings", "g s", Permission.READ),
    ]
    slug = desk.workspace.slug
    mends = desk.can(Permission.CONNECT)
    badges = {
        "channels": SimpleLazyObject(lambda: len(calls)) if mends else 0,
        "alerts": SimpleLazyObject(lambda: _alerts(desk)),
    }
    shown = [
        _item(request, reverse(name, kwargs={"slug": slug}), *words) | {"badge": badges.get(name)}
        for name, *words, permission in items
        if desk.can(permission)
    ]
    return [*shown, _item(request, reverse("help"), _("Help"), "", "help", "g h")]


def _alerts(desk: Desk) -> int:
    """How many times an alert went off that nobody of the team has seen."""
    with scope(desk.workspace):
        return alerting.unseen()


def _item(
    request: HttpRequest, url: str, label: str, short: str, icon: str, key: str
) -> dict[str, Any]:
    return {
        "label": label,
        "short": short,
        "url": url,
        "icon": icon,
        "key": key,
        "current": request.path.startswith(url),
    }

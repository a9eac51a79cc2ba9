"""One connected account: its health, its address, what was entered, and what can be done to it."""

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir import conf
from comptoir.base.api import Permission, Problem
from comptoir.base.secrets import Unreadable
from comptoir.channels import api as channels
from comptoir.channels.api import ConnectedView
from comptoir.channels.connector import Connector, Field
from comptoir.channels.connectors import connector
from comptoir.web import troubles
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.channels.connecting import entered_at, language, of
from comptoir.web.channels.forms import DOTS, NameForm
from comptoir.web.channels.gallery import abilities
from comptoir.web.channels.guides import guide
from comptoir.web.channels.listing import row

STOP_POLLING: Final = 286
_LOCAL_ENDS: Final = (".local", ".localhost", ".internal", ".lan", ".home.arpa")
QUESTIONS: Final = ("rename", "rotate", "disconnect")
GRACES: Final = {
    0: gettext_lazy("It ends at once"),
    1: gettext_lazy("One hour"),
    24: gettext_lazy("A day"),
    168: gettext_lazy("A week"),
}
"""How many hours an address that is changed goes on working."""


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest, account: str) -> HttpResponse:
    return _page(request, of(account))


@require_GET
@desk_view(Permission.READ)
def arrival(request: DeskRequest, account: str) -> HttpResponse:
    """Whether something has arrived; the page asks again until it has."""
    view = of(account)
    status = STOP_POLLING if view.heard_at else 200
    snippet = _snippet(request, connector(view.kind), view)
    context = row(troubles.standing(view)) | {"snippet": snippet}
    return render(request, "channels/account.html#arrival", context, status=status)


@require_POST
@desk_view(Permission.CONNECT)
def act(request: DeskRequest, account: str) -> HttpResponse:
    """Check, pause, resume, give another address, disconnect."""
    view, does = of(account), request.POST.get("do", "")
    if does not in _ACTS:
        raise Http404
    try:
        after = _ACTS[does](view, request)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        _say(request, does, after)
    slug = request.desk.workspace.slug
    if request.POST.get("back") == "list" or does == "disconnect":
        return redirect("channels", slug=slug)
    return redirect("channel", slug=slug, account=account)


@require_POST
@desk_view(Permission.CONNECT)
def rename(request: DeskRequest, account: str) -> HttpResponse:
    view = of(account)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            channels.rename(view.id, form.cleaned_data["name"], actor=request.desk.user)
        except Problem as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("channel", slug=request.desk.workspace.slug, account=account)
    return _page(request, view, naming=form, asks="rename")


def _rotate(view: ConnectedView, request: DeskRequest) -> ConnectedView:
    given = request.POST.get("grace", "")
    hours = int(given) if given.isdigit() and int(given) in GRACES else 24
    return channels.rotate_address(view.id, actor=request.desk.user, grace=timedelta(hours=hours))


_ACTS: Final[dict[str, Callable[[ConnectedView, DeskRequest], ConnectedView]]] = {
    "check": lambda view, _request: channels.check(view.id),
    "pause": lambda view, request: channels.pause(view.id, actor=request.desk.user),
    "resume": lambda view, request: channels.resume(view.id, actor=request.desk.user),
    "rotate": _rotate,
    "end": lambda view, request: channels.end_old_address(view.id, actor=request.desk.user),
    "disconnect": lambda view, request: channels.disconnect(view.id, actor=request.desk.user),
}


def _say(request: DeskRequest, does: str, after: ConnectedView) -> None:
    if does == "check" and after.problem:
        messages.warning(request, f"{after.problem.sentence} {after.problem.fix}".strip())
        return
    sentences = {
        "check": _("%(name)s was checked: all is well."),
        "pause": _("%(name)s is paused. What arrives is kept until you resume."),
        "resume": _("%(name)s goes on."),
        "rotate": _("%(name)s has a new address. Copy it to the network."),
        "end": _("The old address of %(name)s has ended."),
        "disconnect": _("%(name)s is disconnected. Its messages stay."),
    }
    messages.success(request, sentences[does] % {"name": after.name})


def _page(
    request: DeskRequest,
    view: ConnectedView,
    *,
    naming: NameForm | None = None,
    asks: str = "",
) -> HttpResponse:
    made = connector(view.kind)
    asked = asks or request.GET.get("ask", "")
    snippet = _snippet(request, made, view)
    context = row(troubles.standing(view)) | {
        "connector": made,
        "can": abilities(made) if made else [],
        "entered": _entered(made, view) if made and view.state != "off" else [],
        "guide": guide(made, language()) if made else "",
        "snippet": snippet,
        "unreachable": bool(view.webhook or snippet) and not is_public(conf.current().address),
        "graces": GRACES.items(),
        "naming": naming or NameForm(initial={"name": view.name}),
        "asks": asked if asked in QUESTIONS else "",
    }
    status = 422 if naming is not None else 200
    return render(request, "channels/account.html", context, status=status)


def _snippet(request: DeskRequest, made: Connector | None, view: ConnectedView) -> str:
    """What to paste into the shop's pages, where there is such a thing, for who may connect."""
    if made is None or view.state == "off" or not request.desk.can(Permission.CONNECT):
        return ""
    if type(made).snippet is Connector.snippet:
        return ""
    try:
        return made.snippet(channels.connection(view.id))
    except Unreadable:
        return ""


def is_public(address: str) -> bool:
    """
    Whether a network out there could call an address, as far as its words tell.

    >>> is_public("https://comptoir.example/hooks/x/"), is_public("https://192.168.0.2/hooks/x/")
    (True, False)
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_LOCAL_ENDS)


def _entered(made: Connector, view: ConnectedView) -> list[dict[str, Any]]:
    """Every field with what was entered; of secrets, only that and when."""
    moments = entered_at(made, view)
    return [
        {
            "label": field.label,
            "value": _shown(field, view),
            "secret": field.kind == "secret",
            "at": moments.get(field.name),
        }
        for field in made.fields
    ]


def _shown(field: Field, view: ConnectedView) -> str:
    """A field's value in words."""
    value = view.values.get(field.name, "")
    if field.kind == "secret":
        return DOTS
    if field.kind == "switch":
        return _("On") if value else _("Off")
    return str(field.choices.get(value, value)) if field.kind == "choice" else value

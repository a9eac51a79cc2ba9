"""First run: the owner, the brand, and the three ways to begin."""

from typing import Any, cast

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.base import members, outbox, workspaces
from comptoir.base.api import Permission, scope
from comptoir.base.errors import Problem
from comptoir.base.models import User, Workspace, default_hours, default_languages
from comptoir.demo import install as demo
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.team import hours, own_accounts
from comptoir.web.team.forms import BrandForm, PersonForm

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def owner(request: HttpRequest) -> HttpResponse:
    """Make the first user, who owns what follows; over as soon as one exists."""
    if User.objects.exists():
        return redirect("workspaces")
    form = PersonForm(request.POST or None, initial={"language": get_language()})
    if form.is_valid() and (user := _first_owner(form)):
        sign_in(request, user)
        return redirect("home" if members.workspaces_of(user) else "workspace_new")
    return render(request, "team/setup_owner.html", {"form": form}, status=_status(form))


def sign_in(request: HttpRequest, user: User) -> None:
    """Open a fresh session for `user`: what an earlier visitor's cookie held is not carried over."""
    request.session.flush()
    login(request, user, backend=BACKEND)


def _first_owner(form: PersonForm) -> User | None:
    try:
        return members.create_first_owner(**form.cleaned_data)
    except Problem as problem:
        form.refuse(problem)
        return None


@login_required
@require_http_methods(["GET", "POST"])
def brand(request: HttpRequest) -> HttpResponse:
    """Name a brand, its own accounts and its opening hours; one more or the first."""
    form = BrandForm(request.POST or None, initial=_usual())
    if "rows" not in request.POST and form.is_valid():
        made = _made(request, form)
        if made is not None:
            return redirect("workspace_start", slug=made.slug)
    if "rows" in request.POST:
        form = BrandForm(initial=_typed(request.POST))
    return render(
        request,
        "team/workspace_new.html",
        {"form": form, "first": not _has_workspace(request)} | rows_context(request),
        status=_status(form),
    )


def rows_context(request: HttpRequest) -> dict[str, Any]:
    """What the own accounts' and opening hours' fields show, before and after a first try."""
    posted = request.method == "POST"
    return {
        "rows": (own_accounts.read(request.POST) if posted else []) or [("", "")],
        "channels": own_accounts.choices(),
        "days": hours.days(hours.read(request.POST) if posted else default_hours()),
    }


def _usual() -> dict[str, Any]:
    return {"zone": "Europe/Paris", "languages": default_languages()}


def _typed(data: QueryDict) -> dict[str, Any]:
    return {
        "name": data.get("name", ""),
        "zone": data.get("zone", ""),
        "languages": data.getlist("languages"),
    }


def _has_workspace(request: HttpRequest) -> bool:
    return members.workspaces_of(cast(User, request.user)) != []


def _made(request: HttpRequest, form: BrandForm) -> Workspace | None:
    user = cast(User, request.user)
    try:
        made = workspaces.create(user, hours=hours.read(request.POST), **form.cleaned_data)
    except Problem as problem:
        form.refuse(problem)
        return None
    rows = [row for row in own_accounts.read(request.POST) if row[1].strip()]
    if rows:
        with scope(made):
            own_accounts.save(rows, user)
    return made


@require_GET
@desk_view(Permission.IMPORT)
def start(request: DeskRequest) -> HttpResponse:
    """What to begin with: only ways that work."""
    return render(request, "team/start.html")


@require_POST
@login_required
def install_sample(request: HttpRequest) -> HttpResponse:
    """Make the sample shop, owned by who asked for it."""
    made = demo.install(cast(User, request.user))
    return redirect("workspace_progress", slug=made.slug)


@require_GET
@desk_view(Permission.READ)
def progress(request: DeskRequest) -> HttpResponse:
    """How far the sample shop is understood; leads to the inbox when it is."""
    waiting = sum(outbox.backlog(request.desk.workspace.pk).values())
    if not waiting:
        return _to_inbox(request)
    template = "team/progress.html"
    if request.headers.get("HX-Request") == "true":
        template += "#state"
    return render(request, template, {"waiting": waiting})


def _to_inbox(request: DeskRequest) -> HttpResponse:
    """A fragment cannot redirect a page: htmx is told by a header."""
    answer = redirect("inbox", slug=request.desk.workspace.slug)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": answer.headers["Location"]})
    return answer


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200

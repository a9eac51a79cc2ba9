"""One's own account: preferences, invitations, and what to do about a forgotten password."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods
from django.views.i18n import set_language

from comptoir.base import members
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.web.team.forms import PersonForm, ProfileForm
from comptoir.web.team.setup import sign_in


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and language; password and second factor are one step further."""
    user = cast(User, request.user)
    form = ProfileForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if form.is_valid():
        user.name, user.language = form.cleaned_data["name"], form.cleaned_data["language"]
        user.save(update_fields=["name", "language"])
        translation.activate(user.language)
        messages.success(request, _("Saved."))
        return redirect("me")
    return render(request, "team/profile.html", {"form": form})


def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Change the language of the pages, for good when somebody is signed in."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return set_language(request)


@require_GET
def forgotten(request: HttpRequest) -> HttpResponse:
    """Without a mail server nobody can be sent a link: says who can make one."""
    return render(request, "team/forgotten.html")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Join a workspace with the account one has, or with a new one."""
    found = members.find_invitation(token)
    if isinstance(request.user, User):
        return _join(request, token)
    initial = {"email": found.email, "language": get_language()}
    form = PersonForm(request.POST or None, initial=initial)
    if form.is_valid() and (user := _new_member(token, form)):
        sign_in(request, user)
        return redirect("inbox", slug=found.workspace.slug)
    context = {"form": form, "invitation": found}
    return render(request, "team/invitation.html", context, status=422 if form.errors else 200)


def _join(request: HttpRequest, token: str) -> HttpResponse:
    if request.method == "POST":
        joined = members.accept(token, cast(User, request.user))
        return redirect("inbox", slug=joined.slug)
    found = members.find_invitation(token)
    return render(request, "team/invitation.html", {"invitation": found})


def _new_member(token: str, form: PersonForm) -> User | None:
    try:
        user, _workspace = members.accept_as_new(token, **form.cleaned_data)
    except Problem as problem:
        form.refuse(problem)
        return None
    return user

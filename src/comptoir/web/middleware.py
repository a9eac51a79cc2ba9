"""What every request passes through."""

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from comptoir.base.errors import NotAllowed, Problem
from comptoir.base.models import User

Next = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


class ContentSecurityPolicy:
    """Only our own scripts, styles and pictures run; nothing inline, nothing from elsewhere."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        return response


class PrivatePages:
    """Keeps what a signed-in person saw out of caches and out of the next person's back button."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class UserPreferences:
    """Speaks the language that the signed-in person chose."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


class FirstRun:
    """Until an owner exists, every page leads to the first-run page."""

    OPEN = ("/setup/", "/static/", "/healthz", "/language/")

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self._has_owner = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._has_owner and not request.path.startswith(self.OPEN):
            self._has_owner = User.objects.exists()
            if not self._has_owner:
                return redirect("setup")
        return self.get_response(request)


class ActionableErrors:
    """Shows a Problem as what failed and what to do: a page, or a toast for a fragment."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Problem):
            return None
        status = 403 if isinstance(error, NotAllowed) else 400
        if request.headers.get("HX-Request") == "true":
            return _toast(error, status)
        frame = "shell/base.html" if hasattr(request, "desk") else "shell/plain.html"
        found = {"problem": error, "frame": frame, "back": _back(request)}
        return render(request, "shell/problem.html", found, status=status)


def _toast(problem: Problem, status: int) -> HttpResponse:
    toast = {"toast": {"text": str(problem), "kind": "error"}}
    headers = {"HX-Trigger": json.dumps(toast), "HX-Reswap": "none"}
    return HttpResponse(str(problem), status=status, headers=headers, content_type="text/plain")


def _back(request: HttpRequest) -> str:
    """The page before, when it is one of ours."""
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, request.is_secure())
    return before if ours else "/"

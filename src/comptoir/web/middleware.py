"""What every request passes through."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation

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
    """Shows a Problem as what failed and what to do; fragments get a fragment."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Problem):
            return None
        fragment = request.headers.get("HX-Request") == "true"
        template = "shell/problem_fragment.html" if fragment else "shell/problem.html"
        status = 403 if isinstance(error, NotAllowed) else 400
        return render(request, template, {"problem": error}, status=status)

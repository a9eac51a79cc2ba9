"""Who may come in from a page of the shop's: its site is known, and it does not ask too often."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from comptoir.base.api import Problem, scope
from comptoir.channels.api import sites, visiting
from comptoir.channels.connector import Connection
from comptoir.web.limits import Limit, address_of

LARGEST = 16_384
VISITOR = r"[0-9a-f]{32}"
ASKING = Limit(240, 60)
"""Questions of one address: several people can share one."""

Told = dict[str, Any]
View = Callable[[HttpRequest, Connection, Told], Told]


class Refused(Problem):
    """A Problem with the status that HTTP has for it. wait: seconds until it makes sense again."""

    def __init__(self, status: int, code: str, what: str, fix: str = "", wait: float = 0.0) -> None:
        super().__init__(code, what, fix)
        self.status, self.wait = status, wait


def connection(token: str, kind: str = "chat") -> Connection:
    found = visiting.door(token, kind)
    if found is None:
        raise Http404
    return found


def from_page(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """
    Open a view to scripts on the sites that were entered, and to no others.

    The body is JSON sent as text, so that browsers need not ask first whether they may.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        found = connection(token)
        site = allowed(found, request.headers.get("Origin", ""))
        if not site:
            return HttpResponse("This site may not use this chat.", status=403)
        response = _answer(view, request, found)
        response["Access-Control-Allow-Origin"] = site
        response["Vary"] = "Origin"
        response["Cache-Control"] = "no-store"
        return response

    return guarded


def allowed(found: Connection, origin: str) -> str:
    """The site that asks, when it is one of those entered; else ""."""
    return origin if origin and origin in sites.origins(found.values) else ""


def _answer(view: View, request: HttpRequest, found: Connection) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    with scope(found.workspace_id):
        try:
            within(ASKING, f"{found.account_id} {address_of(request)}")
            told = read(request)
            with translation.override(language(told.get("language"))):
                return JsonResponse(view(request, found, told))
        except Refused as problem:
            return problem_response(problem)


def within(limit: Limit, asker: str) -> None:
    """Raises Refused, 429, for one who asks too often."""
    taken = limit.take(asker)
    if not taken.granted:
        raise Refused(
            429, "too_often", _("That was too much at once."), _("Wait a moment."), taken.wait
        )


def problem_response(problem: Refused) -> HttpResponse:
    said = {"code": problem.code, "sentence": str(problem.sentence), "fix": str(problem.fix)}
    response = JsonResponse(said, status=problem.status)
    if problem.wait:
        response["Retry-After"] = str(int(problem.wait) + 1)
    return response


def read(request: HttpRequest) -> Told:
    """The body's fields. Raises Refused."""
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Refused(413, "too_large", _("That is too long."), _("Send it in two."))
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Refused(400, "not_json", "An object in JSON is expected.")
    return told


def text(told: Told, name: str, most: int) -> str:
    """A text without control characters, "" where there is none. Raises Refused."""
    found = told.get(name, "")
    if not isinstance(found, str):
        raise Refused(400, "not_text", f"“{name}” is not a text.")
    found = "".join(one for one in found if one >= " " or one in "\n\t").strip()
    if len(found) > most:
        raise Refused(400, "too_long", _("That is too long."), _("Send it in two."))
    return found


def email(told: Told) -> str:
    """An address, "" where there is none. Raises Refused."""
    found = text(told, "email", 254)
    if found:
        try:
            validate_email(found)
        except ValidationError as error:
            raise Refused(
                400,
                "bad_email",
                _("This is no e-mail address."),
                _("Write it like name@example.com."),
            ) from error
    return found


def language(asked: object) -> str:
    return "fr" if isinstance(asked, str) and asked[:2].lower() == "fr" else "en"

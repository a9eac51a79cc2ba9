"""
The address at which a network delivers: no session, no form token, raw bytes handed on untouched.

In service `door` answers it before a page's thread is taken; this is the same for other servers.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from comptoir import conf
from comptoir.base import clock
from comptoir.channels import api as channels

_FORM = "application/x-www-form-urlencoded"
_FIELDS = 1_000
RETRY_SECONDS = "60"


@csrf_exempt
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """Anything a network sends; it is answered as its connector says."""
    try:
        body = _body(request)
    except UnreadablePostError:
        return _response(channels.Reply(400, "The delivery ended too early."))
    if body is None:
        return _response(channels.TOO_LARGE)
    return _response(channels.receive(token, request_of(request, body)))


def _body(request: HttpRequest) -> bytes | None:
    """The raw bytes; None when there are more than a delivery may have."""
    if _announced(request) > channels.LARGEST:
        return None
    body = request.read(channels.LARGEST + 1)
    return None if len(body) > channels.LARGEST else body


def _announced(request: HttpRequest) -> int:
    length = str(request.META.get("CONTENT_LENGTH") or "")
    return int(length) if length.isdigit() else 0


def request_of(request: HttpRequest, body: bytes) -> channels.Request:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return channels.Request(
        method=request.method or "GET",
        url=conf.current().address + request.get_full_path(),
        query={name: str(value) for name, value in request.GET.items()},
        headers=headers,
        body=body,
        at=clock.now(),
        form=_form(headers.get("content-type", ""), body),
    )


def _form(content_type: str, body: bytes) -> Mapping[str, Sequence[str]]:
    if content_type.partition(";")[0].strip().lower() != _FORM:
        return {}
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        return {}


def _response(reply: channels.Reply) -> HttpResponse:
    response = HttpResponse(reply.body, status=reply.status, content_type=reply.media_type)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    if reply.status == 503:
        response["Retry-After"] = RETRY_SECONDS
    return response

"""
Files of strangers, handed out so that no browser opens them in our pages, and originals.

Whatever a file claims to be, it leaves as a download under a policy that lets nothing run.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from comptoir.base import ids
from comptoir.base.api import Permission
from comptoir.channels import api as channels
from comptoir.web.access import DeskRequest, desk_view

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_GET
@desk_view(Permission.READ)
def download(request: DeskRequest, file: str, name: str) -> HttpResponse:
    """A file, by its outside id; the name in the address is only for people."""
    identifier = ids.reveal("attachment", file)
    found = channels.attachment(identifier) if identifier is not None else None
    if found is None:
        raise Http404
    view, content = found
    response = HttpResponse(content, content_type=view.media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, view.name)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@require_GET
@desk_view(Permission.READ)
def original(request: DeskRequest, message: str) -> HttpResponse:
    """A message as it came: who says what of its sender, and every word of it."""
    identifier = ids.reveal("message", message)
    found = channels.original(identifier) if identifier is not None else None
    if found is None:
        raise Http404
    (said,) = channels.messages([found.message])
    context = {"original": found, "message": said, "back": _conversation(said.thread)}
    by_script = request.headers.get("HX-Target") == "dialogs"
    return render(request, f"files/original.html{'#dialog' if by_script else ''}", context)


def _conversation(thread: int) -> str:
    return ids.conceal("conversation", thread)

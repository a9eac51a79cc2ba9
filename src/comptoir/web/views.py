"""The way in, and how the installation says that it is well."""

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from comptoir import __version__
from comptoir.base.models import Membership
from comptoir.web.health import checks


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the inbox of the workspace last used, or to the list of workspaces."""
    slugs = list(
        Membership.objects.filter(user_id=int(request.user.pk or 0))
        .order_by("pk")
        .values_list("workspace__slug", flat=True)
    )
    last = request.session.get("workspace")
    if not slugs:
        return redirect("workspaces")
    return redirect("inbox", slug=last if last in slugs else slugs[0])


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers and the outbox moves; 503 with what is wrong otherwise."""
    try:
        found = checks()
    except DatabaseError as error:
        found = {"database": f"unreachable: {error.__class__.__name__}"}
    well = all(value == "ok" for value in found.values())
    body = {"status": "ok" if well else "failing", "version": __version__, "checks": found}
    return JsonResponse(body, status=200 if well else 503)

"""What every request of the API passes: its key, its scope, its limit, and doing once."""

import inspect
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.responses import NinjaJSONEncoder, Status
from ninja.security import HttpBearer

from comptoir.base import clock, secrets
from comptoir.base.api import NotAllowed, Problem, scope
from comptoir.web.api import keys
from comptoir.web.api.models import ApiKey, Done
from comptoir.web.limits import Limit, Taken

ASKING = Limit(240, 60)
"""Requests of one key: 240 at once, and as many a minute."""
KEPT = timedelta(days=1)
LONGEST = 200
STATUSES = {
    "unknown_conversation": 404,
    "no_such_message": 404,
    "no_answer": 404,
    "not_sent": 409,
    "settled": 409,
    "changed_since": 409,
    "already_left": 409,
    "idempotency_busy": 409,
    "too_often": 429,
    "unauthorised": 401,
}


class Key(HttpBearer):
    """A key of the workspace, in the header `Authorization: Bearer cpt_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = keys.known(token)
        if key is not None:
            taken = ASKING.take(str(key.pk))
            request.taken = taken  # type: ignore[attr-defined]  # read by `limited`
            if not taken.granted:
                raise Problem("too_often", _("Too many requests."), _("Wait a moment."))
        return key


def limited(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The standard headers that say how much is left."""
    taken: Taken | None = getattr(request, "taken", None)
    if taken is not None:
        response["RateLimit-Policy"] = f'"key";q={taken.limit};w=60'
        response["RateLimit"] = f'"key";r={taken.left};t={int(taken.full) + 1}'
        if not taken.granted:
            response["Retry-After"] = str(int(taken.wait) + 1)
    response["Cache-Control"] = "no-store"
    return response


def allowing(wanted: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Open an operation to keys with this scope; one that writes is done once for each name."""

    def decorate(operation: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(operation)
        def guarded(request: HttpRequest, *args: Any, **given: Any) -> Any:
            key: ApiKey = request.auth  # type: ignore[attr-defined]  # set by ninja
            with scope(key.workspace_id), timezone.override(ZoneInfo(key.workspace.zone)):
                if not keys.may(key, wanted):
                    raise NotAllowed(
                        "scope_missing",
                        _("This key does not allow “%(scope)s”, or who made it may not do it.")
                        % {"scope": wanted},
                        _("Make a key that does, in the settings of the workspace."),
                    )
                return _once(request, key, lambda: operation(request, *args, **given))

        guarded.__signature__ = inspect.signature(operation)  # type: ignore[attr-defined]
        return guarded

    return decorate


def _once(request: HttpRequest, key: ApiKey, work: Callable[[], tuple[int, Any]]) -> Any:
    """
    Do it and keep what was answered, in one transaction; or give what was answered before.
    """
    name = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
    if not name:
        return Status(*work())
    if len(name) > LONGEST:
        raise Problem("idempotency_key", _("The idempotency key is too long."))
    seen = blake2b(f"{request.get_full_path()}\n".encode() + request.body, digest_size=32)
    before = _before(key, name, seen.hexdigest())
    if before is not None:
        return before
    try:
        with transaction.atomic():
            Done.objects.filter(at__lt=clock.now() - KEPT).delete()
            row = Done.objects.create(
                workspace_id=key.workspace_id,
                key=key,
                name=name,
                fingerprint=seen.hexdigest(),
                at=clock.now(),
            )
            status, told = work()
            row.status = status
            row.body = secrets.encrypt(json.dumps(told.model_dump(), cls=NinjaJSONEncoder))
            row.save(update_fields=["status", "body"])
            return Status(status, told)
    except IntegrityError:
        again = _before(key, name, seen.hexdigest())
        if again is None:
            raise
        return again


def _before(key: ApiKey, name: str, fingerprint: str) -> HttpResponse | None:
    row = Done.objects.filter(key=key, name=name, at__gte=clock.now() - KEPT).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Problem(
            "idempotency_mismatch",
            _("This idempotency key was used for another request."),
            _("Make a new one for each request; repeat it only to try the same again."),
        )
    response = JsonResponse(json.loads(secrets.decrypt(row.body)), status=row.status)
    response["Idempotency-Replayed"] = "true"
    return response

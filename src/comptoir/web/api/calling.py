"""
Calling programs when something happens: signed as Standard Webhooks says, tried for a day.

An event of the outbox becomes a row for each subscription in the transaction of the consumer,
so none is lost; a call may be repeated under the same `webhook-id`, so receivers drop what
they have seen.
"""

import base64
import json
import secrets as random
import threading
from datetime import timedelta
from typing import Any, Final, get_args

import structlog
from django.db.models import F
from django.utils.translation import gettext as _

from comptoir.base import audit, clock, http, ids, jobs, outbox, secrets
from comptoir.base.api import Problem, every_workspace, scope
from comptoir.base.http import HttpProblem
from comptoir.channels.connectors.webhook.connector import signature
from comptoir.web.api.models import ApiKey, Call, Subscription
from comptoir.web.api.schemas import Event

log = structlog.get_logger(__name__)

EVENTS: Final[tuple[str, ...]] = get_args(Event)
PAUSES = (5, 60, 300, 1_800, 7_200, 18_000, 36_000)
"""Seconds before each new try; after the last the call has failed."""
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=3)
MOST = 20
LISTED = 200
GONE = 410


def subscribe(key: ApiKey, url: str, events: list[str]) -> tuple[Subscription, str]:
    """A subscription and its secret, which nobody can be shown again. Raises Problem."""
    if not url.startswith(("https://", "http://")):
        raise Problem("bad_address", _("This is no web address."), _("Begin it with https://."))
    if Subscription.objects.count() >= MOST:
        raise Problem(
            "too_many", _("There are twenty subscriptions already."), _("Delete one first.")
        )
    secret = base64.b64encode(random.token_bytes(32)).decode()
    row = Subscription.objects.create(
        workspace_id=key.workspace_id,
        key=key,
        url=url,
        events=[one for one in EVENTS if one in events],
        secret=secrets.encrypt(secret),
        created_at=clock.now(),
    )
    audit.record(
        "api.subscribed",
        actor=key.created_by,
        workspace=key.workspace_id,
        target=key.name,
        subscription=row.pk,
    )
    return row, f"whsec_{secret}"


@outbox.consumer("webhooks_out", EVENTS, order=90)
def follow(event: outbox.Event, prepared: Any) -> None:
    """Note whom to call; conversations are listed up to 200, else only counted."""
    listening = Subscription.objects.filter(is_on=True, key__revoked_at=None)
    for row in listening:
        if event.kind in row.events:
            Call.objects.get_or_create(
                subscription=row,
                event=event.id,
                defaults={
                    "workspace_id": event.workspace_id,
                    "body": _told(event),
                    "at": clock.now(),
                    "due_at": clock.now(),
                },
            )


def _told(event: outbox.Event) -> dict[str, Any]:
    threads = event.payload.get("threads") or [event.payload.get("thread")]
    named = [ids.conceal("conversation", one) for one in threads if one is not None]
    data: dict[str, Any] = {"conversations": named[:LISTED], "count": len(named)}
    if "outbound" in event.payload:
        data["answer"] = ids.conceal("answer", event.payload["outbound"])
    return {"type": event.kind, "timestamp": clock.now().isoformat(), "data": data}


@jobs.beside("webhooks out", pause=1.0)
def _errand(stop: threading.Event) -> int:
    return call_due()


def call_due(limit: int = 20) -> int:
    """Make the calls that are due; returns how many. Needs no scope."""
    with every_workspace():
        Call.objects.filter(due_at=None, at__lt=clock.now() - KEPT).delete()
        due = Call.objects.filter(due_at__lte=clock.now(), subscription__is_on=True)
        rows = list(due.select_related("subscription").order_by("due_at", "pk")[:limit])
    return sum(_claimed_and_made(row) for row in rows)


def _claimed_and_made(row: Call) -> bool:
    """One statement claims it, so that two workers do not both call."""
    with scope(row.workspace_id):
        mine = Call.objects.filter(pk=row.pk, due_at=row.due_at)
        if not mine.update(due_at=clock.now() + LEASE, attempts=F("attempts") + 1):
            return False
        row.refresh_from_db()
        status = _made(row)
        if 200 <= status < 300:
            Call.objects.filter(pk=row.pk).update(due_at=None, status=status)
        else:
            _again(row, status)
        return True


def _made(row: Call) -> int:
    """The status of the answer; 0 without any."""
    body = json.dumps(row.body, ensure_ascii=False).encode()
    name, stamp = f"call_{row.pk}", str(int(clock.now().timestamp()))
    key = base64.b64decode(secrets.decrypt(row.subscription.secret))
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": signature(key, name, stamp, body),
    }
    try:
        answer = http.guarded().request(
            "POST", row.subscription.url, data=body, headers=headers, timeout=10.0
        )
    except HttpProblem as error:
        log.info("webhooks_out.unreached", subscription=row.subscription_id, reason=str(error))
        return 0
    return answer.status


def _again(row: Call, status: int) -> None:
    """Later, with growing pauses; who is gone, or silent for a day, is called no more."""
    if status == GONE or row.attempts > len(PAUSES):
        log.warning("webhooks_out.given_up", subscription=row.subscription_id, status=status)
        Subscription.objects.filter(pk=row.subscription_id).update(is_on=False)
        Call.objects.filter(pk=row.pk).update(due_at=None, status=status)
        return
    pause = timedelta(seconds=PAUSES[row.attempts - 1])
    Call.objects.filter(pk=row.pk).update(due_at=clock.now() + pause, status=status)

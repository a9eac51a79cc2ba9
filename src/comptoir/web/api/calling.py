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
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, get_args
from urllib.parse import urlsplit

import structlog
from django.db import connection
from django.db.models import F, Min, Q, QuerySet
from django.utils.translation import gettext as _

from comptoir.base import audit, clock, http, ids, jobs, outbox, secrets
from comptoir.base.api import Problem, every_workspace, scope
from comptoir.base.http import HttpProblem
from comptoir.base.models import User, Workspace
from comptoir.channels import api as channels
from comptoir.channels.connectors.webhook.connector import signature
from comptoir.channels.views import AnswerToDeliver
from comptoir.listening.alerting import api as alerting
from comptoir.web.api.models import ApiKey, Call, Subscription
from comptoir.web.api.schemas import Event

log = structlog.get_logger(__name__)

EVENTS: Final[tuple[str, ...]] = get_args(Event)
FIRED: Final = "alert_fired"
DELIVER: Final = "answer_to_deliver"
TEST: Final = "test"
PAUSES = (5, 60, 300, 1_800, 7_200, 18_000, 36_000)
"""Seconds before each new try; after the last the call has failed."""
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=3)
GRACE = timedelta(days=1)
"""How long a secret that was replaced signs beside the new one."""
MOST = 20
LISTED = 200
GONE = 410


def subscribe(key: ApiKey, url: str, events: list[str]) -> tuple[Subscription, str]:
    """A subscription and its secret, which nobody can be shown again. Raises Problem."""
    if DELIVER in events and "messages:write" not in key.scopes:
        raise Problem(
            "scope_missing",
            _("Answers are handed to keys that may bring in messages."),
            _("Make a key that does, or leave out “%(event)s”.") % {"event": DELIVER},
        )
    return _subscribed(key.workspace_id, url, events, actor=key.created_by, key=key)


def enter(
    workspace: Workspace, url: str, events: list[str], *, actor: User
) -> tuple[Subscription, str]:
    """The same, entered at the desk by somebody who may connect. Raises Problem."""
    return _subscribed(workspace.pk, url, events, actor=actor)


def _subscribed(
    workspace: int, url: str, events: list[str], *, actor: User, key: ApiKey | None = None
) -> tuple[Subscription, str]:
    if not url.startswith(("https://", "http://")):
        raise Problem("bad_address", _("This is no web address."), _("Begin it with https://."))
    wanted = [one for one in EVENTS if one in events]
    if not wanted:
        raise Problem("no_event", _("It would never be called."), _("Tick when to call it."))
    if Subscription.objects.count() >= MOST:
        raise Problem(
            "too_many", _("There are twenty subscriptions already."), _("Delete one first.")
        )
    secret = _fresh()
    row = Subscription.objects.create(
        workspace_id=workspace,
        key=key,
        created_by=actor,
        url=url,
        events=wanted,
        secret=secrets.encrypt(secret),
        created_at=clock.now(),
    )
    _audited(row, "api.subscribed", actor)
    return row, f"whsec_{secret}"


def rotate(row: Subscription, *, actor: User) -> str:
    """A new secret; what is called is signed with the old one too until a day has passed."""
    secret = _fresh()
    row.old_secret, row.secret = row.secret, secrets.encrypt(secret)
    row.old_until = clock.now() + GRACE
    row.save(update_fields=["secret", "old_secret", "old_until"])
    _audited(row, "api.secret_rotated", actor)
    return f"whsec_{secret}"


def resume(row: Subscription, *, actor: User) -> None:
    """Call an address again that was given up; what it missed is not told again."""
    Subscription.objects.filter(pk=row.pk).update(is_on=True)
    _audited(row, "api.resumed", actor)


def remove(row: Subscription, *, actor: User) -> None:
    _audited(row, "api.unsubscribed", actor)
    row.delete()


def test(row: Subscription, *, actor: User) -> Call:
    """Call it once, now, with nothing but the word "test"; how it answered."""
    now = clock.now()
    last = Call.objects.filter(subscription=row).aggregate(least=Min("event"))["least"] or 0
    call = Call.objects.create(
        workspace_id=row.workspace_id,
        subscription=row,
        event=min(last, 0) - 1,
        body={"type": TEST, "timestamp": now.isoformat(), "data": {}},
        at=now,
        attempts=1,
    )
    call.status, call.reason = _made(call)
    call.save(update_fields=["status", "reason"])
    _audited(row, "api.tested", actor, status=call.status)
    return call


def _fresh() -> str:
    return base64.b64encode(random.token_bytes(32)).decode()


def _audited(row: Subscription, verb: str, actor: User, **details: Any) -> None:
    target = urlsplit(row.url).hostname or ""
    audit.record(
        verb, actor=actor, workspace=row.workspace_id, target=target, subscription=row.pk, **details
    )


@outbox.consumer("webhooks_out", EVENTS, order=90, rest=0.25)
def follow(event: outbox.Event, prepared: Any) -> None:
    """Note whom to call; conversations are listed up to 200, else only counted."""
    if event.kind != DELIVER and not _is_anybody_told(event.workspace_id):
        return
    listening = [row for row in _listening() if event.kind in row.events]
    if event.kind == DELIVER and not listening:
        _undelivered(event.payload["outbound"])
    for row in listening:
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


def _is_anybody_told(workspace_id: int) -> bool:
    """Below the ORM: asked at each event of every brand, and nearly always answered no."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM api_subscription WHERE workspace_id = %s AND is_on LIMIT 1",
            [workspace_id],
        )
        return cursor.fetchone() is not None


def _listening() -> QuerySet[Subscription, Subscription]:
    return Subscription.objects.filter(is_on=True, key__revoked_at=None)


def takes_answers() -> bool:
    """Whether a program of the active workspace takes answers to what the API brought in."""
    return any(DELIVER in events for events in _listening().values_list("events", flat=True))


def _undelivered(outbound: int) -> None:
    """The team hears that nobody took its answer, unless a program has settled that already."""
    reason = _("No program took this answer, although it was tried for a day.")
    with suppress(Problem):
        channels.programs.report(outbound, "failed", clock.now(), reason)


def _told(event: outbox.Event) -> dict[str, Any]:
    if event.kind == FIRED:
        return {"type": event.kind, "timestamp": clock.now().isoformat(), "data": _fired(event)}
    threads = event.payload.get("threads") or [event.payload.get("thread")]
    named = [ids.conceal("conversation", one) for one in threads if one is not None]
    data: dict[str, Any] = {"conversations": named[:LISTED], "count": len(named)}
    if "outbound" in event.payload:
        data["answer"] = ids.conceal("answer", event.payload["outbound"])
    if event.kind == DELIVER:
        said = channels.programs.answer_to_deliver(event.payload["outbound"])
        data |= _to_deliver(said) if said else {}
    return {"type": event.kind, "timestamp": clock.now().isoformat(), "data": data}


def _fired(event: outbox.Event) -> dict[str, Any]:
    """Which alert, and the conversations of its messages; nothing of one deleted meanwhile."""
    firing = alerting.firing(event.payload["firing"])
    if firing is None:
        return {"conversations": [], "count": 0}
    messages = channels.messages(alerting.messages_of(firing.id, LISTED))
    threads = dict.fromkeys(one.thread for one in messages)
    return {
        "alert": firing.name,
        "kind": firing.kind,
        "firing": ids.conceal("firing", firing.id),
        "began_at": firing.began_at.isoformat(),
        "ended_at": firing.ends_at.isoformat(),
        "conversations": [ids.conceal("conversation", one) for one in threads],
        "count": firing.messages,
    }


def _to_deliver(said: AnswerToDeliver) -> dict[str, Any]:
    """The words, and whose message they answer, as the program called it."""
    names = ("text", "subject", "visibility", "in_reply_to", "to")
    return {name: getattr(said, name) for name in names}


@jobs.beside("webhooks out", pause=1.0)
def _errand(stop: threading.Event) -> int:
    return call_due()


@jobs.beside("webhook calls forgotten", pause=3600.0)
def _tidy(stop: threading.Event) -> int:
    forget_made()
    return 0


def forget_made() -> None:
    """Calls that were made, or given up, some days ago are of no more use. Needs no scope."""
    with every_workspace():
        Call.objects.filter(due_at=None, at__lt=clock.now() - KEPT).delete()


def call_due(limit: int = 20) -> int:
    """Make the calls that are due; returns how many. Needs no scope."""
    with every_workspace():
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
        status, reason = _made(row)
        row.reason = reason
        Call.objects.filter(pk=row.pk).update(reason=reason)
        if 200 <= status < 300:
            Call.objects.filter(pk=row.pk).update(due_at=None, status=status)
        else:
            _again(row, status)
        return True


def _made(row: Call) -> tuple[int, str]:
    """The status of the answer, 0 without any, and what else is known of a failure."""
    body = json.dumps(row.body, ensure_ascii=False).encode()
    name, stamp = f"call_{row.pk}", str(int(clock.now().timestamp()))
    made = [signature(key, name, stamp, body) for key in _keys(row.subscription)]
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(made),
    }
    try:
        answer = http.guarded().request(
            "POST", row.subscription.url, data=body, headers=headers, timeout=10.0
        )
    except HttpProblem as error:
        log.info("webhooks_out.unreached", subscription=row.subscription_id, reason=str(error))
        return 0, str(error)[:200]
    return answer.status, ""


def _keys(row: Subscription) -> list[bytes]:
    """The secret's bytes; after a rotation those of the one before as well, for a day."""
    kept = [row.secret]
    if row.old_secret and row.old_until is not None and row.old_until > clock.now():
        kept.append(row.old_secret)
    return [base64.b64decode(secrets.decrypt(one)) for one in kept]


def _again(row: Call, status: int) -> None:
    """Later, with growing pauses; who is gone, or silent for a day, is called no more."""
    if status == GONE or row.attempts > len(PAUSES):
        log.warning("webhooks_out.given_up", subscription=row.subscription_id, status=status)
        Subscription.objects.filter(pk=row.subscription_id).update(is_on=False)
        Call.objects.filter(pk=row.pk).update(due_at=None, status=status)
        if row.body.get("type") == DELIVER and not _taken_by_another(row):
            _undelivered(ids.reveal("answer", row.body["data"]["answer"]) or 0)
        return
    pause = timedelta(seconds=PAUSES[row.attempts - 1])
    Call.objects.filter(pk=row.pk).update(due_at=clock.now() + pause, status=status)


def _taken_by_another(row: Call) -> bool:
    """Whether the same answer was handed to another program, or is still tried."""
    others = Call.objects.filter(event=row.event).exclude(pk=row.pk)
    return others.filter(Q(status__gte=200, status__lt=300) | Q(due_at__isnull=False)).exists()


channels.programs.ask_whether(takes_answers)

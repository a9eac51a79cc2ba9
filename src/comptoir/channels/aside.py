"""Deliveries that could not be understood, or not wholly: shown, read again, or let go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, clock, jobs, wake
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id, every_workspace
from comptoir.channels.connector import Words
from comptoir.channels.models import Inbound, Receipt, Removal
from comptoir.channels.views import ProblemView

State = Inbound.State
KEPT = timedelta(days=30)
"""How long an understood delivery is kept; what it said stays beside the messages."""
REMEMBERED = timedelta(days=400)
"""How long a message that is gone is left aside when a network tells it again."""
_SHOWN = 4_000
_PART = 1_000
_EVERY = timedelta(hours=1)
_looked: list[datetime] = []
_FIXES: dict[str, tuple[Words, Words]] = {
    "unrecognised": (
        _("This is not what the network usually sends."),
        _("Its connector may be older than the network: bring it up to date, then read it again."),
    ),
    "crashed": (
        _("Its connector failed on this, five times."),
        _("Bring the connector up to date, then read it again. Report it if that does not help."),
    ),
}


@dataclass(frozen=True, slots=True)
class SetAsideView:
    """
    A delivery that was set aside. entries: (place in the delivery, reason) of those that could
    not be understood; the others were. text: its beginning; size: its bytes.
    """

    id: int
    account: int
    received_at: datetime
    problem: ProblemView
    reason: str
    entries: Sequence[tuple[int, str]]
    text: str
    size: int


def set_aside(
    account_id: int | None = None, before: int | None = None, limit: int = 50
) -> list[SetAsideView]:
    """Deliveries set aside with ids below `before`, newest first."""
    rows = Inbound.objects.filter(state=State.SET_ASIDE).order_by("-pk")
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_view(row) for row in rows[:limit]]


def set_aside_body(inbound_id: int) -> bytes:
    """A delivery as it came. Raises Problem when it is no longer here."""
    return bytes(_row(inbound_id).body)


def read_again(inbound_id: int, *, actor: User | None) -> None:
    """Let the worker understand a delivery again; what was stored of it is not doubled."""
    row = _row(inbound_id)
    with transaction.atomic():
        fresh = {"state": State.WAITING, "attempts": 0, "retry_at": None, "done_at": None}
        Inbound.objects.filter(pk=row.pk).update(**fresh)
        _audit("channels.delivery_read_again", row, actor)
        wake.tell()


def let_go(inbound_id: int, *, actor: User | None) -> None:
    """Forget a delivery that nobody needs; it is not heard again if the network repeats it."""
    row = _row(inbound_id)
    with transaction.atomic():
        Inbound.objects.filter(pk=row.pk).update(
            state=State.DONE, done_at=clock.now(), body=b"", headers={}, problem={}
        )
        _audit("channels.delivery_let_go", row, actor)


def read_all_again(account_id: int | None = None, *, actor: User | None) -> int:
    """Let the worker understand all that is set aside again, of one account or of every one."""
    fresh = {"state": State.WAITING, "attempts": 0, "retry_at": None, "done_at": None}
    return _all("channels.deliveries_read_again", account_id, actor, fresh)


def let_all_go(account_id: int | None = None, *, actor: User | None) -> int:
    """Forget all that is set aside, of one account or of every one."""
    gone = {"state": State.DONE, "done_at": clock.now(), "body": b"", "headers": {}, "problem": {}}
    return _all("channels.deliveries_let_go", account_id, actor, gone)


def _all(verb: str, account_id: int | None, actor: User | None, changes: dict[str, Any]) -> int:
    """Change what is set aside; returns how many that was. One entry of the audit log for all."""
    rows = Inbound.objects.filter(state=State.SET_ASIDE)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    with transaction.atomic():
        count = rows.update(**changes)
        if count:
            audit.record(
                verb,
                actor=actor,
                workspace=current_workspace_id(),
                account=account_id,
                count=count,
            )
            wake.tell()
    return count


@jobs.step("old deliveries", order=95)
def forget_old() -> int:
    """Once an hour, drop what was understood a month ago; returns how many."""
    now = clock.now()
    if _looked and now < _looked[0] + _EVERY:
        return 0
    dropped = drop_old(now - KEPT)
    if dropped < _PART:
        _looked[:] = [now]
    return dropped


def drop_old(oldest: datetime) -> int:
    """Drop a portion of what was understood before `oldest`."""
    with every_workspace():
        done = Inbound.objects.filter(state=State.DONE).order_by("pk")
        rows = done.values_list("pk", "done_at")[:_PART]
        old = [pk for pk, done_at in rows if done_at is not None and done_at < oldest]
        Inbound.objects.filter(pk__in=old).delete()
        Removal.objects.filter(at__lt=oldest + KEPT - REMEMBERED).delete()
        Receipt.objects.filter(heard_at__lt=oldest).delete()
    return len(old)


def _row(inbound_id: int) -> Inbound:
    row = Inbound.objects.filter(pk=inbound_id, state=State.SET_ASIDE).first()
    if row is None:
        raise Problem(
            "not_set_aside", _("This delivery is no longer set aside."), _("Reload the page.")
        )
    return row


def _view(row: Inbound) -> SetAsideView:
    code = row.problem.get("code", "unrecognised")
    sentence, fix = _FIXES.get(code, _FIXES["unrecognised"])
    body = bytes(row.body)
    return SetAsideView(
        id=row.pk,
        account=row.account_id,
        received_at=row.received_at,
        problem=ProblemView(code, str(sentence), str(fix)),
        reason=row.problem.get("reason", ""),
        entries=[(each["place"], each["reason"]) for each in row.problem.get("entries", ())],
        text=body[:_SHOWN].decode("utf-8", "replace"),
        size=len(body),
    )


def _audit(verb: str, row: Inbound, actor: User | None, **details: Any) -> None:
    audit.record(
        verb,
        actor=actor,
        workspace=current_workspace_id(),
        target=str(row.pk),
        account=row.account_id,
        **details,
    )

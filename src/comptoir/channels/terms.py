"""Forgetting what others wrote where a network's terms allow to keep it for a while only."""

from datetime import datetime, timedelta

from django.db import transaction

from comptoir.base import bulk as base_bulk
from comptoir.base import clock, jobs
from comptoir.base.scope import every_workspace, scope
from comptoir.channels import bulk
from comptoir.channels.connections import connection_of
from comptoir.channels.connectors import connector
from comptoir.channels.erasing import remove_messages
from comptoir.channels.models import ConnectedAccount, Inbound, Message, Outbound, Removal

_PART = 500
_EVERY = timedelta(hours=1)
_looked: list[datetime] = []


@jobs.step("network terms", order=96)
def forget_in_time() -> int:
    """Once an hour; returns how many messages went."""
    now = clock.now()
    if _looked and now < _looked[0] + _EVERY:
        return 0
    gone = forget_by_terms(now)
    if not gone:
        _looked[:] = [now]
    return gone


def forget_by_terms(now: datetime) -> int:
    """Forget a portion of what each account must not keep any more; returns how many went."""
    with every_workspace():
        rows = list(ConnectedAccount.objects.select_related("account"))
    return sum(_forget(row, now) for row in rows)


def _forget(row: ConnectedAccount, now: datetime) -> int:
    """
    The team's own answers stay, and so does what one that waits to leave is an answer to.

    Deliveries are emptied, not dropped, so that one that comes again is recognised.
    """
    made = connector(row.kind)
    row.secrets = ""  # terms depend on none
    allowed = made.forgets_after(connection_of(row)) if made else None
    if allowed is None:
        return 0
    with scope(row.workspace_id), transaction.atomic():
        bulk.lock(row.account_id)
        waiting = Outbound.objects.filter(
            account_id=row.account_id, state__in=(Outbound.State.QUEUED, Outbound.State.SENDING)
        )
        old = Message.objects.filter(
            account_id=row.account_id, own=False, delivery__received_at__lt=now - allowed
        ).exclude(pk__in=waiting.values("to"))
        ids = list(old.order_by("pk").values_list("external_id", flat=True)[:_PART])
        columns = ("workspace_id", "account_id", "external_id", "at")
        known = [(row.workspace_id, row.account_id, each, now) for each in ids]
        base_bulk.upsert(Removal, columns, known, key=("account_id", "external_id"))
        remove_messages(row.account_id, ids)
        Inbound.objects.filter(
            account_id=row.account_id, received_at__lt=now - allowed
        ).exclude(state=Inbound.State.WAITING).exclude(body=b"").update(
            body=b"", headers={}, problem={}, state=Inbound.State.DONE, done_at=now
        )  # fmt: skip
    return len(ids)

"""Looking after connections: tokens renewed before they end, every account checked each day."""

import time
from datetime import timedelta
from threading import Event

from django.db.models import Q

from comptoir.base import clock, http, jobs
from comptoir.base.scope import every_workspace, scope
from comptoir.channels import connecting, polling
from comptoir.channels.connectors import connector
from comptoir.channels.models import ConnectedAccount

State = ConnectedAccount.State
DAILY = timedelta(days=1)
AGAIN_SECONDS = 3_600.0
"""Before an account is seen to again that could not be, or whose access was lost."""

_tried: dict[int, float] = {}


@jobs.beside("caring", pause=30.0)
def care_for_accounts(stop: Event | None = None) -> int:
    """Renew what is about to end and check what was not for a day; returns how many."""
    done = 0
    for row in _in_need():
        if stop is not None and stop.is_set():
            break
        _tried[row.pk] = time.monotonic()
        with scope(row.workspace_id):
            done += _care(row)
    return done


def _in_need() -> list[ConnectedAccount]:
    now = clock.now()
    stale = Q(checked_at=None) | Q(checked_at__lt=now - DAILY)
    ending = Q(expires_at__isnull=False)
    with every_workspace():
        rows = ConnectedAccount.objects.filter(
            Q(state=State.ON) & (stale | ending) | Q(state=State.LOST)
        )
        found = [
            row
            for row in rows.order_by("pk")
            if row.state == State.LOST
            or row.checked_at is None
            or row.checked_at < now - DAILY
            or polling.must_renew(row)
        ]
    return [row for row in found if _may_try(row.pk)]


def _may_try(account: int) -> bool:
    before = _tried.get(account)
    return before is None or time.monotonic() - before > AGAIN_SECONDS


def _care(row: ConnectedAccount) -> int:
    """
    One account's turn. A token is renewed by whoever holds the account, because two that renew
    at once make each other's void; a listener or a poll renews by itself.
    """
    made = connector(row.kind)
    if made is None:
        return 0
    if row.state == State.ON and polling.must_renew(row):
        mine = polling.claim(row) if not row.claim else None
        if mine is None:
            return 0
        try:
            polling.renew(row, made, http.guarded())
        except Exception as error:  # noqa: BLE001 whatever a connector raises is said on the account
            polling.failed(row.pk, error)
        finally:
            polling.release(mine)
        return 1
    connecting.check(row.pk, patient=True)
    return 1

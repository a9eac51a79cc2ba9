"""
Notices on their way: each mail and each channel by itself, tried for a day.

A notice is claimed for a minute by one statement. A worker that dies while it sends leaves the
claim; the mailbox is then asked whether the mail is there before it is sent again, under the
same id. Slack and Teams cannot be asked: there a notice may, after such a death, appear twice.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import translation

from comptoir.base import clock
from comptoir.base.models import Workspace
from comptoir.base.scope import every_workspace, scope
from comptoir.channels import api as channels
from comptoir.listening.alerting import words
from comptoir.listening.models import Firing, Notice

PAUSES = (10, 60, 300, 1_800, 7_200, 18_000, 36_000)
"""Seconds before each new try; after the last the notice has failed."""
LEASE = timedelta(seconds=60)
State = Notice.State
_addresses: list[Callable[[Workspace, int], str]] = []


def read_at(address: Callable[[Workspace, int], str]) -> None:
    """Register who knows where a firing is read: the workspace and the firing's id."""
    _addresses[:] = [address]


def send_due(limit: int = 20) -> int:
    """Send the notices that are due; returns how many were tried. Needs no scope."""
    with every_workspace():
        due = Notice.objects.filter(due_at__lte=clock.now()).order_by("due_at", "pk")
        rows = list(due[:limit])
    return sum(_claimed_and_sent(row) for row in rows)


def _claimed_and_sent(row: Notice) -> bool:
    with scope(row.workspace_id):
        mine = Notice.objects.filter(pk=row.pk, due_at=row.due_at, state=State.WAITING)
        if not mine.update(due_at=clock.now() + LEASE, attempts=F("attempts") + 1):
            return False
        row.refresh_from_db()
        try:
            _send(row)
        except Exception as error:  # noqa: BLE001 whatever it is, it is shown and tried again
            _failed(row, error)
            return True
        _save(row, state=State.SENT, due_at=None, problem={}, sent_at=clock.now())
        return True


def _send(row: Notice) -> None:
    firing = Firing.objects.select_related("alert").get(pk=row.firing_id)
    brand = Workspace.objects.get(pk=row.workspace_id)
    address = _addresses[0](brand, firing.pk) if _addresses else ""
    if row.way == "channel":
        with translation.override(firing.alert.language):
            _subject, text = words.notice(firing, brand.name, address)
        channels.post_notice(row.target, text)
        return
    channels.mail_member(
        row.target,
        lambda: words.notice(firing, brand.name, address),
        row.key,
        again=row.attempts > 1,
    )


def _failed(row: Notice, error: Exception) -> None:
    """Later, when it may go better; else it says why not."""
    found = channels.unsent(error)
    if found.again is None or row.attempts > len(PAUSES):
        _save(row, state=State.FAILED, due_at=None, problem=found.problem)
        return
    pause = max(PAUSES[row.attempts - 1], min(found.again, PAUSES[-1]))
    _save(row, due_at=clock.now() + timedelta(seconds=pause), problem=found.problem)


def _save(row: Notice, **changed: Any) -> None:
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=list(changed))


def try_again(firing_id: int) -> int:
    """Send a firing's notices again that failed; returns how many."""
    failed = Notice.objects.filter(firing_id=firing_id, state=State.FAILED)
    return failed.update(state=State.WAITING, attempts=0, due_at=clock.now())

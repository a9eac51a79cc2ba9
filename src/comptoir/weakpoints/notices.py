"""
Telling a task's owner, by mail from the brand's own mailbox, once.

A notice is claimed for a minute by one statement; before a second try the mailbox is asked
whether the first has left. What keeps it from leaving is shown on the task.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from comptoir.base import clock, jobs
from comptoir.base.models import Workspace
from comptoir.base.scope import every_workspace, scope
from comptoir.channels import api as channels
from comptoir.weakpoints.models import Task

PAUSES = (30, 300, 1_800, 7_200, 36_000)
LEASE = timedelta(seconds=60)
_addresses: list[Callable[[Workspace, int], str]] = []


def read_at(address: Callable[[Workspace, int], str]) -> None:
    """Register who knows where a task is read: the workspace and the task's id."""
    _addresses[:] = [address]


@jobs.beside("task notices", pause=2.0)
def _clockwork(stop: threading.Event) -> int:
    return send_due()


def send_due(limit: int = 20) -> int:
    """Mail what is due; returns how many were tried. Needs no scope."""
    with every_workspace():
        due = Task.objects.filter(notice_at__lte=clock.now()).order_by("notice_at", "pk")
        rows = list(due[:limit])
    return sum(_claimed_and_sent(row) for row in rows)


def _claimed_and_sent(row: Task) -> bool:
    with scope(row.workspace_id):
        mine = Task.objects.filter(pk=row.pk, notice_at=row.notice_at, owner=row.owner_id)
        if not mine.update(notice_at=clock.now() + LEASE, notice_tries=F("notice_tries") + 1):
            return False
        row.refresh_from_db()
        try:
            _send(row)
        except Exception as error:  # noqa: BLE001 whatever it is, it is shown and tried again
            _failed(row, channels.unsent(error))
        else:
            _done(row, {})
        return True


def _send(row: Task) -> None:
    brand = Workspace.objects.get(pk=row.workspace_id)
    channels.mail_member(
        row.owner_id or 0,
        lambda: words(row, brand),
        row.notice_key,
        again=row.notice_tries > 1,
    )


def words(row: Task, brand: Workspace) -> tuple[str, str]:
    """Subject and text of the mail, in the language in force."""
    subject = _("%(brand)s: a task for you: %(title)s") % {"brand": brand.name, "title": row.title}
    lines = [
        _("%(name)s gave you a task about what customers complain of.")
        % {"name": str(row.by) if row.by else brand.name},
        "",
        row.title,
        str(Task.Kind(row.kind).label),
    ]
    if row.due_on:
        lines.append(_("Until %(day)s") % {"day": row.due_on.isoformat()})
    if _addresses:
        lines += ["", _addresses[0](brand, row.pk)]
    return subject, "\n".join(lines)


def _failed(row: Task, found: channels.Unsent) -> None:
    """Later, when it may go better; else the task says why not."""
    if found.again is None or row.notice_tries > len(PAUSES):
        _done(row, found.problem)
        return
    pause = timedelta(seconds=max(PAUSES[row.notice_tries - 1], min(found.again, PAUSES[-1])))
    Task.objects.filter(pk=row.pk, notice_key=row.notice_key).update(notice_at=clock.now() + pause)


def _done(row: Task, problem: dict[str, Any]) -> None:
    """Unless somebody gave the task to another meanwhile."""
    Task.objects.filter(pk=row.pk, notice_key=row.notice_key).update(
        notice_at=None, notice_problem=problem
    )

"""
Telling of a firing: at once, or when quiet hours are over.

Being told is one moment for everybody: the desk and programs hear it from the outbox, and a
notice is written for each mail and channel, all in one transaction.
"""

from datetime import time
from uuid import uuid4

from django.db import transaction

from comptoir.base import clock, outbox
from comptoir.base.scope import every_workspace, scope
from comptoir.listening.models import Alert, Firing, Notice

FIRED = "alert_fired"
_PART = 100


def quiet_hours(row: Alert) -> tuple[time, time] | None:
    if row.quiet_from is None or row.quiet_until is None:
        return None
    return row.quiet_from, row.quiet_until


def tell(firing: Firing) -> None:
    """Tell of it now, in the caller's transaction; again changes nothing."""
    mine = Firing.objects.filter(pk=firing.pk, told_at=None)
    if not mine.update(told_at=clock.now()):
        return
    alert = Alert.objects.get(pk=firing.alert_id)
    for way, targets in (("mail", alert.people), ("channel", alert.accounts)):
        for target in targets:
            Notice.objects.get_or_create(
                firing=firing,
                way=way,
                target=target,
                defaults={
                    "workspace_id": firing.workspace_id,
                    "key": uuid4().hex,
                    "due_at": clock.now(),
                },
            )
    outbox.publish(firing.workspace_id, FIRED, firing=firing.pk, alert=alert.pk)


def tell_due() -> int:
    """Tell of what quiet hours held back, now that they are over. Needs no scope."""
    with every_workspace():
        due = Firing.objects.filter(told_at=None, tell_at__lte=clock.now()).order_by("tell_at")
        found = list(due.values_list("pk", "workspace_id")[:_PART])
    for pk, workspace in found:
        with scope(workspace), transaction.atomic():
            held = Firing.objects.select_for_update().filter(pk=pk, told_at=None).first()
            if held is not None:
                tell(held)
    return len(found)

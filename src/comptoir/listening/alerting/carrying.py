"""
Alerts that another part of listening makes and fires: those of watched pages.

They have no window and count no message; quiet hours, notices, the badge and `alert_fired` are
those of every alert. All functions belong in the caller's transaction.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from comptoir.base import clock
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.listening.alerting import saving, watching
from comptoir.listening.alerting.records import AlertDraft
from comptoir.listening.models import Alert


def keep(
    alert_id: int | None,
    name: str,
    people: Iterable[int],
    accounts: Iterable[int],
    actor: User,
) -> int:
    """Write such an alert, or change it; returns its id."""
    row = Alert.objects.filter(pk=alert_id).first() if alert_id else None
    if row is None:
        row = Alert(
            workspace_id=current_workspace_id(),
            by=actor,
            armed_at=clock.now(),
            language=actor.language,
        )
    draft = AlertDraft(
        name[:80], Alert.Kind.PAGE, window=0, cooldown=0,
        people=tuple(people), accounts=tuple(accounts),
    )  # fmt: skip
    saving.fill(row, draft)
    row.save()
    return row.pk


def targets(alert_id: int | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The people and the channels that are told."""
    row = Alert.objects.filter(pk=alert_id).first() if alert_id else None
    return (tuple(row.people), tuple(row.accounts)) if row else ((), ())


def drop(alert_id: int | None) -> None:
    """Delete it, with what it told."""
    if alert_id is not None:
        Alert.objects.filter(pk=alert_id, kind=Alert.Kind.PAGE).delete()


def fire(
    alert_id: int | None, began_at: datetime, ends_at: datetime, facts: Mapping[str, Any]
) -> bool:
    """Have it go off, once for a moment; again changes nothing."""
    row = Alert.objects.filter(pk=alert_id, is_on=True).first() if alert_id else None
    if row is None:
        return False
    told = {"kind": Alert.Kind.PAGE.value, "window": 0, **facts}
    return watching.go_off(row, began_at, ends_at, told)

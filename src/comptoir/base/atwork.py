"""Whether somebody of the team is there to answer now: a page of the desk is open."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from comptoir.base import bulk, clock
from comptoir.base.models import AtWork, Membership, Workspace
from comptoir.base.roles import Permission, Role, can
from comptoir.base.scope import current_workspace_id

LIFE = timedelta(seconds=90)
"""Open pages are noted every half minute; one missed note sends nobody home."""


def note(present: Iterable[tuple[int, int]]) -> None:
    """Members who have a page open now, as (workspace id, user id). Needs no scope."""
    now = clock.now()
    rows = [(workspace, user, now) for workspace, user in sorted(set(present))]
    if rows:
        columns, key = ("workspace_id", "user_id", "at"), ("workspace_id", "user_id")
        bulk.upsert(AtWork, columns, rows, key=key, update=("at",))


def anybody() -> bool:
    """Whether a member who may answer has a page of the active workspace open."""
    here = AtWork.objects.filter(at__gt=clock.now() - LIFE).values_list("user_id", flat=True)
    roles = [role for role in Role.values if can(role, Permission.ANSWER)]
    members = Membership.objects.filter(workspace_id=current_workspace_id(), role__in=roles)
    return members.filter(user_id__in=list(here)).exists()


def is_open(workspace: Workspace, moment: datetime) -> bool:
    """
    Whether `moment` lies in the brand's opening hours, in its own zone.

    >>> brand = Workspace(zone="Europe/Paris", hours={"0": [["09:00", "18:00"]]})
    >>> from datetime import UTC
    >>> is_open(brand, datetime(2026, 3, 2, 8, 30, tzinfo=UTC))
    True
    >>> is_open(brand, datetime(2026, 3, 2, 17, 30, tzinfo=UTC))
    False
    """
    local = moment.astimezone(ZoneInfo(workspace.zone))
    openings = workspace.hours.get(str(local.weekday()), [])
    return any(
        time.fromisoformat(opens) <= local.time() < time.fromisoformat(closes)
        for opens, closes in openings
    )

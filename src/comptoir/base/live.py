"""
The outbox as open pages follow it: what happened since, in order.

Cursors here belong to readers who come and go, so nothing is kept about them: each says
the last id it has seen.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min

from comptoir.base.models import OutboxEvent
from comptoir.base.scope import every_workspace

KINDS = frozenset(
    {
        "conversations_changed",
        "answer_queued",
        "answer_sent",
        "answer_delivered",
        "answer_failed",
        "answer_unknown",
        "answer_cancelled",
        "alert_fired",
    }
)
"""What an open page wants to hear of; all else follows from these."""


@dataclass(frozen=True, slots=True)
class News:
    """An event of KINDS. id: its place among all events of the installation."""

    id: int
    workspace_id: int
    kind: str
    payload: dict[str, Any]


def newest() -> int:
    """Id of the newest event of any kind; 0 before the first."""
    return _bound(Max("pk"))


def news(after: int, until: int, workspace_id: int | None = None, limit: int = 1000) -> list[News]:
    """Events with after < id <= until, oldest first, of all workspaces or of one."""
    with every_workspace():
        rows = OutboxEvent.objects.filter(pk__gt=after, pk__lte=until, kind__in=KINDS)
        if workspace_id is not None:
            rows = rows.filter(workspace_id=workspace_id)
        told = rows.order_by("pk").values_list("pk", "workspace_id", "kind", "payload")
        return [News(*row) for row in told[:limit]]


def is_kept(after: int) -> bool:
    """
    Whether every event since `after` is still there to be told.

    False when some were pruned, and for an id from the future: the database was restored.
    """
    top = newest()
    return after == top or (_bound(Min("pk")) <= after + 1 and after < top)


def _bound(edge: Max | Min) -> int:
    with every_workspace():
        return OutboxEvent.objects.aggregate(edge=edge)["edge"] or 0

"""
The outbox as open pages follow it: what happened since, in order.

Cursors here belong to readers who come and go, so nothing is kept about them: each says
the last id it has seen.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Min

from comptoir.base import outbox
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
    return outbox.newest()


def news(after: int, until: int, workspace_id: int | None = None, limit: int = 1000) -> list[News]:
    """Events with after < id <= until, oldest first, of all workspaces or of one."""
    if after >= until:
        return []
    here = "" if workspace_id is None else " AND workspace_id = %s"
    marks = ", ".join(["%s"] * len(KINDS))
    with connection.cursor() as cursor:
        # Below the ORM: asked at every commit, for all the pages that are open.
        cursor.execute(
            "SELECT id, workspace_id, kind, payload FROM base_outboxevent"  # noqa: S608 only marks
            f" WHERE id > %s AND id <= %s AND kind IN ({marks}){here} ORDER BY id LIMIT %s",
            [
                after,
                until,
                *sorted(KINDS),
                *([] if workspace_id is None else [workspace_id]),
                limit,
            ],
        )
        rows = cursor.fetchall()
    return [
        News(number, workspace, kind, json.loads(told)) for number, workspace, kind, told in rows
    ]


def is_kept(after: int) -> bool:
    """
    Whether every event since `after` is still there to be told.

    False when some were pruned, and for an id from the future: the database was restored.
    """
    top = newest()
    return after == top or (_oldest() <= after + 1 and after < top)


def _oldest() -> int:
    with every_workspace():
        return OutboxEvent.objects.aggregate(edge=Min("pk"))["edge"] or 0

"""Reading labels back."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Count

from comptoir.base import bulk
from comptoir.base.models import OutboxCursor
from comptoir.base.scope import current_workspace_id
from comptoir.triage.models import Label
from comptoir.triage.records import AspectView, EntityView, IntentView, LabelView

CONSUMER = "triage"


def labels(message_ids: Iterable[int]) -> dict[int, LabelView]:
    """Labels by message id; messages not yet read are left out."""
    rows = bulk.picked(Label).filter(message_id__in=list(message_ids))
    return {row.message_id: view(row) for row in rows}


def group_members(group: int, limit: int = 50, before: int | None = None) -> list[int]:
    """Ids of the messages of a group, newest first, older than `before` when given."""
    rows = Label.objects.filter(group=group).order_by("-message_id")
    if before is not None:
        rows = rows.filter(message_id__lt=before)
    return list(rows.values_list("message_id", flat=True)[:limit])


def group_sizes(groups: Sequence[int]) -> dict[int, int]:
    """How many messages each group holds; unknown groups are left out."""
    rows = Label.objects.filter(group__in=set(groups)).values("group").order_by()
    return {row["group"]: row["size"] for row in rows.annotate(size=Count("pk"))}


def pending() -> int:
    """How many received messages of the workspace still wait for their labels."""
    done = OutboxCursor.objects.filter(consumer=CONSUMER).values_list("last_event", flat=True)
    length = (
        "jsonb_array_length(payload->'ids')"
        if connection.vendor == "postgresql"
        else "json_array_length(payload, '$.ids')"
    )
    sql = (
        f"SELECT COALESCE(SUM({length}), 0) FROM base_outboxevent"  # noqa: S608 no outside text
        " WHERE workspace_id = %s AND kind = 'messages_received' AND id > %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_workspace_id(), done.first() or 0])
        return int(cursor.fetchone()[0])


def view(row: Label) -> LabelView:
    return LabelView(
        message_id=row.message_id,
        language=row.language,
        tone=row.tone,
        urgency=row.urgency,
        needs_answer=row.needs_answer,
        irony=row.irony,
        intents=tuple(_intent(one) for one in row.intents),
        aspects=tuple(AspectView(**one) for one in row.aspects),
        entities=tuple(_entity(one) for one in row.entities),
        confidences={name: getattr(row, f"{name}_confidence") for name in WITH_CONFIDENCE},
        reasons=dict(row.reasons),
        corrected=frozenset(row.corrected),
        group=row.group,
        model_version=row.model_version,
        labelled_at=row.labelled_at,
        version=row.version,
    )


WITH_CONFIDENCE = ("language", "tone", "urgency", "needs_answer", "irony")


def _intent(stored: dict[str, Any]) -> IntentView:
    return IntentView(stored["name"], stored["confidence"], stored["reason"])


def _entity(stored: dict[str, Any]) -> EntityView:
    return EntityView(**stored)

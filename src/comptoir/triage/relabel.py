"""Reading the past again when the analysis, or the brand's model, has changed."""

from collections.abc import Sequence
from typing import Any

from comptoir.base import audit, outbox
from comptoir.base.models import OutboxCursor, OutboxEvent, User
from comptoir.base.scope import scope
from comptoir.triage import versions
from comptoir.triage.labels import CONSUMER
from comptoir.triage.models import Label
from comptoir.triage.taught import RelabelView

ASKED = "relabel_asked"
_BATCH = 500


def relabel(workspace_id: int, actor: User | None = None) -> None:
    """
    Have all messages of the workspace that an older analysis read be read again.

    Returns at once: the work goes through the outbox in batches, each of which leaves word
    of where the next begins, so that a killed worker goes on where it was. Asking twice is
    harmless.
    """
    with scope(workspace_id):
        total = _older().count()
    if actor is not None:
        audit.record("triage.relabel_asked", actor=actor, workspace=workspace_id, messages=total)
    outbox.publish(workspace_id, ASKED, after=0, done=0, total=total)


def next_ids(after: int) -> list[int]:
    """The next batch of messages that an older analysis read, oldest first."""
    rows = _older().filter(message_id__gt=after)
    return list(rows.order_by("message_id").values_list("message_id", flat=True)[:_BATCH])


def go_on(workspace_id: int, payload: dict[str, Any], done: Sequence[int]) -> None:
    """Ask for the batch after `done`; nothing left ends the chain."""
    if done:
        so_far = payload.get("done", 0) + len(done)
        outbox.publish(
            workspace_id, ASKED, after=done[-1], done=so_far, total=payload.get("total", 0)
        )


def relabelling() -> RelabelView:
    """How many messages an older version read, and how far a reading under way is."""
    reached = OutboxCursor.objects.filter(consumer=CONSUMER).values_list("last_event", flat=True)
    asked = OutboxEvent.objects.filter(kind=ASKED, pk__gt=reached.first() or 0)
    latest = asked.order_by("-pk").values_list("payload", flat=True).first()
    older, everything = _older().count(), Label.objects.count()
    if latest is None:
        return RelabelView(older, everything, None, None)
    total = max(latest.get("total", 0), latest.get("done", 0))
    return RelabelView(older, everything, latest.get("done", 0), total)


def _older() -> Any:
    return Label.objects.exclude(model_version=versions.stamp())

"""Reading the past again when the analysis has changed."""

from collections.abc import Sequence

from comptoir.analysis.api import MODEL_VERSION
from comptoir.base import outbox
from comptoir.triage.models import Label

ASKED = "relabel_asked"
_BATCH = 500


def relabel(workspace_id: int) -> None:
    """
    Have all messages of the workspace that an older analysis read be read again.

    Returns at once: the work goes through the outbox in batches, each of which leaves word
    of where the next begins, so that a killed worker goes on where it was. Asking twice is
    harmless.
    """
    outbox.publish(workspace_id, ASKED, after=0)


def next_ids(after: int) -> list[int]:
    """The next batch of messages that an older analysis read, oldest first."""
    rows = Label.objects.filter(message_id__gt=after).exclude(model_version=MODEL_VERSION)
    return list(rows.order_by("message_id").values_list("message_id", flat=True)[:_BATCH])


def go_on(workspace_id: int, done: Sequence[int]) -> None:
    """Ask for the batch after `done`; nothing left ends the chain."""
    if done:
        outbox.publish(workspace_id, ASKED, after=done[-1])

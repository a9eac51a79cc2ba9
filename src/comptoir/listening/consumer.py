"""The step of listening in the way of a message: labelled → mentions."""

from typing import Any

from comptoir.base import bulk, outbox
from comptoir.base.outbox import Event, consumer
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.listening import matching, past
from comptoir.listening.alerting.watching import wanted
from comptoir.listening.matching import Found

NAME = "listening"
MATCHED = "messages_matched"


def prepare(event: Event) -> Found | past.Part:
    """Ask the queries of what the event names; read-only."""
    if event.kind == past.ASKED:
        return past.read(event.payload["run"])
    return matching.find(event.payload["ids"])


@consumer(
    NAME,
    ("messages_labelled", "label_corrected", past.ASKED),
    order=30,
    prepare=prepare,
    joins=("messages_labelled",),
    rest=0.25,
)
def handle(event: Event, prepared: Any) -> None:
    """Write the mentions; a message that went meanwhile is left."""
    if event.kind == past.ASKED:
        past.write(prepared)
        return
    here = {row[0] for row in bulk.look_up(Message, ("id",), "id", prepared)}
    matching.write({message: queries for message, queries in prepared.items() if message in here})
    if here and wanted():
        outbox.publish(current_workspace_id(), MATCHED, ids=sorted(here))

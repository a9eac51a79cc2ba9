"""The step of triage in the way of a message: received → labelled."""

from typing import Any

from comptoir.analysis.api import MODEL_VERSION
from comptoir.base.outbox import Event, consumer, publish
from comptoir.triage import reading, relabel, writing
from comptoir.triage.labels import CONSUMER
from comptoir.triage.reading import Read


def prepare(event: Event) -> list[Read]:
    """Read what the event asks for; the brand's answers read anew when their owner changed."""
    if event.kind == relabel.ASKED:
        return reading.read(relabel.next_ids(event.payload["after"]))
    ids = event.payload["ids"]
    again = event.kind == "messages_reowned"
    return reading.read(ids if again else reading.unread(ids, MODEL_VERSION))


@consumer(
    CONSUMER, ("messages_received", "messages_reowned", relabel.ASKED), order=10, prepare=prepare
)
def handle(event: Event, prepared: Any) -> None:
    """
    Write the labels and tell the others.

    All ids of the event are told, also those labelled before: a listener that missed
    the first telling still hears of them, and hearing twice is harmless.
    """
    read: list[Read] = prepared
    writing.write(read)
    if event.kind == relabel.ASKED:
        ids = [one.id for one in read]
        relabel.go_on(event.workspace_id, ids)
    else:
        ids = event.payload["ids"]
    if ids:
        publish(event.workspace_id, "messages_labelled", ids=ids)

"""The step of triage in the way of a message: received → labelled."""

from typing import Any

from comptoir.base import bulk
from comptoir.base.outbox import Event, consumer, publish
from comptoir.triage import lessons, reading, relabel, versions, writing
from comptoir.triage.labels import CONSUMER
from comptoir.triage.models import Features
from comptoir.triage.reading import Read


def prepare(event: Event) -> list[Read]:
    """Read what the event asks for; the brand's answers read anew when their owner changed."""
    if event.kind == relabel.ASKED:
        return reading.read(relabel.next_ids(event.payload["after"]))
    ids = event.payload["ids"]
    again = event.kind == "messages_reowned"
    return reading.read(ids if again else reading.unread(ids, versions.stamp()))


@consumer(
    CONSUMER,
    ("messages_received", "messages_reowned", relabel.ASKED),
    order=10,
    prepare=prepare,
    joins=("messages_received",),
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
        relabel.go_on(event.workspace_id, event.payload, ids)
    else:
        ids = event.payload["ids"]
        # Their words may have changed: an erased person's name is taken out of them.
        if bulk.look_up(Features, ("message_id",), "message_id", ids):
            Features.objects.filter(message_id__in=ids).delete()
    if ids:
        publish(event.workspace_id, "messages_labelled", ids=ids)


@consumer("triage.lessons", ("label_corrected",), order=90)
def heed(event: Event, prepared: Any) -> None:
    """Have the brand's model learnt once enough corrections came together."""
    lessons.ask_when_due()

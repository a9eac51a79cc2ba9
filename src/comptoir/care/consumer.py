"""The steps of care in the way of a message: received → shown, labelled → in a conversation."""

from collections.abc import Sequence
from typing import Any

from comptoir import conf
from comptoir.base import bulk
from comptoir.base.outbox import Event, consumer
from comptoir.care.merging import merge
from comptoir.care.refresh import refresh, tell, update
from comptoir.channels.models import Delivery, Message
from comptoir.triage.models import Label

NAME = "care"
KINDS = (
    "messages_labelled",
    "label_corrected",
    "threads_merged",
    "messages_reowned",
    "messages_erased",
    "answer_queued",
    "answer_sent",
    "answer_failed",
    "answer_unknown",
    "answer_cancelled",
)


@consumer("arrivals", ("messages_received",), order=5, joins=("messages_received",))
def show(event: Event, prepared: Any) -> None:
    """
    Show what was delivered before it is read, where reading takes its time.

    Rules read in passing, and nobody waits for the rows of a file: both come with their labels.
    """
    if conf.current().triage == "light":
        return
    threads = _unread(event.payload["ids"])
    if threads:
        update(threads, set(), acted=False)
        tell(threads, [])


def _unread(messages: Sequence[int]) -> list[int]:
    """Threads of those messages that were delivered, not imported, and have no label yet."""
    labelled = bulk.look_up(Label, ("message_id",), "message_id", messages)
    waiting = set(messages).difference(one for (one,) in labelled)
    rows = bulk.look_up(Message, ("thread_id", "delivery_id"), "id", waiting)
    runs = dict(bulk.look_up(Delivery, ("id", "run_id"), "id", {row[1] for row in rows}))
    return sorted({thread for thread, delivery in rows if runs.get(delivery, 0) is None})


@consumer(NAME, KINDS, order=20, joins=("messages_labelled",))
def handle(event: Event, prepared: Any) -> None:
    """Refresh the conversations that the event is about."""
    payload = event.payload
    if event.kind == "threads_merged":
        merge(payload["threads"], payload["gone"], payload.get("pairs", []))
        return
    if event.kind.startswith("answer_"):
        refresh([payload["thread"]])
        return
    messages = payload.get("ids", [])
    here = dict(bulk.look_up(Message, ("id", "thread_id"), "id", messages))
    refresh([*here.values(), *payload.get("threads", [])], here)

"""The step of care in the way of a message: labelled → in a conversation."""

from collections.abc import Sequence
from typing import Any

from comptoir.base.outbox import Event, consumer
from comptoir.care.merging import merge
from comptoir.care.refresh import refresh
from comptoir.channels.models import Message

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
    refresh([*_threads(messages), *payload.get("threads", [])], _here(messages))


def _threads(messages: Sequence[int]) -> set[int]:
    return set(Message.objects.filter(pk__in=messages).values_list("thread_id", flat=True))


def _here(messages: Sequence[int]) -> set[int]:
    return set(Message.objects.filter(pk__in=messages).values_list("pk", flat=True))

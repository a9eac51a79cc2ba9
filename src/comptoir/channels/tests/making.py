"""Messages made up for tests, and the shape that linking gave them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from comptoir.channels.api import Arrived, Incoming
from comptoir.channels.models import Message

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)


def said(external_id: str, author: str, *, at: float = 0, **fields: Any) -> Incoming:
    """A message by `author`, `at` hours after noon."""
    defaults: dict[str, Any] = {"channel": "x", "kind": "post", "text": f"message {external_id}"}
    if fields.get("in_reply_to") or fields.get("in_reply_to_handle"):
        defaults["kind"] = "reply"
    return Incoming(
        external_id=external_id,
        author_handle=author,
        sent_at=NOON + timedelta(hours=at),
        **(defaults | fields),
    )


def rows(*messages: Incoming) -> list[Arrived]:
    """Each message as a row of its own."""
    return [
        Arrived(line, f"raw {each.external_id}", [each]) for line, each in enumerate(messages, 2)
    ]


def shape() -> set[tuple[Any, ...]]:
    """
    What was stored, without the numbers that depend on the order of arrival.

    (external id, ids in its thread, how it was linked, how surely, id of its parent, own,
    id of the post above its thread).
    """
    messages = list(Message.objects.select_related("thread", "author"))
    names = {each.pk: each.external_id for each in messages}
    together: dict[int, set[str]] = {}
    for each in messages:
        together.setdefault(each.thread_id, set()).add(each.external_id)
    return {
        (
            each.external_id,
            frozenset(together[each.thread_id]),
            each.link,
            each.link_confidence,
            names.get(each.parent or 0),
            each.own,
            names.get(each.thread.about_id or 0),
            each.author.key,
        )
        for each in messages
    }


def together() -> set[frozenset[str]]:
    """The threads, as sets of external ids."""
    return {each[1] for each in shape()}


def link_of(external_id: str) -> tuple[str, float]:
    row = Message.objects.get(external_id=external_id)
    return row.link, row.link_confidence


def in_batches(items: Sequence[Arrived], size: int) -> list[Sequence[Arrived]]:
    return [items[start : start + size] for start in range(0, len(items), size)]

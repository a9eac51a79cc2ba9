"""
What is written on a stream: server-sent events, as the HTML standard lays them out.

conversations: `ids` that changed, or how `many` when listing them would help nobody; and the `rows` that
show them, HTML by the view that the stream was opened with.
answer: the `id` of a conversation and the `state` its answer came to. alert: the `id` of a firing. presence: everybody
at one conversation, so that hearing it twice or missing one does no harm; it has no id,
since it is not part of what is resumed. ready: the stream stands, with all who are present.
reset: too much was missed, look at everything again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from comptoir.base import ids
from comptoir.base.live import News
from comptoir.web.live.presence import People

RETRY_MILLISECONDS = 1500
MOST = 250
"""Conversations listed in one event; an import changes thousands at once."""

BEAT = b"event: beat\ndata: 1\n\n"
"""Keeps proxies from closing a quiet stream; not a comment, for the page listens for it."""


def frame(event: str, data: Any, identifier: int | None = None) -> bytes:
    told = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    known = f"id: {identifier}\n" if identifier is not None else ""
    return f"event: {event}\n{known}data: {told}\n\n".encode()


def ready(room: Mapping[int, People]) -> bytes:
    """The first words of a stream."""
    present = [_at(thread, people) for thread, people in room.items()]
    return f"retry: {RETRY_MILLISECONDS}\n".encode() + frame("ready", {"present": present})


def reset(position: int) -> bytes:
    return frame("reset", {}, position)


def news(one: News) -> bytes:
    if one.kind == "conversations_changed":
        return frame("conversations", _changed(one.payload.get("threads", [])), one.id)
    if one.kind == "alert_fired":
        return frame("alert", {"id": ids.conceal("firing", one.payload["firing"])}, one.id)
    state = one.kind.removeprefix("answer_")
    return frame("answer", {"id": _outside(one.payload.get("thread", 0)), "state": state}, one.id)


def joined(found: Sequence[News], most: int) -> list[News]:
    """
    Changes of conversations that follow each other in a workspace as one, with the last's id,
    up to `most` conversations.
    """
    told: list[News] = []
    open_: dict[int, int] = {}
    for one in found:
        if one.kind != "conversations_changed":
            open_.pop(one.workspace_id, None)
            told.append(one)
            continue
        threads = one.payload.get("threads", [])
        place = open_.get(one.workspace_id)
        before = told[place].payload["threads"] if place is not None else []
        both = list(dict.fromkeys([*before, *threads]))
        if place is not None and len(both) <= most:
            told[place] = replace(one, payload={"threads": both})
        else:
            open_[one.workspace_id] = len(told)
            told.append(replace(one, payload={"threads": threads}))
    return told


def with_rows(frame: bytes, rows: Mapping[str, bytes]) -> bytes:
    """A frame of news with rows, each JSON already, by view."""
    if not rows:
        return frame
    told = b",".join(json.dumps(view).encode() + b":" + one for view, one in rows.items())
    return frame.removesuffix(b"}\n\n") + b',"rows":{' + told + b"}}\n\n"


def presence(thread: int, people: People) -> bytes:
    return frame("presence", _at(thread, people))


def _changed(threads: Iterable[int]) -> dict[str, Any]:
    told = list(threads)
    if len(told) > MOST:
        return {"ids": [], "many": len(told)}
    return {"ids": [_outside(one) for one in told]}


def _at(thread: int, people: People) -> dict[str, Any]:
    return {
        "id": _outside(thread),
        "people": [
            {
                "who": ids.conceal("member", one.user_id),
                "name": one.name,
                "answering": one.answering,
            }
            for one in people
        ],
    }


def _outside(thread: int) -> str:
    return ids.conceal("conversation", thread)

"""
Bringing conversations up to date with their messages, labels and what people decided.

One function for one message live and for a million in an import: a handful of statements
for each batch, rows written only where something changed.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection

from comptoir.analysis.api import business_seconds_many
from comptoir.base import bulk, outbox
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.care import derive, facets
from comptoir.care.answers import sent_from_here
from comptoir.care.derive import Columns, Decided, Heard
from comptoir.care.models import Conversation, Tagging
from comptoir.channels.api import index_messages
from comptoir.channels.models import Author, Message

EVENT = 500
"""Ids in one event, at most."""

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)

_COLUMNS = tuple(field.attname for field in Conversation._meta.concrete_fields)
_DECIDED = tuple(Decided.__dataclass_fields__)
_KEPT = (*_DECIDED, "assignee_id", "answered_by_hand_at")
_UPDATED = tuple(name for name in _COLUMNS if name not in ("thread_id", "workspace_id"))
_COMPARED = tuple(name for name in _UPDATED if name != "version")


@dataclass(frozen=True, slots=True)
class _Batch:
    """
    heard: messages by thread, oldest first. before: rows as they stand, by thread. leaving:
    until when what had arrived is being answered, by thread.
    """

    heard: dict[int, list[Heard]]
    before: dict[int, Columns]
    tags: dict[int, list[int]]
    leaving: dict[int, datetime]


def refresh(
    thread_ids: Iterable[int], messages: Iterable[int] = (), *, acted: bool = False
) -> None:
    """
    Bring conversations, and the index of their messages, up to date; tell the others.

    messages: ids that are new or have new labels, to be indexed whatever else changes.
    acted: somebody has just acted on these conversations, so that all their messages are
    indexed again. A thread without messages loses its conversation. Call it inside a
    transaction, last.
    """
    ids, fresh = sorted(set(thread_ids)), set(messages)
    update(ids, fresh, acted=acted)
    tell(ids, sorted(fresh))


def update(ids: Sequence[int], fresh: set[int], *, acted: bool) -> None:
    """`refresh` without telling anybody."""
    for start in range(0, len(ids), EVENT):
        _refresh(ids[start : start + EVENT], fresh, acted)


def _refresh(ids: Sequence[int], fresh: set[int], acted: bool) -> None:
    batch = _load(ids)
    _drop([thread for thread in ids if thread not in batch.heard])
    rows = _rows(batch)
    changed = [row for thread, row in rows.items() if _differs(batch.before.get(thread), row)]
    bulk.upsert(
        Conversation,
        _COLUMNS,
        [[row[name] for name in _COLUMNS] for row in changed],
        key=("thread_id",),
        update=_UPDATED,
    )
    _index(batch, rows, fresh, acted)


def tell(threads: Sequence[int], messages: Sequence[int]) -> None:
    workspace = current_workspace_id()
    for start in range(0, max(len(threads), len(messages)), EVENT):
        span = slice(start, start + EVENT)
        outbox.publish(
            workspace, "conversations_changed", threads=threads[span], messages=messages[span]
        )


def _load(ids: Sequence[int]) -> _Batch:
    known = [row[0] for row in bulk.look_up(Conversation, ("thread_id",), "thread_id", ids)]
    if not known:  # nobody can have acted on, tagged or answered what is not there yet
        return _Batch(_heard(ids, {}), {}, {}, {})
    rows = bulk.picked(Conversation).select_for_update().filter(pk__in=known).order_by("pk")
    tags: dict[int, list[int]] = defaultdict(list)
    for thread, tag in Tagging.objects.filter(conversation_id__in=ids).values_list(
        "conversation_id", "tag_id"
    ):
        tags[thread].append(tag)
    before = {row["thread_id"]: row for row in rows.values(*_COLUMNS)}
    leaving, saw = sent_from_here(ids)
    return _Batch(_heard(ids, saw), before, tags, leaving)


def _heard(ids: Sequence[int], saw: Mapping[int, datetime]) -> dict[int, list[Heard]]:
    """
    Messages with labels and arrivals, by thread.

    One statement below the ORM: its left joins also keep the planner on this path, and a
    message whose delivery was erased (with another's words in it) must not be lost.
    """
    found: dict[int, list[Heard]] = defaultdict(list)
    for thread, *row in _told(ids):
        one = _one(*row)
        found[thread].append(replace(one, saw=saw[one.id]) if one.id in saw else one)
    return found


def _one(*row: Any) -> Heard:
    number, account, channel, kind, author, own, sent, received, title, text, to, *label = row
    language, tone, intents, needs_answer, urgency = label
    arrived = bulk.moment(received) if received else _UNKNOWN
    told = (
        number,
        account,
        channel,
        kind == "repost",
        author,
        bool(own),
        bulk.moment(sent),
        arrived,
    )
    title = "" if kind == "message" else title  # of the page where a chat happens, not its subject
    if language is None:
        return Heard(*told, title, text, to)
    names = tuple(one["name"] for one in _plain(intents))
    return Heard(*told, title, text, to, True, language, tone, names, bool(needs_answer), urgency)


_TOLD = """
SELECT m.thread_id, m.id, m.account_id, m.channel, m.kind, m.author_id, m.own, m.sent_at,
    d.received_at, substr(m.title, 1, 300), substr(m.text, 1, 300), m.in_reply_to_handle,
    l.language, l.tone, l.intents, l.needs_answer, l.urgency
FROM channels_message m
LEFT JOIN channels_delivery d ON d.id = m.delivery_id
LEFT JOIN triage_label l ON l.message_id = m.id
WHERE m.thread_id {among} AND m.workspace_id + 0 = %s ORDER BY m.id
"""


def _told(ids: Sequence[int]) -> list[tuple[Any, ...]]:
    postgres = connection.vendor == "postgresql"
    among = "= ANY(%s)" if postgres else "IN (SELECT value FROM json_each(%s))"
    with connection.cursor() as cursor:
        cursor.execute(
            _TOLD.format(among=among),
            [list(ids) if postgres else json.dumps(ids), current_workspace_id()],
        )
        return list(cursor.fetchall())


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _rows(batch: _Batch) -> dict[int, Columns]:
    """Complete rows by thread, versions raised."""
    workspace = current_workspace_id()
    rows = {}
    for thread, heard in batch.heard.items():
        before = batch.before.get(thread)
        kept = {name: before[name] for name in _KEPT} if before else _undecided()
        decided = Decided(**{name: kept[name] for name in _DECIDED})
        rows[thread] = {
            "thread_id": thread,
            "workspace_id": workspace,
            **kept,
            **derive.derive(heard, decided, batch.leaving.get(thread)),
            "version": before["version"] + 1 if before else 1,
        }
    _name_customers(rows, batch.heard)
    _count_business_seconds(rows, batch.heard)
    return rows


def _undecided() -> Columns:
    nobody = Decided()
    decided = {name: getattr(nobody, name) for name in _DECIDED}
    return {**decided, "assignee_id": None, "answered_by_hand_at": None}


def _name_customers(rows: Mapping[int, Columns], heard: Mapping[int, Sequence[Heard]]) -> None:
    """Handles, and authors for those who are only known as whom the brand answers."""
    known = {row["customer_id"] for row in rows.values()} - {None}
    handles = dict(bulk.look_up(Author, ("id", "handle"), "id", known))
    unknown = {
        t: derive.addressed(heard[t]) for t, row in rows.items() if row["customer_id"] is None
    }
    authors = _authors({handle.casefold() for handle in unknown.values() if handle})
    for thread, row in rows.items():
        handle = unknown.get(thread, "")
        if handle:
            row["customer_id"] = authors.get((row["channel"], handle.casefold()))
        row["customer_handle"] = handle or handles.get(row["customer_id"], "")


def _authors(keys: set[str]) -> dict[tuple[str, str], int]:
    if not keys:
        return {}
    rows = Author.objects.filter(key__in=keys, own=False)
    return {(channel, key): pk for pk, channel, key in rows.values_list("pk", "channel", "key")}


def _count_business_seconds(
    rows: Mapping[int, Columns], heard: Mapping[int, Sequence[Heard]]
) -> None:
    replied = {thread: pair for thread in rows if (pair := derive.timed_reply(heard[thread]))}
    for row in rows.values():
        row["first_reply_business_seconds"] = None
    if not replied:
        return
    workspace = Workspace.objects.get(pk=current_workspace_id())
    hours = {int(day): [tuple(one) for one in spans] for day, spans in workspace.hours.items()}
    starts, ends = (
        np.array(
            [pair[i].replace(tzinfo=None) for pair in replied.values()], dtype="datetime64[us]"
        )
        for i in (0, 1)
    )
    seconds = business_seconds_many(starts, ends, hours, workspace.zone)
    for thread, value in zip(replied, seconds.tolist(), strict=True):
        rows[thread]["first_reply_business_seconds"] = value


def _differs(before: Columns | None, row: Columns) -> bool:
    return before is None or any(before[name] != row[name] for name in _COMPARED)


def _drop(empty: Sequence[int]) -> None:
    """A thread that holds nothing (any more) is no conversation."""
    if empty:
        Conversation.objects.filter(pk__in=empty).delete()


def _index(batch: _Batch, rows: Mapping[int, Columns], fresh: set[int], acted: bool) -> None:
    wanted: dict[int, tuple[bool, frozenset[str], int]] = {}
    for thread, heard in batch.heard.items():
        row, tags, several = rows[thread], batch.tags.get(thread, ()), len(heard) > 1
        tokens = facets.of_conversation(row, tags, several)
        before = batch.before.get(thread)
        whole = acted or before is None or _tokens_before(before, tags, heard, fresh) != tokens
        moved = _moved_heads(before, row)
        for one in heard:
            if whole or one.id in fresh or one.id in moved:
                wanted[one.id] = (one.own, tokens, row["last_message"])
    _write_index(wanted)


def _moved_heads(before: Columns | None, row: Columns) -> set[int]:
    """The message that was the newest and the one that is, when these are two."""
    if before is None or before["last_message"] == row["last_message"]:
        return set()
    return {before["last_message"], row["last_message"]}


def _tokens_before(
    before: Columns, tags: Iterable[int], heard: Sequence[Heard], fresh: set[int]
) -> frozenset[str]:
    """Tokens the messages carry already; a thread that has just grown named none."""
    several = sum(one.id not in fresh for one in heard) > 1
    return facets.of_conversation(before, tags, several)


def _write_index(wanted: Mapping[int, tuple[bool, frozenset[str], int]]) -> None:
    ids = sorted(wanted)
    for start in range(0, len(ids), EVENT):
        part = ids[start : start + EVENT]
        said = bulk.look_up(Message, ("id", "title", "text", "author_id"), "id", part)
        named = {row[3] for row in said}
        names = {
            pk: about for pk, *about in bulk.look_up(Author, ("id", "handle", "name"), "id", named)
        }
        index_messages(
            [
                facets.row(one, _words(title, text, *names[author]), *wanted[one])
                for one, title, text, author in said
            ]
        )


def _words(title: str, text: str, handle: str, name: str) -> str:
    """What a message is found by: what it says, and who says it."""
    return f"{title}\n{text}\n@{handle} {handle} {name}"

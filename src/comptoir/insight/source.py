"""
Rows of the columnar copy, derived from the relational truth.

The one place that says how a message, its label and its conversation become a row;
the follower and the rebuild both come here, so that they cannot differ.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from comptoir.analysis.complaints import Said, complaint
from comptoir.base.ids import COUNTER_BITS
from comptoir.insight import naming
from comptoir.insight.schema import SCHEMA

CHUNK = 5_000
LEADING = 20
WORDS = 2_000
"""Characters in which what a complaint is about is looked for."""

# The brand speaking to everybody, as channels.threads tells it from an answer.
_POST = (
    "{0}.own AND {0}.kind IN ('post', 'quote')"
    " AND {0}.in_reply_to = '' AND {0}.in_reply_to_handle = ''"
)
# A customer's message, as opposed to the brand's or to a mere repost of something said.
_INBOUND = "NOT {0}.own AND {0}.kind <> 'repost'"

_SELECT = f"""
SELECT m.id, m.thread_id, m.author_id, m.own, m.kind, m.channel, l.language, l.tone,
       l.needs_answer, l.intents, l.entities, m.repost_of,
       CASE WHEN m.kind = 'repost' AND m.repost_of = '' THEN m.text ELSE '' END,
       m.likes, m.reposts, m.replies, m.quotes, m.views,
       {_POST.format("m")},
       p.id IS NOT NULL AND {_POST.format("p")} AND {_INBOUND.format("m")},
       {_INBOUND.format("m")} AND NOT EXISTS (
           SELECT 1 FROM channels_message e
           WHERE e.thread_id = m.thread_id AND e.id < m.id AND {_INBOUND.format("e")}),
       c.first_reply_at IS NOT NULL OR c.answered_by_hand_at IS NOT NULL,
       c.first_reply_seconds, c.first_reply_business_seconds,
       l."group", l.tone_confidence, l.aspects, l.corrected,
       CASE WHEN l.message_id IS NOT NULL AND {_INBOUND.format("m")}
            THEN substr(m.text, 1, {WORDS}) || ' ' || substr(m.title, 1, {WORDS}) END
FROM channels_message m
LEFT JOIN triage_label l ON l.message_id = m.id
LEFT JOIN channels_message p ON p.id = m.parent
LEFT JOIN care_conversation c ON c.thread_id = m.thread_id
WHERE m.workspace_id = %s AND
"""  # noqa: S608 only this module's own words are pasted in

_NEEDED = f"""
SELECT DISTINCT e.thread_id FROM channels_message e
JOIN triage_label l ON l.message_id = e.id
WHERE l.needs_answer AND {_INBOUND.format("e")} AND e.thread_id IN
"""  # noqa: S608 only this module's own words are pasted in

_FIRST = f"""
SELECT id FROM (
    SELECT e.id, row_number() OVER (PARTITION BY e.thread_id ORDER BY e.id) AS place
    FROM channels_message e WHERE {_INBOUND.format("e")} AND e.thread_id IN (%s)
) AS placed WHERE place <= {LEADING}
"""  # noqa: S608 only this module's own words are pasted in


def rows_of(workspace_id: int, zone: str, ids: Sequence[int], version: int) -> Iterator[pa.Table]:
    """Tables of `SCHEMA` for those of `ids` that exist; an erased message yields no row."""
    for chunk in _chunks(sorted(ids)):
        found = _fetch(f"{_SELECT} m.id IN ({_inline(chunk)})", [workspace_id])
        if found:
            yield _table(workspace_id, zone, found, version)


def all_rows(workspace_id: int, zone: str, version: int, size: int) -> Iterator[pa.Table]:
    """Every message of a workspace in tables of up to `size` rows, oldest first."""
    last = -1
    while True:
        found = _fetch(f"{_SELECT} m.id > %s ORDER BY m.id LIMIT %s", [workspace_id, last, size])
        if not found:
            return
        last = found[-1][0]
        yield _table(workspace_id, zone, found, version)


def leading(threads: Iterable[int]) -> set[int]:
    """
    Ids of the first customer messages of each thread.

    Which message opens a conversation changes when an older one arrives or threads
    merge; writing the first twenty again keeps the copy right whatever the order
    in which several such changes are heard.
    """
    ids: set[int] = set()
    for chunk in _chunks(sorted(threads)):
        ids.update(row[0] for row in _fetch(_FIRST % _inline(chunk), []))
    return ids


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _inline(ids: Iterable[int]) -> str:
    """Integers written into the statement: both databases limit bound parameters."""
    return ",".join(str(int(one)) for one in ids)


def _fetch(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())


def _table(workspace_id: int, zone: str, found: list[tuple[Any, ...]], version: int) -> pa.Table:
    ids, threads, authors, own, kinds, channels, languages, tones, needs, *rest = zip(
        *found, strict=True
    )
    (
        intents,
        entities,
        originals,
        texts,
        *counts,
        posted,
        answers,
        opens,
        answered,
        reply,
        business,
        alike,
        tone_sure,
        aspects,
        corrected,
        words,
    ) = rest
    told = _complaints(workspace_id, tones, intents, (tone_sure, aspects, corrected, words))
    opening = np.array(opens, dtype=bool)
    needed = _needed({thread for thread, first in zip(threads, opening, strict=True) if first})
    month, day = _local_days(ids, zone)
    columns: dict[str, Any] = {
        "workspace": np.full(len(ids), workspace_id),
        "month": month,
        "day": day,
        "id": ids,
        "version": np.full(len(ids), version),
        "thread": threads,
        "author": authors,
        "own": _flags(own),
        "kind": kinds,
        "channel": channels,
        "language": languages,
        "tone": tones,
        "needs_answer": _flags(needs),
        "intents": [_names(text) for text in intents],
        "hashtags": [_hashtags(text) for text in entities],
        "repost_key": _repost_keys(originals, texts),
        **dict(zip(("likes", "reposts", "replies", "quotes", "views"), counts, strict=True)),
        "is_post": _flags(posted),
        "answers_post": _flags(answers),
        "opens": opening,
        "needed": _only(opening, [thread in needed for thread in threads]),
        "answered": _only(opening, _flags(answered)),
        "reply_seconds": _only(opening, reply),
        "reply_business_seconds": _only(opening, business),
        **told,
        "alike": alike,
    }
    return pa.table(
        [pa.array(columns[field.name], type=field.type) for field in SCHEMA], schema=SCHEMA
    )


def _complaints(
    workspace_id: int, tones: Sequence[Any], intents: Sequence[str | None], heard: Sequence[Any]
) -> dict[str, list[Any]]:
    """The columns of complaints; heard: tone's confidence, aspects, corrected fields, words."""
    found: dict[str, list[Any]] = {"complains": [], "signals": [], "sure": []}
    texts: list[str] = []
    for tone, names, sure, aspects, corrected, text in zip(tones, intents, *heard, strict=True):
        said = None if text is None else _said(text, tone, sure, names, aspects, corrected)
        told = said and complaint(said)
        found["complains"].append(told.confidence if told else None)
        found["signals"].append([one.name for one in told.signals] if told else None)
        found["sure"].append([one.confidence for one in told.signals] if told else None)
        texts.append(text if told else "")
    return found | {"products": naming.named_in(workspace_id, texts)}


def _said(
    text: str, tone: int, sure: float, intents: str | None, aspects: str, corrected: str
) -> Said:
    return Said(
        text,
        tone,
        sure,
        [(one["name"], one["confidence"]) for one in json.loads(intents or "[]")],
        [(one["name"], one["liked"], one["confidence"]) for one in json.loads(aspects)],
        '"tone"' in corrected,
    )


def _needed(threads: set[int]) -> set[int]:
    """Those of `threads` in which some customer's message wants an answer."""
    found: set[int] = set()
    for chunk in _chunks(sorted(threads)):
        found.update(row[0] for row in _fetch(f"{_NEEDED} ({_inline(chunk)})", []))
    return found


def _local_days(ids: Sequence[int], zone: str) -> tuple[pa.Array, pa.Array]:
    """The workspace's month ("2026-11") and day of each id, which holds its time."""
    moments = pa.array(np.array(ids) >> COUNTER_BITS).cast(pa.timestamp("ms", tz="UTC"))
    local = pc.local_timestamp(moments.cast(pa.timestamp("ms", tz=zone)))
    days = local.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)
    return pc.strftime(days, format="%Y-%m"), days


def _flags(values: Iterable[Any]) -> list[bool | None]:
    """SQLite gives 0 and 1."""
    return [None if value is None else bool(value) for value in values]


def _only(opening: Any, values: Iterable[Any]) -> list[Any]:
    """Facts of a conversation stand on the message that opens it and nowhere else."""
    return [value if first else None for first, value in zip(opening, values, strict=True)]


def _names(intents: str | None) -> list[str] | None:
    if intents is None:
        return None
    return [one["name"] for one in json.loads(intents)] if len(intents) > 2 else []


def _hashtags(entities: str | None) -> list[str]:
    """Hashtags of one message, each once, as people compare them: lower case, no sign."""
    if not entities or '"hashtag"' not in entities:
        return []
    found = (one["value"] for one in json.loads(entities) if one["kind"] == "hashtag")
    return sorted({value.lstrip("#＃").casefold() for value in found})


def _repost_keys(originals: Sequence[str], texts: Sequence[str]) -> list[str]:
    """What a repost repeats: the original's id or, where the source hides it, its text's hash."""
    return [
        original or (blake2b(text.encode(), digest_size=12).hexdigest() if text else "")
        for original, text in zip(originals, texts, strict=True)
    ]

"""From stored messages to readings: the slow half, which writes nothing."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from comptoir import conf
from comptoir.analysis.api import READ_CHARS, Entity, Reading, Text, triage
from comptoir.analysis.learning import BrandModel
from comptoir.base import bulk
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.triage import versions
from comptoir.triage.models import Label

_COLUMNS = ("id", "own", "kind", "text", "title", "language", "rating", "in_reply_to")


@dataclass(frozen=True, slots=True)
class Read:
    """A message's reading, with what grouping must know of the message."""

    id: int
    own: bool
    repost: bool
    text: str
    reading: Reading
    version: str


def unread(ids: Iterable[int], model_version: str) -> list[int]:
    """Those of `ids` that this version of the analysis has not read yet, oldest first."""
    wanted = set(ids)
    known = bulk.look_up(Label, ("message_id", "model_version"), "message_id", wanted)
    return sorted(wanted.difference(one for one, version in known if version == model_version))


def read(ids: Sequence[int]) -> list[Read]:
    """Readings of the messages that (still) exist, oldest first."""
    found = sorted(bulk.look_up(Message, _COLUMNS, "id", ids))
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in found]
    languages = _languages()
    brand = versions.brand_model()
    texts = [_text(row) for row in rows]
    readings = _readings(texts, languages, brand)
    version = versions.stamp_of(brand)
    read = zip(rows, texts, readings, strict=True)
    return [_finished(row, text.text, reading, version) for row, text, reading in read]


def _languages() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT languages FROM base_workspace WHERE id = %s", [current_workspace_id()]
        )
        told = cursor.fetchone()[0]
    return list(json.loads(told) if isinstance(told, str) else told)


def _readings(
    texts: Sequence[Text], languages: Sequence[str], brand: BrandModel | None
) -> list[Reading]:
    """As `triage`; rules do for the brand's own words, of which nobody asks tone or intent."""
    theirs = [one for one in texts if not one.own]
    mine = [one for one in texts if one.own]
    found = iter(triage(theirs, languages=languages, mode=conf.current().triage, brand=brand))
    plain = iter(triage(mine, languages=languages, mode="light"))
    return [next(plain if one.own else found) for one in texts]


def _text(row: dict[str, Any]) -> Text:
    return Text(
        id=str(row["id"]),
        text=whole(row["text"], row["title"]),
        lang=row["language"],
        in_reply_to=row["in_reply_to"],
        own=bool(row["own"]),
        rating=row["rating"],
    )


def whole(text: str, title: str) -> str:
    """
    What is read of a message. The title comes last, so that places found in the text hold;
    it repeats the text's beginning on some channels and is then left out.
    """
    if not title or text.startswith(title.rstrip("….")):
        return text
    return f"{text[: READ_CHARS - len(title) - 1]}\n{title}"


def _finished(row: dict[str, Any], text: str, reading: Reading, version: str) -> Read:
    repost = row["kind"] == "repost"
    placed = replace(
        reading, entities=tuple(_placed(one, len(row["text"])) for one in reading.entities)
    )
    read = _calling_for_nothing(placed) if repost else placed
    return Read(row["id"], bool(row["own"]), repost, text, read, version)


def _placed(entity: Entity, length: int) -> Entity:
    """Entities of the title have no place in the text."""
    return entity if entity.end <= length else replace(entity, start=-1, end=-1)


def _calling_for_nothing(reading: Reading) -> Reading:
    """A repost is somebody else's question, answered once where it was asked."""
    return replace(
        reading,
        needs_answer=False,
        needs_answer_confidence=0.99,
        urgency=0,
        urgency_confidence=0.99,
        reasons={**reading.reasons, "needs_answer": "repost:", "urgency": "repost:"},
    )

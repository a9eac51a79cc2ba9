"""Readings as the records that programs exchange: `comptoir triage` prints one a line."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from comptoir.analysis.entities import Entity
from comptoir.analysis.readings import Aspect, Reading
from comptoir.analysis.saying import TONES, why

FIELDS = (
    "id", "language", "tone", "tone_confidence", "intents", "needs_answer",
    "needs_answer_confidence", "urgency", "irony", "entities", "group", "reasons",
    "language_confidence", "urgency_confidence", "irony_confidence", "aspects", "engine", "model",
)  # fmt: skip
"""Names of a record, in order; programs rely on them."""

# JSON allows them, yet many programs end a line there.
_BREAKING = {"\x85": r"\u0085", "\u2028": r"\u2028", "\u2029": r"\u2029"}
_encode = json.JSONEncoder(ensure_ascii=False).encode


def record(
    reading: Reading, *, group: str | None, model: str, words: str = "en", **more: Any
) -> dict[str, Any]:
    """
    A reading as plain values, by the names of FIELDS, then what `more` adds.

    group: id of the first message of its group. model: what read it. words: language of the
    reasons, "en" or "fr".
    """
    plain = {
        "id": reading.id,
        "language": reading.language,
        "tone": TONES[reading.tone],
        "tone_confidence": reading.tone_confidence,
        "intents": [{"name": i.name, "confidence": i.confidence} for i in reading.intents],
        "needs_answer": reading.needs_answer,
        "needs_answer_confidence": reading.needs_answer_confidence,
        "urgency": reading.urgency,
        "irony": reading.irony,
        "entities": [_entity(entity) for entity in reading.entities],
        "group": group,
        "reasons": why(reading, words),
        "language_confidence": reading.language_confidence,
        "urgency_confidence": reading.urgency_confidence,
        "irony_confidence": reading.irony_confidence,
        "aspects": [_aspect(aspect) for aspect in reading.aspects],
        "engine": reading.engine,
        "model": model,
    }
    return plain | more


def _entity(one: Entity) -> dict[str, Any]:
    """As `dataclasses.asdict`, ten times faster: a batch names thousands."""
    return {
        "kind": one.kind,
        "value": one.value,
        "start": one.start,
        "end": one.end,
        "detail": one.detail,
    }


def _aspect(one: Aspect) -> dict[str, Any]:
    return {"name": one.name, "liked": one.liked, "confidence": one.confidence}


def json_line(values: Mapping[str, Any]) -> bytes:
    """
    One line of JSON in UTF-8, its ending included, readable whatever the strings hold.

    Half a surrogate pair has no UTF-8: a record that holds one is written with escapes.

    >>> json_line({"id": "é"}).decode(), json_line({"id": "\\ud800"})
    ('{"id": "é"}\\n', b'{"id": "\\\\ud800"}\\n')
    """
    line = _encode(values)
    for char, escaped in _BREAKING.items():
        line = line.replace(char, escaped)
    try:
        encoded = line.encode()
    except UnicodeEncodeError:
        encoded = json.dumps(values).encode()
    return encoded + b"\n"


def cells(values: Mapping[str, Any]) -> Sequence[str]:
    """
    A record as cells of a table: what has parts stays JSON, yes is "true", nothing is empty.

    >>> cells({"id": "1", "irony": False, "group": None, "intents": [{"name": "spam"}]})
    ['1', 'false', '', '[{"name": "spam"}]']
    """
    return [_cell(value) for value in values.values()]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()

"""What triage hands out: frozen, plain, safe to keep."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Field = Literal["language", "tone", "urgency", "needs_answer", "irony", "intents"]
FIELDS: tuple[Field, ...] = ("language", "tone", "urgency", "needs_answer", "irony", "intents")


@dataclass(frozen=True, slots=True)
class IntentView:
    """name: key of INTENTS. confidence: 0 to 1. reason: see reason_sentence."""

    name: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class AspectView:
    """name: key of ASPECTS with liked. confidence: 0 to 1. reason: see reason_sentence."""

    name: str
    liked: bool
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class EntityView:
    """
    kind: "order", "parcel", "email", …. start, end: characters of the text; -1 in the title.
    detail: the carrier of a parcel, else "".
    """

    kind: str
    value: str
    start: int
    end: int
    detail: str


@dataclass(frozen=True, slots=True)
class LabelView:
    """
    The reading of one message.

    tone: -1, 0, 1. urgency: 0 to 2. confidences: field → 0 to 1 (no key for intents, which
    carry their own). reasons: field → what reason_sentence reads. corrected: fields that a person set.
    group: id of the first message that said or asked the same; its own id when alone.
    """

    message_id: int
    language: str
    tone: int
    urgency: int
    needs_answer: bool
    irony: bool
    intents: tuple[IntentView, ...]
    aspects: tuple[AspectView, ...]
    entities: tuple[EntityView, ...]
    confidences: dict[str, float]
    reasons: dict[str, str]
    corrected: frozenset[str]
    group: int
    model_version: str
    labelled_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """
    One change by a person: what the analysis said, what is right.

    before, after: the field's value; intents as a list of names. by_name: "" when the person
    has left. undone_at: when it was taken back, else None.
    """

    id: int
    message_id: int
    field: str
    before: object
    after: object
    model_version: str
    by_id: int | None
    by_name: str
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a label can take, with what the user reads. value: as stored."""

    value: str | int | bool
    label: str

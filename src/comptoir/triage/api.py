"""
What other contexts may use of `triage`.

All functions work inside a workspace scope. What a brand teaches is in `brand`. Label texts (INTENTS, TONES, URGENCIES) are
lazily translated: turn them into `str` when showing them.
"""

from comptoir.triage.corrections import correct, corrections, undo_correction
from comptoir.triage.labels import group_members, group_sizes, labels, pending
from comptoir.triage.reasons import reason_sentence
from comptoir.triage.records import (
    FIELDS,
    AspectView,
    Choice,
    CorrectionView,
    EntityView,
    Field,
    IntentView,
    LabelView,
)
from comptoir.triage.relabel import relabel
from comptoir.triage.taxonomy import (
    ASPECTS,
    COMPLAINTS,
    INTENTS,
    LANGUAGES,
    TONES,
    URGENCIES,
    choices,
    intent_name,
    intent_names,
)

__all__ = [
    "ASPECTS",
    "COMPLAINTS",
    "FIELDS",
    "INTENTS",
    "LANGUAGES",
    "TONES",
    "URGENCIES",
    "AspectView",
    "Choice",
    "CorrectionView",
    "EntityView",
    "Field",
    "IntentView",
    "LabelView",
    "choices",
    "correct",
    "corrections",
    "group_members",
    "group_sizes",
    "intent_name",
    "intent_names",
    "labels",
    "pending",
    "reason_sentence",
    "relabel",
    "undo_correction",
]

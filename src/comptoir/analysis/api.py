"""The public names of the analysis library; everything else is private to it."""

from comptoir.analysis.business import Hours, business_seconds, business_seconds_many
from comptoir.analysis.entities import KINDS as ENTITY_KINDS
from comptoir.analysis.entities import Entity
from comptoir.analysis.intents import INTENTS, Intent
from comptoir.analysis.language import LANGUAGES
from comptoir.analysis.similar import SAME, fingerprint, sign, similarity
from comptoir.analysis.text import fold, words
from comptoir.analysis.triage import (
    MODEL_VERSION,
    READ_CHARS,
    REASON_CODES,
    Reading,
    Text,
    reasons_of,
    triage,
)

__all__ = [
    "ENTITY_KINDS",
    "INTENTS",
    "LANGUAGES",
    "MODEL_VERSION",
    "READ_CHARS",
    "REASON_CODES",
    "SAME",
    "Entity",
    "Hours",
    "Intent",
    "Reading",
    "Text",
    "business_seconds",
    "business_seconds_many",
    "fingerprint",
    "fold",
    "reasons_of",
    "sign",
    "similarity",
    "triage",
    "words",
]

"""The public names of the analysis library; everything else is private to it."""

from comptoir.analysis.business import Hours, business_seconds, business_seconds_many
from comptoir.analysis.entities import (
    CARRIERS,
    Catalogue,
    Entity,
    Product,
    known_date,
    mask,
)
from comptoir.analysis.entities import KINDS as ENTITY_KINDS
from comptoir.analysis.intents import INTENTS, Intent
from comptoir.analysis.language import LANGUAGES
from comptoir.analysis.model import Features, features
from comptoir.analysis.readings import (
    READ_CHARS,
    REASON_CODES,
    Aspect,
    Reading,
    Text,
    reasons_of,
)
from comptoir.analysis.similar import SAME, fingerprint, sign, similarity
from comptoir.analysis.text import fold, words
from comptoir.analysis.triage import MODES, missing, model_version, triage

__all__ = [
    "CARRIERS",
    "ENTITY_KINDS",
    "INTENTS",
    "LANGUAGES",
    "MODES",
    "READ_CHARS",
    "REASON_CODES",
    "SAME",
    "Aspect",
    "Catalogue",
    "Entity",
    "Features",
    "Hours",
    "Intent",
    "Product",
    "Reading",
    "Text",
    "business_seconds",
    "business_seconds_many",
    "features",
    "fingerprint",
    "fold",
    "known_date",
    "mask",
    "missing",
    "model_version",
    "reasons_of",
    "sign",
    "similarity",
    "triage",
    "words",
]

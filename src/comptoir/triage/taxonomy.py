"""The names of everything a label can say, with the words users read."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comptoir.base.scope import remembered
from comptoir.triage.models import OwnIntent
from comptoir.triage.records import Choice

OWN = "own_"
"""What the names of a brand's own intents begin with."""

NAMES = "triage.own_names"

INTENTS: Mapping[str, Promise] = {
    "fault": _("Fault"),
    "delivery": _("Delivery"),
    "damaged_item": _("Damaged item"),
    "invoice_payment": _("Invoice and payment"),
    "refund": _("Refund"),
    "withdrawal_return_cancel": _("Return or cancellation"),
    "account_access": _("Account access"),
    "product_question": _("Product question"),
    "availability": _("Availability"),
    "product_request": _("Product request"),
    "suggestion": _("Suggestion"),
    "price_promo": _("Price and promotion"),
    "complaint": _("Complaint"),
    "praise": _("Praise"),
    "recommendation": _("Recommendation"),
    "dissuasion": _("Dissuasion"),
    "purchase_intent": _("Purchase intent"),
    "churn_threat": _("Threat to leave"),
    "legal_threat": _("Legal threat"),
    "data_security": _("Data and security"),
    "job_application": _("Job application"),
    "thanks": _("Thanks"),
    "spam": _("Spam"),
    "other": _("Other"),
}
"""Base taxonomy, in the order it is shown; a message may have several."""

COMPLAINTS = frozenset({"complaint", "dissuasion", "churn_threat", "legal_threat"})
"""Intents that put a conversation in the view of complaints."""

ASPECTS: Mapping[tuple[str, bool], Promise] = {
    ("delivery", True): _("Delivery liked"),
    ("delivery", False): _("Delivery disliked"),
    ("product", True): _("Product liked"),
    ("product", False): _("Product disliked"),
    ("price", True): _("Price liked"),
    ("price", False): _("Price disliked"),
    ("service", True): _("Service liked"),
    ("service", False): _("Service disliked"),
    ("site", True): _("Site liked"),
    ("site", False): _("Site disliked"),
}
"""What people read for an aspect, by its name and whether it is liked."""

TONES: Mapping[int, Promise] = {
    -1: _("Negative"),
    0: _("Neutral"),
    1: _("Positive"),
}

URGENCIES: Mapping[int, Promise] = {
    0: pgettext_lazy("urgency", "Not urgent"),
    1: pgettext_lazy("urgency", "Soon"),
    2: pgettext_lazy("urgency", "Urgent"),
}

LANGUAGES: Mapping[str, Promise] = {
    "fr": _("French"),
    "en": _("English"),
    "de": _("German"),
    "es": _("Spanish"),
    "it": _("Italian"),
    "nl": _("Dutch"),
    "pt": _("Portuguese"),
    "ar": _("Arabic"),
    "und": _("Undetermined"),
}

_YES_NO: Mapping[bool, Promise] = {True: _("Yes"), False: _("No")}

_BY_FIELD: Mapping[str, Mapping[str, Promise] | Mapping[int, Promise] | Mapping[bool, Promise]] = {
    "language": LANGUAGES,
    "tone": TONES,
    "urgency": URGENCIES,
    "needs_answer": _YES_NO,
    "irony": _YES_NO,
    "intents": INTENTS,
}


def choices(field: str) -> list[Choice]:
    """The values a field can be corrected to, in the reader's language; own intents last."""
    values: Mapping[Any, Any] = intent_names() if field == "intents" else _BY_FIELD[field]
    return [Choice(value, str(label)) for value, label in values.items()]


def intent_names() -> dict[str, str | Promise]:
    """Every intent one may choose in this workspace: the base taxonomy, then the brand's own."""
    own = {slug: name for slug, (name, state) in _own().items() if state != "deleted"}
    return {**INTENTS, **own}


def intent_name(name: str) -> str:
    """What people read for an intent, a deleted one included; an unknown one as it is."""
    if name in INTENTS:
        return str(INTENTS[name])
    known = _own().get(name) if name.startswith(OWN) else None
    return known[0] if known else name.replace("_", " ")


def _own() -> dict[str, tuple[str, str]]:
    """slug → (name, state), asked once a page."""
    return remembered(NAMES, _ask_own)


def _ask_own() -> dict[str, tuple[str, str]]:
    rows = OwnIntent.objects.order_by("pk").values_list("slug", "name", "state")
    return {slug: (name, state) for slug, name, state in rows}

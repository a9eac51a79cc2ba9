"""Why a label is what it is, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.analysis.api import REASON_CODES, reasons_of
from comptoir.triage.taxonomy import INTENTS

CORRECTED = "corrected:"

_OURS: Mapping[str, Promise] = {"corrected": gettext_lazy("Corrected by a person.")}


def reason_sentence(written: str) -> str:
    """
    The sentences behind a stored reason, in the reader's language.

    written: "code:evidence", several joined by "|". A code that is no longer known gives its
    evidence alone; an empty reason an empty string.
    """
    return " ".join(filter(None, (_sentence(*one) for one in reasons_of(written))))


def _sentence(code: str, evidence: str) -> str:
    if code in _OURS:
        return str(_OURS[code])
    template = REASON_CODES.get(code)
    if template is None:
        return evidence
    return _(template).replace("{evidence}", _shown(code, evidence))


def _shown(code: str, evidence: str) -> str:
    """Evidence is the customer's words, except where it names an intent."""
    return str(INTENTS.get(evidence, evidence)) if code == "intent" else evidence

"""Why a label is what it is, in words."""

from django.utils.translation import gettext as _

from comptoir.triage.taxonomy import INTENTS


def reason_sentence(code_evidence: str) -> str:
    """
    The sentence behind a stored reason "code|evidence", in the reader's language.

    An unknown code gives the evidence alone; an empty reason an empty string.
    """
    code, _sep, evidence = code_evidence.partition("|")
    return evidence

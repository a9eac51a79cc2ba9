"""Why a label is what it is, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.analysis.api import reasons_of
from comptoir.triage.taxonomy import intent_name

CORRECTED = "corrected:"

REASONS: Mapping[str, Promise] = {
    "corrected": _("Corrected by a person."),
    "letters": _("Its letters look like this language."),
    "common_word": _("It holds words everybody uses in this language."),
    "given_language": _("The source says so."),
    "too_short": _("Too short to tell."),
    "other_script": _("Written in another script."),
    "word": _("It says “{evidence}”."),
    "words": _("It says “{evidence}”."),
    "negation": _("It says “{evidence}”, which turns the meaning round."),
    "capitals": _("It is written in capitals."),
    "exclamation": _("It has several exclamation marks."),
    "stretched": _("A word is drawn out."),
    "rating": _("It is rated {evidence} out of 5."),
    "irony_thanks": _("It gives thanks for trouble: “{evidence}”."),
    "irony_emoji": _("It complains with {evidence}."),
    "irony_phrase": _("It says “{evidence}” while complaining."),
    "no_evidence": _("No word tells."),
    "no_irony": _("Nothing suggests irony."),
    "nothing_recognised": _("Nothing was recognised."),
    "question": _("It asks a question."),
    "asks": _("It asks for something: “{evidence}”."),
    "wonders": _("It wonders: “{evidence}”."),
    "hails": _("It hails the brand: “{evidence}”."),
    "affected": _("The writer is affected: “{evidence}”."),
    "addresses": _("It speaks to the brand: “{evidence}”."),
    "closes": _("It closes the exchange: “{evidence}”."),
    "reports": _("It reads like news: “{evidence}”."),
    "bystander": _("It joins in without asking: “{evidence}”."),
    "intent": _("Because of what it is about: {evidence}."),
    "negative_tone": _("It is negative."),
    "no_words": _("It holds no words."),
    "nothing_asked": _("It asks for nothing."),
    "own_message": _("The brand wrote it."),
    "repost": _("It repeats another message."),
    "urgent_words": _("It says “{evidence}”."),
    "no_answer_needed": _("It calls for no answer."),
    "nothing_urgent": _("Nothing says it is urgent."),
    "telling": _("It says “{evidence}”."),
    "whole": _("Read as a whole."),
    "own_examples": _("It resembles the brand’s own examples."),
    "unreadable": _("It could not be read."),
}
"""The analysis speaks English only; its sentences stand here again to be translated."""


def reason_sentence(written: str) -> str:
    """
    The sentences behind a stored reason, in the reader's language.

    written: "code:evidence", several joined by "|". A code that is no longer known gives its
    evidence alone; an empty reason an empty string.
    """
    return " ".join(filter(None, (_sentence(*one) for one in reasons_of(written))))


def _sentence(code: str, evidence: str) -> str:
    if code not in REASONS:
        return evidence
    return str(REASONS[code]).replace("{evidence}", _shown(code, evidence))


def _shown(code: str, evidence: str) -> str:
    """Evidence is the customer's words, except where it names an intent."""
    return intent_name(evidence) if code == "intent" else evidence

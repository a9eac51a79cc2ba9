"""
Reading messages: everything understood of each, in one call for a batch.

Rules and word lists only, so the same text always gives the same reading, alone or among
a million. A reading never raises: what cannot be understood is said so, with a low
confidence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comptoir.analysis import entities, intents, language, needs, similar, tone
from comptoir.analysis.entities import Entity
from comptoir.analysis.intents import Intent
from comptoir.analysis.text import words as fold_words

MODEL_VERSION = "rules-1"
"""Changes whenever the same text may get another reading, so that labels can be redone."""

READ_CHARS = 20_000
"""Characters of a message that are read; no real one is longer, and none may stall a batch."""

REASON_CODES: Mapping[str, str] = {
    "letters": "Its letters look like this language.",
    "common_word": "It holds words everybody uses in this language.",
    "given_language": "The source says so.",
    "too_short": "Too short to tell.",
    "other_script": "Written in another script.",
    "word": "It says “{evidence}”.",
    "words": "It says “{evidence}”.",
    "negation": "It says “{evidence}”, which turns the meaning round.",
    "capitals": "It is written in capitals.",
    "exclamation": "It has several exclamation marks.",
    "stretched": "A word is drawn out.",
    "rating": "It is rated {evidence} out of 5.",
    "irony_thanks": "It gives thanks for trouble: “{evidence}”.",
    "irony_emoji": "It complains with {evidence}.",
    "irony_phrase": "It says “{evidence}” while complaining.",
    "no_evidence": "No word tells.",
    "no_irony": "Nothing suggests irony.",
    "nothing_recognised": "Nothing was recognised.",
    "question": "It asks a question.",
    "asks": "It asks for something: “{evidence}”.",
    "wonders": "It wonders: “{evidence}”.",
    "hails": "It hails the brand: “{evidence}”.",
    "affected": "The writer is affected: “{evidence}”.",
    "addresses": "It speaks to the brand: “{evidence}”.",
    "closes": "It closes the exchange: “{evidence}”.",
    "reports": "It reads like news: “{evidence}”.",
    "bystander": "It joins in without asking: “{evidence}”.",
    "intent": "Because of what it is about: {evidence}.",
    "negative_tone": "It is negative.",
    "no_words": "It holds no words.",
    "nothing_asked": "It asks for nothing.",
    "own_message": "The brand wrote it.",
    "repost": "It repeats another message.",
    "urgent_words": "It says “{evidence}”.",
    "no_answer_needed": "It calls for no answer.",
    "nothing_urgent": "Nothing says it is urgent.",
    "unreadable": "It could not be read.",
}
"""Every code a reason may carry, and what it says in English; {evidence} follows the colon."""


@dataclass(frozen=True, slots=True)
class Text:
    """
    One message to read.

    lang: ISO code the source gives, "" when it does not. own: the brand wrote it.
    rating: 1 to 5, None when there is none.
    """

    id: str
    text: str
    lang: str = ""
    in_reply_to: str = ""
    author: str = ""
    own: bool = False
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What was understood of one message. Confidences are chances of being right, 0 to 1.

    tone: -1, 0 or 1. urgency: 0 when it suits, 1 today, 2 now. fingerprint: 16 hex digits,
    "" when the message must not be grouped. signature, bands: see `similar`; empty for
    short messages. reasons: by label (language, tone, needs_answer, urgency, irony), up to
    four "code:evidence" joined by "|"; see `reasons_of` and REASON_CODES.
    """

    id: str
    language: str
    language_confidence: float
    tone: int
    tone_confidence: float
    intents: tuple[Intent, ...]
    needs_answer: bool
    needs_answer_confidence: float
    urgency: int
    urgency_confidence: float
    irony: bool
    irony_confidence: float
    entities: tuple[Entity, ...]
    fingerprint: str
    signature: bytes
    bands: tuple[int, ...]
    reasons: dict[str, str]


def reasons_of(written: str) -> list[tuple[str, str]]:
    """
    Codes and their evidence, from a reason of a Reading or an Intent.

    >>> reasons_of("word:toujours pas|rating:1")
    [('word', 'toujours pas'), ('rating', '1')]
    """
    parts = (reason.partition(":") for reason in written.split("|") if reason)
    return [(code, evidence) for code, _, evidence in parts]


def _tone_words(text: str, words: list[str]) -> list[str]:
    """Words for tone and intents: folded again only where a smiley was typed."""
    shown = tone.with_smileys(text)
    return tone.plain_words(words if shown is text else fold_words(shown))


def _read(message: Text, languages: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> Reading:
    text = message.text[:READ_CHARS]
    words = fold_words(text)
    code, sure, why = language.detect(text, languages, message.lang, words)
    plain = _tone_words(text, words)
    mood = tone.read(text, plain, code, message.rating)
    wanted = intents.read(plain, mood)
    need = needs.read(text, plain, wanted, mood, own=message.own)
    kept = similar.kept_words(words)
    signature, bands = similar.sign_of(kept)
    return Reading(
        id=message.id,
        language=code,
        language_confidence=round(sure, 3),
        tone=mood.tone,
        tone_confidence=round(mood.confidence, 3),
        intents=tuple(Intent(i.name, round(i.confidence, 3), i.reason) for i in wanted),
        needs_answer=need.needs_answer,
        needs_answer_confidence=round(need.needs_answer_confidence, 3),
        urgency=need.urgency,
        urgency_confidence=round(need.urgency_confidence, 3),
        irony=mood.irony,
        irony_confidence=round(mood.irony_confidence, 3),
        entities=entities.find(text, patterns),
        fingerprint=similar.fingerprint_of(kept),
        signature=signature,
        bands=bands,
        reasons={
            "language": f"{why}:",
            "tone": "|".join(mood.reasons),
            "needs_answer": need.needs_answer_reason,
            "urgency": need.urgency_reason,
            "irony": mood.irony_reason if mood.irony else "no_irony:",
        },
    )


def unreadable(message_id: str) -> Reading:
    """The reading of a message that could not be read: nothing claimed, nothing sure."""
    why = dict.fromkeys(("language", "tone", "needs_answer", "urgency", "irony"), "unreadable:")
    other = (Intent("other", 0.0, "unreadable:"),)
    return Reading(
        message_id, "und", 0.0, 0, 0.0, other, True, 0.0, 0, 0.0, False, 0.0, (), "", b"", (), why
    )


def triage(
    texts: Sequence[Text],
    *,
    languages: Sequence[str] = language.LANGUAGES,
    order_patterns: Sequence[str] = (),
) -> list[Reading]:
    """
    What is understood of each message, in the same order.

    languages: ISO codes to choose among. order_patterns: regular expressions of the shop's
    own order numbers (the first group, when there is one, is the number).
    Raises re.error on a wrong pattern, and nothing because of a message.

    >>> reading, = triage([Text("1", "Toujours pas reçu ma commande n° 48213, c’est honteux !")])
    >>> reading.tone, reading.intents[0].name, reading.needs_answer
    (-1, 'delivery', True)
    """
    patterns = [re.compile(pattern) for pattern in order_patterns]
    return [_safely(message, languages, patterns) for message in texts]


def _safely(
    message: Text, languages: Sequence[str], patterns: Sequence[re.Pattern[str]]
) -> Reading:
    try:
        return _read(message, languages, patterns)
    except Exception:  # noqa: BLE001 - one hostile message must not lose the rest of its batch
        return unreadable(message.id)

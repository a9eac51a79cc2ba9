"""
The light way to read: rules and word lists, thousands of messages a second, no model.

It serves where the encoder cannot run, and says so in every reading (`engine`: "rules").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from comptoir.analysis import entities, intents, language, listed, needs, similar, tone
from comptoir.analysis.entities import Catalogue, Entity
from comptoir.analysis.intents import Intent
from comptoir.analysis.readings import READ_CHARS, Reading, Text
from comptoir.analysis.text import words as fold_words

VERSION = "rules-2"
"""Changes whenever the same text may get another reading by rules."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How to read: languages to choose among, the shop's order numbers, products and day."""

    languages: Sequence[str]
    patterns: Sequence[re.Pattern[str]] = ()
    catalogue: Catalogue | None = None
    today: date | None = None


@dataclass(slots=True)
class Plain:
    """
    What needs no model: language, entities and the keys of near-duplicates.

    kept: the words that near-duplicates share; `sign` makes signature and bands of them.
    """

    text: str
    words: list[str]
    kept: list[str]
    language: str
    language_confidence: float
    language_reason: str
    entities: tuple[Entity, ...]
    fingerprint: str
    signature: bytes = b""
    bands: tuple[int, ...] = ()


def plain(message: Text, reader: Reader) -> Plain:
    """The part of a reading that every engine shares, still to be signed."""
    text = message.text[:READ_CHARS]
    words = fold_words(text)
    code, sure, why = language.detect(text, reader.languages, message.lang, words)
    kept = similar.kept_words(words)
    return Plain(
        text=text,
        words=words,
        kept=kept,
        language=code,
        language_confidence=round(sure, 3),
        language_reason=f"{why}:",
        entities=entities.find(
            text, reader.patterns, catalogue=reader.catalogue, today=reader.today
        ),
        fingerprint=similar.fingerprint_of(kept),
    )


def sign(batch: Sequence[Plain]) -> None:
    """Add the signatures of a batch, which are quicker made together."""
    signs = similar.signs_of([one.kept for one in batch])
    for one, (signature, bands) in zip(batch, signs, strict=True):
        one.signature, one.bands = signature, bands


def _tone_words(text: str, words: list[str]) -> list[str]:
    """Words for tone and intents: folded again only where a smiley was typed."""
    shown = tone.with_smileys(text)
    return tone.plain_words(words if shown is text else fold_words(shown))


def signs(common: Plain) -> tuple[dict[str, str], str]:
    """
    What our lists are sure of: intents that a phrase betrays on its own, with that phrase, and
    the reason to read the message as ironic, "" without one.
    """
    words = _tone_words(common.text, common.words)
    said = listed.find(words, common.language)
    mocking = tone.irony(common.text, words, common.language, said)
    return intents.phrases(words, said), mocking


def read(message: Text, common: Plain) -> Reading:
    """A message read by rules."""
    words = _tone_words(common.text, common.words)
    said = listed.find(words, common.language)
    mood = tone.read(common.text, words, common.language, said, message.rating)
    wanted = intents.read(words, said, mood)
    need = needs.read(common.text, words, said, wanted, mood, own=message.own)
    return Reading(
        id=message.id,
        language=common.language,
        language_confidence=common.language_confidence,
        tone=mood.tone,
        tone_confidence=round(mood.confidence, 3),
        intents=tuple(Intent(i.name, round(i.confidence, 3), i.reason) for i in wanted),
        needs_answer=need.needs_answer,
        needs_answer_confidence=round(need.needs_answer_confidence, 3),
        urgency=need.urgency,
        urgency_confidence=round(need.urgency_confidence, 3),
        irony=mood.irony,
        irony_confidence=round(mood.irony_confidence, 3),
        entities=common.entities,
        fingerprint=common.fingerprint,
        signature=common.signature,
        bands=common.bands,
        reasons={
            "language": common.language_reason,
            "tone": "|".join(mood.reasons),
            "needs_answer": need.needs_answer_reason,
            "urgency": need.urgency_reason,
            "irony": mood.irony_reason if mood.irony else "no_irony:",
        },
    )

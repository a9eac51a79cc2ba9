"""What is asked and answered: a message to read, and what was understood of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from comptoir.analysis.entities import Entity
from comptoir.analysis.intents import Intent

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
    "telling": "It says “{evidence}”.",
    "whole": "Read as a whole.",
    "own_examples": "It resembles the brand’s own examples.",
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
class Aspect:
    """
    Something liked or disliked: delivery, product, price, service or site; the chance of it.

    reason: "code:evidence", as of an intent.
    """

    name: str
    liked: bool
    confidence: float
    reason: str = "whole:"


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What was understood of one message. Confidences are chances of being right, 0 to 1.

    tone: -1, 0 or 1. urgency: 0 when it suits, 1 today, 2 now. fingerprint: 16 hex digits,
    "" when the message must not be grouped. signature, bands: see `similar`; empty for
    short messages. aspects: what is liked or disliked. engine: "best", "fast" or "rules", with
    which it was read. vector: float32 [384] of unit length, near in meaning, near in angle; None
    when read by rules. reasons: by label (language, tone, needs_answer, urgency, irony), up to
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
    aspects: tuple[Aspect, ...] = ()
    engine: str = "rules"
    vector: npt.NDArray[np.float32] | None = field(default=None, compare=False, repr=False)


def reasons_of(written: str) -> list[tuple[str, str]]:
    """
    Codes and their evidence, from a reason of a Reading or an Intent.

    >>> reasons_of("word:toujours pas|rating:1")
    [('word', 'toujours pas'), ('rating', '1')]
    """
    parts = (reason.partition(":") for reason in written.split("|") if reason)
    return [(code, evidence) for code, _, evidence in parts]


def unreadable(message_id: str) -> Reading:
    """The reading of a message that could not be read: nothing claimed, nothing sure."""
    why = dict.fromkeys(("language", "tone", "needs_answer", "urgency", "irony"), "unreadable:")
    other = (Intent("other", 0.0, "unreadable:"),)
    return Reading(
        message_id, "und", 0.0, 0, 0.0, other, True, 0.0, 0, 0.0, False, 0.0, (), "", b"", (), why
    )

"""
Would a diligent agent answer, and how soon?

Signs add up as log-odds, so the confidence is a probability: a question to the brand, a
request, a customer's own trouble pull one way; news, reposts, closing thanks and
bystanders the other. Urgency: 0 when it suits, 1 today, 2 now (danger, fraud, law).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from comptoir.analysis.intents import Intent
from comptoir.analysis.listed import Listed
from comptoir.analysis.tone import Tone

_START = -1.2
_BY_INTENT = {
    "fault": 1.5, "delivery": 1.5, "damaged_item": 2.0, "invoice_payment": 1.3, "refund": 1.3,
    "withdrawal_return_cancel": 1.4, "account_access": 1.5, "product_question": 1.2,
    "availability": 1.1, "product_request": 0.8, "suggestion": 0.6, "price_promo": 0.6,
    "complaint": 1.1, "praise": -0.6, "recommendation": -0.5, "dissuasion": 0.5,
    "purchase_intent": 1.3, "churn_threat": 1.3, "legal_threat": 1.6, "data_security": 1.5,
    "job_application": 1.2, "thanks": -1.0, "spam": -2.5,
}  # fmt: skip
_PRESSING = {"fault", "delivery", "damaged_item", "refund", "account_access", "churn_threat",
             "invoice_payment"}  # fmt: skip
_CRITICAL = {"legal_threat", "data_security"}


@dataclass(frozen=True, slots=True)
class Needs:
    """Answers with the chance, 0 to 1, that each is right, and "code:evidence" reasons."""

    needs_answer: bool
    needs_answer_confidence: float
    needs_answer_reason: str
    urgency: int
    urgency_confidence: float
    urgency_reason: str


def _evidence(
    text: str, words: Sequence[str], listed: Listed, intents: Sequence[Intent], tone: Tone
) -> dict[str, tuple[float, str]]:
    """Signs by code: weight and words. One sign of each kind counts, the strongest."""
    signs: dict[str, tuple[float, str]] = {}
    for found in listed.needs:
        code, weight = found.payload
        signs.setdefault(code, (weight, " ".join(words[found.start : found.end])))
    if "?" in text:
        signs["question"] = (1.5, "")
    elif "wonders" in signs:  # "quand ça marche" asks nothing
        signs["wonders"] = (signs["wonders"][0] / 2, signs["wonders"][1])
    for intent in intents:
        weight = _BY_INTENT.get(intent.name, 0.0) * intent.confidence
        if abs(weight) > abs(signs.get("intent", (0.0, ""))[0]):
            signs["intent"] = (weight, intent.name)
    if tone.tone < 0:
        signs["negative_tone"] = (0.5, "")
    if not any(map(str.isalpha, words)):
        signs["no_words"] = (-2.5, "")
    return signs


def _answer(signs: dict[str, tuple[float, str]]) -> tuple[bool, float, str]:
    odds = _START + sum(weight for weight, _ in signs.values())
    chance = 1 / (1 + math.exp(-odds))
    needed = chance >= 0.5
    telling = [(w, c, said) for c, (w, said) in signs.items() if (w > 0) == needed]
    if not telling:
        return needed, max(chance, 1 - chance), "nothing_asked:"
    _, code, said = max(telling, key=lambda sign: abs(sign[0]))
    return needed, min(0.95, max(chance, 1 - chance)), f"{code}:{said}"


def _alarm(words: Sequence[str], listed: Listed) -> tuple[int, float, str]:
    best = (0, 0.0, "")
    for found in listed.alarms:
        level, confidence = found.payload
        best = max(best, (level, confidence, " ".join(words[found.start : found.end])))
    return best


def _urgency(
    words: Sequence[str], listed: Listed, intents: Sequence[Intent], needed: bool
) -> tuple[int, float, str]:
    names = {intent.name: intent.confidence for intent in intents if intent.confidence >= 0.5}
    level, confidence, said = _alarm(words, listed)
    if not needed:
        return (1, 0.45, f"urgent_words:{said}") if level == 2 else (0, 0.75, "no_answer_needed:")
    if level == 2:
        return 2, confidence, f"urgent_words:{said}"
    if critical := sorted(_CRITICAL & names.keys()):
        return 2, 0.65 * names[critical[0]] + 0.1, f"intent:{critical[0]}"
    if pressing := sorted(_PRESSING & names.keys(), key=lambda name: (-names[name], name)):
        return 1, 0.7 if said else 0.6, f"urgent_words:{said}" if said else f"intent:{pressing[0]}"
    if said:
        return 1, 0.5, f"urgent_words:{said}"
    return 0, 0.65, "nothing_urgent:"


def read(
    text: str,
    words: Sequence[str],
    listed: Listed,
    intents: Sequence[Intent],
    tone: Tone,
    *,
    own: bool = False,
) -> Needs:
    """
    Whether to answer and how soon. Own messages and reposts never call for an answer.

    words: `tone.plain_words` of the message; listed: what our lists find in these.
    """
    stopped = "own_message:" if own else "repost:" if text.startswith("RT @") else ""
    if stopped:
        return Needs(False, 0.99 if own else 0.9, stopped, 0, 0.9, stopped)
    needed, confidence, reason = _answer(_evidence(text, words, listed, intents, tone))
    urgency = _urgency(words, listed, intents, needed)
    return Needs(needed, confidence, reason, *urgency)

"""
What does the writer want? Several answers may hold, each with the words that say so.

Phrases come from data/intents.tsv, in French and English; a few intents also follow from
tone. `other` stands alone when nothing is recognised.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from comptoir.analysis.listed import Listed
from comptoir.analysis.phrases import Found
from comptoir.analysis.tone import Tone

INTENTS = (
    "fault", "delivery", "damaged_item", "invoice_payment", "refund", "withdrawal_return_cancel",
    "account_access", "product_question", "availability", "product_request", "suggestion",
    "price_promo", "complaint", "praise", "recommendation", "dissuasion", "purchase_intent",
    "churn_threat", "legal_threat", "data_security", "job_application", "thanks", "spam", "other",
)  # fmt: skip
_ORDER = {name: place for place, name in enumerate(INTENTS)}
LEAST = 0.4
"""Intents less sure than this are not given."""
_HIGHEST = 0.95
_TELLING = 0.8
_MEANT = frozenset({"praise", "recommendation", "purchase_intent"})
_DENIALS = frozenset(
    [
        "pas",
        "jamais",
        "ne",
        "n",
        "ni",
        "sans",
        "not",
        "never",
        "don",
        "wouldn",
        "didn",
        "cannot",
        "isn",
        "wasn",
    ]
)
# A negative message that already says what is wrong is a complaint only when it is strong.
_SAYS_WHAT = frozenset(INTENTS) - {"other", "thanks", "praise", "complaint", "price_promo"}


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing wanted: a name of INTENTS, the chance of being right, and "code:evidence"."""

    name: str
    confidence: float
    reason: str


def _is_denied(found: Found[tuple[str, float]], words: Sequence[str]) -> bool:
    """ "pas un bon produit" praises nothing."""
    before = words[max(0, found.start - 3) : found.start]
    return any(word in _DENIALS for word in [*before, *words[found.end : found.end + 1]])


def _scores(words: Sequence[str], listed: Listed) -> dict[str, tuple[float, float, str]]:
    """Per intent: chance that none of its phrases is right, best phrase's confidence, its words."""
    scores: dict[str, tuple[float, float, str]] = {}
    seen: set[tuple[str, int]] = set()
    for found in listed.intents:
        name, chance = found.payload
        if name in _MEANT and _is_denied(found, words):
            continue
        wrong, best, said = scores.get(name, (1.0, 0.0, ""))
        if any((name, at) in seen for at in range(found.start, found.end)):
            wrong = min(wrong, 1 - chance)  # the same words twice are one piece of evidence
        else:
            wrong *= 1 - chance
        seen.update((name, at) for at in range(found.start, found.end))
        if chance > best:
            best, said = chance, " ".join(words[found.start : found.end])
        scores[name] = (wrong, best, said)
    return scores


def _from_tone(found: dict[str, Intent], tone: Tone) -> None:
    """Complaint and praise also show in tone; ironic thanks and praise are neither."""
    if tone.irony:
        for name in ("praise", "thanks", "recommendation"):
            found.pop(name, None)
        _raise(found, Intent("complaint", 0.7, tone.irony_reason))
    elif tone.tone < 0:
        if "praise" in found and tone.confidence > 0.55:
            del found["praise"]
        informed = bool(found.keys() & _SAYS_WHAT)
        if tone.confidence >= (0.7 if informed else 0.6) and "job_application" not in found:
            _raise(found, Intent("complaint", min(0.85, tone.confidence - 0.08), tone.reasons[0]))
    elif tone.tone > 0 and tone.confidence >= 0.65:
        _raise(found, Intent("praise", min(0.85, tone.confidence - 0.08), tone.reasons[0]))


def _raise(found: dict[str, Intent], intent: Intent) -> None:
    """Keep the surer of an intent already found and this one."""
    known = found.get(intent.name)
    if known is None or known.confidence < intent.confidence:
        found[intent.name] = intent


def _settle(found: dict[str, Intent]) -> None:
    """What excludes what."""
    if "dissuasion" in found and "recommendation" in found:
        weaker = min(found["dissuasion"], found["recommendation"], key=lambda it: it.confidence)
        del found[weaker.name]
    others = set(found) - {"thanks", "praise", "complaint", "recommendation"}
    if "thanks" in found and (others or "complaint" in found):
        said = found["thanks"]
        found["thanks"] = Intent("thanks", said.confidence * 0.5, said.reason)


def phrases(words: Sequence[str], listed: Listed) -> dict[str, str]:
    """
    Intents that a phrase of our lists betrays on its own, with that phrase.

    words: `tone.plain_words` of the message; listed: what our lists find in these.
    """
    scores = _scores(words, listed)
    return {name: said for name, (_, best, said) in scores.items() if best >= _TELLING}


def read(words: Sequence[str], listed: Listed, tone: Tone) -> tuple[Intent, ...]:
    """
    The intents of a message, surest first; `other` alone when nothing is recognised.

    words: `tone.plain_words` of the message; listed: what our lists find in these.
    """
    found: dict[str, Intent] = {}
    for name, (wrong, _, said) in _scores(words, listed).items():
        found[name] = Intent(name, min(_HIGHEST, 1 - wrong), f"words:{said}")
    _from_tone(found, tone)
    _settle(found)
    kept = [intent for intent in found.values() if intent.confidence >= LEAST]
    if not kept:
        return (Intent("other", 0.5 if len(words) > 3 else 0.6, "nothing_recognised:"),)
    kept.sort(key=lambda intent: (-intent.confidence, _ORDER[intent.name]))
    return tuple(kept)

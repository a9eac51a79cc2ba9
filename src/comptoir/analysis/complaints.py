"""
Does a message complain, and of what part of the company?

A complaint is defined here and nowhere else. A customer's message complains when at least one
of these holds:

- its tone is negative;
- it holds an intent of `COMPLAINING`: a complaint, a warning to others, a threat, a fault or a
  damaged item, the last two unless its tone is positive;
- it dislikes something: delivery, product, price, service or site.

What it is about are its signals: its intents, what it dislikes, and words of our own list
(data/departments.tsv). A brand decides which department each signal belongs to, so that
nothing here knows departments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from comptoir.analysis.lexicons import rows
from comptoir.analysis.phrases import Found, PhraseBook
from comptoir.analysis.text import words as fold_words

COMPLAINING: Final = frozenset(
    {"complaint", "dissuasion", "churn_threat", "legal_threat", "fault", "damaged_item"}
)
_MENDED: Final = frozenset({"fault", "damaged_item"})
SURE: Final = 0.6
"""From this confidence on a complaint counts as one; below, it is counted apart."""
REMEDIES: Final = frozenset({"refund", "withdrawal_return_cancel"})
_REMEDY: Final = 0.5
"""What a customer asks for tells less of the cause than what went wrong: it weighs half."""
_DISLIKE: Final = 0.8
"""A dislike names a part more broadly than an intent does: "the product" of a telephone company
is also its network. On 30 complaints read by eye this settled most wrong departments."""
_READ: Final = 2_000
PARTS: Final = ("logistics", "product", "site", "price", "service", "shop", "technical")
"""What our list of words tells apart."""


class Said(NamedTuple):
    """
    What complaints are read from. intents: (name, confidence); aspects: (name, liked,
    confidence). tone_settled: a person set the tone.
    """

    text: str
    tone: int
    tone_confidence: float
    intents: Sequence[tuple[str, float]]
    aspects: Sequence[tuple[str, bool, float]]
    tone_settled: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """
    One thing that tells what a complaint is about.

    name: "intent:delivery", "aspect:price", "words:shop". evidence: the customer's words
    behind "words:…", else "".
    """

    name: str
    confidence: float
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """confidence: the chance that it is one, 0 to 1. because: what makes it one, as signals."""

    confidence: float
    because: tuple[Signal, ...]
    signals: tuple[Signal, ...]


def complaint(said: Said) -> Complaint | None:
    """
    The complaint in a customer's message; None where it complains of nothing.

    >>> found = complaint(Said("Colis jamais arrivé", -1, 0.8, [("delivery", 0.9)], []))
    >>> found.confidence, [one.name for one in found.signals]
    (0.8, ['intent:delivery', 'words:logistics'])
    >>> complaint(Said("Merci beaucoup !", 1, 0.9, [("thanks", 0.9)], [])) is None
    True
    """
    because = tuple(_because(said))
    if not because:
        return None
    sure = max(one.confidence for one in because)
    return Complaint(sure, because, tuple(_signals(said)))


def names() -> list[str]:
    """The signals of our own words and of aspects; intents besides are those of the taxonomy."""
    aspects = [f"aspect:{one}" for one in ("delivery", "product", "price", "service", "site")]
    return [*aspects, *(f"words:{one}" for one in PARTS)]


def _because(said: Said) -> Iterable[Signal]:
    if said.tone < 0:
        yield Signal("tone", said.tone_confidence)
    for name, confidence in said.intents:
        if name in COMPLAINING and not (name in _MENDED and said.tone > 0):
            yield Signal(f"intent:{name}", confidence)
    if said.tone_settled and said.tone >= 0:
        return
    for name, liked, confidence in said.aspects:
        if not liked:
            yield Signal(f"aspect:{name}", confidence)


def _signals(said: Said) -> Iterable[Signal]:
    for name, confidence in said.intents:
        weight = _REMEDY if name in REMEDIES else 1.0
        yield Signal(f"intent:{name}", confidence * weight)
    for name, liked, confidence in said.aspects:
        if not liked:
            yield Signal(f"aspect:{name}", confidence * _DISLIKE)
    for part, (confidence, evidence) in parts(said.text).items():
        yield Signal(f"words:{part}", confidence, evidence)


def parts(text: str) -> Mapping[str, tuple[float, str]]:
    """
    The parts of a company that words of our list speak of, with how sure, and these words.

    >>> parts("Votre vendeur en boutique m'a menti")["shop"]
    (0.8, 'en boutique')
    """
    words = fold_words(text[:_READ])
    found: dict[str, tuple[float, str]] = {}
    for hit in _book().find(words)[0]:
        part, confidence = hit.payload
        if part not in found or found[part][0] < confidence:
            found[part] = (confidence, _shown(words, hit))
    return found


def _shown(words: Sequence[str], hit: Found[tuple[str, float]]) -> str:
    return " ".join(words[hit.start : hit.end])


@cache
def _book() -> PhraseBook:
    return PhraseBook(
        (phrase.strip(), (part, float(confidence)))
        for part, confidence, phrases in rows("departments.tsv")
        for phrase in phrases.split(",")
        if phrase.strip()
    )

"""
Is a message negative, neutral or positive; and does it mean what it says?

Rules over word lists of our own (data/tone_*.tsv). Every phrase found weighs −3 to 3;
the words beside it turn ("pas content"), strengthen ("vraiment nul") or soften it; what
follows "mais" counts more than what precedes; capitals, lengthened words and exclamation
marks raise the voice. Praise or thanks next to a complaint, without a "but" between them,
is read as irony: "Merci @marque pour ces deux semaines sans internet" is no praise.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from string import ascii_lowercase
from typing import NamedTuple

from comptoir.analysis.lexicons import entries, rows
from comptoir.analysis.listed import Listed, family
from comptoir.analysis.phrases import Found, longest
from comptoir.analysis.text import fold

_THRESHOLD = 1.0
_NEGATION_REACH = 3
_IRONY_REACH = 18
_IRONIC = 0.5
"""From this chance on, praise is taken for mockery."""
_SMILEYS = (
    (re.compile(r"[:;=8]['’]?-?[)D\]]+(?!\w)|\^\^|\bx[Dd]\b"), " smileyhappy "),
    (re.compile(r"(?<![\w/])[:;=]['’]?-?[(\[]+|:/(?!/)|(?<!\d):['’]\("), " smileysad "),
    (re.compile(r"<3"), " smileyheart "),
)
_SMILEY_SIGNS = (":)", ":-)", ":D", ":-D", ";)", ";-)", "=)", ":]", ":'", ":’", "^^", "xD", "XD", "xd",
                 ":(", ":-(", ":[", "=(", ":/ ", "8)", "<3")  # fmt: skip
_CAPITALS = re.compile("[A-ZÀ-Þ]{3}")
_SHOUTED = re.compile(r"\b[A-ZÀ-Þ]{3,}\b")
_TRIPLES = tuple(letter * 3 for letter in ascii_lowercase)
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_DRAWN_OUT = re.compile(r"\b[^\W\d_]*([a-z])\1{2,}(?<!www)[^\W\d_]*\b")
_WORD_START = re.compile(r"\b\w{3,}")
_INFINITIVE = re.compile(r"^(?!votre|notre|entre|autre).{2,}(?:er|ir|re)$")
_THANKS = frozenset(
    [
        "merci",
        "mci",
        "mrci",
        "bravo",
        "felicitations",
        "felicitation",
        "chapeau",
        "thanks",
        "thank",
        "congrats",
    ]
)
_IRONIC_EMOJI = frozenset(["🙃", "👏", "🤡"])


@dataclass(frozen=True, slots=True)
class Tone:
    """
    tone: -1, 0 or 1. confidence and irony_confidence: chance, 0 to 1, of being right.

    reasons: "code:evidence", strongest first; irony_reason likewise, "" without irony.
    """

    tone: int
    confidence: float
    reasons: tuple[str, ...]
    irony: bool
    irony_confidence: float
    irony_reason: str


class _Hit(NamedTuple):
    start: int
    end: int
    weight: float
    code: str


@dataclass(frozen=True, slots=True)
class _Rules:
    negations: frozenset[str]
    stronger: frozenset[str]
    weaker: frozenset[str]
    contrast: frozenset[str]


@cache
def _rules(family: str) -> _Rules:
    """Words for French ("fr"), English ("en") or, when unsure, both ("")."""
    role = {row[0]: frozenset(fold(w) for w in entries(row[2])) for row in rows("tone_rules.tsv")}
    negations = {"fr": role["negation_fr"], "en": role["negation_en"]}
    return _Rules(
        negations.get(family, role["negation_fr"] | role["negation_en"]),
        role["stronger"],
        role["weaker"],
        role["contrast"],
    )


def with_smileys(text: str) -> str:
    """Typed smileys become words, which folding would drop."""
    if any(map(text.__contains__, _SMILEY_SIGNS)):
        for pattern, word in _SMILEYS:
            text = pattern.sub(word, text)
    return text


def plain_words(words: Sequence[str]) -> list[str]:
    """Words as sentiment and intents read them: no handles, tags without sign, no stretching."""
    kept = [word.lstrip("#") for word in words if word[0] != "@"]
    if _is_stretched(" ".join(kept)):
        return [_STRETCHED.sub(r"\1", word) if word.isalpha() else word for word in kept]
    return kept


def _is_stretched(text: str) -> bool:
    """Whether a letter stands three times in a row: few texts have one, and most are cleared fast."""
    return any(map(text.__contains__, _TRIPLES))


def _thanks_weight(words: Sequence[str], at: int) -> float:
    """How much of a bare "merci" is meant: none in a request, little as a last word."""
    if at + 2 < len(words) and _asks_to(words, at):
        return 0.0
    return 0.4 if at + 1 == len(words) > 5 else 1.0


def _weigh(found: Found[float], words: Sequence[str], reached: int, rules: _Rules) -> _Hit:
    """One phrase with the words beside it taken into account; `reached` ends the last phrase."""
    weight, code = found.payload, "word"
    if words[found.start] in _THANKS and found.end == found.start + 1:
        weight *= _thanks_weight(words, found.start)
    before = words[max(reached, found.start - _NEGATION_REACH) : found.start]
    if any(word in rules.stronger for word in before[-2:]):
        weight *= 1.4
    elif any(word in rules.weaker for word in before[-2:]):
        weight *= 0.6
    after = words[found.end : found.end + 1]
    turned = any(word in rules.negations for word in before) or (
        weight > 0 and after and after[0] in {"pas", "jamais"}
    )
    if turned and words[found.start] not in rules.negations:
        weight, code = weight * (-0.8 if weight > 0 else -0.3), "negation"
    return _Hit(found.start, found.end, weight, code)


def _hits(words: Sequence[str], listed: Listed, rules: _Rules) -> list[_Hit]:
    """Weighted phrases in order; "mais" moves the balance towards what follows it."""
    hits: list[_Hit] = []
    reached = 0
    for found in longest(listed.tone):
        hits.append(_weigh(found, words, reached, rules))
        reached = found.end
    if rules.contrast.isdisjoint(words):
        return hits
    turns = [at for at, word in enumerate(words) if word in rules.contrast]
    return [
        _Hit(hit.start, hit.end, hit.weight * (1.3 if hit.start > turns[-1] else 0.7), hit.code)
        for hit in hits
    ]


def _voice(text: str) -> tuple[float, str]:
    """How loud: factor on the weights, and the reason's code ("" when calm)."""
    shouted = len(_SHOUTED.findall(text)) if _CAPITALS.search(text) else 0
    if shouted >= 3 and shouted * 2 > len(_WORD_START.findall(text)):
        return 1.25, "capitals"
    if text.count("!") >= 2:
        return 1.15, "exclamation"
    drawn = _is_stretched(text) and _DRAWN_OUT.search(text)
    return (1.15, "stretched") if drawn else (1.0, "")


def _asks_to(words: Sequence[str], at: int) -> bool:
    """ "merci de régler", "merci de me rappeler": a request, not thanks."""
    following = words[at + 2 : at + 4] if words[at + 1] in {"de", "d"} else []
    return any(_INFINITIVE.search(word) and word != "avoir" for word in following)


def _thanks_for_trouble(
    words: Sequence[str], hits: Sequence[_Hit], contrast: frozenset[str]
) -> str:
    """Thanks or congratulations aimed at trouble, without a "but" between; "" otherwise."""
    sincere = [h for h in hits if h.weight == 0 or (h.weight >= 0.7 and h.end - h.start > 2)]
    polite = {at for hit in sincere for at in range(hit.start, hit.end)}
    for at, word in enumerate(words[:-2]):
        if word not in _THANKS or at in polite or _asks_to(words, at):
            continue
        reach = words[at + 1 : at + _IRONY_REACH]
        if any(other in contrast for other in reach):
            continue
        bad = [h for h in hits if at < h.start < at + _IRONY_REACH and h.weight <= -1]
        aimed = any(
            other in {"pour", "de", "d", "a", "au", "for", "les", "le"} for other in reach[:2]
        )
        if bad and aimed and not any(h.weight >= 1 and at < h.start < bad[0].start for h in hits):
            return " ".join([word, "…", *words[bad[0].start : bad[0].end]])
    return ""


def _irony(
    words: Sequence[str], hits: Sequence[_Hit], listed: Listed, rules: _Rules
) -> tuple[float, str]:
    """Chance that the praise is not meant, and why."""
    bad = -sum(hit.weight for hit in hits if hit.weight < 0)
    best, reason = 0.0, ""
    if bad >= 1 and (evidence := _thanks_for_trouble(words, hits, rules.contrast)):
        best, reason = 0.75, f"irony_thanks:{evidence}"
    if bad >= 1 and (emoji := _IRONIC_EMOJI.intersection(words)):
        best, reason = max((best, reason), (0.6, f"irony_emoji:{min(emoji)}"))
    split = not rules.contrast.isdisjoint(words)
    for found in listed.ironies:
        alone, beside = found.payload
        chance = beside if bad >= 1.5 and not (split and beside < 0.7) else alone
        if chance > best and not _is_turned(found, words, rules):
            best, reason = chance, f"irony_phrase:{' '.join(words[found.start : found.end])}"
    return best, reason


def _is_turned(found: Found[tuple[float, float]], words: Sequence[str], rules: _Rules) -> bool:
    """ "pas génial" is plain speech."""
    return any(word in rules.negations for word in words[max(0, found.start - 2) : found.start])


def _confidence(tone: int, good: float, bad: float, count: int) -> float:
    """Chance of being right: more weight is surer, mixed feelings less."""
    if tone == 0:
        if not good and not bad:
            return 0.6 if count >= 4 else 0.5
        return 0.45
    strong, weak = max(good, bad), min(good, bad)
    sure = 0.5 + 0.45 * (1 - math.exp(-(strong - weak) / 3))
    return max(0.45, sure * (1 - 0.25 * weak / strong))


def _reasons(words: Sequence[str], hits: Sequence[_Hit], tone: int, loud: str) -> tuple[str, ...]:
    """The phrases that weighed most for the answer given."""
    telling = [hit for hit in hits if hit.weight and (tone == 0 or hit.weight * tone > 0)]
    telling.sort(key=lambda hit: -abs(hit.weight))
    said = [f"{hit.code}:{' '.join(words[max(0, hit.start - 2) if hit.code == 'negation' else hit.start : hit.end])}" for hit in telling[:3]]  # fmt: skip
    if loud and tone:
        said.append(f"{loud}:")
    return tuple(dict.fromkeys(said)) or ("no_evidence:",)


def _with_rating(found: Tone, rating: float) -> Tone:
    """A rating outweighs words; where both disagree, the answer is less sure."""
    rated = -1 if rating <= 2 else 1 if rating >= 4 else found.tone
    if not 0 <= rating <= 5 or 2 < rating < 4:
        return found
    agrees = rated == found.tone
    confidence = max(0.92, found.confidence) if agrees else 0.8 if found.tone == 0 else 0.7
    reasons = (f"rating:{rating:g}", *(found.reasons if agrees else ()))
    irony = found.irony and rated < 0
    return Tone(rated, confidence, reasons, irony, found.irony_confidence, found.irony_reason)


def irony(text: str, words: Sequence[str], language: str, listed: Listed) -> str:
    """The reason to read a message as ironic, "" without one; arguments as of `read`."""
    chance, reason = _weighed(text, words, listed, _rules(family(language)))[1:]
    return reason if chance >= _IRONIC else ""


def _weighed(
    text: str, words: Sequence[str], listed: Listed, rules: _Rules
) -> tuple[list[_Hit], float, str]:
    """What is said, for better or worse; the chance that it is not meant, and why."""
    hits = _hits(words, listed, rules)
    if "?" in text:  # "un conseiller compétent ?" praises nobody
        hits = [h._replace(weight=h.weight / 2) if 0 < h.weight < 3 else h for h in hits]
    return hits, *_irony(words, hits, listed, rules)


def read(
    text: str, words: Sequence[str], language: str, listed: Listed, rating: float | None = None
) -> Tone:
    """
    Tone and irony of a message.

    text: as written; words: `plain_words` of it; listed: what our lists find in these;
    rating: 1 to 5, None when there is none.
    """
    hits, ironic, irony_reason = _weighed(text, words, listed, _rules(family(language)))
    factor, loud = _voice(text)
    good = factor * sum(hit.weight for hit in hits if hit.weight > 0)
    bad = -factor * sum(hit.weight for hit in hits if hit.weight < 0)
    if ironic >= _IRONIC:
        bad, good = bad + 0.6 * good + 1, 0.0
    score = good - bad
    tone = 0 if abs(score) < _THRESHOLD else 1 if score > 0 else -1
    reasons = _reasons(words, hits, tone, loud)
    if ironic >= _IRONIC:
        reasons = (irony_reason, *reasons)
    confidence = _confidence(tone, good, bad, len(words)) * (0.9 if 0.3 < ironic < 0.7 else 1)
    sure = ironic if ironic >= _IRONIC else 1 - max(ironic, 0.08 if good and bad else 0.03)
    found = Tone(tone, confidence, reasons, ironic >= _IRONIC, sure, irony_reason)
    return found if rating is None else _with_rating(found, rating)

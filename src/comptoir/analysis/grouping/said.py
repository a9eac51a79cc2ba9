"""
The phrases that people use: two to five words in a row that several of them wrote.

A phrase counts once for each person who wrote it. It begins and ends with a word that carries
meaning, so that "toujours pas reçu mon colis" is one and "de la" is none; one that is nearly
always part of a longer one is left to that one. They are shown as most people wrote them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from comptoir.analysis.grouping.stopwords import STOPWORDS
from comptoir.analysis.grouping.titles import cleaned
from comptoir.analysis.text import words as fold_words

SHORTEST: Final = 2
LONGEST: Final = 5
FEWEST: Final = 3
"""People who must have said a phrase."""
_PART: Final = 0.75
"""Of those who said the shorter phrase, how many said the longer one, for it to be left out."""
_READ: Final = 1_500
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_TELLING: Final = frozenset(
    [
        "jamais",
        "pas",
        "plus",
        "aucun",
        "aucune",
        "rien",
        "sans",
        "toujours",
        "never",
        "not",
        "no",
        "nothing",
        "still",
        "without",
    ]
)
"""Stop words that a complaint may well begin with."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """
    words: folded, as a search finds them. text: as most people wrote it. people: places of
    those who did, in the order given.
    """

    words: tuple[str, ...]
    text: str
    people: tuple[int, ...]


def phrases(said: Sequence[Iterable[str]], most: int = 20) -> list[Phrase]:
    """
    The phrases of several people, what most of them said first.

    said: of each person, the messages.

    >>> [one.text for one in phrases([["Colis toujours pas reçu"], ["mon colis toujours pas reçu !"],
    ...     ["Le colis toujours pas reçu"], ["merci"]])]
    ['colis toujours pas reçu']
    """
    people: dict[tuple[str, ...], set[int]] = defaultdict(set)
    written: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for place, messages in enumerate(said):
        for message in messages:
            for key, text in _grams(message):
                if place not in people[key]:
                    people[key].add(place)
                    written[key][text] += 1
    common = {key: who for key, who in people.items() if len(who) >= FEWEST}
    kept = _without_parts(common)
    kept.sort(key=lambda key: (-len(common[key]), -len(key), key))
    return [
        Phrase(key, written[key].most_common(1)[0][0], tuple(sorted(common[key])))
        for key in _unlike(kept, common)[:most]
    ]


def _grams(message: str) -> Iterable[tuple[tuple[str, ...], str]]:
    """(folded words, as written) of each phrase; none reaches over the end of a sentence."""
    for sentence in re.split(r"[.!?;:\n()«»\"]+", cleaned(message[:_READ])):
        cut: list[tuple[str, str]] = []
        for match in _WORD.finditer(sentence):
            folded = fold_words(match[0])
            if len(folded) == 1:
                cut.append((folded[0], match[0]))
            else:
                cut += _apart(match[0], folded)
        yield from _of_sentence(cut)


def _apart(written: str, folded: Sequence[str]) -> list[tuple[str, str]]:
    """ "l'écran" is two words; how each was written is kept where that can be told."""
    pieces = re.split(r"(?<=['’])", written)
    if len(pieces) != len(folded):
        return [(one, one) for one in folded]
    return list(zip(folded, pieces, strict=True))


def _of_sentence(cut: Sequence[tuple[str, str]]) -> Iterable[tuple[tuple[str, ...], str]]:
    for start in range(len(cut)):
        if not _may_begin(cut[start][0]):
            continue
        for end in range(start + SHORTEST, min(start + LONGEST, len(cut)) + 1):
            if _means(cut[end - 1][0]) and _content(cut[start:end]):
                yield tuple(one for one, _ in cut[start:end]), _joined(cut[start:end])


def _may_begin(word: str) -> bool:
    return word in _TELLING or _means(word)


def _means(word: str) -> bool:
    return word.isalpha() and len(word) > 1 and word not in STOPWORDS


def _content(cut: Sequence[tuple[str, str]]) -> bool:
    """At least two words of sense, or one after a denial."""
    sense = sum(_means(one) for one, _ in cut)
    return sense >= 2 or (sense == 1 and any(one in _TELLING for one, _ in cut))


def _joined(cut: Sequence[tuple[str, str]]) -> str:
    text = cut[0][1]
    for (_, before), (_, after) in pairwise(cut):
        text += after if before[-1:] in "'’" else f" {after}"
    return text


def _without_parts(common: dict[tuple[str, ...], set[int]]) -> list[tuple[str, ...]]:
    covered = set()
    for key, who in common.items():
        for length in range(SHORTEST, len(key)):
            for start in range(len(key) - length + 1):
                part = key[start : start + length]
                if part in common and len(who) >= _PART * len(common[part]):
                    covered.add(part)
    return [key for key in common if key not in covered]


def _unlike(
    kept: Sequence[tuple[str, ...]], common: dict[tuple[str, ...], set[int]]
) -> list[tuple[str, ...]]:
    """Of overlapping phrases that the same people said, the first alone."""
    chosen: list[tuple[str, ...]] = []
    for key in kept:
        twin = any(
            set(key) & set(other) and len(common[key] & common[other]) >= 0.8 * len(common[key])
            for other in chosen
        )
        if not twin:
            chosen.append(key)
    return chosen

"""
What a message wants done, and about what: words a sentence vector blurs.

"Cancel my order" and "add to my order" lie close to each other, and so do "unsubscribe"
and "sign up". A short list of French and English words, marks.tsv, names actions and
things; two texts whose marks differ must be that much closer in meaning to be one question.
The list was written by hand, for shops, telecoms and services, and knows nothing of
negation.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from comptoir.analysis.text import words as fold_words

_LIST = Path(__file__).with_name("marks.tsv")
_ACTION, _THING = 0.3, 0.2
_BOTH_SILENT, _ONE_SILENT = 0.5, 0.75


class Marks(NamedTuple):
    """Bits of the actions and things a text names, in the order of marks.tsv."""

    actions: int = 0
    things: int = 0


@cache
def _known() -> tuple[tuple[dict[str, int], tuple[tuple[str, int], ...]], ...]:
    """For actions, then things: bits of whole words, and of beginnings of words."""
    lines = _LIST.read_text(encoding="utf-8").splitlines()[1:]
    return tuple(_bits([line.split("\t") for line in lines], kind) for kind in ("act", "thing"))


def _bits(lines: list[list[str]], kind: str) -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    whole: dict[str, int] = {}
    starts: list[tuple[str, int]] = []
    mine = [carried for one, _, carried in lines if one == kind]
    for place, carried in enumerate(mine):
        for word in carried.split():
            if word.endswith("*"):
                starts.append((word[:-1], 1 << place))
            else:
                whole[word] = whole.get(word, 0) | 1 << place
    return whole, tuple(starts)


@lru_cache(maxsize=20_000)
def _of_word(word: str) -> Marks:
    found = []
    for whole, starts in _known():
        bits = whole.get(word, 0)
        for start, bit in starts:
            if word.startswith(start):
                bits |= bit
        found.append(bits)
    return Marks(*found)


def marks_of(text: str) -> Marks:
    """
    The actions and things that a text names.

    >>> marks_of("Annuler ma commande") == marks_of("cancel my order please")
    True
    """
    actions = things = 0
    for word in fold_words(text):
        of_word = _of_word(word)
        actions |= of_word.actions
        things |= of_word.things
    return Marks(actions, things)


def distance(one: Marks, other: Marks) -> float:
    """What to take off a cosine: 0 for the same marks, 0.5 for other actions and things."""
    return _ACTION * _apart(one.actions, other.actions) + _THING * _apart(one.things, other.things)


def _apart(one: int, other: int) -> float:
    """One less the Dice share of common bits; in between when a text names none."""
    if not one and not other:
        return _BOTH_SILENT
    if not one or not other:
        return _ONE_SILENT
    return 1 - 2 * (one & other).bit_count() / (one.bit_count() + other.bit_count())

"""
Which leaves of the circuit a word of a message is, remembered word by word.
"""

import re
from collections.abc import Iterator

import numpy as np

from comptoir.analysis.matching.board import Ints, Longs, spread
from comptoir.analysis.queries.words import holds

_MOST_KEPT = 500_000
_SIGN = re.compile("[*?]")


def head(pattern: str) -> str:
    """
    The letters a word must begin with.

    >>> head("rembours*"), head("?a")
    ('rembours', '')
    """
    return _SIGN.split(pattern, maxsplit=1)[0]


class Patterns:
    """Wildcards by the letters they begin with, so that a word meets few of them."""

    def __init__(self) -> None:
        self._heads: dict[str, dict[str, int]] = {}
        self._lengths: tuple[int, ...] = ()

    def add(self, pattern: str, node: int) -> None:
        self._heads.setdefault(head(pattern), {})[pattern] = node
        self._lengths = tuple(sorted({len(start) for start in self._heads}))

    def remove(self, pattern: str) -> None:
        start = head(pattern)
        del self._heads[start][pattern]
        if not self._heads[start]:
            del self._heads[start]
        self._lengths = tuple(sorted({len(start) for start in self._heads}))

    def of(self, word: str) -> Iterator[int]:
        """The nodes of the patterns that match a word."""
        for length in self._lengths:
            if length > len(word):
                break
            for pattern, node in self._heads.get(word[:length], {}).items():
                if holds(pattern, word):
                    yield node


class Lexicon(dict[str, int]):
    """
    Words of messages by number: 0 for those no query asks for, others lead to leaves.

    Forgets words as queries come and go, and all of them when too many have been seen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.exact: dict[str, list[int]] = {}
        self.patterns: list[Patterns] = []
        self._begin()

    def _begin(self) -> None:
        self.clear()
        self._starts: list[int] = [0]
        self._counts: list[int] = [0]
        self._flat: list[int] = []
        self._arrays: tuple[Longs, Longs, Ints] | None = None

    def __missing__(self, word: str) -> int:
        nodes = [*self.exact.get(word, ())]
        for patterns in self.patterns:
            nodes.extend(patterns.of(word))
        self[word] = number = len(self._starts) if nodes else 0
        if number:
            self._starts.append(len(self._flat))
            self._counts.append(len(nodes))
            self._flat.extend(nodes)
            self._arrays = None
        return number

    def forget(self, word: str | None = None) -> None:
        """Ask anew what a word is, or every word."""
        if word is None:
            self._begin()
        else:
            self.pop(word, None)

    def tidy(self) -> None:
        """Keep memory bounded; only between blocks."""
        if max(len(self), len(self._flat)) > _MOST_KEPT:
            self._begin()

    def leaves(self, numbers: Ints) -> tuple[Longs, Ints]:
        """For words by number: which of them is a leaf, and the leaf, for each pair."""
        if self._arrays is None:
            self._arrays = (
                np.array(self._starts, np.int64),
                np.array(self._counts, np.int64),
                np.array(self._flat, np.int32),
            )
        starts, counts, flat = self._arrays
        owners, places = spread(starts.take(numbers), counts.take(numbers))
        return owners, flat.take(places)

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
        self._next, self._length = 1, 0
        self._new: list[list[int]] = []
        self._counts: Longs = np.zeros(1, np.int64)
        self._starts: Longs = np.zeros(1, np.int64)
        self._flat: Ints = np.zeros(0, np.int32)

    def __missing__(self, word: str) -> int:
        nodes = [*self.exact.get(word, ())]
        for patterns in self.patterns:
            nodes.extend(patterns.of(word))
        self[word] = number = self._next if nodes else 0
        if number:
            self._next += 1
            self._length += len(nodes)
            self._new.append(nodes)
        return number

    def forget(self, word: str | None = None) -> None:
        """Ask anew what a word is, or every word."""
        if word is None:
            self._begin()
        else:
            self.pop(word, None)

    def tidy(self) -> None:
        """Keep memory bounded; only between blocks."""
        if max(len(self), self._length) > _MOST_KEPT:
            self._begin()

    def leaves(self, numbers: Ints) -> tuple[Longs, Ints]:
        """For words by number: which of them is a leaf, and the leaf, for each pair."""
        if self._new:
            self._add_new()
        owners, places = spread(self._starts.take(numbers), self._counts.take(numbers))
        return owners, self._flat.take(places)

    def _add_new(self) -> None:
        """Words met lately, after those met before: only they are turned into arrays."""
        counts = np.fromiter(map(len, self._new), np.int64, len(self._new))
        nodes = np.array([node for each in self._new for node in each], np.int32)
        self._starts = np.concatenate([self._starts, len(self._flat) + np.cumsum(counts) - counts])
        self._counts = np.concatenate([self._counts, counts])
        self._flat = np.concatenate([self._flat, nodes])
        self._new = []

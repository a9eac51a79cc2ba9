"""
The words of a message, weighed one by one: what the encoder, which hears meaning, lets slip.

Words, pairs of words and runs of three to five letters fall into buckets by a hash; each bucket
has a weight an answer, in eight bits. Sums are of whole numbers, so a text scores the same to
the bit whatever it is read with.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

BITS = 17
"""Buckets are two to this power."""

_WORD = re.compile(r"\w+|[^\w\s]+")
_BLANK = 32
_LETTERS, _WORDS = 1, 2
_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


def spelt(text: str) -> str:
    """
    What is weighed of a text: lower case without accents, words and marks apart.

    >>> spelt("Déçu!! Très déçu")
    ' decu !! tres decu '
    """
    text = text.lower()
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return f" {' '.join(_WORD.findall(text))} "


def buckets(texts: Sequence[str]) -> tuple[Places, Places]:
    """
    The buckets met in each text, once however often, and the place of the text; texts in order.
    """
    read = [spelt(text) for text in texts]
    letters = np.frombuffer("".join(read).encode("utf-32-le", "replace"), "<u4").astype(np.uint64)
    owners = np.repeat(np.arange(len(read)), [len(text) for text in read])
    found = [
        *_runs(letters, owners, 3, 5, _LETTERS),
        *_runs(*_words(letters, owners), 1, 2, _WORDS),
    ]
    keys = np.concatenate([keys for keys, _ in found] or [np.zeros(0, np.uint64)])
    places = np.concatenate([owners for _, owners in found] or [np.zeros(0, np.int64)])
    met = np.unique((places << BITS) | (keys >> np.uint64(64 - BITS)).astype(np.int64))
    return met & ((1 << BITS) - 1), met >> BITS


def _mixed(keys: Keys) -> Keys:
    """Numbers that look drawn at random, the same for the same keys."""
    keys = keys * _FIRST
    keys ^= keys >> np.uint64(29)
    keys *= _SECOND
    mixed: Keys = keys ^ (keys >> np.uint64(32))
    return mixed


def _runs(
    numbers: Keys, owners: Places, shortest: int, longest: int, kind: int
) -> Iterator[tuple[Keys, Places]]:
    """Keys of so many numbers in a row, of one text each, with the text's place."""
    keys = np.full(len(numbers), kind, np.uint64)
    for length in range(1, min(longest, len(numbers)) + 1):
        last = length - 1
        keys = _mixed(keys[: len(numbers) - last] ^ numbers[last:])
        if length >= shortest:
            inside = owners[: len(keys)] == owners[last:]
            yield keys[inside], owners[: len(keys)][inside]


def _words(letters: Keys, owners: Places) -> tuple[Keys, Places]:
    """A number for each word, and the place of its text."""
    starts = np.flatnonzero(letters == _BLANK)
    if not len(starts):
        return letters, owners
    since = np.arange(len(letters)) - np.repeat(starts, np.diff([*starts, len(letters)]))
    marks = _mixed(letters + (since.astype(np.uint64) << np.uint64(32)))
    marks[starts] = 0
    numbers = np.add.reduceat(marks, starts)
    kept = numbers != 0
    return numbers[kept], owners[starts][kept]


class Bag:
    """
    Weights by bucket and answer.

    arrays: `weights`, int8 [buckets, answers]; `scale` and `bias`, [answers].
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self.weights = np.asarray(arrays["weights"], np.int8)
        self.scale, self.bias = (np.asarray(arrays[n], np.float64) for n in ("scale", "bias"))

    def scores(self, texts: Sequence[str]) -> Floats:
        """Log-odds of each answer, [texts, answers]; a text without a word gets the biases."""
        found, owners = buckets(texts)
        ends = np.cumsum(np.bincount(owners, minlength=len(texts)))
        scores = np.empty((len(texts), len(self.scale)))
        start = 0
        for at, end in enumerate(ends):
            sums = self.weights[found[start:end]].sum(0, dtype=np.int32)
            scores[at] = sums * self.scale / math.sqrt(max(1, end - start)) + self.bias
            start = end
        return scores

"""
The words of a message, weighed one by one: what the encoder, which hears meaning, lets slip.

Words, pairs of words and runs of three to five letters fall into buckets by a hash; each bucket
has a weight an answer, in eight bits. Sums are of whole numbers, so a text scores the same to
the bit whatever it is read with.
"""

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
_ABOVE, _SUMMED = 128, 256
"""What makes a weight positive, and of how many the sum stays below sixteen bits."""
_AT_ONCE = 128
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
    met = (places << BITS) | (keys >> np.uint64(64 - BITS)).astype(np.int64)
    met.sort()  # three times faster than numpy's `unique`, which hashes
    met = met[np.diff(met, prepend=-1) != 0]
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
        self._packed = _packed(np.asarray(arrays["weights"], np.int8))
        self.scale, self.bias = (np.asarray(arrays[n], np.float64) for n in ("scale", "bias"))

    def scores(self, texts: Sequence[str]) -> Floats:
        """Log-odds of each answer, [texts, answers]; a text without a word gets the biases."""
        parts = [self._scores(texts[at : at + _AT_ONCE]) for at in range(0, len(texts), _AT_ONCE)]
        return np.concatenate([np.zeros((0, len(self.scale))), *parts])

    def _scores(self, texts: Sequence[str]) -> Floats:
        """The same, of few enough texts that memory stays flat."""
        found, owners = buckets(texts)
        lengths = np.bincount(owners, minlength=len(texts))
        sums = self._sums(found, lengths)
        return sums * self.scale / np.sqrt(np.maximum(1, lengths))[:, None] + self.bias

    def _sums(self, found: Places, lengths: Places) -> Places:
        """What the buckets of each text weigh together, [texts, answers]; of so many each."""
        sums = np.zeros((len(lengths), len(self.scale)), np.int64)
        if not len(found):
            return sums
        parts = -(-lengths // _SUMMED)
        first = np.cumsum(parts) - parts
        within = np.arange(parts.sum()) - np.repeat(first, parts)
        starts = np.repeat(np.cumsum(lengths) - lengths, parts) + _SUMMED * within
        each = np.add.reduceat(self._packed.take(found, 0), starts, axis=0).view(np.uint16)
        met = parts > 0
        sums[met] = np.add.reduceat(each[:, : len(self.scale)].astype(np.int64), first[met], axis=0)
        return sums - _ABOVE * lengths[:, None]


def _packed(weights: npt.NDArray[np.int8]) -> Keys:
    """Weights made positive, four to a number of 64 bits: one sum adds up four."""
    buckets, answers = weights.shape
    wide = np.zeros((buckets, 4 * -(-answers // 4)), np.uint16)
    wide[:, :answers] = weights.astype(np.int16) + _ABOVE
    return wide.view(np.uint64)

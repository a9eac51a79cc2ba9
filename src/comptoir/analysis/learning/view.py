"""
How a head sees a message: its vector, turned so that what varies inside one label counts
less, and, where texts are given, the words it shares with the examples.

Chosen on 38 labels of banking77 (bench/intents.py): both views help each time, on the last
layer of the encoder and even more on others, so they also cover an encoder tuned for
something else.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from comptoir.analysis.learning.solver import Array
from comptoir.analysis.text import words

Floats = NDArray[np.float32]

TRUST = 0.2
"""Most that the spread seen inside labels may weigh against a plain round one."""
_HALF_TRUST = 20
WORD_WEIGHT = 0.6
"""Length of the word view beside the vector's, which is one."""


@dataclass(frozen=True, eq=False)
class View:
    """
    centre: [d], taken off every vector once its length is one. turn: [d, d], applied next;
        then the length is made one again.
    vocabulary: words of the examples, folded. rarity: [v], their weights.
    """

    centre: Floats
    turn: Floats
    vocabulary: tuple[str, ...]
    rarity: Floats

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.vocabulary)}

    @property
    def width(self) -> int:
        """Columns of what `of` gives."""
        return len(self.centre) + len(self.vocabulary)

    def of(self, vectors: NDArray[np.floating], texts: Sequence[str] | None = None) -> Array:
        """
        What a head sees of vectors [n, d] and their texts: [n, width], float64.

        Without texts the word columns are 0. Raises ValueError on a wrong width or count.
        """
        plain = unit(as_rows(vectors, len(self.centre)))
        if texts is not None and len(texts) != len(plain):
            raise ValueError("as many texts as vectors are needed")
        seen = np.zeros((len(plain), self.width))
        seen[:, : len(self.centre)] = unit((plain - self.centre) @ self.turn.astype(np.float64))
        if self.vocabulary and texts is not None:
            for row, text in zip(seen, texts, strict=True):
                row[len(self.centre) :] = self._words_of(text)
        return seen

    def _words_of(self, text: str) -> Array:
        """Known words of a text, rare ones counting more, of length WORD_WEIGHT; or zeros."""
        row = np.zeros(len(self.vocabulary))
        for word, count in Counter(words(text)).items():
            if (place := self._places.get(word)) is not None:
                row[place] = (1 + np.log(count)) * self.rarity[place]
        length = float(np.sqrt(row @ row))
        return row * (WORD_WEIGHT / length) if length else row


def as_rows(vectors: NDArray[np.floating] | Sequence[NDArray[np.floating]], size: int) -> Array:
    """Vectors as float64 [n, size]; ValueError when they are not, or not finite."""
    rows = np.asarray(vectors, dtype=np.float64)
    if rows.size == 0:
        return np.zeros((0, size))
    if rows.ndim != 2 or rows.shape[1] != size or not np.isfinite(rows).all():
        raise ValueError(f"vectors must be finite, of shape [n, {size}]")
    return rows


def unit(vectors: Array) -> Array:
    """Vectors of length one; a null vector stays null."""
    lengths = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0))


def _spread(vectors: Array, labels: NDArray[np.int64]) -> tuple[Array, int]:
    """Covariance inside labels, scaled to an average variance of one, and its freedom."""
    away = vectors.copy()
    for label in np.unique(labels):
        away[labels == label] -= vectors[labels == label].mean(axis=0)
    freedom = len(vectors) - len(np.unique(labels))
    total = float((away * away).sum())
    if freedom <= 0 or total < 1e-12:
        return np.eye(vectors.shape[1]), 0
    return away.T @ away * (vectors.shape[1] / total), freedom


def _turn(vectors: Array, labels: NDArray[np.int64]) -> Array:
    """The inverse square root of the spread inside labels, shrunk towards a round one."""
    spread, freedom = _spread(vectors, labels)
    trust = TRUST * freedom / (freedom + _HALF_TRUST)
    values, axes = np.linalg.eigh(trust * spread + (1 - trust) * np.eye(len(spread)))
    return np.asarray((axes / np.sqrt(values)) @ axes.T)


def _rarity(texts: Sequence[str], known: Sequence[str]) -> Floats:
    """Smoothed inverse document frequency of known words among texts."""
    found = Counter(word for text in texts for word in set(words(text)))
    counts = np.array([found[word] for word in known], dtype=np.float64)
    return (1 + np.log((1 + len(texts)) / (1 + counts))).astype(np.float32)


def learn_view(
    vectors: Array,
    labels: NDArray[np.int64],
    own_texts: Sequence[str] | None = None,
    other_texts: Sequence[str] = (),
) -> View:
    """
    The view that examples suggest: vectors [n, d] with one label each.

    own_texts give the vocabulary; other_texts only say how rare its words are.
    """
    plain = unit(vectors)
    centre = plain.mean(axis=0)
    known = sorted({word for text in own_texts or () for word in words(text)})
    return View(
        centre.astype(np.float32),
        _turn(plain, labels).astype(np.float32),
        tuple(known),
        _rarity([*(own_texts or ()), *other_texts], known),
    )

"""Batches of texts with the same number of tokens: nothing is padded, nothing is masked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from comptoir.analysis.encoder.weights import Floats

Vectors = Callable[[npt.NDArray[np.int64]], Floats]
"""Vectors of tokens by number, a new array, [n, 384]."""
ROWS = 16
_TOKENS = 384  # more would leave the processor's cache


@dataclass(frozen=True)
class Batch:
    """Places of the texts in the caller's list, [texts], and their tokens, [texts, tokens]."""

    places: list[int]
    tokens: npt.NDArray[np.int64]

    def words(self, vectors: Vectors, positions: Floats) -> Floats:
        """Vectors of the tokens with their places added, [texts, tokens, 384]."""
        texts, length = self.tokens.shape
        rows = vectors(self.tokens.reshape(-1)).reshape(texts, length, -1)
        rows += positions[:length]
        return rows


def by_length(numbers: Sequence[Sequence[int]], rows: int = ROWS) -> Iterator[Batch]:
    """
    Part texts into batches of one length each, of at most `rows` texts.

    >>> [batch.places for batch in by_length([[0, 2], [0, 5, 2], [0, 2]])]
    [[0, 2], [1]]
    """
    lengths: dict[int, list[int]] = {}
    for place, text in enumerate(numbers):
        lengths.setdefault(len(text), []).append(place)
    for length, places in sorted(lengths.items()):
        size = max(1, min(rows, _TOKENS // length))
        for start in range(0, len(places), size):
            chosen = places[start : start + size]
            yield Batch(chosen, np.array([numbers[place] for place in chosen], np.int64))

"""
Words and marks as the units of an encoder, instead of pieces of words.

A unit's vector is the sum of its pieces' over the root of their number. A message has a third
fewer units than pieces, and most units were met before: their vectors are remembered.
"""

import re
import threading
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from comptoir.analysis.encoder.tokens import Tokens, pieces_of, placed, readable, shortened
from comptoir.analysis.encoder.weights import WIDTH, Floats, Wheel

BEGIN, NOTHING = 0, 1
"""The number of the mark that every text begins with, and that of no unit at all."""
_UNIT = re.compile(r"@?\w+(?:['’]\w+)*|[^\w\s]+")
_REMEMBERED, _FIRST_ROOM = 6000, 1024


def units_of(text: str) -> list[tuple[int, int]]:
    """
    Where the units of a text lie: start and end (excluded) of each.

    >>> [text[a:b] for text in ["j'attends @user ?!"] for a, b in units_of(text)]
    ["j'attends", '@user', '?!']
    """
    return [found.span() for found in _UNIT.finditer(text)]


class Reader(Protocol):
    """From texts to numbered tokens, and from these to vectors."""

    wheel: Wheel
    tokeniser: Any

    def read(self, texts: Iterable[str]) -> list[Tokens]:
        """The tokens of each text."""

    def vectors(self, numbers: npt.NDArray[np.int64]) -> Floats:
        """Vectors of tokens by number, a new array, [n, 384]."""


class Pieces:
    """Reads pieces of words, numbered as in the vocabulary of the wheel."""

    def __init__(self, wheel: Wheel, tokeniser: Any) -> None:
        self.wheel, self.tokeniser = wheel, tokeniser

    def read(self, texts: Iterable[str]) -> list[Tokens]:
        """See Reader."""
        return placed(self.tokeniser, texts)

    def vectors(self, numbers: npt.NDArray[np.int64]) -> Floats:
        """See Reader."""
        return self.wheel.rows(numbers)


class Known:
    """
    Reads words and marks, numbered as they come. May be shared by threads.

    Vectors of those met so far are remembered; the numbers given stay those of their rows.
    """

    def __init__(self, wheel: Wheel, tokeniser: Any) -> None:
        self.wheel, self.tokeniser = wheel, tokeniser
        self._numbers: dict[str, int] = {}
        self._lock = threading.Lock()
        self._rows: Floats = np.zeros((_FIRST_ROOM, WIDTH), np.float32)
        self._rows[BEGIN] = wheel.rows(np.array([wheel.begin]))[0]
        self._count = NOTHING + 1

    def full(self) -> bool:
        """Whether so many are remembered that it is time to begin anew."""
        return self._count > _REMEMBERED

    def read(self, texts: Iterable[str]) -> list[Tokens]:
        """The units of each text with their places, at most 128, the mark of beginning first."""
        placed = []
        for written in texts:
            text = readable(written)
            spans = shortened([(0, 0), *units_of(text)])
            placed.append(([text[a:b] for a, b in spans[1:]], spans))
        self._learn({unit for units, _ in placed for unit in units})
        numbers = self._numbers
        return [Tokens([BEGIN, *(numbers[u] for u in units)], spans) for units, spans in placed]

    def _learn(self, units: set[str]) -> None:
        with self._lock:
            new = sorted(units.difference(self._numbers))
            if not new:
                return
            pieces = [pieces_of(self.tokeniser, unit) for unit in new]
            self._room(len(new))
            self._rows[self._count : self._count + len(new)] = self._joined(pieces)
            self._numbers |= {unit: self._count + at for at, unit in enumerate(new)}
            self._count += len(new)

    def _room(self, more: int) -> None:
        if self._count + more > len(self._rows):
            larger = np.zeros((max(2 * len(self._rows), self._count + more), WIDTH), np.float32)
            larger[: self._count] = self._rows[: self._count]
            self._rows = larger

    def _joined(self, pieces: Sequence[Sequence[int]]) -> Floats:
        """Vectors of units, from the numbers of their pieces; one without a piece is unknown."""
        told = [piece or [self.wheel.unknown] for piece in pieces]
        lengths = np.array([len(piece) for piece in told])
        rows = self.wheel.rows(np.concatenate([np.asarray(piece, np.int64) for piece in told]))
        starts = np.cumsum(lengths) - lengths
        sums = rows[starts]
        for piece in range(1, lengths.max(initial=0)):  # rarely more than five
            longer = np.flatnonzero(lengths > piece)
            sums[longer] += rows[starts[longer] + piece]
        joined: Floats = (sums / np.sqrt(lengths)[:, None]).astype(np.float32)
        return joined

    def vectors(self, numbers: npt.NDArray[np.int64]) -> Floats:
        """See Reader."""
        return self._rows[numbers]


def reader_of(wheel: Wheel, tokeniser: Any, units: bool) -> Reader:
    """Reads units, or pieces of words."""
    return Known(wheel, tokeniser) if units else Pieces(wheel, tokeniser)

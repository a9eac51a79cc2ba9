"""
The words of up to 65,536 messages in a file: which message has which, and where.

Asking it a query reads the few words the query names. Volumes are copies: lose them, and they are
made again from the messages. A message is forgotten by writing its volume anew without it.
"""

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from comptoir.analysis.matching.board import Longs
from comptoir.analysis.matching.lexicon import head
from comptoir.analysis.matching.places import TITLE_AT
from comptoir.analysis.matching.reading import Said
from comptoir.analysis.queries.documents import ZONES, Document
from comptoir.analysis.queries.words import holds

MOST = 1 << 16
"""Messages of a volume."""
_MARK = b"CMPTVOL1"
_HEADER = 5 * 8
Bytes = npt.NDArray[np.uint8]
_Pairs = tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16], npt.NDArray[np.int32]]
"""Word, message and place of each time one stands somewhere."""


class BadVolume(Exception):
    """A file that is no volume, or not a whole one: make it again from the messages."""


def written(path: Path, parts: Iterable[bytes | npt.NDArray[Any]]) -> None:
    """Write a file that is whole, also after a loss of power, or not there."""
    begun = path.with_name(path.name + ".new")
    with begun.open("wb") as file:
        for part in parts:
            file.write(part if isinstance(part, bytes) else np.ascontiguousarray(part).tobytes())
        file.flush()
        os.fsync(file.fileno())
    begun.replace(path)


def mapped(path: Path, least: int) -> Bytes:
    """A file whose parts are read when looked at. Raises BadVolume when it is shorter than that."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < least:
            raise BadVolume(path.name)
        return np.frombuffer(mmap(file.fileno(), 0, access=ACCESS_READ), np.uint8)


class _Words(Sequence[bytes]):
    """Sorted words that stay in the file until they are looked at."""

    def __init__(self, ends: npt.NDArray[np.int64], letters: Bytes) -> None:
        self.ends, self.letters = ends, letters

    @classmethod
    def of(cls, words: Sequence[bytes]) -> "_Words":
        ends = np.cumsum(np.array([0, *map(len, words)], np.int64))
        return cls(ends, np.frombuffer(b"".join(words), np.uint8))

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return self.letters[self.ends[place] : self.ends[place + 1]].tobytes()

    def all(self) -> list[bytes]:
        """Every word, read at once."""
        letters = self.letters.tobytes()
        return [letters[start:end] for start, end in pairwise(self.ends.tolist())]


class _Numbers(dict[str, int]):
    """Words numbered as they come."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return len(self) - 1


class Reader:
    """Reads messages into a volume, some at a time, so that none has to be kept."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers = _Numbers()
        self._parts: list[_Pairs] = []

    def add(self, documents: Sequence[Document]) -> None:
        """The next messages. Raises ValueError beyond MOST."""
        if self.count + len(documents) > MOST:
            raise ValueError(f"a volume holds {MOST} messages, not {self.count + len(documents)}")
        for zone in ZONES:
            said = Said(zone, documents)
            told = np.array([self._numbers[word] for word in said.words], np.int32)
            messages = (said.messages + self.count).astype(np.uint16)
            self._parts.append((told, messages, said.places.astype(np.int32)))
        self.count += len(documents)

    def volume(self) -> "Volume":
        """What was read."""
        ordered = sorted((word.encode(), number) for word, number in self._numbers.items())
        ranks = np.empty(len(ordered), np.int32)
        ranks[[number for _, number in ordered]] = np.arange(len(ordered))
        told, messages, places = _concatenated(self._parts)
        words = [word for word, _ in ordered]
        return _arranged(self.count, words, ranks.take(told), messages, places)


def _concatenated(parts: Sequence[_Pairs]) -> Sequence[Any]:
    none = np.zeros(0, np.int32), np.zeros(0, np.uint16), np.zeros(0, np.int32)
    return [np.concatenate(column) for column in zip(none, *parts, strict=True)]


def _arranged(count: int, words: list[bytes], told: Any, messages: Any, places: Any) -> "Volume":
    """A volume of pairs of word, by its number in order, and message."""
    order = np.argsort(told, kind="stable")
    starts = np.searchsorted(told.take(order), np.arange(len(words) + 1))
    return Volume(count, _Words.of(words), starts, messages.take(order), places.take(order))


class Volume:
    """The words of some messages, numbered from 0 in the order given, and their places."""

    def __init__(
        self,
        count: int,
        words: _Words,
        starts: Longs,
        messages: npt.NDArray[np.uint16],
        places: npt.NDArray[np.int32],
    ) -> None:
        self.count = count
        self._words, self._starts = words, starts
        self._messages, self._places = messages, places

    @classmethod
    def of(cls, documents: Sequence[Document]) -> "Volume":
        """Read messages, MOST at most. Raises ValueError for more."""
        reader = Reader()
        reader.add(documents)
        return reader.volume()

    @classmethod
    def joined(cls, parts: Sequence[tuple["Volume", Longs]], count: int) -> "Volume":
        """
        One volume of `count` messages of several.

        With each come the numbers that its messages get; -1 leaves one out, and the words that
        only it had.
        """
        kept = [_chosen(volume, numbers) for volume, numbers in parts]
        words = sorted({word for own, *_ in kept for word in own})
        rank = {word: number for number, word in enumerate(words)}
        columns = []
        for own, told, messages, places in kept:
            ranks = np.fromiter(map(rank.__getitem__, own), np.int32, len(own))
            columns.append((ranks.take(told), messages, places))
        told, messages, places = _concatenated(columns)
        return _arranged(count, words, told, messages, places)

    def save(self, path: Path) -> None:
        """Write a file that is whole or not there."""
        sizes = [self.count, len(self._words), len(self._words.letters), len(self._places)]
        written(
            path,
            (
                _MARK + np.array(sizes, np.int64).tobytes(),
                self._words.ends,
                self._starts,
                self._places,
                self._messages,
                self._words.letters,
            ),
        )

    @classmethod
    def open(cls, path: Path) -> "Volume":
        """Open a file; what is not asked for stays there. Raises BadVolume."""
        raw = mapped(path, _HEADER)
        count, words, letters, length = map(int, raw[8:_HEADER].view(np.int64))
        sizes = (8 * (words + 1), 8 * (words + 1), 4 * length, 2 * length, letters)
        if raw[:8].tobytes() != _MARK or len(raw) != _HEADER + sum(sizes):
            raise BadVolume(path.name)
        at = np.cumsum((_HEADER, *sizes)).tolist()
        ends, starts, places, messages, spelt = (raw[start:end] for start, end in pairwise(at))
        return cls(
            count,
            _Words(ends.view(np.int64), spelt),
            starts.view(np.int64),
            messages.view(np.uint16),
            places.view(np.int32),
        )

    def find(self, kind: str, zone: str, text: str) -> tuple[Longs, Longs]:
        """Messages and places of a word, or of the words of a pattern."""
        found = list(self._numbers(kind, text))
        at = [slice(int(self._starts[n]), int(self._starts[n + 1])) for n in found]
        none = np.zeros(0, np.int64)
        messages = np.concatenate([none, *(self._messages[part] for part in at)])
        places = np.concatenate([none, *(self._places[part] for part in at)])
        if zone:
            kept = np.flatnonzero((places >= TITLE_AT) == (zone == "title"))
            return messages.take(kept), places.take(kept)
        return messages, places

    def _numbers(self, kind: str, text: str) -> Iterator[int]:
        start = (text if kind == "word" else head(text)).encode()
        for number in range(bisect_left(self._words, start), len(self._words)):
            word = self._words[number]
            if not word.startswith(start) or (kind == "word" and word != start):
                return
            if kind == "word" or holds(text, word.decode()):
                yield number

    def pairs(self) -> tuple[list[bytes], Any, Any, Any]:
        """Every word; and word by number, message and place of each time one stands somewhere."""
        told = np.repeat(np.arange(len(self._words), dtype=np.int32), np.diff(self._starts))
        return self._words.all(), told, self._messages, self._places


def _chosen(volume: Volume, numbers: Longs) -> tuple[list[bytes], Any, Any, Any]:
    """The pairs of the messages that get a number, and the words that these have."""
    words, told, messages, places = volume.pairs()
    new = numbers.take(messages)
    kept = np.flatnonzero(new >= 0)
    used, told = np.unique(told.take(kept), return_inverse=True)
    own = [words[number] for number in used.tolist()]
    return own, told.astype(np.int32), new.take(kept).astype(np.uint16), places.take(kept)

"""
One query against many stored messages: words read once, kept in files, looked up for any query.

A volume holds the words of up to 65,536 messages and where they stand. Asking it a query reads
the few words the query names, so a first page comes at once and the whole past soon after.
Volumes are copies: lose them, and they are made again from the messages; when a message must be
forgotten, the volume it is in is made again without it.

What a query asks besides words — fields, raw text, nearness of phrases — is answered from the
message itself, fetched only where the words are found that the query needs.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt

from comptoir.analysis.matching.asking import Questions
from comptoir.analysis.matching.board import Board, Longs, bits
from comptoir.analysis.matching.circuit import ALWAYS, Circuit, Key
from comptoir.analysis.matching.compiling import compiled
from comptoir.analysis.matching.lexicon import head
from comptoir.analysis.matching.places import TITLE_AT
from comptoir.analysis.matching.reading import KINDS, Reading, Said
from comptoir.analysis.matching.running import run
from comptoir.analysis.queries.documents import ZONES, Document
from comptoir.analysis.queries.tree import Node
from comptoir.analysis.queries.words import holds

MOST = 1 << 16
"""Messages of a volume."""
_MARK = b"CMPTVOL1"
_HEADER = 5 * 8
Fetch = Callable[[int], Document]
"""A message of a volume by its number."""


class BadVolume(Exception):
    """A file that is no volume, or not a whole one: make it again from the messages."""


class _Words(Sequence[bytes]):
    """Sorted words that stay in the file until they are looked at."""

    def __init__(self, ends: npt.NDArray[np.int64], letters: npt.NDArray[np.uint8]) -> None:
        self.ends, self.letters = ends, letters

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


class _Numbers(dict[str, int]):
    """Words numbered as they come."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self)
        return len(self) - 1


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
        if len(documents) > MOST:
            raise ValueError(f"a volume holds {MOST} messages, not {len(documents)}")
        numbers = _Numbers()
        zones = [Said(zone, documents) for zone in ZONES]
        told = [np.array([numbers[word] for word in said.words], np.int64) for said in zones]
        ordered = sorted((word.encode(), number) for word, number in numbers.items())
        ranks = np.empty(len(ordered), np.int64)
        ranks[[number for _, number in ordered]] = np.arange(len(ordered))
        of_word = ranks[np.concatenate(told)]
        order = np.argsort(of_word, kind="stable")
        sizes = np.array([0, *(len(word) for word, _ in ordered)], np.int64)
        letters = np.frombuffer(b"".join(word for word, _ in ordered), np.uint8)
        return cls(
            len(documents),
            _Words(np.cumsum(sizes), letters),
            np.searchsorted(of_word[order], np.arange(len(ordered) + 1)),
            np.concatenate([said.messages for said in zones])[order].astype(np.uint16),
            np.concatenate([said.places for said in zones])[order].astype(np.int32),
        )

    def save(self, path: Path) -> None:
        """Write a file that is whole or not there."""
        sizes = [self.count, len(self._words), len(self._words.letters), len(self._places)]
        parts = (self._words.ends, self._starts, self._places, self._messages, self._words.letters)
        begun = path.with_name(path.name + ".new")
        with begun.open("wb") as file:
            file.write(_MARK + np.array(sizes, np.int64).tobytes())
            for part in parts:
                file.write(np.ascontiguousarray(part).tobytes())
        begun.replace(path)

    @classmethod
    def open(cls, path: Path) -> "Volume":
        """Open a file; what is not asked for stays there. Raises BadVolume."""
        if path.stat().st_size < _HEADER:
            raise BadVolume(path.name)
        raw = np.memmap(path, np.uint8, "r")
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


class _Fetched(Sequence[Document]):
    """Messages fetched when looked at."""

    def __init__(self, count: int, fetch: Fetch) -> None:
        self._count, self._fetch = count, fetch

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Document: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Document]: ...
    def __getitem__(self, place: int | slice) -> Document | Sequence[Document]:
        if isinstance(place, slice):
            return [self._fetch(each) for each in range(*place.indices(self._count))]
        return self._fetch(place)


class Asked:
    """One query, to be asked of volume after volume."""

    def __init__(self, query: Node) -> None:
        self._circuit = Circuit()
        self._board = Board()
        self._questions = Questions()
        self._root = compiled(query, self._circuit, fetched=True)
        self._words: list[tuple[int, Key]] = []
        for node, key in self._circuit.hold(self._root):
            if key[0] in KINDS:
                self._words.append((node, key))
            else:
                self._questions.add(key[2], node)

    def of(self, volume: Volume, fetch: Fetch) -> list[int]:
        """The numbers of a volume's messages that the query holds of, in order."""
        board = self._board
        board.begin(volume.count, self._circuit.size)
        every = np.arange(volume.count)
        board.mark(np.full(volume.count, ALWAYS, np.int32), every)
        reading = self._read(volume)
        board.mark(reading.nodes, reading.messages)
        documents = _Fetched(volume.count, fetch)
        run(self._circuit, board, reading, self._questions, documents)
        _, messages = bits(board.take(board.slots[[self._root]]))
        numbers: list[int] = messages.tolist()
        return numbers

    def _read(self, volume: Volume) -> Reading:
        messages, nodes, places = (
            [np.zeros(0, np.int64)],
            [np.zeros(0, np.int32)],
            [np.zeros(0, np.int64)],
        )
        for node, key in self._words:
            at, stands = volume.find(*key)
            messages.append(at)
            places.append(stands)
            nodes.append(np.full(len(at), node, np.int32))
        return Reading(np.concatenate(messages), np.concatenate(nodes), np.concatenate(places))

"""
Which messages of a block hold each node of the circuit: one row of bits per live node.

Only nodes that some message of the block holds get a row, so the rows of a block stay few and
close together in memory whatever the number of queries.
"""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Rows = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

WIDTH = 2048
"""Most messages of a block."""
_BITS = 64
_FEW = 4
"""Bits of a word on average up to which they are looked for one after the other."""


def spread(starts: Longs, counts: Longs) -> tuple[Longs, Longs]:
    """
    Runs of consecutive numbers laid end to end: which run each belongs to, and the numbers.

    >>> [part.tolist() for part in spread(np.array([5, 9]), np.array([2, 1]))]
    [[0, 0, 1], [5, 6, 9]]
    """
    owners = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    before = np.cumsum(counts) - counts
    return owners, np.arange(len(owners), dtype=np.int64) + (starts - before)[owners]


def bits(rows: Rows) -> tuple[Longs, Longs]:
    """The bits set in rows: row and message of each, by row, then by message."""
    filled = np.flatnonzero(rows != 0)
    words = rows.reshape(-1).take(filled)
    few = int(np.bitwise_count(words).sum(dtype=np.int64)) <= _FEW * len(words)
    places = (_lowest_first if few else _unpacked)(words, filled * _BITS)
    width = rows.shape[1] * _BITS
    return places // width, places % width


def _lowest_first(words: Rows, starts: Longs) -> Longs:
    """Places of the bits of words that have few: the lowest of each, then the next of those left."""
    found: list[Longs] = []
    one = np.uint64(1)
    while len(words):
        found.append(starts + np.bitwise_count((words & (~words + one)) - one))
        words = words & (words - one)
        left = np.flatnonzero(words)
        words, starts = words.take(left), starts.take(left)
    places = np.concatenate([np.zeros(0, np.int64), *found])
    places.sort(kind="stable")
    return places


def _unpacked(words: Rows, starts: Longs) -> Longs:
    """The same of words that have many."""
    found = np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little"))
    places: Longs = starts[found >> 6] + (found & 63)
    return places


class Board:
    """Rows of bits of one block, kept between blocks only to spare allocations."""

    def __init__(self) -> None:
        self.slots: Ints = np.zeros(1, np.int32)
        self.words = 1
        self.top = 1
        self._rows: Rows = np.zeros((1, 1), np.uint64)

    def begin(self, messages: int, nodes: int) -> None:
        """Forget the last block; the first row stays empty, for nodes nothing holds."""
        self.words = max(1, -(-messages // _BITS))
        if len(self.slots) < nodes:
            self.slots = np.zeros(nodes + nodes // 4, np.int32)
        else:
            self.slots.fill(0)
        whole = self._rows.size // self.words * self.words
        self._rows = self._rows.reshape(-1)[:whole].reshape(-1, self.words)
        self.top = 0
        self._room(1)
        self._rows[0] = 0
        self.top = 1

    @property
    def rows(self) -> Rows:
        """The rows in use."""
        return self._rows[: self.top]

    def _room(self, more: int) -> None:
        if self.top + more <= len(self._rows):
            return
        larger = np.empty((2 * (self.top + more), self.words), np.uint64)
        larger[: self.top] = self._rows[: self.top]
        self._rows = larger

    def _claim(self, nodes: Ints) -> Rows:
        """Rows for nodes that have none."""
        self._room(len(nodes))
        end = self.top + len(nodes)
        self.slots[nodes] = np.arange(self.top, end, dtype=np.int32)
        claimed = self._rows[self.top : end]
        self.top = end
        return claimed

    def mark(self, nodes: Ints, messages: Longs) -> None:
        """Say that nodes without a row yet hold of messages, pair by pair."""
        if not len(nodes):
            return
        ordered = np.sort(nodes)
        fresh = ordered[np.flatnonzero(np.diff(ordered, prepend=np.int32(-1)))]
        start = self.top
        rows = self._claim(fresh)
        rows[:] = 0
        places = (self.slots.take(nodes) - start) * np.int64(self.words) + (messages >> 6)
        ones = np.left_shift(np.uint64(1), (messages & 63).astype(np.uint64))
        np.bitwise_or.at(rows.reshape(-1), places, ones)

    def fill(self, node: int, start: int, stop: int) -> None:
        """Say that a node without a row yet holds of the messages from `start` to `stop`."""
        flags = np.zeros(self.words * _BITS, np.bool_)
        flags[start:stop] = True
        row = np.packbits(flags, bitorder="little").view(np.uint64)
        self.put(np.array([node], np.int32), row[None])

    def put(self, nodes: Ints, rows: Rows) -> None:
        """Give nodes rows, except to those whose row is empty."""
        live = np.flatnonzero(np.bitwise_or.reduce(rows, axis=1))
        claimed = self._claim(nodes.take(live))
        np.take(rows, live, axis=0, out=claimed, mode="clip")

    def alias(self, nodes: Ints, slots: Ints) -> None:
        """Let nodes share rows that others have."""
        self.slots[nodes] = slots

    def take(self, slots: Ints) -> Rows:
        """A copy of rows by slot."""
        return self._rows.take(slots, axis=0)

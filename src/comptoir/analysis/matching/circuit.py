"""
Stored queries as one circuit: equal parts of different queries are one node.

A node either holds of a message or does not; a part is a node, or its complement written `~node`
(a negative number). Complements only appear as the last input of "but" gates and at the end of
a query, so that whatever is worked out is false of an empty message and most of it stays silent.
"""

from array import array
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, cast

import numpy as np

from comptoir.analysis.matching.banks import Bank, Shape
from comptoir.analysis.matching.board import Board, Flags, Longs

NEVER, ALWAYS = 0, 1
CHECKS = ("near", "phrase")
Key = tuple[str, str, Any]
"""Of a node that messages themselves decide: kind, zone where it has one, and what it is."""
Leaf = tuple[int, Key]
_LEAF = -1
_MOST_INPUTS = 8
_SAMPLE_EVERY = 16
_FIRST_SORT = 2


class Circuit:
    """Nodes, each with how many use it, and the gates between them."""

    def __init__(self) -> None:
        self._nodes: dict[Hashable, int] = {NEVER: NEVER, ALWAYS: ALWAYS}
        self._keys: list[Hashable] = [NEVER, ALWAYS]
        self._uses = array("i", [1, 1])
        self._levels = array("i", [0, 0])
        self._below: list[tuple[int, ...]] = [(), ()]
        self._shapes = array("i", [_LEAF, _LEAF])
        self._columns = array("i", [0, 0])
        self._free: list[int] = []
        self._numbers: dict[Shape, int] = {}
        self._banks: list[Bank] = []
        self._order: list[Bank] = []
        self._weights: Longs = np.zeros(2, np.int64)
        self._placed: Flags = np.zeros(2, np.bool_)
        self._made: list[int] = []
        self._blocks = 0
        self._sort_at = _FIRST_SORT

    @property
    def size(self) -> int:
        """Nodes there is room for; all are below it."""
        return len(self._keys)

    @property
    def used(self) -> int:
        """Nodes in use."""
        return len(self._nodes)

    @property
    def placed(self) -> Flags:
        """Of each node, whether some gate asks for its place in the message."""
        return self._placed[: self.size]

    def _add(self, key: Hashable, below: tuple[int, ...]) -> int:
        level = 1 + max((self._levels[node] for node in below), default=-1)
        for node in below:
            self._uses[node] += 1
        if not self._free:
            self._free.append(len(self._keys))
            self._grow()
        node = self._free.pop()
        self._nodes[key] = node
        self._keys[node], self._uses[node], self._levels[node] = key, 0, level
        self._below[node], self._shapes[node] = below, _LEAF
        self._made.append(node)
        return node

    def _grow(self) -> None:
        self._keys.append(None)
        self._uses.append(0)
        self._levels.append(0)
        self._below.append(())
        self._shapes.append(_LEAF)
        self._columns.append(0)
        if self.size > len(self._placed):
            self._placed = np.concatenate([self._placed, np.zeros(self.size, np.bool_)])

    def leaf(self, key: Key) -> int:
        """A node that messages themselves decide."""
        node = self._nodes.get(key)
        return self._add(key, ()) if node is None else node

    def gate(self, kind: str, below: tuple[int, ...], extras: tuple[int, ...] = ()) -> int:
        """A node worked out from others."""
        key = (kind, below, extras)
        if (node := self._nodes.get(key)) is not None:
            return node
        node = self._add(key, below)
        number = self._bank(Shape(self._levels[node], kind, len(below), len(extras)))
        column = self._banks[number].add(node, self._by_weight(kind, below), extras)
        self._shapes[node], self._columns[node] = number, column
        if kind in CHECKS:
            self._placed[list(below[1:])] = True
        return node

    def _bank(self, shape: Shape) -> int:
        if shape not in self._numbers:
            self._numbers[shape] = len(self._banks)
            self._banks.append(Bank.of(shape))
            self._order = sorted(self._banks, key=lambda bank: bank.shape)
        return self._numbers[shape]

    def _by_weight(self, kind: str, below: tuple[int, ...]) -> Sequence[int]:
        if kind != "all" or len(self._weights) < self.size:
            return below
        return sorted(below, key=self._weights.__getitem__)

    def both(self, kind: str, nodes: Iterable[int]) -> int:
        """One node for "all" or "any" of many, in steps of a few."""
        level = sorted(set(nodes))
        while len(level) > 1:
            groups = [level[n : n + _MOST_INPUTS] for n in range(0, len(level), _MOST_INPUTS)]
            level = sorted({g[0] if len(g) == 1 else self.gate(kind, tuple(g)) for g in groups})
        return level[0]

    def all(self, parts: Iterable[int]) -> int:
        """The part that holds where all parts do."""
        parts = set(parts)
        needed = {part for part in parts if part >= 0}
        barred = {~part for part in parts if part < 0}
        if not barred:
            return self.both("all", needed)
        against = self.both("any", barred)
        if not needed:
            return ~against
        return self.gate("but", (*self._narrowed(needed), against))

    def _narrowed(self, nodes: set[int]) -> tuple[int, ...]:
        return tuple(sorted(nodes)) if len(nodes) < _MOST_INPUTS else (self.both("all", nodes),)

    def any(self, parts: Iterable[int]) -> int:
        """The part that holds where one of the parts does."""
        parts = set(parts)
        if all(part >= 0 for part in parts):
            return self.both("any", parts)
        return ~self.all(~part for part in parts)

    def asks_all(self, part: int) -> bool:
        """Whether a part is a question put to every message."""
        below = self._below[max(part, ~part)]
        return len(below) == 2 and below[0] == ALWAYS and self._kind(max(part, ~part)) == "ask"

    def _kind(self, node: int) -> str:
        shape = self._shapes[node]
        return "" if shape == _LEAF else self._banks[shape].shape.kind

    def narrowed(self, part: int, candidate: int) -> int:
        """The same question put where a node holds only."""
        node = max(part, ~part)
        narrow = self.gate("ask", (candidate, self._below[node][1]))
        return narrow if part >= 0 else ~narrow

    def hold(self, root: int) -> list[Leaf]:
        """
        Count one more use of a node. Returns the leaves made since the last time.

        What was made since and turned out not to be needed goes.
        """
        self._uses[root] += 1
        made, self._made = self._made, []
        for node in reversed(made):
            if not self._uses[node] and self._keys[node] is not None:
                self._uses[node] = 1
                self.drop(node)
        return [
            (node, cast(Key, self._keys[node]))
            for node in made
            if self._shapes[node] == _LEAF and self._keys[node] is not None
        ]

    def drop(self, root: int) -> list[Leaf]:
        """Count one use less; what nothing uses any longer goes. Returns the leaves lost."""
        lost: list[Leaf] = []
        waiting = [root]
        while waiting:
            node = waiting.pop()
            self._uses[node] -= 1
            if not self._uses[node]:
                waiting.extend(self._below[node])
                lost.extend(self._remove(node))
        return lost

    def _remove(self, node: int) -> list[Leaf]:
        key, shape = self._keys[node], self._shapes[node]
        del self._nodes[key]
        self._keys[node], self._below[node], self._placed[node] = None, (), False
        self._free.append(node)
        if shape == _LEAF:
            return [(node, cast(Key, key))]
        self._banks[shape].remove(self._columns[node])
        return []

    def banks(self) -> list[Bank]:
        """Gates in an order that works inputs out before what needs them."""
        return self._order

    def learn(self, board: Board) -> None:
        """Measure how often nodes are held now and then, and put rare inputs first by it."""
        self._blocks += 1
        if self._blocks % _SAMPLE_EVERY and self._blocks != self._sort_at:
            return
        counts = np.bitwise_count(board.rows).sum(axis=1, dtype=np.int64)
        held = counts.take(board.slots[: self.size])
        self._weights = held + np.pad(self._weights, (0, self.size - len(self._weights)))
        if self._blocks >= self._sort_at:
            self._sort_at *= 4
            for bank in self._order:
                bank.sort(self._weights)

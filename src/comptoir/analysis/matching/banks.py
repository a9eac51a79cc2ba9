"""
Gates of the circuit, kept by kind, number of inputs and level, so that numpy runs many at once.

A gate only works where all it needs is live on the board: the first input, the one seldom
live, decides for most. The price of a gate that stays silent is reading one number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from comptoir.analysis.matching.board import Board, Ints, Longs, Rows

_FIRST_ROOM = 16


@dataclass(frozen=True, order=True)
class Shape:
    """
    What the gates of a bank have in common.

    level: above those of all inputs. kind: "all" and "any" of the inputs, "but" all of them
    except the last, which must not hold, or the name of a check. inputs: how many nodes.
    extras: how many numbers beside them.
    """

    level: int
    kind: str
    inputs: int
    extras: int = 0


@dataclass
class Bank:
    """The gates of one shape, a column each; a column of zeros is free and never live."""

    shape: Shape
    inputs: Ints
    outputs: Ints
    extras: Longs
    size: int = 0
    free: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, shape: Shape) -> "Bank":
        """An empty bank."""
        return cls(
            shape,
            np.zeros((shape.inputs, _FIRST_ROOM), np.int32),
            np.zeros(_FIRST_ROOM, np.int32),
            np.zeros((shape.extras, _FIRST_ROOM), np.int64),
        )

    def add(self, output: int, inputs: Sequence[int], extras: Sequence[int] = ()) -> int:
        """The place of a new gate."""
        place = self.free.pop() if self.free else self.size
        self.size = max(self.size, place + 1)
        if self.size > len(self.outputs):
            self.inputs, self.outputs, self.extras = (
                np.concatenate([kept, np.zeros_like(kept)], axis=-1)
                for kept in (self.inputs, self.outputs, self.extras)
            )
        self.inputs[:, place] = inputs
        self.outputs[place] = output
        self.extras[:, place] = extras
        return place

    def remove(self, place: int) -> None:
        """Silence a gate and keep its place for another."""
        self.inputs[:, place] = 0
        self.outputs[place] = 0
        self.free.append(place)

    def sort(self, weights: Longs) -> None:
        """Put the input seldom live first. Only where the order of inputs means nothing."""
        count = {"all": len(self.inputs), "but": len(self.inputs) - 1}.get(self.shape.kind, 0)
        if count > 1:
            head = self.inputs[:count]
            order = np.argsort(weights.take(head), axis=0, kind="stable")
            self.inputs[:count] = np.take_along_axis(head, order, axis=0)

    def run(self, board: Board) -> None:
        """Work out the gates and put what they hold of on the board."""
        if self.shape.kind == "any":
            self._any(board)
        else:
            self._all(board)

    def _live(self, board: Board, count: int) -> tuple[Longs, list[Ints]]:
        """Gates whose first `count` inputs are live, and the slots of these inputs."""
        slots = board.slots.take(self.inputs[0, : self.size])
        gates = np.flatnonzero(slots)
        found = [slots.take(gates)]
        for row in self.inputs[1:count]:
            slots = board.slots.take(row.take(gates))
            keep = np.flatnonzero(slots)
            if len(keep) < len(gates):
                gates, slots = gates.take(keep), slots.take(keep)
                found = [kept.take(keep) for kept in found]
            found.append(slots)
        return gates, found

    def _all(self, board: Board) -> None:
        needed = len(self.inputs) - (self.shape.kind == "but")
        gates, (first, *others) = self._live(board, needed)
        if not len(gates):
            return
        rows = board.take(first)
        for slots in others:
            rows &= board.take(slots)
        if self.shape.kind == "but":
            self._except(board, gates, rows)
        board.put(self.outputs.take(gates), rows)

    def _except(self, board: Board, gates: Longs, rows: Rows) -> None:
        slots = board.slots.take(self.inputs[-1].take(gates))
        live = np.flatnonzero(slots)
        rows[live] &= ~board.take(slots.take(live))

    def _any(self, board: Board) -> None:
        every = board.slots.take(self.inputs[:, : self.size])
        gates = np.flatnonzero(np.bitwise_or.reduce(every, axis=0))
        slots = every.take(gates, axis=1)
        highest = slots.max(axis=0)
        several = slots.sum(axis=0) > highest
        alone = np.flatnonzero(~several)
        board.alias(self.outputs.take(gates.take(alone)), highest.take(alone))
        joined = np.flatnonzero(several)
        if not len(joined):
            return
        slots = slots.take(joined, axis=1)
        rows = board.take(slots[0])
        for more in slots[1:]:
            live = np.flatnonzero(more)
            rows[live] |= board.take(more.take(live))
        board.put(self.outputs.take(gates.take(joined)), rows)

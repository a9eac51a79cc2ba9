"""
Many stored queries against messages as they come.

>>> from comptoir.analysis.queries.tree import And, Word
>>> matcher = Matcher()
>>> matcher.add("late", And((Word("colis"), Word("retard"))))
>>> matcher.match([Document("1", "Mon colis a du retard"), Document("2", "Merci")])
[['late'], []]
"""

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from comptoir.analysis.matching.asking import Given, Questions
from comptoir.analysis.matching.board import WIDTH, Board, bits
from comptoir.analysis.matching.circuit import ALWAYS, NEVER, Circuit, Key
from comptoir.analysis.matching.compiling import compiled
from comptoir.analysis.matching.knowing import Known
from comptoir.analysis.matching.reading import KINDS, Reader
from comptoir.analysis.matching.running import run
from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.tree import Node


class Matcher:
    """
    Stored queries, and which of them hold of messages.

    A query added, changed or removed counts from the next call of `match` on. Nothing is
    rebuilt: equal parts of queries are shared and counted, so adding or removing one costs what
    it alone brings. Not for several threads at a time.
    """

    def __init__(self) -> None:
        self._circuit = Circuit()
        self._reader = Reader()
        self._board = Board()
        self._known = Known()
        self._questions = Questions()
        self._places: dict[Hashable, int] = {}
        self._ids = np.empty(16, object)
        self._roots = np.zeros(16, np.int32)
        self._end = 0

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, id: Hashable) -> bool:
        return id in self._places

    @property
    def nodes(self) -> int:
        """Distinct parts of the queries stored, with the two that always and never hold."""
        return self._circuit.used

    def add(self, id: Hashable, query: Node) -> None:
        """Store a query; it takes the place of one with the same id."""
        root = compiled(query, self._circuit)
        for node, key in self._circuit.hold(root):
            self._watch(node, key)
        if id in self._places:
            self._release(self._places[id], root)
        else:
            self._append(id, root)

    def _append(self, id: Hashable, root: int) -> None:
        if self._end == len(self._roots):
            self._make_room()
        self._places[id] = self._end
        self._ids[self._end], self._roots[self._end] = id, root
        self._end += 1

    def _make_room(self) -> None:
        """Close the gaps that removed queries left, then leave as much room as is used."""
        kept = np.fromiter(self._places.values(), np.int64, len(self._places))
        self._end = len(kept)
        self._places = {id: place for place, id in enumerate(self._places)}
        spare = max(16, self._end)
        self._ids = np.concatenate([self._ids[kept], np.empty(spare, object)])
        self._roots = np.concatenate([self._roots[kept], np.zeros(spare, np.int32)])

    def remove(self, id: Hashable) -> None:
        """Forget a query. Raises KeyError for an id that is not stored."""
        place = self._places.pop(id)
        self._ids[place] = None
        self._release(place, NEVER)

    def _release(self, place: int, root: int) -> None:
        """Put another root at a place."""
        before = int(self._roots[place])
        self._roots[place] = root
        for node, key in self._circuit.drop(before):
            self._forget(node, key)

    def _watch(self, node: int, key: Key) -> None:
        kind, zone, told = key
        if kind in KINDS:
            self._reader.add(kind, zone, told, node)
        elif kind == "field":
            self._known.add(told, node)
        else:
            self._questions.add(told, node)

    def _forget(self, node: int, key: Key) -> None:
        kind, zone, told = key
        if kind in KINDS:
            self._reader.remove(kind, zone, told, node)
        elif kind == "field":
            self._known.remove(told, node)
        else:
            self._questions.remove(node)

    def match(self, documents: Sequence[Document]) -> list[list[Any]]:
        """For each message the ids of the queries that hold of it, in the order of adding."""
        found: list[list[Any]] = []
        for start in range(0, len(documents), WIDTH):
            found.extend(self._block(documents[start : start + WIDTH]))
        return found

    def _block(self, documents: Sequence[Document]) -> list[list[Any]]:
        self._work_out(documents)
        slots = self._board.slots.take(self._roots[: self._end])
        queries = np.flatnonzero(slots)
        owners, messages = bits(self._board.take(slots.take(queries)))
        order = np.argsort(messages.astype(np.uint16), kind="stable")
        ids = self._ids.take(queries.take(owners.take(order))).tolist()
        ends = np.cumsum(np.bincount(messages, minlength=len(documents))).tolist()
        return [ids[start:end] for start, end in pairwise([0, *ends])]

    def _work_out(self, documents: Sequence[Document]) -> None:
        board, circuit = self._board, self._circuit
        board.begin(len(documents), circuit.size)
        board.mark(np.full(len(documents), ALWAYS, np.int32), np.arange(len(documents)))
        reading = self._reader.read(documents)
        board.mark(reading.nodes, reading.messages)
        board.mark(*self._known.of(documents))
        run(circuit, board, reading, self._questions, Given(documents))
        circuit.learn(board)

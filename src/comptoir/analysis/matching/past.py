"""
One query, or a few, against many stored messages: words read once, looked up for any query.

A first page comes at once and the whole past soon after. What a query asks besides words —
fields, raw text, nearness of phrases — is asked only where the words are found that it needs:
of the columns kept beside a volume, or of the message itself.
"""

from collections.abc import Iterable

import numpy as np

from comptoir.analysis.matching.asking import Answers, Questions
from comptoir.analysis.matching.board import Board, Longs, bits
from comptoir.analysis.matching.circuit import ALWAYS, Circuit, Key
from comptoir.analysis.matching.compiling import compiled
from comptoir.analysis.matching.reading import KINDS, Reading
from comptoir.analysis.matching.running import run
from comptoir.analysis.matching.volume import Volume
from comptoir.analysis.queries.tree import Node


class Asked:
    """Queries to be asked together of volume after volume. Not for several threads at a time."""

    def __init__(self, *queries: Node) -> None:
        self._circuit = Circuit()
        self._board = Board()
        self._questions = Questions()
        self._roots: list[int] = []
        self._words: list[tuple[int, Key]] = []
        for query in queries:
            root = compiled(query, self._circuit, fetched=True)
            self._roots.append(root)
            for node, key in self._circuit.hold(root):
                if key[0] in KINDS:
                    self._words.append((node, key))
                else:
                    self._questions.add(key[2], node)

    @property
    def questions(self) -> Iterable[Node]:
        """What words do not settle."""
        return self._questions.all()

    def of(self, volume: Volume, answers: Answers, among: range | None = None) -> list[Longs]:
        """
        By query, the numbers of a volume's messages that it holds of, in order.

        among: the consecutive numbers to look at; all when left out.
        """
        board = self._board
        board.begin(volume.count, self._circuit.size)
        some = range(volume.count) if among is None else among
        board.fill(ALWAYS, some.start, some.stop)
        reading = self._read(volume, some)
        board.mark(reading.nodes, reading.messages)
        run(self._circuit, board, reading, self._questions, answers)
        return [bits(board.take(board.slots[[root]]))[1] for root in self._roots]

    def _read(self, volume: Volume, some: range) -> Reading:
        messages, nodes, places = (
            [np.zeros(0, np.int64)],
            [np.zeros(0, np.int32)],
            [np.zeros(0, np.int64)],
        )
        for node, key in self._words:
            at, stands = volume.find(*key)
            if len(some) < volume.count:
                kept = np.flatnonzero((at >= some.start) & (at < some.stop))
                at, stands = at.take(kept), stands.take(kept)
            messages.append(at)
            places.append(stands)
            nodes.append(np.full(len(at), node, np.int32))
        return Reading(np.concatenate(messages), np.concatenate(nodes), np.concatenate(places))

"""
Questions that words and places do not settle, put to the evaluator message by message.
"""

from collections.abc import Sequence

import numpy as np

from comptoir.analysis.matching.banks import Bank
from comptoir.analysis.matching.board import Board, bits
from comptoir.analysis.queries.documents import ZONES, Document
from comptoir.analysis.queries.evaluating import Said, raw_spans, runs_of
from comptoir.analysis.queries.fields import field_holds
from comptoir.analysis.queries.tree import Field, In, Node, Raw
from comptoir.analysis.queries.words import words
from comptoir.analysis.text import MAX_CHARS


class Questions:
    """The questions stored: raw text, nearness of phrases, and comparisons put off."""

    def __init__(self) -> None:
        self._asked: dict[int, Node] = {}

    def add(self, question: Node, node: int) -> None:
        """Ask it from now on."""
        self._asked[node] = question

    def remove(self, node: int) -> None:
        """Ask it no more."""
        del self._asked[node]

    def work_out(self, bank: Bank, board: Board, documents: Sequence[Document]) -> None:
        """Ask where the candidate of each gate holds: inputs are candidate and question."""
        slots = board.slots.take(bank.inputs[0, : bank.size])
        gates = np.flatnonzero(slots)
        owners, messages = bits(board.take(slots.take(gates)))
        order = np.argsort(messages, kind="stable")
        owners, messages = gates.take(owners.take(order)), messages.take(order)
        questions = bank.inputs[1].take(owners).tolist()
        kept = np.array(self._kept(questions, messages.tolist(), documents), np.int64)
        board.mark(bank.outputs.take(owners.take(kept)), messages.take(kept))

    def _kept(
        self, questions: list[int], messages: list[int], documents: Sequence[Document]
    ) -> list[int]:
        kept = []
        at, read = -1, None
        for number, (question, message) in enumerate(zip(questions, messages, strict=True)):
            if read is None or message != at:
                at, read = message, _Read(documents[message])
            if read.holds(self._asked[question]):
                kept.append(number)
        return kept


class _Read:
    """A message, cut into words when first asked."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._said: dict[str, Said] = {}

    def holds(self, question: Node) -> bool:
        if isinstance(question, Field):
            return field_holds(question, self._document)
        if isinstance(question, In):
            return self._found(question.node, question.zone)
        return any(self._found(question, zone) for zone in ZONES)

    def _text(self, zone: str) -> str:
        text: str = getattr(self._document, ZONES[zone])
        return text[:MAX_CHARS]

    def _found(self, question: Node, zone: str) -> bool:
        if isinstance(question, Raw):
            return bool(raw_spans(question.text, self._text(zone)))
        if zone not in self._said:
            self._said[zone] = Said(words(self._text(zone)))
        return bool(runs_of(question, self._said[zone]))

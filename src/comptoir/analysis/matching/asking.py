"""
Questions that words and places do not settle, put to the evaluator message by message.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from comptoir.analysis.matching.banks import Bank
from comptoir.analysis.matching.board import Board, Flags, Ints, Longs, bits
from comptoir.analysis.queries.documents import ZONES, Document
from comptoir.analysis.queries.evaluating import Said, raw_spans, runs_of
from comptoir.analysis.queries.fields import field_holds
from comptoir.analysis.queries.tree import Field, In, Node, Raw
from comptoir.analysis.queries.words import words
from comptoir.analysis.text import MAX_CHARS

_AT_ONCE = 1_000
"""Messages read at a time, to bound memory."""


class Answers(Protocol):
    """Where questions find the messages of a block, by number."""

    def held(self, question: Node, messages: Longs) -> Flags | None:
        """Of which of these messages it holds; None when they have to be read for that."""

    def read(self, messages: Sequence[int]) -> Iterable[Document | None]:
        """These messages, in order; None for one that is gone, of which nothing holds."""


class Given:
    """Messages that are at hand."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    def held(self, question: Node, messages: Longs) -> Flags | None:
        return None

    def read(self, messages: Sequence[int]) -> Iterable[Document | None]:
        return map(self._documents.__getitem__, messages)


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

    def all(self) -> Iterable[Node]:
        """Whatever is asked."""
        return self._asked.values()

    def work_out(self, bank: Bank, board: Board, answers: Answers) -> None:
        """Ask where the candidate of each gate holds: inputs are candidate and question."""
        slots = board.slots.take(bank.inputs[0, : bank.size])
        gates = np.flatnonzero(slots)
        owners, messages = bits(board.take(slots.take(gates)))
        if not isinstance(answers, Given):
            left = self._settle(bank, gates, owners, messages, (board, answers))
            owners, messages = owners.take(left), messages.take(left)
        order = np.argsort(messages, kind="stable")
        owners, messages = gates.take(owners.take(order)), messages.take(order)
        questions = bank.inputs[1].take(owners).tolist()
        kept = np.array(self._kept(questions, messages.tolist(), answers), np.int64)
        board.mark(bank.outputs.take(owners.take(kept)), messages.take(kept))

    def _settle(
        self, bank: Bank, gates: Longs, owners: Longs, messages: Longs, at: tuple[Board, Answers]
    ) -> Longs:
        """Answer what needs no message to be read; returns the pairs that are left."""
        board, answers = at
        left = np.ones(len(owners), np.bool_)
        ends = np.searchsorted(owners, np.arange(len(gates) + 1))
        for place, gate in enumerate(gates.tolist()):
            some = slice(int(ends[place]), int(ends[place + 1]))
            asked = messages[some]
            held = answers.held(self._asked[int(bank.inputs[1, gate])], asked)
            if held is not None:
                found = asked[held]
                outputs: Ints = np.full(len(found), bank.outputs[gate], np.int32)
                board.mark(outputs, found)
                left[some] = False
        return np.flatnonzero(left)

    def _kept(self, questions: list[int], messages: list[int], answers: Answers) -> list[int]:
        kept: list[int] = []
        number = 0
        each = list(dict.fromkeys(messages))
        for start in range(0, len(each), _AT_ONCE):
            some = each[start : start + _AT_ONCE]
            for message, document in zip(some, answers.read(some), strict=True):
                read = None if document is None else _Read(document)
                while number < len(messages) and messages[number] == message:
                    if read is not None and read.holds(self._asked[questions[number]]):
                        kept.append(number)
                    number += 1
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

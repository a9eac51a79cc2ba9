"""
A block of messages read into leaves of the circuit: which message has which, and where.
"""

from collections.abc import Sequence
from operator import attrgetter

import numpy as np

from comptoir.analysis.matching.board import Flags, Ints, Longs
from comptoir.analysis.matching.lexicon import Lexicon, Patterns
from comptoir.analysis.matching.places import TITLE_AT, Places
from comptoir.analysis.queries.documents import ZONES, Document
from comptoir.analysis.queries.words import words

KINDS = ("word", "pattern")
"""Leaves that are read off the words of a message."""
_OFFSETS = {"title": TITLE_AT}


class Reader:
    """The words queries ask for, by the zones of messages they are read in."""

    def __init__(self) -> None:
        self._lexicons = {zone: Lexicon() for zone in ZONES}
        self._patterns = {zone: Patterns() for zone in ("", *ZONES)}
        for zone, lexicon in self._lexicons.items():
            lexicon.patterns = [self._patterns[""], self._patterns[zone]]

    def _in(self, zone: str) -> list[Lexicon]:
        return [self._lexicons[zone]] if zone else list(self._lexicons.values())

    def add(self, kind: str, zone: str, text: str, node: int) -> None:
        """Read a word or a pattern from now on."""
        if kind == "pattern":
            self._patterns[zone].add(text, node)
        for lexicon in self._in(zone):
            if kind == "word":
                lexicon.exact.setdefault(text, []).append(node)
            lexicon.forget(text if kind == "word" else None)

    def remove(self, kind: str, zone: str, text: str, node: int) -> None:
        """Read it no more."""
        if kind == "pattern":
            self._patterns[zone].remove(text)
        for lexicon in self._in(zone):
            if kind == "word":
                lexicon.exact[text].remove(node)
                if not lexicon.exact[text]:
                    del lexicon.exact[text]
            lexicon.forget(text if kind == "word" else None)

    def read(self, documents: Sequence[Document]) -> "Reading":
        """The leaves of a block's messages."""
        zones = [self._zone(zone, documents) for zone in ZONES]
        messages, nodes, places = (np.concatenate(parts) for parts in zip(*zones, strict=True))
        return Reading(messages, nodes, places)

    def _zone(self, zone: str, documents: Sequence[Document]) -> tuple[Longs, Ints, Longs]:
        lexicon = self._lexicons[zone]
        lexicon.tidy()
        said = Said(zone, documents)
        numbers = np.fromiter(map(lexicon.__getitem__, said.words), np.int32, len(said.words))
        asked = np.flatnonzero(numbers)
        owners, nodes = lexicon.leaves(numbers.take(asked))
        at = asked.take(owners)
        return said.messages.take(at), nodes, said.places.take(at)


class Said:
    """The words of a zone of messages, end to end, with message and place of each."""

    def __init__(self, zone: str, documents: Sequence[Document]) -> None:
        self.words: list[str] = []
        counts = np.zeros(len(documents), np.int64)
        for message, text in enumerate(map(attrgetter(ZONES[zone]), documents)):
            if text:
                said = words(text)
                counts[message] = len(said)
                self.words += said
        first = np.cumsum(counts) - counts - _OFFSETS.get(zone, 0)
        self.messages: Longs = np.repeat(np.arange(len(counts)), counts)
        self.places: Longs = np.arange(len(self.words)) - np.repeat(first, counts)


class Reading:
    """Pairs of message and leaf, with the place where the one has the other."""

    def __init__(self, messages: Longs, nodes: Ints, places: Longs) -> None:
        self.messages, self.nodes, self._at = messages, nodes, places

    def places(self, placed: Flags) -> Places:
        """Where the leaves stand whose place some query asks for."""
        kept = np.flatnonzero(placed.take(self.nodes))
        return Places(self.messages.take(kept), self.nodes.take(kept), self._at.take(kept))

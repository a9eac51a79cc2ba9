"""
Groups of a stream of readings: each message gets the first one of its group, as it arrives.

Near-duplicates are found whatever read the messages; the same question in other words only
where the encoder gave them a vector.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

import numpy as np
import numpy.typing as npt

from comptoir.analysis.grouping import Groups, Incoming, Keys, Near, Space
from comptoir.analysis.readings import Reading, Text

MOST = 20_000
"""Different messages remembered, some 5 kB each, before all are forgotten."""
_STEP = 512
_WIDTH = 384
_space = cache(Space.load)


class Gatherer:
    """
    Follows one stream; what it answers depends on the order of messages, never on the batches.

    >>> from comptoir.analysis.api import triage
    >>> texts = [Text("a", "Toujours en panne @Free"), Text("b", "toujours en PANNE !!")]
    >>> Gatherer().first(texts, triage(texts, mode="light"))
    ['a', 'a']
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.seen = 0
        self._forget()

    def _forget(self) -> None:
        """Customers' groups, and apart from them what the brand wrote; first ids by place."""
        self._groups = Groups(_space())
        self._own = Near()
        self._ids: dict[int, str] = {}

    def first(self, texts: Sequence[Text], readings: Sequence[Reading]) -> list[str | None]:
        """
        The id of the first message of each one's group; its own when it is the first.

        None for a message without a word: there is nothing to group it by.
        """
        places = range(self.seen, self.seen + len(texts))
        self.seen += len(texts)
        pairs = list(zip(places, texts, readings, strict=True))
        found: list[str | None] = []
        # Cut at fixed places of the stream, so that forgetting never depends on batches.
        for _, part in groupby(pairs, key=lambda pair: pair[0] // _STEP):
            if len(self._groups.near.group_of) + len(self._own.group_of) >= self.most:
                self._forget()
            found.extend(self._part(list(part)))
        return found

    def _part(self, pairs: Sequence[tuple[int, Text, Reading]]) -> Iterator[str | None]:
        theirs = [pair for pair in pairs if pair[2].fingerprint and not pair[1].own]
        vectors = np.array([_vector(reading) for _, _, reading in theirs], np.float32)
        incoming = [_incoming(*pair) for pair in theirs]
        assigned = self._groups.assign(incoming, vectors.reshape(-1, _WIDTH))
        groups = {one.id: found.group for one, found in zip(incoming, assigned, strict=True)}
        for place, text, reading in pairs:
            group = self._own_group(place, reading) if text.own else groups.get(place)
            if group == place:
                self._ids[place] = text.id
            yield None if group is None else self._ids[group]

    def _own_group(self, place: int, reading: Reading) -> int | None:
        """A canned answer is no question: the brand's messages are grouped by words, apart."""
        if not reading.fingerprint:
            return None
        keys = _keys(reading)
        same = self._own.find(keys)
        group = same.group if same else place
        if same is None:
            self._own.add(place, place, keys)
        return group


def _keys(reading: Reading) -> Keys:
    return Keys(reading.fingerprint, reading.signature, reading.bands)


def _incoming(place: int, text: Text, reading: Reading) -> Incoming:
    asks = reading.vector is not None and reading.needs_answer
    return Incoming(place, text.text, reading.language, _keys(reading), asks)


def _vector(reading: Reading) -> npt.NDArray[np.float32]:
    """Messages without a vector are grouped by words; zeros stand in their place."""
    return np.zeros(_WIDTH, np.float32) if reading.vector is None else reading.vector

"""
Same-question groups that stand still while messages arrive.

A message joins a group when the words are nearly those of a member, or when its meaning is
close to all members on average (`Space.join`) and to the group's first member
(`Space.reach`), what their marks differ in taken off both. The first member never changes, so a group's radius is bounded and no chain
of small steps leads from one question to another. Whatever is not close enough starts a
group of its own: two groups for one question can be merged by a person, a group that mixes
two questions can only mislead.

A message's group never changes afterwards, except by `Groups.merge`. Messages are taken in
the order given, one after another, and all arithmetic is in whole numbers: the same order
gives the same groups whatever the batches.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from comptoir.analysis.grouping.marks import Marks, distance, marks_of
from comptoir.analysis.grouping.near import NO_KEYS, Keys, Near
from comptoir.analysis.grouping.space import RADIUS, OtherSpace, Points, Space
from comptoir.analysis.grouping.titles import clarity, cleaned, content, title_of
from comptoir.analysis.text import words as fold_words

MIN_WORDS = 3
"""Shorter messages mean too many things to be grouped by meaning."""
_BLOCK = 512
_STRIP = 8_192
NO_MARKS = Marks()
_STEADY = 0.05
"""How much clearer a member must be to take over as representative."""
_SPOKEN = 0.15
"""What speaking the majority's language weighs against closeness to the centre."""
_CLEAR = 0.3


@dataclass(frozen=True, slots=True)
class Incoming:
    """
    A message to group. asks: it asks or reports something; others group by words alone.

    known: its group, when near-duplicates were already looked for elsewhere.
    kinds: what it is about, as bits (intents, say); two messages with bits and none in
        common are never grouped by meaning. 0: not known.
    """

    id: int
    text: str
    language: str = ""
    keys: Keys = NO_KEYS
    asks: bool = True
    known: int | None = None
    kinds: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    similarity: mean cosine with the members less the distance of marks, or of words with a near-duplicate; 1 if alone.

    new: the message starts this group, whose id is its own. by: "words", "meaning", "alone".
    """

    group: int
    similarity: float
    new: bool
    by: str


@dataclass(slots=True)
class Group:
    """
    What is kept of a group; one row in a database.

    anchor: place of the first member, int16 [dimensions]. total: sum of the places of its
    `distinct` members, int64, near-duplicates left out: they are in `count` alone. speaker: place of the representative. spoken: messages by language.
    marks: what the first member names. into: the group this one was merged into; later messages go there.
    """

    id: int
    anchor: Points
    total: npt.NDArray[np.int64]
    count: int
    distinct: int
    representative: int
    speaker: Points
    clear: float
    language: str
    title: str
    spoken: dict[str, int] = field(default_factory=dict)
    kinds: int = 0
    marks: Marks = NO_MARKS
    into: int | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """An event: messages of `absorbed` now belong to `kept`."""

    kept: int
    absorbed: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Alike:
    """Two groups that may ask the same: a person decides. similarity: mean over pairs."""

    first: int
    second: int
    similarity: float


class Groups:
    """
    The groups of one workspace.

    >>> space = Space({}, np.eye(384, 4, dtype=np.float32), join=0.8, reach=0.7)
    >>> groups = Groups(space)
    >>> vectors = np.eye(2, 384, dtype=np.float32)[[0, 1, 0]]
    >>> asked = [Incoming(n, text) for n, text in enumerate(["Où est mon colis", "Quel est le prix", "Colis toujours où ?"])]
    >>> [one.group for one in groups.assign(asked, vectors)]
    [0, 1, 0]
    """

    def __init__(self, space: Space, rows: Iterable[Group] = (), near: Near | None = None) -> None:
        """rows, near: what was kept, as `changed` and `near` gave it, rows by id or not."""
        self.space = space
        self.near = near or Near()
        # A little low, for lengths are rounded: `_closest` looks again.
        self._floor = np.float32(space.reach * RADIUS * RADIUS - 8 * RADIUS)
        self._rows: list[Group] = []
        self._row_of: dict[int, int] = {}
        self._changed: set[int] = set()
        self._anchors = np.zeros((_STRIP, space.projection.shape[1]), np.float32)
        for row in sorted(rows, key=lambda one: one.id):
            self._open(row)
        self._changed.clear()

    def __len__(self) -> int:
        return len(self._rows)

    def group(self, group: int) -> Group:
        """The group by that id, or the one it was merged into; KeyError when there is none."""
        row = self._rows[self._row_of[group]]
        return row if row.into is None else self.group(row.into)

    def changed(self) -> list[Group]:
        """Groups opened or changed since this was last called, in order: write these."""
        rows = [self._rows[number] for number in sorted(self._changed)]
        self._changed.clear()
        return rows

    def assign(
        self, messages: Sequence[Incoming], vectors: npt.NDArray[np.float32]
    ) -> list[Assignment]:
        """
        The groups of messages, in arrival order; vectors: float32 [n, 384], unit length.

        A message given twice is counted twice: give each once. ValueError when messages and
        vectors differ in number.
        """
        if len(messages) != len(vectors):
            raise ValueError(f"{len(messages)} messages but {len(vectors)} vectors")
        points = self._places(messages, vectors)
        found: list[Assignment] = []
        for start in range(0, len(messages), _BLOCK):
            block = slice(start, start + _BLOCK)
            found.extend(self._assign_block(messages[block], points[block]))
        return found

    def _places(self, messages: Sequence[Incoming], vectors: npt.NDArray[np.float32]) -> Points:
        """Points of the messages; none is looked at where all group by words alone."""
        if any(one.asks for one in messages):
            return self.space.place(vectors, [one.language for one in messages])
        return np.zeros((len(messages), self._anchors.shape[1]), np.int16)

    def merge(self, kept: int, absorbed: int) -> Merged:
        """
        Join two groups because a person says they ask the same, and tell what moved.

        The caller moves the messages of `absorbed`. KeyError when either is unknown,
        ValueError when they are already one.
        """
        first, second = self.group(kept), self.group(absorbed)
        if first.id == second.id:
            raise ValueError(f"{kept} and {absorbed} are one group")
        alike = _between(first, second)
        first.total = first.total + second.total
        first.count += second.count
        first.distinct += second.distinct
        first.kinds |= second.kinds
        for language, count in second.spoken.items():
            first.spoken[language] = first.spoken.get(language, 0) + count
        second.into = first.id
        self._changed |= {self._row_of[first.id], self._row_of[second.id]}
        return Merged(first.id, second.id, alike)

    def alike(self, least: float | None = None, limit: int = 100) -> list[Alike]:
        """
        Pairs of groups of two members or more that may ask the same, most alike first.

        least: mean similarity between their members; `Space.join` unless given.
        """
        rows = [row for row in self._rows if row.into is None and row.count > 1]
        if len(rows) < 2:
            return []
        means = np.array([row.total / (row.distinct * RADIUS) for row in rows])
        floor = self.space.join if least is None else least
        found: list[Alike] = []
        for start in range(0, len(rows), _BLOCK):
            scores = means[start : start + _BLOCK] @ means.T
            near = zip(*np.nonzero(scores >= floor), strict=True)
            pairs = [(start + int(a), int(b)) for a, b in near if start + a < b]
            found.extend(
                Alike(rows[a].id, rows[b].id, _between(rows[a], rows[b])) for a, b in pairs
            )
        return sorted(found, key=lambda one: (-one.similarity, one.first, one.second))[:limit]

    def _assign_block(self, messages: Sequence[Incoming], points: Points) -> Iterator[Assignment]:
        known = self._reached(points)
        within = self._within(points)
        opened: dict[int, int] = {}
        for number, message in enumerate(messages):
            before = len(self._rows)
            fresh = [opened[other] for other in within[number] if other in opened]
            point = points[number].astype(np.int64)
            yield self._assign_one(message, point, [*known[number], *fresh])
            if len(self._rows) > before:
                opened[number] = before

    def _within(self, points: Points) -> list[list[int]]:
        """Earlier points of the same block that each point reaches."""
        if not points.any():
            return [[]] * len(points)
        asked = points.astype(np.float32)
        near = np.tril(asked @ asked.T >= self._floor, -1)
        return [np.flatnonzero(row).tolist() for row in near]

    def _reached(self, points: Points) -> list[list[int]]:
        """Rows whose anchor each point reaches; exact, since products are whole numbers."""
        found: list[list[int]] = [[] for _ in points]
        asked = points.astype(np.float32)
        for start in range(0, len(self._rows), _STRIP):
            anchors = self._anchors[start : min(start + _STRIP, len(self._rows))]
            # Flat, since numpy finds the few in one long row many times faster.
            near = np.flatnonzero((asked @ anchors.T >= self._floor).ravel())
            for place, row in zip(*np.divmod(near, len(anchors)), strict=True):
                found[place].append(start + int(row))
        return found

    def _assign_one(
        self, message: Incoming, point: npt.NDArray[np.int64], rows: Sequence[int]
    ) -> Assignment:
        if message.known is not None:
            return self._join(message, point, message.known, 1.0, "words")
        same = self.near.find(message.keys)
        if same is not None:
            return self._join(message, point, same.group, same.similarity, "words")
        if not message.asks or not point.any() or not _says(message.text):
            self.near.add(message.id, message.id, message.keys)
            return Assignment(message.id, 1.0, True, "alone")
        marks = marks_of(message.text)
        best = self._closest(point, message.kinds, marks, rows)
        if best is not None:
            score, row = best
            self.near.add(message.id, self._rows[row].id, message.keys)
            return self._join(message, point, self._rows[row].id, score, "meaning")
        return self._start(message, point, marks)

    def _closest(
        self, point: npt.NDArray[np.int64], kinds: int, marks: Marks, rows: Sequence[int]
    ) -> tuple[float, int] | None:
        """The group with the highest mean cosine, marks allowed for; the oldest of equals."""
        best: tuple[float, int] | None = None
        length = _length(point)
        for number in rows:
            anchor = self._rows[number]
            apart = distance(marks, anchor.marks)
            if _cosine(point, length, anchor.anchor) - apart < self.space.reach:
                continue
            row = self.group(anchor.id)
            if kinds and row.kinds and not kinds & row.kinds:
                continue
            score = int(point @ row.total) / (length * RADIUS * row.distinct) - apart
            if score >= self.space.join and (best is None or score > best[0]):
                best = score, self._row_of[row.id]
        return best

    def _start(self, message: Incoming, point: npt.NDArray[np.int64], marks: Marks) -> Assignment:
        place = point.astype(np.int16)
        row = Group(message.id, place, point.copy(), 1, 1, message.id, place, clarity(message.text), message.language, title_of(message.text), {message.language: 1}, message.kinds, marks)  # fmt: skip
        self._open(row)
        self.near.add(message.id, message.id, message.keys)
        return Assignment(message.id, 1.0, True, "alone")

    def _open(self, row: Group) -> None:
        if len(row.anchor) != self._anchors.shape[1]:
            raise OtherSpace(f"group {row.id} has {len(row.anchor)} dimensions")
        number = len(self._rows)
        if number == len(self._anchors):
            self._anchors = np.concatenate((self._anchors, np.zeros_like(self._anchors)))
        self._anchors[number] = row.anchor
        self._rows.append(row)
        self._row_of[row.id] = number
        self._changed.add(number)

    def _join(
        self, message: Incoming, point: npt.NDArray[np.int64], group: int, score: float, by: str
    ) -> Assignment:
        if group not in self._row_of:  # grouped by words alone: nothing is kept of its meaning
            return Assignment(group, score, False, by)
        row = self.group(group)
        row.count += 1
        row.kinds |= message.kinds
        row.spoken[message.language] = row.spoken.get(message.language, 0) + 1
        if by == "meaning":
            row.total = row.total + point
            row.distinct += 1
            self._speak(row, message, point)
        self._changed.add(self._row_of[row.id])
        return Assignment(row.id, score, False, by)

    def _speak(self, row: Group, message: Incoming, point: npt.NDArray[np.int64]) -> None:
        """Let the message speak for the group when it does so clearly better."""
        most = max(row.spoken.values())
        clear = clarity(message.text)
        gain = _CLEAR * (clear - row.clear)
        gain += _SPOKEN * ((row.spoken[message.language] == most) - (row.spoken.get(row.language, 0) == most))  # fmt: skip
        center = _length(row.total)
        gain += _cosine(row.total, center, point) - _cosine(row.total, center, row.speaker)
        name = title_of(message.text) if gain > _STEADY else ""
        if name:
            row.representative, row.speaker = message.id, point.astype(np.int16)
            row.clear, row.language, row.title = clear, message.language, name


def _says(text: str) -> bool:
    return bool(content(text)) and len(fold_words(cleaned(text))) >= MIN_WORDS


def _length(point: npt.NDArray[np.int64]) -> float:
    return float(np.sqrt(float(point @ point))) or 1.0


def _cosine(one: npt.NDArray[np.int64], length: float, other: npt.NDArray[np.integer]) -> float:
    whole = other.astype(np.int64)
    return int(one @ whole) / (length * _length(whole))


def _between(one: Group, other: Group) -> float:
    """Mean cosine over pairs of members."""
    return int(one.total @ other.total) / (RADIUS * RADIUS * one.distinct * other.distinct)

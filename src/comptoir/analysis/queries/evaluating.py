"""
Whether a query holds of a message, where, and why: the plain definition.

It follows the grammar word by word, and is not quick. The matcher of many queries must agree
with it, on every query and every message.

- A word is looked for in the title and in the text, each by itself; `title:` and `body:` look
  in one of them. `a AND b` may find `a` in the title and `b` in the text; a phrase and NEAR may
  not.
- NEAR/n: two places that do not overlap with at most n words between them. A phrase, or a NEAR,
  takes up the words from its first to its last.
- A loose phrase `"a b c"~n`: its words in any order, each at a place of its own, with at most n
  others from the first of them to the last.
- Raw characters are found as they are written, not within a longer word: `raw:"US"` is not
  found in "USB". Apostrophes and quotation marks of all shapes are one.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from comptoir.analysis.queries.documents import ZONES, Document
from comptoir.analysis.queries.fields import field_holds
from comptoir.analysis.queries.grammar import Query
from comptoir.analysis.queries.lexing import straight
from comptoir.analysis.queries.tree import (
    And,
    Field,
    In,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Raw,
    Span,
    Wildcard,
    Word,
)  # fmt: skip
from comptoir.analysis.queries.words import Located, holds, located, words
from comptoir.analysis.text import MAX_CHARS

Places = set[Span]
"""Runs of words, or of characters, as first and past-last."""


@dataclass(frozen=True, slots=True)
class Explained:
    """
    A part of a query against a message.

    node: the part; its span tells where it is written. depth: 0 of the whole query. found: by
    "title" and "body", the characters that it was found at.
    """

    node: Node
    depth: int
    holds: bool
    found: Mapping[str, tuple[Span, ...]]


class Said:
    """Words of a place, and where each of them stands."""

    def __init__(self, said: Sequence[str]) -> None:
        self.words = said
        self.places: dict[str, list[int]] = {}
        for place, word in enumerate(said):
            self.places.setdefault(word, []).append(place)

    def of(self, node: Node) -> list[int]:
        """Where a Word or a Wildcard stands, in order."""
        if isinstance(node, Wildcard):
            fitting = (at for word, at in self.places.items() if holds(node.pattern, word))
            return sorted(chain.from_iterable(fitting))
        assert isinstance(node, Word)
        return self.places.get(node.text, [])


class _Read:
    """A message cut into words once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.zones = {zone: Said(words(self.text(zone))) for zone in ZONES}
        self.runs: dict[tuple[str, Node], tuple[Span, ...]] = {}
        self._located: dict[str, list[Located]] = {}

    def text(self, zone: str) -> str:
        """The characters of a place that are read."""
        text: str = getattr(self.document, ZONES[zone])
        return text[:MAX_CHARS]

    def located(self, zone: str) -> list[Located]:
        """The words of a place with their characters."""
        if zone not in self._located:
            self._located[zone] = located(self.text(zone))
        return self._located[zone]


def evaluate(query: Query | Node, document: Document) -> bool:
    """
    Whether a query holds of a message.

    >>> from comptoir.analysis.queries.grammar import parse
    >>> evaluate(parse("panne NEAR/2 internet"), Document("1", "Panne totale d'internet"))
    True
    """
    return _walked(_tree(query), _Read(document))[-1].holds


def explain(query: Query | Node, document: Document) -> list[Explained]:
    """
    Each part of a query with its answer, what joins parts before them.

    The words of a phrase and the sides of a NEAR are not told apart from it.
    """
    told = _walked(_tree(query), _Read(document), places=True)
    return told[::-1]


def spans(query: Query | Node, document: Document) -> dict[str, list[Span]]:
    """
    What to highlight: by "title" and "body", characters that made the query hold, in order.

    Nothing when it does not hold; what stands under NOT is never marked.

    >>> from comptoir.analysis.queries.grammar import parse
    >>> spans(parse("panne* OR coupure"), Document("1", "Des pannes !"))
    {'title': [], 'body': [(4, 10)]}
    """
    told = explain(query, document)
    asserted = _asserted(told) if told[0].holds else []
    marked = {zone: {one.found[zone] for one in asserted if zone in one.found} for zone in ZONES}
    return {zone: _merged(set().union(*found)) for zone, found in marked.items()}


def _asserted(told: list[Explained]) -> list[Explained]:
    """The parts that hold, those under a NOT aside."""
    kept: list[Explained] = []
    hidden = -1
    for one in told:
        if 0 <= hidden < one.depth:
            continue
        hidden = one.depth if isinstance(one.node, Not) or not one.holds else -1
        if one.holds:
            kept.append(one)
    return kept


def _merged(found: set[Span]) -> list[Span]:
    """Spans in order, those that overlap made one."""
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _tree(query: Query | Node) -> Node:
    return query.tree if isinstance(query, Query) else query


def _walked(tree: Node, read: _Read, *, places: bool = False) -> list[Explained]:
    """
    The answer of each part, those joined before what joins them, from the last to the first.

    Parts of a part follow it in the list turned round, in the order of the query.
    """
    told: list[Explained] = []
    answers: list[bool] = []
    waiting: list[tuple[Node, tuple[str, ...], int, bool]] = [(tree, tuple(ZONES), 0, False)]
    while waiting:
        node, zones, depth, seen = waiting.pop()
        joins = isinstance(node, And | Or | Not | In)
        if joins and not seen:
            inside = (node.zone,) if isinstance(node, In) else zones
            waiting.append((node, zones, depth, True))
            waiting.extend((part, inside, depth + 1, False) for part in node.inner)
            continue
        found: dict[str, tuple[Span, ...]] = {}
        if joins:
            holds_here = _joined(node, [answers.pop() for _ in node.inner])
        elif isinstance(node, Field):
            holds_here = field_holds(node, read.document)
        else:
            found = {zone: at for zone in zones if (at := _found(node, read, zone, places))}
            holds_here = bool(found)
        answers.append(holds_here)
        told.append(Explained(node, depth, holds_here, found if places else {}))
    return told


def _joined(node: Node, answers: list[bool]) -> bool:
    if isinstance(node, And):
        return all(answers)
    return any(answers) if isinstance(node, Or) else answers[0] != isinstance(node, Not)


def _found(node: Node, read: _Read, zone: str, places: bool) -> tuple[Span, ...]:
    """Where a part is found in a place, as characters; as words when only whether counts."""
    if isinstance(node, Raw):
        return tuple(raw_spans(node.text, read.text(zone)))
    key = (zone, node)
    if key not in read.runs:
        runs = runs_of(node, read.zones[zone])
        if places and runs:
            runs = _characters(node, runs, read.zones[zone], read.located(zone))
        read.runs[key] = tuple(sorted(runs))
    return read.runs[key]


def _characters(node: Node, runs: Places, said: Said, at: Sequence[Located]) -> Places:
    """The characters of each run: of a NEAR or a loose phrase, only of the words asked for."""
    if isinstance(node, Near) or (isinstance(node, Phrase) and node.slop):
        inside = {place for run in runs for place in range(*run)}
        asked = chain.from_iterable(runs_of(leaf, said) for leaf in _leaves(node))
        runs = {run for run in asked if inside.issuperset(range(*run))}
    return {(at[start].start, at[end - 1].end) for start, end in runs}


def _leaves(node: Node) -> list[Node]:
    """The words and strict phrases of a NEAR or a loose phrase."""
    leaves: list[Node] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Near | Or) or (isinstance(one, Phrase) and one.slop):
            waiting.extend(one.inner)
        else:
            leaves.append(one)
    return leaves


def runs_of(root: Node, said: Said) -> Places:
    """
    The runs of words at which a Word, Wildcard, Phrase, Near, or Or of these, is found.

    >>> from comptoir.analysis.queries.grammar import parse
    >>> sorted(runs_of(parse("a NEAR/1 b").tree, Said(["a", "x", "b", "a"])))
    [(0, 3), (2, 4)]
    """
    made: list[Places] = []
    waiting = [(root, False)]
    while waiting:
        node, seen = waiting.pop()
        if isinstance(node, Near | Or) and not seen:
            waiting.append((node, True))
            waiting.extend((part, False) for part in node.inner)
        elif isinstance(node, Near):
            left, right = made.pop(), made.pop()
            made.append(_near(left, right, node))
        elif isinstance(node, Or):
            made.append(set().union(*(made.pop() for _ in node.parts)))
        elif isinstance(node, Phrase):
            made.append(_loose(node, said) if node.slop else _strict(node, said))
        else:
            made.append({(at, at + 1) for at in said.of(node)})
    return made[0]


def _near(left: Places, right: Places, node: Near) -> Places:
    found = _followed(left, right, node.distance)
    return found if node.ordered else found | _followed(right, left, node.distance)


def _followed(first: Places, second: Places, distance: int) -> Places:
    """Each run with those that begin at its end or up to so many words later."""
    after = sorted(second)
    begins = [begin for begin, _ in after]
    return {
        (start, after[place][1])
        for start, end in first
        for place in range(bisect_left(begins, end), bisect_right(begins, end + distance))
    }


def _strict(phrase: Phrase, said: Said) -> Places:
    """Side by side: the places of each part, moved back to where the phrase would begin."""
    begins = [{at - place for at in said.of(part)} for place, part in enumerate(phrase.parts)]
    return {(at, at + len(begins)) for at in set.intersection(*begins)}


def _loose(phrase: Phrase, said: Said) -> Places:
    fits = [said.of(part) for part in phrase.parts]
    ends, size = sorted(set().union(*fits)), len(fits)
    return {
        (first, last + 1)
        for place, first in enumerate(ends)
        for last in ends[place : bisect_right(ends, first + size + phrase.slop - 1)]
        if last + 1 - first >= size and _fills(fits, first, last)
    }


def _fills(fits: Sequence[Sequence[int]], first: int, last: int) -> bool:
    """Whether each part finds a place of its own, the first and the last place being taken."""
    inside = [places[bisect_left(places, first) : bisect_right(places, last)] for places in fits]
    return any(
        _matches(
            [
                [first] if part == one else [last] if part == other else places
                for part, places in enumerate(inside)
            ]
        )
        for one in range(len(fits))
        for other in range(len(fits))
        if one != other and first in inside[one] and last in inside[other]
    )


def _matches(choices: Sequence[Sequence[int]]) -> bool:
    """Whether each can have one of its choices that nobody else has (augmenting paths)."""
    taken: dict[int, int] = {}

    def seat(one: int, tried: set[int]) -> bool:
        for place in choices[one]:
            if place not in tried:
                tried.add(place)
                if place not in taken or seat(taken[place], tried):
                    taken[place] = one
                    return True
        return False

    return all(seat(one, set()) for one in range(len(choices)))


def raw_spans(wanted: str, text: str) -> list[Span]:
    """
    The characters of a text that are written so.

    >>> raw_spans("US", "USB, US"), raw_spans("C++", "du C++ !")
    ([(5, 7)], [(3, 6)])
    """
    composed, places = _composed(straight(text))
    wanted = straight(wanted)
    found: list[Span] = []
    at = composed.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if _stands_alone(composed, at, end):
            found.append((places[at], places[end]))
        at = composed.find(wanted, at + 1)
    return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit goes on before or after one."""
    before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not before and not after


def _composed(text: str) -> tuple[str, Sequence[int]]:
    """A text with composed accents, and where each character of it, and its end, come from."""
    if unicodedata.is_normalized("NFC", text):
        return text, range(len(text) + 1)
    composed: list[str] = []
    places: list[int] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not unicodedata.combining(text[at]):
            piece = unicodedata.normalize("NFC", text[start:at])
            composed.append(piece)
            places.extend([start] * len(piece))
            start = at
    return "".join(composed), [*places, len(text)]

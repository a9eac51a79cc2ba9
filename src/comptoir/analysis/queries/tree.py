"""
A query as a tree of frozen nodes, as `parse` makes it.

Words in it are folded as those of messages are (`words.fold`). Parsed trees are in normal form:
no And within And, no Or within Or, no double Not, two parts or more in each And, Or and Phrase.

Queries may be nested hundreds deep, more than Python likes to recurse. Comparing, hashing,
printing, copying and pickling a node therefore never recurse, and neither should whoever walks
a tree: `postorder` gives the nodes, children first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Span = tuple[int, int]
"""Characters `start` to `end` (excluded) of the query's source."""
Value = str | int | float | date | datetime
"""What a field is compared with."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    """Any part of a query. span: where it was written; it plays no part in equality."""

    span: Span = field(default=(0, 0), kw_only=True)

    @property
    def inner(self) -> "tuple[Node, ...]":
        """The nodes directly below, in order."""
        return ()

    @property
    def own(self) -> tuple[Any, ...]:
        """What the node says besides the nodes below."""
        return ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        return type(self) is type(other) and _rows(self) == _rows(other)

    def __hash__(self) -> int:
        return hash(tuple(_rows(self)))

    def __repr__(self) -> str:
        told: list[str] = []
        for node in postorder(self):
            below = [told.pop() for _ in node.inner][::-1]
            values = [*map(repr, node.own), *below]
            told.append(f"{type(node).__name__}({', '.join(values)})")
        return told[0]

    def __copy__(self) -> "Node":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Node":
        return self

    def __reduce__(self) -> "tuple[Callable[..., Node], tuple[Any, ...]]":
        rows = [(type(one), one.own, len(one.inner), one.span) for one in postorder(self)]
        return _rebuilt, (rows,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Word(Node):
    """A folded word: a hashtag, a handle, an emoji, a number and a link are words too."""

    text: str

    @property
    def own(self) -> tuple[Any, ...]:
        return (self.text,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Wildcard(Node):
    """A folded word with `*`, any characters or none, and `?`, exactly one character."""

    pattern: str

    @property
    def own(self) -> tuple[Any, ...]:
        return (self.pattern,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Phrase(Node):
    """
    Words that stand together.

    slop: 0, side by side in this order; n, in any order with at most n other words among them,
    each part at a place of its own.
    """

    parts: tuple[Word | Wildcard, ...]
    slop: int = 0

    @property
    def inner(self) -> tuple[Node, ...]:
        return self.parts

    @property
    def own(self) -> tuple[Any, ...]:
        return (self.slop,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Near(Node):
    """
    Both sides, apart from each other, with at most `distance` words between them.

    ordered: the left side comes first. Sides are Word, Wildcard, Phrase, Near, or Or of these.
    """

    left: Node
    right: Node
    distance: int
    ordered: bool = False

    @property
    def inner(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    @property
    def own(self) -> tuple[Any, ...]:
        return (self.distance, self.ordered)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Raw(Node):
    """Characters as they are written, case, accents and symbols included."""

    text: str

    @property
    def own(self) -> tuple[Any, ...]:
        return (self.text,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class In(Node):
    """What must be found in one place of a message. zone: "title" or "body"."""

    zone: str
    node: Node

    @property
    def inner(self) -> tuple[Node, ...]:
        return (self.node,)

    @property
    def own(self) -> tuple[Any, ...]:
        return (self.zone,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Field(Node):
    """
    A comparison with something known of a message; see `fields`.

    operator: "=", ">", ">=", "<", "<=", or ".." with a pair of values, both included.
    """

    name: str
    operator: str
    value: Value | tuple[Value, Value]

    @property
    def own(self) -> tuple[Any, ...]:
        return (self.name, self.operator, self.value)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class And(Node):
    """All of the parts."""

    parts: tuple[Node, ...]

    @property
    def inner(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Or(Node):
    """One of the parts at least."""

    parts: tuple[Node, ...]

    @property
    def inner(self) -> tuple[Node, ...]:
        return self.parts


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Not(Node):
    """Whatever the part does not hold of."""

    part: Node

    @property
    def inner(self) -> tuple[Node, ...]:
        return (self.part,)


def postorder(root: Node) -> Iterator[Node]:
    """
    Each node of a tree after those below it, from left to right.

    >>> [type(node).__name__ for node in postorder(And((Word("a"), Not(Word("b")))))]
    ['Word', 'Word', 'Not', 'And']
    """
    waiting = [(root, False)]
    while waiting:
        node, seen = waiting.pop()
        inner = () if seen else node.inner
        if not inner:
            yield node
            continue
        waiting.append((node, True))
        waiting.extend((one, False) for one in reversed(inner))


def _rows(root: Node) -> list[tuple[Any, ...]]:
    """A tree as flat values that compare and hash: children first, with how many each has."""
    return [
        (type(node).__name__, len(node.inner), *map(_typed, node.own)) for node in postorder(root)
    ]


def _typed(value: Any) -> tuple[str, Any]:
    """1, 1.0 and True are not the same value of a query."""
    return type(value).__name__, value


_BUILT: dict[type[Node], Callable[[tuple[Any, ...], list[Any], Span], Node]] = {
    Word: lambda own, _, span: Word(*own, span=span),
    Wildcard: lambda own, _, span: Wildcard(*own, span=span),
    Raw: lambda own, _, span: Raw(*own, span=span),
    Field: lambda own, _, span: Field(*own, span=span),
    Phrase: lambda own, below, span: Phrase(tuple(below), *own, span=span),
    Near: lambda own, below, span: Near(*below, *own, span=span),
    In: lambda own, below, span: In(*own, *below, span=span),
    And: lambda _, below, span: And(tuple(below), span=span),
    Or: lambda _, below, span: Or(tuple(below), span=span),
    Not: lambda _, below, span: Not(*below, span=span),
}


def _rebuilt(rows: list[tuple[type[Node], tuple[Any, ...], int, Span]]) -> Node:
    """The tree of which `Node.__reduce__` made rows."""
    made: list[Node] = []
    for kind, own, count, span in rows:
        below = [made.pop() for _ in range(count)][::-1]
        made.append(_BUILT[kind](own, below, span))
    return made[0]

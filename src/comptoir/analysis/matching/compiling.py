"""
From the tree of a query to a node of the circuit.

Words and their order are worked out for all messages of a block at once. What is not words
alone — characters as written, nearness of phrases — becomes a question put to the plain
evaluator, for the messages that have the words it cannot do without.
"""

from collections.abc import Iterable

from comptoir.analysis.matching.circuit import ALWAYS, NEVER, Circuit
from comptoir.analysis.matching.places import FARTHEST
from comptoir.analysis.queries.tree import (
    And,
    Field,
    In,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Wildcard,
    Word,
    postorder,
)

_MOST_WORDS = 16
"""Longer phrases, and nearness among more words, are questions to the evaluator."""


def compiled(root: Node, circuit: Circuit, *, fetched: bool = False) -> int:
    """
    The node that holds of the messages a query holds of.

    fetched: messages are dear to look at, so comparisons with fields are questions too.
    """
    made: list[int] = []
    waiting = [(root, "", False)]
    while waiting:
        node, zone, seen = waiting.pop()
        if seen:
            count = len(node.inner)
            made[len(made) - count :] = [_joined(node, made[len(made) - count :], circuit)]
        elif isinstance(node, And | Or | Not | In):
            zone = node.zone if isinstance(node, In) else zone
            waiting.append((node, zone, True))
            waiting.extend((part, zone, False) for part in node.inner)
        elif fetched and isinstance(node, Field):
            made.append(_asked(node, "", circuit))
        else:
            made.append(_unit(node, zone, circuit))
    return made[0] if made[0] >= 0 else circuit.gate("but", (ALWAYS, ~made[0]))


def _joined(node: Node, parts: list[int], circuit: Circuit) -> int:
    if isinstance(node, And):
        return _together(parts, circuit) if parts else ALWAYS
    if isinstance(node, Or):
        return circuit.any(parts) if parts else NEVER
    return ~parts[0] if isinstance(node, Not) else parts[0]


def _together(parts: list[int], circuit: Circuit) -> int:
    """All of the parts; what would be asked of every message is asked where the others hold."""
    late = [part for part in parts if circuit.asks_all(part)]
    first = circuit.all([part for part in parts if part not in late] or [ALWAYS])
    if not late or first in (ALWAYS, NEVER) or first < 0:
        return circuit.all(parts)
    narrow = [circuit.narrowed(part, first) for part in late]
    return circuit.all([first, *narrow])


def _unit(node: Node, zone: str, circuit: Circuit) -> int:
    """What is worked out as a whole."""
    if isinstance(node, Word | Wildcard):
        return _word(node, zone, circuit)
    if isinstance(node, Field):
        return circuit.leaf(("field", "", node))
    if isinstance(node, Phrase) and len(node.parts) <= _MOST_WORDS:
        if not node.slop:
            return _phrase(node, zone, circuit)
        if len(node.parts) == 2:
            return _near((node.parts[0],), (node.parts[1],), (node.slop, 0), zone, circuit)
    if isinstance(node, Near):
        left, right = _alternatives(node.left), _alternatives(node.right)
        if 0 < min(len(left), len(right)) and max(len(left), len(right)) <= _MOST_WORDS:
            extras = (min(node.distance, FARTHEST), int(node.ordered))
            return _near(left, right, extras, zone, circuit)
    return _asked(node, zone, circuit)


def _word(node: Word | Wildcard, zone: str, circuit: Circuit) -> int:
    if isinstance(node, Word):
        return circuit.leaf(("word", zone, node.text))
    return circuit.leaf(("pattern", zone, node.pattern))


def _phrase(node: Phrase, zone: str, circuit: Circuit) -> int:
    parts = tuple(_word(part, zone, circuit) for part in node.parts)
    if len(parts) < 2:
        return circuit.all(parts) if parts else NEVER
    return circuit.gate("phrase", (circuit.both("all", parts), *parts))


def _alternatives(side: Node) -> tuple[Word | Wildcard, ...]:
    """The words of which one stands on a side; none when it is more than words."""
    parts = side.parts if isinstance(side, Or) else (side,)
    words_alone = tuple(part for part in parts if isinstance(part, Word | Wildcard))
    return words_alone if len(words_alone) == len(parts) else ()


def _near(
    left: Iterable[Word | Wildcard],
    right: Iterable[Word | Wildcard],
    extras: tuple[int, int],
    zone: str,
    circuit: Circuit,
) -> int:
    before = sorted({_word(part, zone, circuit) for part in left})
    after = sorted({_word(part, zone, circuit) for part in right})
    candidate = circuit.all((circuit.both("any", before), circuit.both("any", after)))
    room = 1 << (max(len(before), len(after)) - 1).bit_length()
    sides = (*_padded(before, room), *_padded(after, room))
    return circuit.gate("near", (candidate, *sides), extras)


def _padded(nodes: list[int], room: int) -> list[int]:
    return nodes + [NEVER] * (room - len(nodes))


def _asked(node: Node, zone: str, circuit: Circuit) -> int:
    question = circuit.leaf(("question", "", In(zone, node) if zone else node))
    return circuit.gate("ask", (_candidate(node, zone, circuit), question))


def _candidate(root: Node, zone: str, circuit: Circuit) -> int:
    """A node that holds wherever a phrase, nearness or raw text may hold, and elsewhere too."""
    made: list[int] = []
    for node in postorder(root):
        below = [made.pop() for _ in node.inner]
        if isinstance(node, Word | Wildcard):
            made.append(_word(node, zone, circuit))
        elif isinstance(node, Or):
            made.append(circuit.any(below) if below else NEVER)
        elif isinstance(node, Phrase | Near):
            made.append(circuit.all(below) if below else ALWAYS)
        else:
            made.append(ALWAYS)
    return made[0]

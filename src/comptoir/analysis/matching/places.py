"""
Where in their messages the words of a block stand, and checks of order and distance on it.

All pairs of a check and a message are worked out together. A place is a number that counts the
words of a message; those of its title come long after those of its body, so that nothing is
near across the two.
"""

import numpy as np

from comptoir.analysis.matching.banks import Bank
from comptoir.analysis.matching.board import Board, Flags, Ints, Longs, bits, spread

TITLE_AT = 1 << 21
"""Place of a title's first word: beyond any body's last."""
FARTHEST = 1 << 20
"""Distances beyond mean anywhere in the same text."""
_PLACE_BITS = 22
_NODE_BITS = 25
_MOST_AT_ONCE = 1 << 16
"""Pairs of check and message worked on at a time, to bound memory."""


class Places:
    """Of each word in each message of a block, the places in order."""

    def __init__(self, messages: Longs, nodes: Ints, places: Longs) -> None:
        keys = (((messages << _NODE_BITS) | nodes) << _PLACE_BITS) | places
        keys.sort()
        heads = keys >> _PLACE_BITS
        first = np.flatnonzero(np.diff(heads, prepend=-1))
        self._keys = keys
        self._groups = heads[first]
        self._starts = first
        self._counts = np.diff(first, append=len(keys))
        self._places = keys & ((1 << _PLACE_BITS) - 1)

    def of(self, messages: Longs, nodes: Ints) -> tuple[Longs, Longs]:
        """For pairs of message and word: which pair, and where, for each place in order."""
        if not len(self._groups):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        wanted = (messages << _NODE_BITS) | nodes
        at = np.searchsorted(self._groups, wanted)
        at[at == len(self._groups)] = 0
        counts = np.where(self._groups[at] == wanted, self._counts[at], 0)
        owners, found = spread(self._starts[at], counts)
        return owners, self._places[found]

    def has(self, messages: Longs, nodes: Ints, places: Longs) -> Flags:
        """Whether a word of a message stands at a place."""
        wanted = (((messages << _NODE_BITS) | nodes) << _PLACE_BITS) | places
        at = np.searchsorted(self._keys, wanted)
        at[at == len(self._keys)] = 0
        stands: Flags = self._keys[at] == wanted
        return stands


def check(bank: Bank, board: Board, places: Places) -> None:
    """Work out the gates of a bank of phrases or of nearness."""
    slots = board.slots.take(bank.inputs[0, : bank.size])
    gates = np.flatnonzero(slots)
    if not len(gates):
        return
    owners, messages = bits(board.take(slots.take(gates)))
    owners = gates.take(owners)
    work = _phrases if bank.shape.kind == "phrase" else _near
    parts = [slice(n, n + _MOST_AT_ONCE) for n in range(0, len(owners), _MOST_AT_ONCE)]
    kept = np.concatenate([work(bank, owners[part], messages[part], places) for part in parts])
    board.mark(bank.outputs.take(owners[kept]), messages[kept])


def _phrases(bank: Bank, gates: Longs, messages: Longs, places: Places) -> Flags:
    """Inputs: the candidate, then the words in order."""
    pairs, starts = places.of(messages, bank.inputs[1].take(gates))
    for step, words in enumerate(bank.inputs[2:], 1):
        of_pair = gates.take(pairs)
        stands = places.has(messages.take(pairs), words.take(of_pair), starts + step)
        pairs, starts = pairs[stands], starts[stands]
    return _flags(len(gates), pairs)


def _near(bank: Bank, gates: Longs, messages: Longs, places: Places) -> Flags:
    """
    Inputs: the candidate, then the words of either side, as many left as right.

    Extras: distance, and whether left comes first.
    """
    half = 1 + (len(bank.inputs) - 1) // 2
    left = _side(bank.inputs[1:half], gates, messages, places)
    right = _side(bank.inputs[half:], gates, messages, places)
    if not len(left) or not len(right):
        return np.zeros(len(gates), np.bool_)
    distance, ordered = bank.extras.take(gates, axis=1)
    pairs = left >> _PLACE_BITS
    most = distance.take(pairs) + 1
    after = right.take(np.searchsorted(right, left, side="right"), mode="clip") - left
    before = left - right.take(np.searchsorted(right, left) - 1, mode="clip")
    close = ((after > 0) & (after <= most)) | (
        (before > 0) & (before <= most) & (ordered.take(pairs) == 0)
    )
    return _flags(len(gates), pairs[close])


def _side(words: Ints, gates: Longs, messages: Longs, places: Places) -> Longs:
    """Where one of several words stands, as sorted numbers led by the pair they belong to."""
    found: list[Longs] = []
    for row in words:
        nodes = row.take(gates)
        given = np.flatnonzero(nodes)
        pairs, stands = places.of(messages.take(given), nodes.take(given))
        found.append((given.take(pairs) << _PLACE_BITS) | stands)
    if len(found) == 1:
        return found[0]
    joined = np.concatenate(found)
    joined.sort()
    return joined


def _flags(count: int, held: Longs) -> Flags:
    flags = np.zeros(count, np.bool_)
    flags[held] = True
    return flags

"""
Finding many phrases in folded words at once.

A phrase book answers "which of these thousand phrases are in this message?" by walking
a tree of shared beginnings from each word, instead of searching a thousand times. A phrase is
written in plain words, accents welcome, with four signs:

- `rembours*` any word that begins so;  `(pas|jamais)` one of these;
- `[encore]` may be missing;            `...` up to three words in between.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, Generic, NamedTuple, TypeVar

from comptoir.analysis.text import words as fold_words

Payload = TypeVar("Payload")

_GAP = "..."
_GAP_WORDS = 3
_MEMO_WORDS = 100_000
_PART = re.compile(r"\([^)]*\)\*?|\[[^\]]*\]|\S+")


class Found(NamedTuple, Generic[Payload]):
    """A phrase found: words `start` to `end` (excluded) of the message."""

    start: int
    end: int
    payload: Payload


class _Node:
    """What may follow a beginning shared by several phrases, and what ends here."""

    __slots__ = ("exact", "gap", "leaf", "lengths", "payloads", "prefixes")

    def __init__(self) -> None:
        self.exact: dict[str, _Node] = {}
        self.prefixes: dict[str, _Node] = {}
        self.lengths: tuple[int, ...] = ()  # of the prefixes, to cut the word read
        self.gap: _Node | None = None
        self.payloads: list[tuple[int, Any]] = []  # each with the place of its list
        self.leaf = True

    def grow(self, part: str) -> "_Node":
        """The node after one more part of a phrase, made if missing."""
        self.leaf = False
        if part == _GAP:
            self.gap = self.gap or _Node()
            return self.gap
        if not part.endswith("*"):
            return self.exact.setdefault(part, _Node())
        self.lengths = tuple(sorted({*self.lengths, len(part) - 1}))
        return self.prefixes.setdefault(part[:-1], _Node())

    def after(self, word: str) -> "list[_Node]":
        """The nodes one word leads to."""
        nodes = [self.prefixes[word[:n]] for n in self.lengths if word[:n] in self.prefixes]
        if (node := self.exact.get(word)) is not None:
            nodes.append(node)
        return nodes


def _choices(part: str) -> list[str]:
    """The ways one part of a phrase may be written; "" when it may be missing."""
    if part.startswith("["):
        return ["", *part[1:-1].split("|")]
    if part.startswith("("):
        star = "*" if part.endswith("*") else ""
        return [choice + star for choice in part.rstrip("*")[1:-1].split("|")]
    return [part]


def _folded(choice: str) -> list[str]:
    """One written choice as folded words, its star kept on the last."""
    if choice == _GAP:
        return [_GAP]
    found = fold_words(choice.rstrip("*"))
    if choice.endswith("*") and found:
        found[-1] += "*"
    return found


def expand(phrase: str) -> Iterator[tuple[str, ...]]:
    """
    Every plain form of a written phrase.

    >>> list(expand("[je] n'ai (pas|rien) reçu"))[0]
    ('n', 'ai', 'pas', 'recu')
    """
    for choice in product(*(_choices(part) for part in _PART.findall(phrase))):
        parts = tuple(word for piece in choice for word in _folded(piece))
        if parts:
            yield parts


class PhraseBook:
    """
    Lists of phrases with what each stands for, compiled once and searched for many messages.

    Several lists in one book are searched in one walk through the words of a message.
    """

    def __init__(self, *lists: Iterable[tuple[str, Any]]) -> None:
        self._root = _Node()
        self._memo: dict[str, list[_Node]] = {}
        self._lists = len(lists)
        for place, entries in enumerate(lists):
            for written, payload in entries:
                for parts in expand(written):
                    self._add(parts, (place, payload))

    def _add(self, parts: tuple[str, ...], payload: tuple[int, Any]) -> None:
        node = self._root
        for part in parts:
            node = node.grow(part)
        if payload not in node.payloads:
            node.payloads.append(payload)

    def _first(self, word: str) -> list[_Node]:
        """Phrases that begin with this word; remembered, since few words make most messages."""
        if len(self._memo) > _MEMO_WORDS:
            self._memo.clear()
        self._memo[word] = nodes = self._root.after(word)
        return nodes

    def find(self, words: Sequence[str]) -> list[list[Found[Any]]]:
        """
        By list, every phrase present, ordered by place, longest first; overlapping ones too.

        A phrase with a gap or a star may be given twice.
        """
        memo = self._memo
        hits: list[list[Found[Any]]] = [[] for _ in range(self._lists)]
        for at, word in enumerate(words):
            nodes = memo.get(word)
            if nodes is None:
                nodes = self._first(word)
            for node in nodes:
                _walk(node, words, at, at + 1, hits)
        for found in hits:
            if len(found) > 1:
                found.sort(key=_place)
        return hits


def _place(hit: Found[Any]) -> tuple[int, int]:
    return hit.start, -hit.end


def _walk(
    node: _Node, words: Sequence[str], start: int, at: int, hits: list[list[Found[Any]]]
) -> None:
    """Note every phrase begun at `start` that ends at `at` or on the way on from there."""
    for place, payload in node.payloads:
        hits[place].append(Found(start, at, payload))
    if node.leaf or at >= len(words):
        return
    word = words[at]
    following = node.exact.get(word)
    if following is not None:
        _walk(following, words, start, at + 1, hits)
    for length in node.lengths:
        following = node.prefixes.get(word[:length])
        if following is not None:
            _walk(following, words, start, at + 1, hits)
    if node.gap is not None:
        _walk_gap(node.gap, words, start, at, hits)


def _walk_gap(
    gap: _Node, words: Sequence[str], start: int, at: int, hits: list[list[Found[Any]]]
) -> None:
    """Go on after up to _GAP_WORDS words of any kind."""
    exact, prefixes, lengths = gap.exact, gap.prefixes, gap.lengths
    for place in range(at, min(at + _GAP_WORDS + 1, len(words))):
        word = words[place]
        if word in exact:
            _walk(exact[word], words, start, place + 1, hits)
        for length in lengths:
            if word[:length] in prefixes:
                _walk(prefixes[word[:length]], words, start, place + 1, hits)


def longest(hits: Iterable[Found[Payload]]) -> list[Found[Payload]]:
    """Keep, from hits ordered by `find`, those that no earlier and longer one covers."""
    kept: list[Found[Payload]] = []
    reached = 0
    for hit in hits:
        if hit.start >= reached:
            kept.append(hit)
            reached = hit.end
    return kept

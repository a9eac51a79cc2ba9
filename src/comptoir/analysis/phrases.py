"""
Finding many phrases in folded words at once.

A phrase book answers "which of these thousand phrases are in this message?" by looking
up each word once in a dictionary, instead of searching a thousand times. A phrase is
written in plain words, accents welcome, with four signs:

- `rembours*` any word that begins so;  `(pas|jamais)` one of these;
- `[encore]` may be missing;            `...` up to three words in between.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

from comptoir.analysis.text import words as fold_words

Payload = TypeVar("Payload")

_GAP = "..."
_GAP_WORDS = 3
_MEMO_WORDS = 100_000
_PART = re.compile(r"\([^)]*\)\*?|\[[^\]]*\]|\S+")
# Too common to be looked up first: the rest of the phrase decides.
_COMMON = frozenset(
    [
        "a",
        "ai",
        "c",
        "ca",
        "ce",
        "de",
        "des",
        "du",
        "elle",
        "en",
        "est",
        "et",
        "il",
        "j",
        "je",
        "l",
        "la",
        "le",
        "les",
        "m",
        "ma",
        "mes",
        "mon",
        "n",
        "ne",
        "on",
        "pas",
        "plus",
        "pour",
        "que",
        "qu",
        "qui",
        "s",
        "se",
        "si",
        "sur",
        "t",
        "tu",
        "un",
        "une",
        "vos",
        "votre",
        "vous",
        "y",
        "d",
        "avec",
        "sans",
        "trop",
        "tres",
        "tout",
        "i",
        "it",
        "is",
        "my",
        "the",
        "to",
        "you",
        "your",
        "have",
        "has",
        "not",
        "do",
        "can",
        "t",
        "and",
        "of",
        "for",
        "in",
        "me",
        "we",
        "this",
        "that",
        "be",
    ]
)


@dataclass(frozen=True, slots=True)
class Found(Generic[Payload]):
    """A phrase found: words `start` to `end` (excluded) of the message."""

    start: int
    end: int
    payload: Payload


@dataclass(frozen=True, slots=True)
class _Phrase(Generic[Payload]):
    parts: tuple[str, ...]  # folded word, word ending in "*", or "..."
    anchor: int
    payload: Payload


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


def _anchor(parts: tuple[str, ...]) -> int:
    """Where to start looking: the longest word before any gap, common words last."""
    end = parts.index(_GAP) if _GAP in parts else len(parts)
    return max(range(end), key=lambda at: (parts[at] not in _COMMON, len(parts[at]), -at))


def _matched_end(parts: tuple[str, ...], words: Sequence[str], at: int) -> int:
    """Index after the last matched word when `parts` match from `at`, else -1."""
    for position, part in enumerate(parts):
        if part == _GAP:
            return _after_gap(parts[position + 1 :], words, at)
        if at >= len(words):
            return -1
        if part[-1] == "*":
            if not words[at].startswith(part[:-1]):
                return -1
        elif words[at] != part:
            return -1
        at += 1
    return at


def _after_gap(rest: tuple[str, ...], words: Sequence[str], at: int) -> int:
    for start in range(at, at + _GAP_WORDS + 1):
        end = _matched_end(rest, words, start)
        if end >= 0:
            return end
    return -1


class PhraseBook(Generic[Payload]):
    """Phrases with what each stands for, compiled once and searched for many messages."""

    def __init__(self, entries: Iterable[tuple[str, Payload]]) -> None:
        self._exact: dict[str, list[_Phrase[Payload]]] = {}
        self._prefix: dict[str, list[_Phrase[Payload]]] = {}
        self._memo: dict[str, tuple[_Phrase[Payload], ...]] = {}
        seen: set[tuple[tuple[str, ...], Payload]] = set()
        for written, payload in entries:
            for parts in expand(written):
                if (parts, payload) not in seen:
                    seen.add((parts, payload))
                    self._add(_Phrase(parts, _anchor(parts), payload))
        self.size = len(seen)

    def _add(self, phrase: _Phrase[Payload]) -> None:
        word = phrase.parts[phrase.anchor]
        index = self._prefix if word.endswith("*") else self._exact
        index.setdefault(word.rstrip("*"), []).append(phrase)

    def _candidates(self, word: str) -> tuple[_Phrase[Payload], ...]:
        """Phrases anchored on this word; remembered, since few words make most messages."""
        if len(self._memo) > _MEMO_WORDS:
            self._memo.clear()
        found = list(self._exact.get(word, ()))
        for length in range(2, min(len(word), 24) + 1):
            found.extend(self._prefix.get(word[:length], ()))
        self._memo[word] = result = tuple(found)
        return result

    def find(self, words: Sequence[str]) -> list[Found[Payload]]:
        """Every phrase present, ordered by place; overlapping ones are all given."""
        memo = self._memo
        hits: list[Found[Payload]] = []
        for at, word in enumerate(words):
            candidates = memo.get(word)
            if candidates is None:
                candidates = self._candidates(word)
            for phrase in candidates:
                start = at - phrase.anchor
                if start >= 0:
                    end = _matched_end(phrase.parts, words, start)
                    if end >= 0:
                        hits.append(Found(start, end, phrase.payload))
        hits.sort(key=lambda hit: (hit.start, -hit.end))
        return hits


def longest(hits: Iterable[Found[Payload]]) -> list[Found[Payload]]:
    """Keep, from hits ordered by `find`, those that no earlier and longer one covers."""
    kept: list[Found[Payload]] = []
    reached = 0
    for hit in hits:
        if hit.start >= reached:
            kept.append(hit)
            reached = hit.end
    return kept

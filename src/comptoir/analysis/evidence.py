"""
Which words made the model answer so?

Heads are linear on the mean over the tokens, so each token's part of an answer is known
exactly; the words shown are the few in a row that add most. They tell where the model looked,
not why the writer wrote.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_LONGEST = 5
_SHOWN = 80
"""Characters shown: a word may be as long as its author liked."""
_WRITTEN = 4_000
"""Characters up to which words as written are looked up; longer texts were cut to be read."""
_LEAST = 0.02
"""Log-odds that words must add to be worth showing."""
_DECIMALS = 6
_MANY = 512
_WORD = re.compile(r"\S+")
_EDGES = " .,;:!?…()[]«»\"'’-–—|"


@lru_cache(_MANY)
def words_of(text: str) -> tuple[tuple[int, int], ...]:
    """Where the words of a text lie: start and end (excluded) of each; asked for each answer."""
    return tuple(found.span() for found in _WORD.finditer(text))


def owners(
    words: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]
) -> npt.NDArray[np.int64]:
    """
    Which word each token belongs to, counted from 1; 0 for marks and the prefix, [tokens].

    spans: where each token lies in the text; a token may begin with the blank before its word.

    >>> owners([(0, 2), (3, 7)], [(0, 0), (0, 2), (2, 5), (5, 7), (0, 0)]).tolist()
    [0, 1, 2, 2, 0]
    """
    found, word = [], 0
    for start, end in spans:
        if end <= start:
            found.append(0)
            continue
        while word < len(words) and words[word][1] < end:
            word += 1
        inside = word < len(words) and words[word][0] < end
        found.append(word + 1 if inside else 0)
    return np.array(found, np.int64)


def by_word(
    owners: Sequence[npt.NDArray[np.int64]],
    parts: Sequence[npt.NDArray[np.float32]],
    counts: Sequence[int],
) -> list[Floats]:
    """
    What each word adds to each answer, [words, answers] a text, of a batch of texts.

    owners: of the tokens of each text. parts: what its tokens add, [tokens, answers]. counts:
    words of each text.
    """
    if not counts:
        return []
    ends = np.cumsum(np.array(counts) + 1)  # of each text the first place is nobody's
    first = ends - np.array(counts) - 1
    lengths = [len(of_text) for of_text in owners]
    whose = np.concatenate(owners) + np.repeat(first, lengths)
    starts = np.flatnonzero(np.diff(whose, prepend=-1))
    runs = np.add.reduceat(np.concatenate(parts).astype(np.float64), starts, axis=0)
    sums = np.zeros((int(ends[-1]), runs.shape[1]))
    np.add.at(sums, whose[starts], runs)
    sums = np.round(sums, _DECIMALS)
    return [sums[start + 1 : end] for start, end in zip(first.tolist(), ends.tolist(), strict=True)]


def telling(added: Sequence[float]) -> tuple[int, int]:
    """
    The words in a row, five at most, that add most to an answer: first and last (excluded).

    added: what each word adds. (0, 0) when none adds anything worth showing.

    >>> telling([-0.1, 0.2, 0.1, 0.4])
    (1, 4)
    """
    best, chosen = _LEAST, (0, 0)
    for start, first in enumerate(added):
        if first <= 0:
            continue
        total = 0.0
        for end, one in enumerate(added[start : start + _LONGEST], start + 1):
            total += one
            if total > best and one > 0:
                best, chosen = total, (start, end)
    return chosen


def quote(written: str, read: str, place: tuple[int, int]) -> str:
    """
    Words as they were written, of those that were read; "" for none.

    place: first and last (excluded) word of what was read. Handles, links and numbers stand
    otherwise in what was written; where its words are not as many, what was read is quoted.

    >>> quote("@shop order 48213 never came", "@user order 00000 never came", (1, 4))
    'order 48213 never'
    """
    if place[1] == 0:
        return ""
    words, text = words_of(read), read
    if len(written) <= _WRITTEN and len(own := words_of(written)) == len(words):
        words, text = own, written
    said = " ".join(text[words[place[0]][0] : words[place[1] - 1][1]].split())
    return said.strip(_EDGES)[:_SHOWN].replace("|", " ")

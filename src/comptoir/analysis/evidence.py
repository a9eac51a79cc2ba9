"""
Which words made the model answer so?

Heads are linear on the mean over the tokens, so each token's part of an answer is known
exactly; the words shown are the few in a row that add most. They tell where the model looked,
not why the writer wrote.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_LONGEST = 5
_SHOWN = 80
"""Characters shown: a word may be as long as its author liked."""
_WRITTEN = 4_000
"""Characters up to which words as written are looked up; longer texts were cut to be read."""
_LEAST = 0.02
"""Log-odds that words must add to be worth showing."""
_DECIMALS = 6
_WORD = re.compile(r"\S+")
_EDGES = " .,;:!?…()[]«»\"'’-–—|"


def words_of(text: str) -> list[tuple[int, int]]:
    """Where the words of a text lie: start and end (excluded) of each."""
    return [found.span() for found in _WORD.finditer(text)]


def by_word(
    words: Sequence[tuple[int, int]],
    spans: Sequence[tuple[int, int]],
    parts: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """
    What each word adds to each answer, [words, answers].

    spans: where each token lies in the text. parts: what each token adds, [tokens, answers].
    """
    added = np.zeros((len(words), parts.shape[1]))
    if not words:
        return added
    places = np.array(spans, np.int64).reshape(-1, 2)
    bounds = np.array(words, np.int64)
    last = places[:, 1] - 1  # a token may begin with the blank before its word
    owners = np.searchsorted(bounds[:, 1], last, side="right")
    kept = (last >= places[:, 0]) & (owners < len(words))
    kept[kept] &= last[kept] >= bounds[owners[kept], 0]
    np.add.at(added, owners[kept], parts[kept])
    return np.round(added, _DECIMALS)


def telling(added: npt.NDArray[np.float64]) -> tuple[int, int]:
    """
    The words in a row, five at most, that add most to an answer: first and last (excluded).

    added: what each word adds, [words]. (0, 0) when none adds anything worth showing.

    >>> telling(np.array([-0.1, 0.2, 0.1, 0.4]))
    (1, 4)
    """
    best, chosen = _LEAST, (0, 0)
    for start in range(len(added)):
        if added[start] <= 0:
            continue
        total = 0.0
        for end in range(start, min(start + _LONGEST, len(added))):
            total += float(added[end])
            if total > best and added[end] > 0:
                best, chosen = total, (start, end + 1)
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

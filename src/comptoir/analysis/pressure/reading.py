"""The signs of pressure in one message, and the words that told them."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from comptoir.analysis.lexicons import entries, rows
from comptoir.analysis.offers import Offer
from comptoir.analysis.phrases import PhraseBook, longest
from comptoir.analysis.pressure.naming import Names
from comptoir.analysis.readings import READ_CHARS
from comptoir.analysis.text import words

SIGNS: Final = ("offer", "urgency", "call", "loud", "names")
Signs = Mapping[str, Sequence[str]]
"""Sign → the words that told it; only the signs that are there. Their number is the pressure."""

_SHOUTED: Final = 3
_SHOUTED_SHARE: Final = 0.3
_MARKS: Final = 3
_MOST: Final = 5
_LONG: Final = re.compile(r"(?<![\w@#/.])[^\W\d_]{4,}(?![\w/])")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+")
_EXCLAIMED: Final = re.compile(r"(?:[!❗‼] ?){2,}")


def read(text: str, offers: Sequence[Offer] = (), names: Names | None = None) -> Signs:
    """
    The signs of pressure of a message. offers: those found in it; names: of other brands.

    >>> dict(read("Dernier jour !! Foncez"))
    {'urgency': ['dernier jour'], 'call': ['foncez'], 'loud': ['!!']}
    """
    text = _LINK.sub(" ", text[:READ_CHARS])
    found: dict[str, list[str]] = {
        "offer": [one.value or one.code or one.kind for one in offers],
        "urgency": [],
        "call": [],
        "loud": _loud(text),
        "names": names.find(text) if names else [],
    }
    said = words(text)
    for hit in longest(_book().find(said)[0]):
        found[hit.payload].append(" ".join(said[hit.start : hit.end]))
    return {sign: list(dict.fromkeys(found[sign]))[:_MOST] for sign in SIGNS if found[sign]}


@cache
def _book() -> PhraseBook:
    return PhraseBook(
        [(phrase, sign) for sign, field in rows("pressure.tsv") for phrase in entries(field)]
    )


def _loud(text: str) -> list[str]:
    """
    A raised voice: words of four letters and more in capitals, at least three that make up
    three in ten of such words, or two that are all; two exclamation marks in a row, or three.
    """
    found = []
    long = _LONG.findall(text)
    shouted = [word for word in long if word.isupper()]
    many = len(shouted) >= _SHOUTED and len(shouted) >= _SHOUTED_SHARE * len(long)
    if many or len(shouted) == len(long) > 1:
        found += shouted
    if match := _EXCLAIMED.search(text):
        found.append(match.group().strip().replace(" ", ""))
    elif text.count("!") >= _MARKS:
        found.append("!" * text.count("!"))
    return [one[:40] for one in found]

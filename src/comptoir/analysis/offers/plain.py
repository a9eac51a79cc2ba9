"""A text without accents, capitals and typographic signs, each character at its own place."""

import re
import unicodedata
from bisect import bisect_right
from typing import Final

_SIGNS: Final = {
    **dict.fromkeys("\xa0\u2007\u2009\u200a\u202f\t\u3000", " "),
    **dict.fromkeys("‐‑‒–—−﹣－", "-"),
    **dict.fromkeys("’‘ʼ`´′", "'"),
    "％": "%",
    "﹪": "%",
}


def _letters() -> dict[str, str]:
    """Latin letters with accents → without, and capitals → small ones, one for one."""
    found = {}
    for point in (*range(0x41, 0x5B), *range(0xC0, 0x180), *range(0xFF10, 0xFF1A)):
        letter = unicodedata.normalize("NFKD", chr(point))[0].lower()
        if len(letter) == 1 and letter.isascii():
            found[chr(point)] = letter
    return found


_TABLE: Final = str.maketrans(_letters() | _SIGNS)
_END: Final = re.compile(r"[.!?…](?=\s|$|[^\w\s.,])|\n")


def plain(text: str) -> str:
    """
    The text as patterns read it, of the same length.

    >>> plain("Jusqu’à −20 % dès l’été")
    "jusqu'a -20 % des l'ete"
    """
    return text.translate(_TABLE)


class Sentences:
    """Where sentences of a plain text begin and end."""

    def __init__(self, said: str) -> None:
        self._said = said
        self._ends = [match.end() for match in _END.finditer(said)]

    def around(self, place: int) -> tuple[int, int]:
        """
        The sentence that holds this place.

        >>> said = "dès 19.99 €. vite !"
        >>> said[slice(*Sentences(said).around(5))]
        'dès 19.99 €.'
        """
        at = bisect_right(self._ends, place)
        start = self._ends[at - 1] if at else 0
        return start, self._ends[at] if at < len(self._ends) else len(self._said)

"""
The one folding of the project: search, matching and triage all read words through it.

A query and a message meet only if both went through `fold`, so nothing else in Comptoir
lower-cases or strips accents on its own.

What it does, in order: compatibility decomposition, lower case, accents and invisible
characters removed (`simplify`), œ and æ opened, links dropped, then cut into words:

- an apostrophe of any shape separates ("l’écran" is `l` and `ecran`, "qu'il" is `qu` and
  `il`), except in aujourd'hui, which becomes `aujourdhui`;
- `#tag` and `@handle` are words of their own, with their sign; `#1234` is the number;
- every emoji is a word, without skin tone or gender;
- everything else that is neither letter nor digit separates.

The result only holds letters, digits, `#`, `@`, `_` (inside tags and handles) and emoji,
and folding it again changes nothing. A full-text index must therefore take `#`, `@`, `_`
and symbols as word characters.
"""

import re
import sys
import unicodedata

MAX_CHARS = 100_000
"""Characters read of one text; the rest is ignored, so that no message can stall a batch."""

EMOJI = (
    "\u203c\u2049\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55"
    "\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f300-\U0001f3fa\U0001f400-\U0001faff"
)
FLAG = "[\U0001f1e6-\U0001f1ff]{2}"


def _ranges(points: list[int]) -> str:
    """Write sorted code points as the inside of a regex character class."""
    parts: list[str] = []
    start = previous = points[0]
    for point in [*points[1:], -1]:
        if point == previous + 1:
            previous = point
            continue
        parts.append(f"\\U{start:08x}-\\U{previous:08x}")
        start = previous = point
    return "".join(parts)


def _dropped() -> str:
    """Combining and invisible characters: they neither belong to a word nor end one."""
    kinds = {"Mn", "Me", "Cf"}
    points = [p for p in range(0x80, sys.maxunicode + 1) if unicodedata.category(chr(p)) in kinds]
    tones = range(0x1F3FB, 0x1F400)
    return _ranges(sorted({*points, *tones}))


# Vowel signs of Indic scripts (Mc) are not \w for Python, yet cutting there would cut words.
SIGNS = _ranges([p for p in range(0x80, 0x20000) if unicodedata.category(chr(p)) == "Mc"])
# Large character classes are slow, so the rare scripts that need them are looked for first.
_RARE = re.compile(
    "[\u0370-\u1fff\u2028-\u20ff\u2c00-\u2fff\u3000-\ud7ff\ue000-\ufe0e\ufe10-\uffff\U00010000-\U0001efff\U0001fb00-\U0010ffff]"
)
_GENDER = re.compile("\u200d[♀♂]")
_DROP_COMMON = re.compile("[\u0300-\u036f\xad\u200b-\u200f\ufe0f\U0001f3fb-\U0001f3ff]+")
_DROP = re.compile(f"[{_dropped()}]+")
_LINK = re.compile(r"(?:https?|ftp)://\S+|\bwww\.\S+")
_TODAY = re.compile(r"\baujourd\W?hui\b")
_WORD = re.compile(rf"\w+|(?<!\w)[@#]\w+|{FLAG}|[{EMOJI}]")
_WORD_RARE = re.compile(rf"[\w{SIGNS}]+|(?<!\w)[@#][\w{SIGNS}]+|{FLAG}|[{EMOJI}]")
_OPEN = re.compile("[œæßøłđςı]")
_OPENED = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ς": "σ", "ı": "i"}
)


def simplify(text: str) -> str:
    """
    Lower case without accents or invisible characters, before it is cut into words.

    Character by character but for the sexes of emoji: what is joined folds as its parts do.
    """
    plain = unicodedata.normalize("NFKD", text)
    if "\u200d" in plain:
        plain = _GENDER.sub("", plain)
    plain = _DROP_COMMON.sub("", plain.lower())
    if _RARE.search(plain):
        plain = _DROP.sub("", plain)
    return plain.translate(_OPENED) if _OPEN.search(plain) else plain


def _settle(found: list[str]) -> list[str]:
    """Underscores belong to tags and handles, elsewhere they separate; "#12" is a number."""
    kept: list[str] = []
    for word in found:
        if word[0] == "#" and not any(char.isalpha() for char in word):
            word = word[1:]
        if "_" in word and word[0] not in "@#":
            kept.extend(part for part in word.split("_") if part)
        else:
            kept.append(word)
    return kept


def words(text: str) -> list[str]:
    """
    The folded words of a text, in order.

    >>> words("L’écran d'aujourd’hui ☀️ @Free #Été, cœur 12")
    ['l', 'ecran', 'd', 'aujourdhui', '☀', '@free', '#ete', 'coeur', '12']
    """
    text = text[:MAX_CHARS]
    plain = text.lower() if text.isascii() else simplify(text)
    if "://" in plain or "www." in plain:
        plain = _LINK.sub(" ", plain)
    if "aujourd" in plain:
        plain = _TODAY.sub("aujourdhui", plain)
    rare = not plain.isascii() and _RARE.search(plain)
    found = (_WORD_RARE if rare else _WORD).findall(plain)
    return _settle(found) if "_" in plain or "#" in plain else found


def fold(text: str) -> str:
    """
    The folded words joined by single spaces; an empty string when there is none.

    Reads at most MAX_CHARS characters. Never raises on a string.

    >>> fold("J'ai REÇU… qu’un colis !")
    'j ai recu qu un colis'
    """
    return " ".join(words(text))

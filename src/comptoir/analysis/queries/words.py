"""
Words as queries see them: of a query and of a message alike.

Characters fold as everywhere (`analysis.text.simplify`); the cut is finer than that of search,
so that what an analyst types is what is found:

- an apostrophe of any shape separates ("l’écran" is `l` and `ecran`), except in aujourd'hui;
- `#tag` and `@handle` are words of their own, sign included; `#1234` is the number;
- an emoji is a word without skin tone or sex; one joined of several is one word, so is a flag;
- a number keeps its inner `.`, `,` and `:`, and a comma counts as a point: `29,99` is `29.99`;
- a link is one word, which the words inside it do not match;
- Chinese, Japanese, Thai and others written without spaces: each character is a word, so that
  a word of theirs is a phrase;
- all else that is neither letter nor digit separates, `_` too outside tags and handles.

Cutting the words joined by spaces again gives the same words.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from comptoir.analysis.text import EMOJI, FLAG, MAX_CHARS, SIGNS, simplify

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_EMOJIS = rf"{FLAG} | [{EMOJI}] (?: \u200d[{EMOJI}] )*"
_SPECIAL = rf"""
    (?: https?:// | ftp:// | www\. ) [!#-;=?-~\w]* [\w/=&#%+~@$*-]
    | aujourd'?hui\b
    | (?<!\w) (?: \#(?=\w*[^\W\d_]) | @ ) \w+
    | \d+ (?: [.,:]\d+ )+
    | {_EMOJIS}
"""
# Most words begin with a letter and are nothing special: they are tried first.
_MOST = r"(?!https?:|ftp:|www\.|aujourd) [^\W\d_]"
_SIMPLE_WORD = re.compile(rf"\w+ | {_EMOJIS}", re.X)
_WORD = re.compile(rf"{_MOST} \w* | {_SPECIAL} | \w+", re.X)
_UNDERSCORED_WORD = re.compile(rf"{_MOST} [^\W_]* | {_SPECIAL} | [^\W_]+", re.X)
_UNSPACED_WORD = re.compile(
    rf"{_SPECIAL} | [{_UNSPACED}] | (?: (?![{_UNSPACED}_]) [\w{SIGNS}] )+", re.X
)
# The characters these ranges hold cost time, so texts without them are not asked about them.
_SCRIPTS = re.compile(
    "[\u0600-\u1cff\u2e80-\u9fff\ua800-\uabff\uf900-\uffff\U00010000-\U0001efff\U00020000-\U0003ffff]"
)

_TONES = "\U0001f3fb-\U0001f3ff"
_JOINED = re.compile(f"[{EMOJI}][\ufe0f{_TONES}]*(\u200d)(?=[{EMOJI}])(?![♀♂])")
_SEX = re.compile("\u200d(?=([♀♂]))")
_JOINER = "\ue000"
"""Stands for what joins two emoji while other joiners are dropped."""
_FIRST = (("…", " "), ("™", " "), ("℠", " "), (_JOINER, " "))
"""Signs that would otherwise open into letters or stops."""
_LAST = (("’", "'"), ("‘", "'"), ("ʼ", "'"), ("\u0640", ""))
"""Apostrophes, and the stroke that stretches Arabic."""

_OPENS, _SEPARATES = 0, 32


def _plain(text: str) -> str:
    """Any text without what words ignore."""
    for sign, instead in _FIRST:
        if sign in text:
            text = text.replace(sign, instead)
    if "\u200d" in text:
        text = _JOINED.sub(lambda found: found[0][:-1] + _JOINER, text)
    plain = simplify(text).replace(_JOINER, "\u200d")
    for sign, instead in _LAST:
        if sign in plain:
            plain = plain.replace(sign, instead)
    return plain


def _tables() -> tuple[bytes, bytes]:
    """
    How the bytes of Western texts fold, and which of the folded ones separate words.

    A character that folds into several, or beyond ASCII, folds to _OPENS.
    """
    folded, separated = bytearray(256), bytearray(range(256))
    for code in range(256):
        plain = _plain(bytes([code]).decode("cp1252", "ignore"))
        if len(plain) == 1 and not plain.isalnum() and not plain.isascii():
            folded[code] = _SEPARATES
        elif len(plain) == 1 and plain.isascii():
            folded[code] = ord(plain)
        if not chr(code).isalnum():
            separated[code] = _SEPARATES
    return bytes(folded), bytes(separated)


_FOLD, _SEPARATE = _tables()
_INVISIBLE = b"\xad"
_NUMBER = re.compile(r"[0-9][.,:][0-9]")
_COMMA = re.compile(r"\d,\d")


def words(text: str) -> list[str]:
    """
    The folded words of a text, in order; of its first MAX_CHARS characters.

    >>> words("L’écran à 29,99 € d'aujourd’hui 👍🏽 @Free #Été, cœur www.free.fr/a")
    ['l', 'ecran', 'a', '29.99', 'd', 'aujourdhui', '👍', '@free', '#ete', 'coeur', 'www.free.fr/a']
    """
    text = text[:MAX_CHARS]
    try:
        folded = (text.encode() if text.isascii() else text.encode("cp1252")).translate(
            _FOLD, _INVISIBLE
        )
    except UnicodeEncodeError:
        return _cut(_plain(text))
    if _OPENS in folded:
        return _cut(_plain(text))
    plain = folded.decode()
    if _is_marked(plain):
        return _cut(plain, _UNDERSCORED_WORD if "_" in plain else _WORD)
    return folded.translate(_SEPARATE).decode().split()


def _cut(plain: str, pattern: re.Pattern[str] | None = None) -> list[str]:
    found = (pattern or _pattern(plain)).findall(plain)
    if "aujourd" in plain or ("," in plain and _COMMA.search(plain)):
        return [_settled(word) for word in found]
    return found


def _pattern(plain: str) -> re.Pattern[str]:
    """The least that cuts a folded text rightly."""
    if _SCRIPTS.search(plain):
        return _UNSPACED_WORD
    if "_" in plain:
        return _UNDERSCORED_WORD
    return _WORD if _is_marked(plain) else _SIMPLE_WORD


def _is_marked(plain: str) -> bool:
    """Whether some word may be more than a run of letters and digits."""
    return (
        "@" in plain
        or "#" in plain
        or "//" in plain
        or "www." in plain
        or "aujourd" in plain
        or _NUMBER.search(plain) is not None
    )


def _settled(word: str) -> str:
    """One spelling of numbers, and of today in French."""
    if word[0].isdigit():
        return word.replace(",", ".")
    return (
        "aujourdhui"
        if len(word) < 13 and word.startswith("aujourd") and word.endswith("hui")
        else word
    )


def fold(text: str) -> str:
    """
    The folded words joined by single spaces; "" when there is none.

    >>> fold("J'ai REÇU… qu’un colis !")
    'j ai recu qu un colis'
    """
    return " ".join(words(text))


class Located(NamedTuple):
    """A word and the characters of the text it was read from."""

    word: str
    start: int
    end: int


def located(text: str) -> list[Located]:
    """
    The words that `words` gives, each with its place; slower, for showing.

    >>> located("Œuf d’été")
    [Located(word='oeuf', start=0, end=3), Located(word='d', start=4, end=5), Located(word='ete', start=6, end=9)]
    """
    text = text[:MAX_CHARS]
    letters = _letters(text)
    plain = "".join(letters)
    places = [place for place, letter in enumerate(letters) for _ in letter]
    return [
        Located(_settled(found[0]), places[found.start()], _end(letters, places[found.end() - 1]))
        for found in _pattern(plain).finditer(plain)
    ]


def _letters(text: str) -> list[str]:
    """What each character folds to."""
    letters = [_folded(char) for char in text]
    if "\u200d" in text:
        for found in _SEX.finditer(text):
            letters[found.start(1)] = ""
        for found in _JOINED.finditer(text):
            letters[found.start(1)] = "\u200d"
    return letters


@lru_cache(4096)
def _folded(char: str) -> str:
    return _plain(char)


def _end(letters: list[str], last: int) -> int:
    """Past a character and what is drawn on it."""
    end = last + 1
    while end < len(letters) and not letters[end]:
        end += 1
    return end


def holds(pattern: str, word: str) -> bool:
    """
    Whether a word has the shape of a wildcard's pattern: `*` any characters, `?` exactly one.

    Never slower than the product of both lengths, whatever is written.

    >>> holds("rembours*", "remboursement"), holds("fr?e", "fre"), holds("net*x", "netflix")
    (True, False, True)
    """
    at = place = 0
    star, resume = -1, 0
    while place < len(word):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", word[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")

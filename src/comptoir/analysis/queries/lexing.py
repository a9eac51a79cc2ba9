"""
A query cut into tokens. It never fails: what is broken is a token too, for an editor to show.

Typographic quotation marks and apostrophes, full-width signs, long dashes and marks of writing
direction count as their plain forms, so that what a phone or a word processor makes of a
query still works.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_QUOTES = "“”„‟«»″＂〝〞"
_APOSTROPHES = "‘’‚‛ʼ＇"
_DASHES = "‐‑‒–—−－"
_MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_PLAIN = str.maketrans(
    dict.fromkeys(_QUOTES, '"')
    | dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_MARKS, " ")
    | {"（": "(", "）": ")", "：": ":", "＊": "*", "？": "?", "＞": ">", "＜": "<", "／": "/"}
)
_STRAIGHT = str.maketrans(dict.fromkeys(_QUOTES, '"') | dict.fromkeys(_APOSTROPHES, "'"))
_ENDS = r'(?=[\s()"]|$)'
_TOKEN = re.compile(
    rf"""
      (?P<open>\() | (?P<close>\))
    | (?P<and>AND){_ENDS} | (?P<or>OR){_ENDS} | (?P<not>NOT){_ENDS}
    | (?P<near>O?NEAR(?:/\w*)?){_ENDS}
    | (?P<minus>-)(?=[^\s)])
    | (?P<field>[^\W\d]\w*:(?!//)(?:(?i:raw):|[<>]=|=[<>]|[<>=])?)
    | (?P<phrase>"[^"]*"(?:~\w*)?) | (?P<unclosed>"[^"]*)
    | (?P<chunk>[^\s()"]+)
    """,
    re.X,
)
_VALUE = re.compile(
    r'(?P<open>\()|(?P<phrase>"[^"]*"(?:~\w*)?)|(?P<unclosed>"[^"]*)|(?P<chunk>[^\s()"]+)'
)
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Token:
    """
    A piece of a query, as `lex` cuts it.

    kind: open, close, and, or, not, near, minus, field, phrase, unclosed or chunk. text: in plain
    signs. value: it comes right after a field's colon.
    """

    kind: str
    text: str
    start: int
    end: int
    value: bool = False


def plain(source: str) -> str:
    """A query in plain signs, character for character."""
    return source if source.isascii() else source.translate(_PLAIN)


def straight(text: str) -> str:
    """A text with straight quotation marks and apostrophes, character for character."""
    return text if text.isascii() else text.translate(_STRAIGHT)


def lex(source: str) -> Iterator[Token]:
    """
    The tokens of a query, in order; what lies between them is space.

    >>> [(token.kind, token.text) for token in lex("-panne “ça va” lang:fr")]
    [('minus', '-'), ('chunk', 'panne'), ('phrase', '"ça va"'), ('field', 'lang:'), ('chunk', 'fr')]
    """
    text = plain(source)
    at, after_field = _SPACE.match(text).end(), False  # type: ignore[union-attr]
    while at < len(text):
        found = _VALUE.match(text, at) if after_field else _TOKEN.match(text, at)
        if found is None:  # a field without a value, before a closing parenthesis
            after_field = False
            continue
        kind = found.lastgroup or ""
        yield Token(kind, found[0], at, found.end(), value=after_field)
        at = _SPACE.match(text, found.end()).end()  # type: ignore[union-attr]
        after_field = kind == "field" and at == found.end()

"""Help while a query is typed: what each piece is, and what could come next. It never fails."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from comptoir.analysis.queries import fields
from comptoir.analysis.queries.documents import ZONES
from comptoir.analysis.queries.lexing import Token, lex, plain

OPERATORS = ("AND", "OR", "NOT", "NEAR/5", "ONEAR/5")
_KINDS = {
    "and": "operator", "or": "operator", "not": "operator", "near": "operator", "minus": "operator",
    "open": "parenthesis", "close": "parenthesis", "field": "field", "unclosed": "error",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A piece of a query, for an editor to colour.

    kind: operator, parenthesis, field, value, raw, phrase, wildcard, hashtag, handle, word or error.
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Completion:
    """
    What could be typed: `text` instead of the characters from start to end.

    kind: operator, field or value.
    """

    text: str
    kind: str
    start: int
    end: int


def tokens(text: str) -> list[Piece]:
    """
    The pieces of a query, right or wrong, in order; what lies between them is space.

    >>> [(piece.kind, piece.start, piece.end) for piece in tokens('panne OR lang:fr "à')]
    [('word', 0, 5), ('operator', 6, 8), ('field', 9, 14), ('value', 14, 16), ('error', 17, 19)]
    """
    found: list[Piece] = []
    before: Token | None = None
    for token in lex(text):
        kind = _kind(token, before)
        found.append(Piece(kind, token.start, token.end))
        before = token if token.kind == "field" else None
    return found


def _kind(token: Token, field: Token | None) -> str:
    if token.kind == "field":
        return "field" if _name(token) in fields.NAMES else "error"
    if field is not None and token.value and token.kind in ("chunk", "phrase"):
        name, sign = _name(field), field.text.lower().partition(":")[2]
        if name == "raw" or sign == "raw:":
            return "raw"
        if name not in ZONES:
            return "value"
    if token.kind in _KINDS:
        return _KINDS[token.kind]
    if token.kind == "phrase":
        return "phrase"
    if "*" in token.text or "?" in token.text:
        return "wildcard"
    return {"#": "hashtag", "@": "handle"}.get(token.text[0], "word")


def _name(field: Token) -> str:
    return field.text.lower().partition(":")[0]


def complete(
    text: str, cursor: int, known: Mapping[str, Collection[str]] | None = None
) -> list[Completion]:
    """
    What could be typed at the cursor: fields, their values, operators where one can stand.

    known: values of fields that the brand has, such as channels; they come before the usual ones.

    >>> [one.text for one in complete("panne sent", 10)], [one.text for one in complete("is:re", 5)]
    (['sentiment:'], ['reply', 'repost'])
    """
    cursor = max(0, min(cursor, len(text)))
    before = list(lex(text[:cursor]))
    last = before[-1] if before else None
    if last is None or last.end < cursor:
        return [*_operators("", cursor, cursor, before), *_fields("", cursor, cursor)]
    if last.kind in ("phrase", "unclosed", "close"):
        return []
    end = _end(text, cursor)
    if last.kind == "field":
        return _values(_name(last), "", cursor, end, known or {})
    if last.kind == "open" and not (name := _group(before)):
        return _fields("", cursor, end)
    if name := _group(before) or (_name(before[-2]) if last.value else ""):
        start = cursor if last.kind == "open" else last.start
        return _values(name, text[start:cursor], start, end, known or {})
    start = cursor if last.kind in ("open", "minus") else last.start
    typed = text[start:cursor]
    return [*_operators(typed, start, end, before[:-1]), *_fields(typed, start, end)]


def _end(text: str, cursor: int) -> int:
    """Where the piece that the cursor is in ends."""
    end = cursor
    signs = plain(text)
    while end < len(text) and not signs[end].isspace() and signs[end] not in '()"':
        end += 1
    return end


def _group(before: list[Token]) -> str:
    """The field in whose parentheses the last token stands."""
    opened: list[str] = []
    for place, token in enumerate(before):
        if token.kind == "open":
            name = _name(before[place - 1]) if token.value else ""
            opened.append("" if name in ZONES else name or (opened[-1] if opened else ""))
        elif token.kind == "close" and opened:
            opened.pop()
    return opened[-1] if opened else ""


def _operators(typed: str, start: int, end: int, before: list[Token]) -> Iterable[Completion]:
    """Those that join stand after a term; NOT also begins."""
    ends = bool(before) and before[-1].kind in ("chunk", "phrase", "close")
    wanted = OPERATORS if ends else ("NOT",)
    return [
        Completion(one, "operator", start, end)
        for one in wanted
        if one.startswith(typed.upper()) and one != typed
    ]


def _fields(typed: str, start: int, end: int) -> list[Completion]:
    """Fields that begin so, or whose French name does."""
    return [
        Completion(f"{name}:", "field", start, end)
        for name in fields.NAMES
        if name.startswith(typed.lower()) or (typed and name in fields.french(typed))
    ]


def _values(
    name: str, typed: str, start: int, end: int, known: Mapping[str, Collection[str]]
) -> list[Completion]:
    kind = fields.FIELDS.get(name)
    values = dict.fromkeys([*known.get(name, ()), *(kind.values if kind else ())])
    return [
        Completion(_quoted(one), "value", start, end)
        for one in values
        if one.lower().startswith(typed.lower()) and one != typed
    ]


def _quoted(value: str) -> str:
    return f'"{value}"' if any(char.isspace() or char in "()" for char in value) else value

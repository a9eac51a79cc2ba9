"""
The grammar of queries, and the parser that holds it.

    query   = or
    or      = and { "OR" and }
    and     = not { [ "AND" ] not }            side by side is AND
    not     = ( "NOT" | "-" ) not | near
    near    = term { NEAR term }               to the left; sides: see below
    NEAR    = ( "NEAR" | "ONEAR" ) "/" number [ "f" ]     ONEAR and f: in this order
    term    = "(" or ")" | phrase | raw | field | zone | word
    phrase  = '"' word { word } '"' [ "~" number ]
    raw     = "raw:" ( '"' characters '"' | characters )
    zone    = ( "title:" | "body:" ) ( "(" or ")" | phrase | raw | word )
    field   = name ":" [ ">" | ">=" | "<" | "<=" | "=" ] value | name ":" "(" values ")"
    value   = '"' characters '"' | characters | number ".." number | date ".." date

Operators are capitals. A word is cut as in messages: "l'écran" is the phrase "l ecran". It may
hold `*`, any characters or none, after three letters at least, and `?`, exactly one.
The sides of NEAR are words, phrases, other NEAR, or several of these joined by OR.
The values of a field may be joined by OR, AND and NOT in parentheses: `lang:(fr OR en)`.

A query must ask for something present. One that mere absence could satisfy is refused, as a
whole (`NOT a`) and in part (`a OR NOT b`): both would match nearly everything, and no suite
accepts the first. `a AND (b OR NOT c)` asks for `a`, and is accepted.

The parser keeps its own stack, so nesting costs no recursion. Limits: MAX_CHARS characters,
MAX_TERMS words, MAX_DEPTH levels of parentheses, NEAR up to MAX_DISTANCE words.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from comptoir.analysis.queries import fields
from comptoir.analysis.queries.documents import ZONES
from comptoir.analysis.queries.lexing import Token, lex
from comptoir.analysis.queries.problems import Fix, QueryError, Warned
from comptoir.analysis.queries.tree import (
    And,
    Field,
    In,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Raw,
    Span,
    Wildcard,
    Word,
    postorder,
)  # fmt: skip
from comptoir.analysis.queries.words import words

MAX_CHARS = 200_000
MAX_TERMS = 10_000
MAX_DEPTH = 500
MAX_DISTANCE = 100
"""
Words between the sides of NEAR, or among those of a loose phrase; in all of NEAR within NEAR, each
counting for one at least.
"""
MAX_STARS = 3
MAX_PHRASE = 100
"""Words of a phrase."""
MAX_LOOSE = 10
"""Words of a phrase with `~`."""
COSTLY = 10
"""Distances above it are warned of."""

_STAR, _ONE = "\ua78f", "\ua7f7"
"""Letters nobody types, for the wildcards while words are cut."""
_TO_LETTERS = str.maketrans({"*": _STAR, "?": _ONE, _STAR: " ", _ONE: " "})
_TO_SIGNS = str.maketrans({_STAR: "*", _ONE: "?"})
_RANKS = {"(": 0, "or": 1, "and": 2, "not": 3, "near": 4}
_MEANT = {
    "and": "AND", "or": "OR", "not": "NOT", "et": "AND", "ou": "OR", "sauf": "NOT", "&": "AND",
    "&&": "AND", "+": "AND", "|": "OR", "||": "OR", "!": "NOT",
}  # fmt: skip
_NEAR = re.compile(r"(O?)NEAR/(\d{1,9})([fF]?)", re.A)
_LOW_NEAR = re.compile(r"o?near/\d+f?", re.I | re.A)
_TILDE = re.compile(r"[^~^]+([~^][\d.]*)", re.A)
_FIXES = 8
"""Mistakes mended in turn for a suggestion."""
_FIXED_CHARS = 20_000
_PLACED = (Word, Wildcard, Phrase, Near)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood."""

    text: str
    tree: Node
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class _Operator:
    """
    An operator whose right side is still to come; "(" counts as one.

    zone: of a parenthesis, the title: or body: before it. name: the field whose values it holds.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    distance: int = 0
    ordered: bool = False
    zone: str = ""
    name: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Item:
    """
    A node that waits to be joined.

    reach: words that the NEAR inside may leave between in all. closed: parentheses stand around.
    """

    node: Node
    reach: int = 0
    closed: bool = False


def parse(text: str, known: Mapping[str, Collection[str]] | None = None) -> Query:
    """
    A query read; QueryError when it is none, with its place and what would be one.

    known: the values that a brand has of open fields, such as its channels and own intents;
    others are warned of.

    >>> parse("panne OR coupure* NEAR/3 internet").tree
    Or(Word('panne'), Near(3, False, Wildcard('coupure*'), Word('internet')))
    """
    try:
        query = _parsed(text, known or {})
    except QueryError as error:
        error.suggestion = _mended(text, error)
        raise
    return replace(query, warnings=tuple(filter(_is_helpful, query.warnings)))


def _is_helpful(warning: Warned) -> bool:
    """What would make no query was not meant: "or" may end a query, OR may not."""
    if not warning.suggestion or len(warning.suggestion) > _FIXED_CHARS:
        return True
    try:
        _parsed(warning.suggestion, {})
    except QueryError:
        return False
    return True


def _parsed(text: str, known: Mapping[str, Collection[str]]) -> Query:
    if len(text) > MAX_CHARS:
        raise QueryError("too_long", MAX_CHARS, len(text), found=len(text), limit=MAX_CHARS)
    parser = _Parser(text, known)
    tree = parser.tree()
    _demand_presence(tree)
    if not any(isinstance(node, (*_PLACED, Raw)) for node in postorder(tree)):
        parser.warn("no_words", 0, len(text))
    return Query(text, tree, tuple(parser.warnings))


def _mended(text: str, error: QueryError) -> str:
    """The query with its mistakes mended one after the other; "" when that makes no query."""
    found: QueryError | None = error
    for _ in range(_FIXES):
        if found is None or found.fix is None or len(text) > _FIXED_CHARS:
            break
        start, end, instead = found.fix
        text = text[:start] + instead + text[end:]
        try:
            _parsed(text, {})
        except QueryError as next_one:
            found = next_one
        else:
            return text.strip()
    return ""


@dataclass(slots=True)
class _Parser:
    """Operators wait on one stack, nodes on another, until what binds less comes."""

    text: str
    known: Mapping[str, Collection[str]]
    items: list[_Item] = field(default_factory=list)
    operators: list[_Operator] = field(default_factory=list)
    opens: list[_Operator] = field(default_factory=list)
    """The parentheses among them."""
    warnings: list[Warned] = field(default_factory=list)
    wants: bool = True
    terms: int = 0
    last: Token | None = None
    pending: Token | None = None
    """A field whose value comes next."""

    def tree(self) -> Node:
        """The whole query."""
        for token in lex(self.text):
            self.take(token)
            self.last = token
        if self.pending:
            self.without_value(self.pending)
        if self.last is None:
            raise QueryError("empty", 0, len(self.text))
        if self.wants:
            self.nothing_after()
        while self.operators:
            if self.operators[-1].kind == "(":
                opened = self.operators[-1]
                end = len(self.text)
                raise QueryError(
                    "unclosed_parenthesis", opened.start, opened.end, fix=(end, end, ")")
                )
            self.reduce()
        return self.items[0].node

    def take(self, token: Token) -> None:
        """One more token."""
        if self.pending and not token.value:
            self.without_value(self.pending)
        taker = getattr(self, f"take_{token.kind}")
        taker(token)

    def take_and(self, token: Token) -> None:
        self.binary(_Operator("and", token.start, token.end, token.text))

    def take_or(self, token: Token) -> None:
        self.binary(_Operator("or", token.start, token.end, token.text))

    def take_near(self, token: Token) -> None:
        found = _NEAR.fullmatch(token.text)
        if found is None or int(found[2]) > MAX_DISTANCE:
            word = token.text.partition("/")[0]
            told = MAX_DISTANCE if found else 5
            fix = (token.start, token.end, f"{word}/{told}")
            self.fail("near_number", token, operator=word, limit=MAX_DISTANCE, fix=fix)
        distance = int(found[2])
        if distance > COSTLY:
            self.warn("costly_near", token.start, token.end, limit=COSTLY)
        ordered = bool(found[1] or found[3])
        self.binary(_Operator("near", token.start, token.end, token.text, distance, ordered))

    def take_not(self, token: Token) -> None:
        self.join()
        self.operators.append(_Operator("not", token.start, token.end, token.text))
        self.wants = True

    take_minus = take_not

    def take_open(self, token: Token) -> None:
        self.join()
        before, self.pending = self.pending, None
        name = before.text.partition(":")[0].lower() if before else ""
        start = before.start if before else token.start
        if before and before.text.lower().endswith("raw:"):
            self.fail("missing_value", token, name="raw")
        if before and before.text[-1] != ":":
            sign = before.text.partition(":")[2]
            fix = (before.start, before.end, f"{name}:")
            raise QueryError("range_in_group", before.start, before.end, operator=sign, fix=fix)
        zone = name if name in ZONES else ""
        values = "" if zone else name or self.group()
        opened = _Operator(
            "(", start, token.end, "(", zone=zone, name=values, depth=len(self.opens) + 1
        )
        if opened.depth > MAX_DEPTH:
            self.fail("too_deep", token, limit=MAX_DEPTH)
        self.opens.append(opened)
        self.operators.append(opened)
        self.wants = True

    def take_close(self, token: Token) -> None:
        if self.wants and self.operators and self.operators[-1].kind == "(":
            opened = self.operators[-1]
            raise QueryError(
                "empty_parentheses", opened.start, token.end, fix=(opened.start, token.end, "")
            )
        if self.wants and self.last and self.operators:
            self.nothing_after()
        while self.operators and self.operators[-1].kind != "(":
            self.reduce()
        if not self.operators:
            self.fail("unopened_parenthesis", token, fix=(token.start, token.end, ""))
        opened = self.operators.pop()
        self.opens.pop()
        span = (opened.start, token.end)
        item = self.items.pop()
        self.items.append(_Item(replace(item.node, span=span), item.reach, closed=True))
        if opened.zone:
            self.zone(opened.zone, span)

    def take_field(self, token: Token) -> None:
        name, _, sign = token.text.partition(":")
        known = name.lower()
        if known not in fields.NAMES:
            near = fields.nearest(name)
            at = token.start + len(name)
            fix: Fix = (token.start, at, near) if near else (at, at + 1, " ")
            raise QueryError(
                "unknown_field", token.start, at, name=name, near=near, fields=fields.NAMES, fix=fix
            )
        if group := self.group():
            doubled = (token.start, token.end, "") if group == known else None
            self.fail("field_in_field", token, name=known, fix=doubled)
        if sign.lower() == "raw:" and known not in ZONES:
            fix = (token.start, token.end, sign)
            self.fail("field_in_field", token, name="raw", fix=fix)
        if sign and sign.lower() != "raw:" and known not in fields.FIELDS:
            fix = (token.start, token.end, f"{known}:")
            self.fail("no_order", token, name=known, fix=fix)
        self.join()
        self.pending = token

    def take_unclosed(self, token: Token) -> None:
        """The quotation mark most likely closes before the next operator."""
        stop = re.search(r"\s+(?:AND|OR|NOT|O?NEAR/\d+f?)\b|[()]|\s*$", token.text)
        end = token.start + (stop.start() if stop else len(token.text))
        fix = (end, end, '"') if end > token.start + 1 else (token.start, token.end, "")
        raise QueryError("unclosed_quote", token.start, token.start + 1, fix=fix)

    def take_phrase(self, token: Token) -> None:
        inside, _, slop = token.text[1:].partition('"')
        if self.pending and not _is_zone(self.pending):
            self.value(token, inside)
            if slop:
                self.fail("tilde", token, sign=slop, fix=(token.end - len(slop), token.end, ""))
            return
        if group := self.group():
            self.compare(group, "", inside, token, token.start)
            return
        if not inside.strip():
            self.fail("empty_phrase", token, fix=(token.start, token.end, ""))
        self.term(self.phrase(token, inside, slop))

    def take_chunk(self, token: Token) -> None:
        if self.pending and not _is_zone(self.pending):
            self.value(token, token.text)
        elif group := self.group():
            self.compare(group, "", token.text, token, token.start)
        else:
            self.term(self.chunk(token))

    def chunk(self, token: Token) -> Node:
        """A word as it is typed, which may be several as they are cut."""
        said = token.text
        lower = said.lower()
        self.thousands(token)
        meant = said.upper() if _LOW_NEAR.fullmatch(said) else _MEANT.get(lower)
        if meant and lower[0].isalpha():
            self.lower_operator(token, meant)
        elif meant:
            fix = (token.start, token.end, meant)
            self.fail("sign_operator", token, word=said, operator=meant, fix=fix)
        if tilde := _TILDE.fullmatch(said):
            fix = (token.end - len(tilde[1]), token.end, "")
            self.fail("tilde", token, sign=tilde[1], fix=fix)
        return self.together(self.cut(token, said), 0, (token.start, token.end))

    def thousands(self, token: Token) -> None:
        """10 000 is one number to whoever writes it after a field."""
        last, said = self.last, token.text
        if last and last.value and not self.wants and re.fullmatch(r"\d{3}", said, re.A):
            node = self.items[-1].node
            if isinstance(node, Field) and fields.FIELDS[node.name].sort == "number":
                value = f"{last.text} {said}"
                fix = (last.end, token.start, "")
                raise QueryError("bad_number", last.start, token.end, value=value, fix=fix)

    def lower_operator(self, token: Token, meant: str) -> None:
        """A word that is an operator but for its capitals, between two terms or before one."""
        if (self.wants and meant != "NOT") or len(self.warnings) >= _WARNINGS:
            return
        text = f"{self.text[: token.start]}{meant}{self.text[token.end :]}"
        at = (token.start, token.end)
        self.warn("lower_operator", *at, suggestion=text, word=token.text, operator=meant)

    def phrase(self, token: Token, inside: str, slop: str) -> Node:
        """What stands between quotation marks."""
        between = int(slop[1:]) if re.fullmatch(r"~\d{1,9}", slop, re.A) else 0
        if slop and (slop[1:] != str(between) or between > MAX_DISTANCE):
            told = f"~{MAX_DISTANCE}" if between else "~5"
            fix = (token.end - len(slop), token.end, told)
            self.fail("slop_number", token, limit=MAX_DISTANCE, fix=fix)
        if between > COSTLY:
            self.warn("costly_near", token.start, token.end, limit=COSTLY)
        parts = self.cut(token, inside)
        if between and len(parts) > MAX_LOOSE:
            fix = (token.end - len(slop), token.end, "")
            self.fail("slop_long", token, limit=MAX_LOOSE, fix=fix)
        return self.together(parts, between, (token.start, token.end))

    def cut(self, token: Token, said: str) -> list[Word | Wildcard]:
        """The words of what is typed; one at least."""
        span = (token.start, token.end)
        if "*" in said or "?" in said or _STAR in said or _ONE in said:
            found = [word.translate(_TO_SIGNS) for word in words(said.translate(_TO_LETTERS))]
        else:
            found = words(said)
        if not found:
            bare = token.kind == "chunk" and not set(said) - set("-.,;:'/!")
            fix = (token.start, token.end, "" if bare else f'raw:"{said}"')
            self.fail("no_word", token, word=said, fix=fix)
        self.count(len(found), token)
        if len(found) > MAX_PHRASE:
            self.fail("phrase_long", token, limit=MAX_PHRASE)
        return [
            self.wildcard(word, token) if "*" in word or "?" in word else Word(word, span=span)
            for word in found
        ]

    def wildcard(self, word: str, token: Token) -> Wildcard:
        """A word with `*` or `?`, which must leave enough to look for."""
        word = re.sub(r"\*+", "*", word)
        before, star, _ = word.partition("*")
        letters = _letters(before)
        if not _letters(word):
            self.fail("wildcard_alone", token, word=word, fix=(token.start, token.end, ""))
        if not before:
            self.fail("wildcard_first", token, word=word, fix=self.moved(word, token))
        if (star and letters < 3) or _letters(word) < 2:
            self.fail("wildcard_short", token, word=word, fix=self.moved(word, token))
        if word.count("*") > MAX_STARS:
            self.fail("wildcard_many", token, word=word, limit=MAX_STARS)
        if star and letters == 3 and word.endswith("*"):
            self.warn("broad_wildcard", token.start, token.end, word=word)
        return Wildcard(word, span=(token.start, token.end))

    def moved(self, word: str, token: Token) -> Fix | None:
        """A wildcard that would do: at the end, or none where letters are too few."""
        bare = re.sub(r"[*?]", "", word)
        if token.kind != "chunk" or words(bare) != [bare]:
            return None
        return (token.start, token.end, f"{bare}*" if _letters(bare) > 3 else bare)

    def together(self, parts: list[Word | Wildcard], slop: int, span: Span) -> Node:
        return parts[0] if len(parts) == 1 else Phrase(tuple(parts), slop, span=span)

    def value(self, token: Token, said: str) -> None:
        """What follows the colon of a field or of raw:."""
        assert self.pending is not None
        before, self.pending = self.pending, None
        name, _, sign = before.text.partition(":")
        if sign.lower() == "raw:":
            self.raw(before, token)
            self.zone(name.lower(), (before.start, token.end))
            return
        sign = {"=>": ">=", "=<": "<="}.get(sign, sign)
        if name.lower() == "raw":
            self.raw(before, token)
        else:
            self.compare(name.lower(), sign, said, token, before.start)

    def raw(self, before: Token, token: Token) -> None:
        """Characters as they are written, but for typographic quotation marks."""
        inside = self.text[token.start : token.end]
        if token.kind == "phrase":
            close = token.text.rindex('"')
            if slop := token.text[close + 1 :]:
                self.fail("tilde", token, sign=slop, fix=(token.start + close + 1, token.end, ""))
            inside = inside[1:close]
        text = unicodedata.normalize("NFC", inside)
        if not text.strip():
            self.fail("missing_value", token, name="raw")
        self.count(1, token)
        self.term(Raw(text.strip(), span=(before.start, token.end)))

    def compare(self, name: str, sign: str, said: str, token: Token, start: int) -> None:
        """A field with its value."""
        if not sign and token.kind == "chunk" and (found := re.match("[<>]=?|=", said)):
            sign, said = found[0], said[found.end() :]
        operator, value = fields.read(name, sign, said.strip(), token.start, token.end)
        self.count(1, token)
        self.check_known(name, value, token)
        self.term(Field(name, operator, value, span=(start, token.end)))

    def check_known(self, name: str, value: Any, token: Token) -> None:
        kind = fields.FIELDS[name]
        known = tuple(self.known.get(name, kind.values if kind.sort == "choice" else ()))
        if not known or value in known or value in kind.values:
            return
        at = (token.start, token.end)
        if near := fields.closest(str(value), known):
            text = f"{self.text[: token.start]}{near}{self.text[token.end :]}"
            self.warn("unknown_value", *at, suggestion=text, value=value, name=name, near=near)
        else:
            self.warn("unknown_value_alone", *at, value=value, name=name)

    def term(self, node: Node) -> None:
        """One more term, joined by AND to what stands right before it."""
        before, self.pending = self.pending, None
        if before is None:
            self.join()
        self.items.append(_Item(node))
        self.wants = False
        if before is not None:
            self.zone(before.text.partition(":")[0].lower(), (before.start, node.span[1]))

    def zone(self, name: str, span: Span) -> None:
        """The last node, looked for in one place."""
        node = self.items[-1].node
        for inside in postorder(node):
            if isinstance(inside, In):
                start, end = inside.span
                fix = (start, start + len(inside.zone) + 1, "")
                raise QueryError("zone_in_zone", start, end, name=inside.zone, fix=fix)
        self.items[-1] = _Item(In(name, node, span=span))

    def join(self) -> None:
        """AND between terms side by side; a field's value belongs to the field."""
        if not self.wants and not self.pending:
            end = self.last.end if self.last else 0
            self.binary(_Operator("and", end, end))

    def binary(self, operator: _Operator) -> None:
        """An operator with two sides: what binds more on its left is complete."""
        if self.wants:
            fix = (operator.start, operator.end, "")
            raise QueryError(
                "nothing_before", operator.start, operator.end, operator=operator.text, fix=fix
            )
        rank = _RANKS[operator.kind]
        while self.operators and self.binds(self.operators[-1], rank):
            self.reduce()
        self.operators.append(operator)
        self.wants = True

    def binds(self, waiting: _Operator, rank: int) -> bool:
        """AND and OR wait for all their parts; NEAR goes from left to right."""
        other = _RANKS[waiting.kind]
        return other > rank or other == rank == _RANKS["near"]

    def reduce(self) -> None:
        """Make a node of the last operator, with all its like that wait below it."""
        operator = self.operators.pop()
        if operator.kind == "not":
            self.negate(operator)
        elif operator.kind == "near":
            self.measure(operator)
        else:
            self.gather(operator)

    def negate(self, operator: _Operator) -> None:
        part = self.items[-1].node
        span = (operator.start, part.span[1])
        node = part.part if isinstance(part, Not) else Not(part)
        self.items[-1] = _Item(replace(node, span=span))

    def measure(self, operator: _Operator) -> None:
        right, left = self.items.pop(), self.items.pop()
        near = Near(
            left.node,
            right.node,
            operator.distance,
            operator.ordered,
            span=(left.node.span[0], right.node.span[1]),
        )
        for side in (left.node, right.node):
            if not _is_placed(side):
                self.unmeasured(near, side)
        reach = left.reach + right.reach + max(operator.distance, 1)
        if reach > MAX_DISTANCE:
            at = (operator.start, operator.end)
            raise QueryError("near_far", *at, operator=operator.text, limit=MAX_DISTANCE)
        self.items.append(_Item(near, reach))

    def unmeasured(self, near: Near, side: Node) -> NoReturn:
        """AND on one side is measured part by part; a common title: or body: goes outside."""
        from comptoir.analysis.queries.printing import format

        fix, left, right = None, near.left, near.right
        if isinstance(left, In) and isinstance(right, In) and left.zone == right.zone:
            inside = Near(left.node, right.node, near.distance, near.ordered)
            fix = (*near.span, format(In(left.zone, inside)))
        elif isinstance(side, And) and all(map(_is_placed, side.parts)):
            pairs = [(part, right) if side is left else (left, part) for part in side.parts]
            parts = [Near(*pair, near.distance, near.ordered) for pair in pairs]
            fix = (*near.span, f"({format(And(tuple(parts)))})")
        raise QueryError("near_operand", *side.span, fix=fix)

    def gather(self, operator: _Operator) -> None:
        count = 2
        while self.operators and self.operators[-1].kind == operator.kind:
            self.operators.pop()
            count += 1
        found = self.items[-count:]
        del self.items[-count:]
        kind = Or if operator.kind == "or" else And
        if kind is Or:
            self.mixed(found)
        nodes = [item.node for item in found]
        parts = _flat(nodes, kind)
        span = (nodes[0].span[0], nodes[-1].span[1])
        self.items.append(_Item(kind(parts, span=span), max(item.reach for item in found)))

    def mixed(self, found: list[_Item]) -> None:
        """AND inside OR without parentheses is often not what was meant."""
        bare = [item.node.span for item in found if isinstance(item.node, And) and not item.closed]
        if not bare or len(self.warnings) >= _WARNINGS:
            return
        text = self.text
        for start, end in reversed(bare):
            text = f"{text[:start]}({text[start:end]}){text[end:]}"
        start, end = found[0].node.span[0], found[-1].node.span[1]
        self.warn("mixed", start, end, suggestion=text if len(bare) <= _SHOWN_BARE else "")

    def count(self, more: int, token: Token) -> None:
        self.terms += more
        if self.terms > MAX_TERMS:
            self.fail("too_many_terms", token, limit=MAX_TERMS)

    def group(self) -> str:
        """The field whose values stand here."""
        opened = self.opened()
        return opened.name if opened else ""

    def opened(self) -> _Operator | None:
        """The innermost open parenthesis."""
        return self.opens[-1] if self.opens else None

    def nothing_after(self) -> NoReturn:
        operator = self.operators[-1] if self.operators else None
        assert operator is not None
        if operator.kind == "(":
            at = (operator.start, operator.end)
            raise QueryError("unclosed_parenthesis", *at, fix=(*at, ""))
        at = (operator.start, operator.end)
        raise QueryError("nothing_after", *at, operator=operator.text, fix=(*at, ""))

    def without_value(self, before: Token) -> NoReturn:
        """Perhaps only a space came between."""
        gap = re.match(r"\s+(?=[^\s()-])(?!AND\b|OR\b|NOT\b)", self.text[before.end :])
        end = before.end + gap.end() if gap else before.end
        fix = (before.start, end, before.text if gap else "")
        name = before.text.partition(":")[0].lower()
        raise QueryError("missing_value", before.start, before.end, name=name, fix=fix)

    def fail(self, code: str, token: Token, *, fix: Fix | None = None, **values: Any) -> NoReturn:
        raise QueryError(code, token.start, token.end, fix=fix, **values)

    def warn(self, code: str, start: int, end: int, *, suggestion: str = "", **values: Any) -> None:
        if len(self.warnings) < _WARNINGS:
            self.warnings.append(Warned(code, start, end, suggestion, values))


_SHOWN_BARE = 50
_WARNINGS = 20
"""More would not be read."""


def _is_zone(field: Token) -> bool:
    """Whether what follows a colon is a query of its own: title: and body:."""
    name, _, sign = field.text.lower().partition(":")
    return name in ZONES and not sign


def _letters(word: str) -> int:
    return sum(char.isalnum() for char in word)


def _flat(found: list[Node], kind: type[And] | type[Or]) -> tuple[Node, ...]:
    parts: list[Node] = []
    for node in found:
        parts.extend(node.parts) if isinstance(node, kind) else parts.append(node)
    return tuple(parts)


def _is_placed(node: Node) -> bool:
    """Whether a node has places in a text, between which words can be counted."""
    if isinstance(node, Or):
        return all(isinstance(part, _PLACED) for part in node.parts)
    return isinstance(node, _PLACED)


def _demand_presence(tree: Node) -> None:
    """Refuse a query that mere absence satisfies."""
    needs = _needs(tree)
    if needs[id(tree)]:
        return
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        present = [part for part in node.inner if needs[id(part)]]
        if isinstance(node, Or) and present:
            absent = [part for part in node.parts if not needs[id(part)]]
            _refuse(node, absent[0], present, absent)
        if isinstance(node, And | Or | In):
            waiting.extend(reversed(node.inner))
    raise QueryError("only_not", *tree.span, fix=(tree.span[0], tree.span[0], "lang:fr AND "))


def _refuse(either: Node, absent: Node, present: list[Node], absences: list[Node]) -> NoReturn:
    """Most who write `a OR NOT b` mean `a AND NOT b`."""
    from comptoir.analysis.queries.printing import format

    wanted = Or(tuple(present)) if len(present) > 1 else present[0]
    fix = (*either.span, f"({format(And((wanted, *absences)))})")
    raise QueryError("absence_in_or", *absent.span, fix=fix)


def _needs(tree: Node) -> dict[int, bool]:
    """Of each node by its identity, whether something must be present for it to hold."""
    needs: dict[int, bool] = {}
    waiting: list[tuple[bool, bool]] = []
    for node in postorder(tree):
        count = len(node.inner)
        below = waiting[len(waiting) - count :] if count else []
        del waiting[len(waiting) - count :]
        holds = [one for one, _ in below]
        fails = [other for _, other in below]
        both = (True, False)
        if isinstance(node, Not):
            both = (fails[0], holds[0])
        elif isinstance(node, And):
            both = (any(holds), all(fails))
        elif isinstance(node, Or):
            both = (all(holds), any(fails))
        elif isinstance(node, In):
            both = below[0]
        waiting.append(both)
        needs[id(node)] = both[0]
    return needs

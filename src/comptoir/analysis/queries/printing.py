"""A tree written as a query again, always in the same way: parsing it gives the same tree."""

from datetime import date, datetime

from comptoir.analysis.queries.tree import (
    And,
    Field,
    In,
    Near,
    Node,
    Not,
    Phrase,
    Raw,
    Value,
    Wildcard,
    Word,
    postorder,
)  # fmt: skip

_BARE = (Word, Wildcard, Phrase, Raw, Field)


def format(tree: Node) -> str:
    """
    A tree as a query.

    >>> from comptoir.analysis.queries.grammar import parse
    >>> format(parse('l’écran -cassé (vitre OR "écran noir"~3) rating:<3').tree)
    '"l ecran" AND NOT casse AND (vitre OR "ecran noir"~3) AND rating:<3'
    """
    made: list[str] = []
    for node in postorder(tree):
        count = len(node.inner)
        below = made[len(made) - count :] if count else []
        del made[len(made) - count :]
        made.append(_written(node, below))
    return made[0]


def _written(node: Node, below: list[str]) -> str:
    if isinstance(node, Word | Wildcard):
        word = node.text if isinstance(node, Word) else node.pattern
        # Parentheses would end a word.
        return f'"{word}"' if "(" in word or ")" in word else word
    if isinstance(node, Phrase):
        words = " ".join(word.strip('"') for word in below)
        return f'"{words}"' + (f"~{node.slop}" if node.slop else "")
    if isinstance(node, Raw):
        return f'raw:"{node.text}"'
    if isinstance(node, Field):
        return f"{node.name}:{_compared(node)}"
    inner = [_enclosed(part, text) for part, text in zip(node.inner, below, strict=True)]
    if isinstance(node, Near):
        sign = "ONEAR" if node.ordered else "NEAR"
        return f" {sign}/{node.distance} ".join(inner)
    if isinstance(node, In):
        return f"{node.zone}:{inner[0]}"
    if isinstance(node, Not):
        return f"NOT {inner[0]}"
    return (" AND " if isinstance(node, And) else " OR ").join(
        text if isinstance(part, Not | Near | In) else safe
        for part, text, safe in zip(node.inner, below, inner, strict=True)
    )


def _enclosed(node: Node, text: str) -> str:
    """In parentheses, where what stands around could bind otherwise."""
    return text if isinstance(node, (*_BARE, In)) else f"({text})"


def _compared(field: Field) -> str:
    if isinstance(field.value, tuple):
        return "..".join(map(_value, field.value))
    sign = "" if field.operator == "=" else field.operator
    return f"{sign}{_value(field.value)}"


def _value(value: Value) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:f}".rstrip("0")
    text = str(value)
    return text if isinstance(value, int) or not _ends_early(text) else f'"{text}"'


def _ends_early(text: str) -> bool:
    """Whether a value would not be read whole without quotation marks."""
    return text[:1] in "<>=" or any(char.isspace() or char in "()" for char in text)

"""Random queries and messages, from few words so that they meet."""

from datetime import date, datetime

from hypothesis import strategies as st

from comptoir.analysis.queries.documents import Document
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
    Wildcard,
    Word,
)  # fmt: skip

WORDS = ("panne", "pannes", "free", "l", "ecran", "#free", "@free", "29.99", "😡", "or", "日")
PATTERNS = ("pann*", "panne?", "#fre*", "ecr?n", "fre*x")
SAID = (
    "Panne",
    "pannes",
    "FREE",
    "l'",
    "écran",
    "#Free",
    "@free",
    "29,99",
    "😡",
    "or",
    "日",
    ".",
    "raw",
)

words = st.sampled_from(WORDS).map(Word)
simple = words | st.sampled_from(PATTERNS).map(Wildcard)
phrases = st.builds(
    Phrase, st.lists(simple, min_size=2, max_size=4).map(tuple), st.sampled_from([0, 0, 1, 3])
)
raws = st.sampled_from(["FREE", "l'écran", "29,99", "😡", "raw", "."]).map(Raw)
fields = st.sampled_from(
    [
        Field("followers", ">", 100), Field("followers", "..", (10, 2000)), Field("rating", "<=", 2.5),
        Field("lang", "=", "fr"), Field("author", "=", "jean d*"), Field("site", "=", "free.fr"),
        Field("url", "=", "(a b"), Field("is", "=", "reply"), Field("sentiment", "=", "negative"),
        Field("published", ">=", date(2026, 1, 1)), Field("intent", "=", "refund"),
        Field("published", "..", (date(2026, 1, 1), datetime(2026, 1, 31, 8, 30))),
        Field("mention", "=", "free"), Field("links", "=", ">x"), Field("engagement", "=", 0),
    ]
)  # fmt: skip


def joined(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    """Parts joined in normal form."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts) if isinstance(part, kind) else flat.append(part)
    return kind(tuple(flat)) if len(flat) > 1 else flat[0]


def negated(part: Node) -> Node:
    """The contrary in normal form."""
    return part.part if isinstance(part, Not) else Not(part)


def placed(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """What NEAR measures between."""
    either = st.lists(inner, min_size=2, max_size=3).map(lambda parts: joined(Or, parts))
    return st.builds(Near, inner | either, inner | either, st.integers(0, 12), st.booleans())


measured = st.recursive(simple | phrases, placed, max_leaves=5)
leaves = measured | raws | fields


def _zoned(node: Node) -> Node:
    return In("title", node)


trees: st.SearchStrategy[Node] = st.recursive(
    leaves
    | (measured | raws).map(_zoned)
    | st.lists(measured, min_size=2, max_size=3).map(
        lambda parts: _zoned(joined(And, [parts[0], *map(negated, parts[1:])]))
    ),
    lambda inner: (
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: joined(And, parts))
        | st.lists(inner, min_size=2, max_size=4).map(lambda parts: joined(Or, parts))
        | inner.map(negated)
    ),
    max_leaves=8,
)
queries = trees.map(lambda tree: joined(And, [Or((Word("panne"), Word("free"))), tree]))
texts = st.lists(st.sampled_from(SAID), max_size=9).map(" ".join)
documents = st.builds(
    Document,
    id=st.just("1"),
    text=texts,
    title=texts,
    author=st.sampled_from(["", "Jean Dupont", "@jean_d"]),
    followers=st.sampled_from([None, 0, 100, 1500]),
    lang=st.sampled_from(["", "fr", "fr-CA", "en"]),
    site=st.sampled_from(["", "www.free.fr", "forum.free.fr", "xfree.fr"]),
    mentions=st.sampled_from([(), ("@Free",)]),
    links=st.sampled_from([(), ("https://a.fr/>X",)]),
    is_reply=st.booleans(),
    sentiment=st.sampled_from(["", "negative"]),
    intents=st.sampled_from([(), ("refund",)]),
    engagement=st.sampled_from([None, 0]),
    rating=st.sampled_from([None, 2, 3]),
    published=st.sampled_from([None, datetime(2026, 1, 31, 8, 30), datetime(2025, 12, 31)]),
)

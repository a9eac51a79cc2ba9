"""Random queries and messages over so few words that they often meet."""

from datetime import datetime
from typing import Any

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
)

WRITTEN = [
    "Colis",
    "colis",
    "RETARD",
    "retards",
    "été",
    "ete",
    "l'été",
    "#Free",
    "@free",
    "😡",
    "29,99",
]
WORDS = ["colis", "retard", "retards", "ete", "l", "#free", "@free", "😡", "29.99", "absent"]
PATTERNS = ["ret*", "retard?", "?olis", "*is", "c*s", "a?s*t"]

said = st.lists(st.sampled_from([*WRITTEN, ",", "NASA!", "n'est"]), max_size=9).map(" ".join)
names = st.sampled_from(["", "Ana", "@bob", "Éva B", "ana_92"])
days = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3)).map(
    lambda at: at.replace(minute=at.minute % 2, second=at.second % 2)
)
documents = st.builds(
    Document,
    id=st.just("1"),
    text=said,
    title=st.just("") | said,
    author=names,
    followers=st.none() | st.integers(0, 9),
    lang=st.sampled_from(["", "fr", "FR-ca", "en"]),
    site=st.sampled_from(["", "www.free.fr", "forum.free.fr", "notfree.fr"]),
    url=st.sampled_from(["", "https://Free.fr/Page"]),
    links=st.lists(st.sampled_from(["https://a.fr/x", "http://b.fr"]), max_size=2).map(tuple),
    mentions=st.lists(names, max_size=2).map(tuple),
    is_reply=st.booleans(),
    is_repost=st.booleans(),
    engagement=st.none() | st.floats(0, 3),
    sentiment=st.sampled_from(["", "negative", "Positive"]),
    intents=st.lists(st.sampled_from(["refund", "fault"]), max_size=2).map(tuple),
    rating=st.none() | st.sampled_from([1, 2.5, 5]),
    published=st.none() | days,
)

word = st.sampled_from(WORDS).map(Word)
pattern = st.sampled_from(PATTERNS).map(Wildcard)
one = word | word | pattern
phrase = st.builds(
    lambda parts, slop: Phrase(tuple(parts), slop),
    st.lists(one, min_size=2, max_size=4),
    st.sampled_from([0, 0, 0, 1, 2, 5]),
)
side = st.recursive(
    one | phrase,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
        | st.builds(Near, inner, inner, st.integers(0, 3), st.booleans())
    ),
    max_leaves=4,
)
near = st.builds(Near, side, side, st.integers(0, 4) | st.just(10**9), st.booleans())
raw = st.sampled_from(["Colis", "NASA!", "été", "n'", "RETARD Colis", "!"]).map(Raw)
order = st.sampled_from(["=", ">", ">=", "<", "<="])


def _told(name: str, *values: str) -> st.SearchStrategy[Node]:
    return st.builds(Field, st.just(name), st.just("="), st.sampled_from(values))


def _ordered(names: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Node]:
    name = st.sampled_from(names)
    pairs = st.tuples(values, values).map(sorted).map(tuple)
    return st.builds(Field, name, order, values) | st.builds(Field, name, st.just(".."), pairs)


field = st.one_of(
    _ordered(["followers", "engagement", "rating"], st.integers(0, 9) | st.just(2.5)),
    _ordered(["followers"], st.just(2**60)),
    _ordered(["published"], days.map(lambda at: at.date())),
    _ordered(["published"], days),
    _told("lang", "fr", "en"),
    _told("author", "ana", "bob", "eva b", "*a*", "ana?92"),
    _told("mention", "ana", "b*"),
    _told("site", "free.fr", "*.free.fr"),
    _told("url", "free.fr/"),
    _told("links", "a.fr", "fr"),
    _told("is", "reply", "repost"),
    _told("sentiment", "negative", "positive"),
    _told("intent", "refund", "fault"),
)


def _many(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[tuple[Node, ...]]:
    return st.lists(inner, min_size=2, max_size=4).map(tuple)


queries: st.SearchStrategy[Node] = st.recursive(
    word | one | phrase | near | raw | field,
    lambda inner: st.one_of(
        _many(inner).map(And),
        _many(inner).map(Or),
        inner.map(Not),
        st.builds(In, st.sampled_from(["title", "body"]), inner),
    ),
    max_leaves=10,
)

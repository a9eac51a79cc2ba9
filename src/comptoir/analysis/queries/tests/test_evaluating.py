"""What a query means, against examples and against a second, recursive reading of the same rules."""

from datetime import datetime
from itertools import permutations, product

import pytest
from hypothesis import given, settings

from comptoir.analysis.queries import Document, evaluate, explain, parse, spans
from comptoir.analysis.queries.documents import ZONES
from comptoir.analysis.queries.evaluating import raw_spans
from comptoir.analysis.queries.fields import field_holds
from comptoir.analysis.queries.tests.strategies import documents, queries
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
)
from comptoir.analysis.queries.words import holds, words

FREE = Document(
    "1",
    "J’ai une PANNE totale d'internet chez Free depuis 3 jours 😡 #FreeMobile (29,99 €)",
    title="Panne générale",
    author="@Jean_D",
    followers=1500,
    lang="fr-FR",
    country="FR",
    site="forum.free.fr",
    url="https://forum.free.fr/Sujet?id=12",
    links=("https://status.free.fr/lyon",),
    channel="forum",
    mentions=("@free",),
    is_reply=True,
    engagement=12,
    sentiment="negative",
    intents=("fault", "complaint"),
    rating=1.5,
    published=datetime(2026, 3, 31, 23, 59),
)


@pytest.mark.parametrize(
    "typed",
    [
        "panne", "PANNE", "pann*", "p?nne", "inter*", "i?ternet", "😡", "#freemobile", "29.99",
        "29,99", "d’internet", '"panne totale"', "“totale d'internet”", '"totale panne"~0 OR panne',
        "panne NEAR/1 internet OR panne NEAR/2 internet", "internet NEAR/2 panne",
        "panne ONEAR/2 internet", "panne NEAR/2f internet", '"free panne"~4', "raw:PANNE",
        'raw:"(29,99 €)"', "raw:J'ai", "generale", "title:generale", "title:panne body:panne",
        "panne -coupure", "(sfr OR free) panne", "author:jean_d", "panne author:“@jean_d”",
        "author:jean*", "followers:>1k", "followers:1500", "lang:fr country:fr", "site:free.fr",
        "site:forum.free.fr", "site:free.*", "url:sujet?id", "links:status.free.fr", "channel:forum",
        "mention:free", "is:reply panne", "panne -is:repost", "engagement:10..12", "sentiment:négatif",
        "intent:fault", "rating:<2", "rating:1,5", "published:2026-03", "published:2026-03-31",
        "published:>2026-03-30", "published:>=2026-03-31T23:59", "published:<2026-04",
        "panne -reach:>0", "panne published:2025..2026", "lang:(en OR fr)",
        "(internet NEAR/0 chez) NEAR/0 free", '"j ai" NEAR/5 (internet OR adsl)',
    ],
)  # fmt: skip
def test_what_holds(typed: str) -> None:
    assert evaluate(parse(typed), FREE)


@pytest.mark.parametrize(
    "typed",
    [
        "pannes", "free*x", "mobile", "internet NEAR/1 panne", "internet ONEAR/9 panne",
        '"totale panne"', "raw:panne", "raw:PANN", "body:generale", "generale NEAR/9 ai",
        '"generale j ai"', "panne -totale", "author:jean", "followers:<1500", "reach:>0", "site:e.fr",
        "site:fee.fr", "lang:en", "is:repost", "rating:>=2", "published:<2026-03-31",
        "published:>2026-03-31", "panne NEAR/50 panne -title:panne", "mention:jean", "29", "99",
    ],
)  # fmt: skip
def test_what_does_not_hold(typed: str) -> None:
    assert not evaluate(parse(typed), FREE)


def test_the_unknown_holds_of_no_comparison_and_its_not_is_the_rest() -> None:
    """
    Two-valued, so that a query and its NOT share out all messages.
    """
    unknown = Document("1", "panne")

    for typed in (
        "followers:>5",
        "followers:<=5",
        "rating:1..5",
        "published:>2000",
        "lang:fr",
        "site:a.fr",
    ):
        assert not evaluate(parse(f"panne {typed}"), unknown)
        assert evaluate(parse(f"panne -{typed}"), unknown)


@given(queries, documents)
@settings(max_examples=60, deadline=None)
def test_it_agrees_with_the_rules_read_anew(tree: Node, document: Document) -> None:
    assert _holds(tree, document, tuple(ZONES)) == evaluate(tree, document)


def _holds(node: Node, document: Document, zones: tuple[str, ...]) -> bool:
    """The rules again, by trying everything."""
    if isinstance(node, And):
        return all(_holds(part, document, zones) for part in node.parts)
    if isinstance(node, Or):
        return any(_holds(part, document, zones) for part in node.parts)
    if isinstance(node, Not):
        return not _holds(node.part, document, zones)
    if isinstance(node, In):
        return _holds(node.node, document, (node.zone,))
    if isinstance(node, Field):
        return field_holds(node, document)
    texts = [getattr(document, ZONES[zone]) for zone in zones]
    if isinstance(node, Raw):
        return any(raw_spans(node.text, text) for text in texts)
    return any(_runs(node, words(text)) for text in texts)


def _runs(node: Node, said: list[str]) -> set[tuple[int, int]]:
    if isinstance(node, Or):
        return {run for part in node.parts for run in _runs(part, said)}
    if isinstance(node, Near):
        pairs = product(_runs(node.left, said), _runs(node.right, said))
        return {
            (min(a, c), max(b, d))
            for (a, b), (c, d) in pairs
            if b <= c <= b + node.distance or (not node.ordered and d <= a <= d + node.distance)
        }
    if isinstance(node, Phrase):
        orders = permutations(range(len(said)), len(node.parts))
        return {
            (min(places), max(places) + 1)
            for places in orders
            if max(places) + 1 - min(places) - len(places) <= node.slop
            and (node.slop or list(places) == sorted(places))
            and all(_is(part, said[at]) for part, at in zip(node.parts, places, strict=True))
        }
    return {(at, at + 1) for at, word in enumerate(said) if _is(node, word)}


def _is(node: Node, word: str) -> bool:
    if isinstance(node, Wildcard):
        return holds(node.pattern, word)
    return bool(node.own[0] == word)


@given(queries, documents)
@settings(max_examples=50, deadline=None)
def test_what_is_explained_and_marked_belongs_to_the_answer(tree: Node, document: Document) -> None:
    told = explain(tree, document)
    marked = spans(tree, document)

    assert evaluate(tree, document) == told[0].holds
    assert [0] == [one.depth for one in told if one.depth == 0]
    assert told[0].holds or not any(marked.values())
    for zone, found in marked.items():
        text = getattr(document, ZONES[zone])
        assert all(0 <= start < end <= len(text) for start, end in found)
        assert found == sorted(found)


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("panne internet", ["PANNE", "internet"]),
        ('"panne totale d internet"', ["PANNE totale d'internet"]),
        ("panne NEAR/3 (free OR internet)", ["PANNE", "internet"]),
        ('"internet panne"~3', ["PANNE", "internet"]),
        ("panne -(internet sfr)", ["PANNE"]),
        ("free* OR 😡 OR #freemob*", ["Free", "😡", "#FreeMobile"]),
        ('raw:"29,99 €" OR "totale d internet" OR totale', ["totale d'internet", "29,99 €"]),
        ("sfr", []),
        ("lang:fr", []),
    ],
)
def test_what_is_marked(typed: str, marked: list[str]) -> None:
    found = spans(parse(typed), FREE)["body"]

    assert marked == [FREE.text[start:end] for start, end in found]


def test_each_part_is_explained_in_the_order_of_the_query() -> None:
    typed = "(sfr OR free) -lang:en title:panne"

    told = explain(parse(typed), FREE)
    assert [
        (typed, 0, True),
        ("(sfr OR free)", 1, True),
        ("sfr", 2, False),
        ("free", 2, True),
        ("-lang:en", 1, True),
        ("lang:en", 2, False),
        ("title:panne", 1, True),
        ("panne", 2, True),
    ] == [(typed[slice(*one.node.span)], one.depth, one.holds) for one in told]
    assert {"body": ((38, 42),)} == told[3].found

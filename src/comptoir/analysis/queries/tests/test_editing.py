"""What an editor shows while a query is typed, right or wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.queries import complete, tokens
from comptoir.analysis.queries.tests.test_grammar import TYPED


def test_each_piece_has_its_kind() -> None:
    typed = '(pann* OR #free) -@me “à b”~2 NEAR/3 raw:"C+" title:x lang:fr autor:y title:raw:z "no'

    assert [
        ("parenthesis", "("), ("wildcard", "pann*"), ("operator", "OR"), ("hashtag", "#free"),
        ("parenthesis", ")"), ("operator", "-"), ("handle", "@me"), ("phrase", "“à b”~2"),
        ("operator", "NEAR/3"), ("field", "raw:"), ("raw", '"C+"'), ("field", "title:"), ("word", "x"),
        ("field", "lang:"), ("value", "fr"), ("error", "autor:"), ("value", "y"),
        ("field", "title:raw:"), ("raw", "z"), ("error", '"no'),
    ] == [(piece.kind, typed[piece.start : piece.end]) for piece in tokens(typed)]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("panne O|", ["OR", "ONEAR/5"]),
        ("panne or|", ["OR"]),
        ("au|", ["author:"]),
        ("panne NE|", ["NEAR/5"]),
        ("abon|", ["followers:"]),
        ("(ti|", ["title:"]),
        ("-is|", ["is:"]),
        ("is:|", ["reply", "repost"]),
        ("sentiment:n|", ["negative", "neutral"]),
        ("lang:(fr OR e|", ["en", "es"]),
        ("is:re|ply panne", ["reply", "repost"]),
        ("channel:f|", ["facebook"]),
        ("channel:g|", ['"google avis"']),
        ("rating:<|", ["1", "2", "3", "4", "5"]),
        ('"an|', []),
        ("lang:fr)|", []),
        ("followers:>1|", []),
    ],
)
def test_what_could_come_next(typed: str, texts: list[str]) -> None:
    cursor = typed.index("|")
    known = {"channel": ["facebook", "google avis"]}

    found = complete(typed.replace("|", ""), cursor, known)
    assert texts == [one.text for one in found]


def test_nothing_typed_offers_fields() -> None:
    assert ["NOT", "title:"] == [one.text for one in complete("", 0)][:2]
    assert "AND" in [one.text for one in complete("panne ", 6)]


@given(TYPED | st.text(max_size=30), st.integers(-2, 60))
@settings(deadline=None)
def test_anything_typed_is_helped(typed: str, cursor: int) -> None:
    """
    Pieces never overlap, and each proposal replaces what the cursor stands in.
    """
    pieces = tokens(typed)
    at = max(0, min(cursor, len(typed)))

    edges = [edge for piece in pieces for edge in (piece.start, piece.end)]
    assert edges == sorted(edges)
    assert all(one.start <= at <= one.end for one in complete(typed, cursor))

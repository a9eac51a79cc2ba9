"""Queries as people type them: what is understood, refused, and how it is mended."""

import copy
import pickle
import time
import unicodedata
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.queries import (
    Document,
    Query,
    QueryError,
    evaluate,
    explain,
    format,
    parse,
    spans,
)
from comptoir.analysis.queries.grammar import MAX_CHARS, MAX_DEPTH, MAX_TERMS
from comptoir.analysis.queries.problems import ERRORS, EXPECTED, WARNINGS, expectation, say
from comptoir.analysis.queries.tests.strategies import queries
from comptoir.analysis.queries.tree import Field, Node, Phrase, Word

TYPED = st.lists(
    st.sampled_from(
        [
            "a", "panne", "b*", "net*", "*", "?", "(", ")", '"', "“", "»", " ", " ", " ", "AND", "OR",
            "NOT", "-", "NEAR/3", "NEAR", "ONEAR/0", "near/2", "~2", "~", "lang:", "fr", "followers:>",
            "10k", "title:", "raw:", "published:", "2026-01", "..", "xyz:", "😡", "שלום", "\u200f", "[", "\\",
            "$", "+", "&&", "is:reply", "https://a.fr/?b", "#tag", "@me", "l’", "or", "\u202e", "日本", ":",
        ]
    ),
    max_size=16,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("panne internet", "panne AND internet"),
        ("a OR b AND NOT c", "a OR (b AND NOT c)"),
        ("a OR b c", "a OR (b AND c)"),
        ("a AND NOT b NEAR/3 c", "a AND NOT (b NEAR/3 c)"),
        ("NOT a b", "NOT a AND b"),
        ("a -b -(c OR d)", "a AND NOT b AND NOT (c OR d)"),
        ("a AND -NOT b", "a AND b"),
        ("a NEAR/2 b ONEAR/3 c NEAR/4f d", "((a NEAR/2 b) ONEAR/3 c) ONEAR/4 d"),
        ("(a OR b) NEAR/0 “c d”", '(a OR b) NEAR/0 "c d"'),
        ("« service client »~3", '"service client"~3'),
        ("J’ai aujourd’hui", '"j ai" AND aujourdhui'),
        ("e-mail R&D", '"e mail" AND "r d"'),
        ("rembours* no?s", "rembours* AND no?s"),
        ("“panne* inter?et”", '"panne* inter?et"'),
        ("^a$ [b]c {2}.", 'a AND "b c" AND 2'),
        ("#Été @Jean_D 29,99 👍🏽", "#ete AND @jean_d AND 29.99 AND 👍"),
        ("raw:NASA raw:“C++ (11)”", 'raw:"NASA" AND raw:"C++ (11)"'),
        ("title:raw:“A b” x", 'title:raw:"A b" AND x'),
        ("title:panne body:(a OR b)", "title:panne AND body:(a OR b)"),
        ("TITLE:“a b” Lang:FR-be x", 'title:"a b" AND lang:fr AND x'),
        ("x author:“Jean Dupont”", 'x AND author:"jean dupont"'),
        ("x lang:(fr OR en) -is:rt", "x AND (lang:fr OR lang:en) AND NOT is:repost"),
        ("x followers:>=1,5k reach:2M..3M", "x AND followers:>=1500 AND reach:2000000..3000000"),
        ("x rating:<3 rating:2,5", "x AND rating:<3 AND rating:2.5"),
        ("x published:>2026-01-01", "x AND published:>2026-01-01"),
        ("x published:2026-02", "x AND published:2026-02-01..2026-02-28"),
        ("x published:<=2025", "x AND published:<=2025-12-31"),
        ("x published:>2026-1-5t8:30", "x AND published:>2026-01-05T08:30"),
        ("x site:https://www.Free.fr/", "x AND site:free.fr"),
        ("x links:“a.fr/(b”", 'x AND links:"a.fr/(b"'),
        ("https://a.fr/?q=1", "https://a.fr/?q=1"),
        ("\u200fשלום\u200f OR سَلَام", "שלום OR سلام"),
        ("日本", '"日 本"'),
        ("NOT NOT a", "a"),
    ],
)
def test_what_is_typed_has_one_reading(typed: str, canonical: str) -> None:
    assert canonical == format(parse(typed).tree)


@pytest.mark.parametrize(
    ("typed", "code", "at", "suggestion"),
    [
        ("", "empty", "", ""),
        ("(a", "unclosed_parenthesis", "(", "(a)"),
        ("a) b", "unopened_parenthesis", ")", "a b"),
        ("a ()", "empty_parentheses", "()", "a"),
        ('a ""', "empty_phrase", '""', "a"),
        ('"service client OR a', "unclosed_quote", '"', '"service client" OR a'),
        ("OR a", "nothing_before", "OR", "a"),
        ("a AND", "nothing_after", "AND", "a"),
        ("a (b OR)", "nothing_after", "OR", "a (b )"),
        ("-a", "only_not", "-a", "lang:fr AND -a"),
        ("NOT a NOT b", "only_not", "NOT a NOT b", "lang:fr AND NOT a NOT b"),
        ("a OR NOT b", "absence_in_or", "NOT b", "(a AND NOT b)"),
        ("a *", "wildcard_alone", "*", "a"),
        ("ab*", "wildcard_short", "ab*", "ab"),
        ("*phone", "wildcard_first", "*phone", "phone*"),
        ("abc*d*e*f*", "wildcard_many", "abc*d*e*f*", ""),
        ("a !!", "no_word", "!!", "a"),
        ("a €", "no_word", "€", 'a raw:"€"'),
        ("a && b", "sign_operator", "&&", "a AND b"),
        ("panne~2", "tilde", "panne~2", "panne"),
        ('"a b"~x', "slop_number", '"a b"~x', '"a b"~5'),
        (
            '"a b c d e f g h i j k"~3',
            "slop_long",
            '"a b c d e f g h i j k"~3',
            '"a b c d e f g h i j k"',
        ),
        ("a NEAR b", "near_number", "NEAR", "a NEAR/5 b"),
        ("a NEAR/500 b", "near_number", "NEAR/500", "a NEAR/100 b"),
        ("a NEAR/60 b NEAR/60 c", "near_far", "NEAR/60", ""),
        ("(a b) NEAR/3 c", "near_operand", "(a b)", "(a NEAR/3 c AND b NEAR/3 c)"),
        ("title:a NEAR/3 title:b", "near_operand", "title:a", "title:(a NEAR/3 b)"),
        ("auteur:jean x", "unknown_field", "auteur", "author:jean x"),
        ("folowers:>5 x", "unknown_field", "folowers", "followers:>5 x"),
        ("qwerty:x", "unknown_field", "qwerty", "qwerty x"),
        ("x lang: fr", "missing_value", "lang:", "x lang:fr"),
        ("x lang:", "missing_value", "lang:", "x"),
        ("x lang:>fr", "no_order", "fr", ""),
        ("title:>x", "no_order", "title:>", "title:x"),
        ("x followers:500€", "bad_number", "500€", "x followers:500"),
        ("x followers:>10 000", "bad_number", "10 000", "x followers:>10000"),
        ("x published:31/01/2026", "bad_date", "31/01/2026", "x published:2026-01-31"),
        ("x published:2026-02-30", "bad_date", "2026-02-30", ""),
        ("x rating:5..1", "bad_range", "5..1", "x rating:1..5"),
        ("x is:replies", "bad_value", "replies", "x is:reply"),
        ("x country:France", "bad_code", "France", ""),
        ("title:(a body:b)", "zone_in_zone", "body:b", "title:(a b)"),
        ("site:(a.fr lang:fr)", "field_in_field", "lang:", ""),
        ("followers:>(5 OR 6)", "range_in_group", "followers:>", "followers:(5 OR 6)"),
    ],
)
def test_a_mistake_is_shown_and_mended(typed: str, code: str, at: str, suggestion: str) -> None:
    """
    The suggestion is what the writer most likely meant, and works as it is.
    """
    with pytest.raises(QueryError) as caught:
        parse(typed)

    error = caught.value
    assert (code, at) == (error.code, typed[error.position : error.end])
    assert " ".join(suggestion.split()) == " ".join(error.suggestion.split())


@pytest.mark.parametrize(
    ("typed", "code", "suggestion"),
    [
        ("free or sfr", "lower_operator", "free OR sfr"),
        ("free ou sfr", "lower_operator", "free OR sfr"),
        ("a near/3 b", "lower_operator", "a NEAR/3 b"),
        ("a not b", "lower_operator", "a NOT b"),
        ("a b OR c", "mixed", "(a b) OR c"),
        ("a NEAR/30 b", "costly_near", ""),
        ('"a b"~30', "costly_near", ""),
        ("con*", "broad_wildcard", ""),
        ("lang:fr", "no_words", ""),
        ("x intent:refnd", "unknown_value", "x intent:refund"),
        ("x channel:minitel", "unknown_value_alone", ""),
    ],
)
def test_what_may_not_be_meant_is_warned_of(typed: str, code: str, suggestion: str) -> None:
    warnings = parse(typed, {"channel": ["facebook", "x"]}).warnings

    assert [(code, suggestion)] == [(one.code, one.suggestion) for one in warnings]


@pytest.mark.parametrize(
    "typed", ["or else", "(a b) OR c", "a NEAR/10 b", "x intent:refund", "cons*"]
)
def test_what_is_clear_is_not_warned_of(typed: str) -> None:
    assert () == parse(typed).warnings


def test_values_of_fields_are_typed() -> None:
    values = [
        parse(f"x {one}").tree.inner[1].own[2]
        for one in ("published:2026-01-05", "published:>2026-01-05T08:30", "rating:4,5", "rating:4")
    ]

    assert [date(2026, 1, 5), datetime(2026, 1, 5, 8, 30), 4.5, 4] == values
    assert Field("rating", "=", 4) != Field("rating", "=", 4.0)


def test_parts_keep_their_place_in_the_source() -> None:
    typed = 'a (b OR "c d") -title:e'

    parts = parse(typed).tree.inner
    assert ["a", '(b OR "c d")', "-title:e"] == [typed[slice(*part.span)] for part in parts]
    assert Word("a", span=(3, 4)) == Word("a")


@given(queries)
@settings(deadline=None)
def test_printing_and_parsing_are_inverse(tree: Node) -> None:
    assert tree == parse(format(tree)).tree


def _answered(typed: str) -> Query | QueryError:
    try:
        return parse(typed)
    except QueryError as error:
        return error


@given(TYPED)
@settings(deadline=None)
def test_whatever_is_typed_is_answered(typed: str) -> None:
    """
    A query or an error with a place and sentences; a suggestion is always a query.
    """
    answer = _answered(typed)
    if isinstance(answer, QueryError):
        assert 0 <= answer.position <= answer.end <= len(typed)
        assert say(answer) != say(answer, "fr")
        assert expectation(answer) != expectation(answer, "fr")
        assert not answer.suggestion or parse(answer.suggestion)
    else:
        assert answer.tree == parse(format(answer.tree)).tree
        evaluate(answer, Document("1", typed))
        assert all(not one.suggestion or parse(one.suggestion) for one in answer.warnings)


@given(st.text(max_size=30))
@settings(deadline=None)
def test_any_characters_are_answered(typed: str) -> None:
    answer = _answered(typed)

    assert isinstance(answer, QueryError) or answer.tree == parse(format(answer.tree)).tree


def _deep(levels: int) -> str:
    """Levels that no rewriting can flatten."""
    pairs = levels // 2
    return "(a OR (b AND -" * pairs + "c" + "))" * pairs


@pytest.mark.parametrize(
    "typed",
    [
        "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH,
        _deep(MAX_DEPTH).replace("-", ""),
        "x " + "-(b c " * MAX_DEPTH + ")" * MAX_DEPTH,
        " OR ".join(f"mot{number}" for number in range(MAX_TERMS)),
        " OR ".join(f"(a{number} b{number})" for number in range(1_000)),
        " NEAR/1 ".join(["a"] * 100),
        "NOT " * 10_000 + "a",
    ],
    ids=["parentheses", "nested", "negated", "terms", "groups", "near", "nots"],
)
def test_great_queries_are_read_at_once(typed: str) -> None:
    """
    Compared, hashed, told, copied and pickled as any other, without recursion.
    """
    begun = time.process_time()
    query = parse(typed)
    tree, document = query.tree, Document("1", "a b c mot7")
    answer = evaluate(query, document)
    again = pickle.loads(pickle.dumps(tree))

    assert tree == again == copy.deepcopy(again) == parse(format(tree)).tree
    assert (hash(tree), repr(tree)) == (hash(again), repr(again))
    assert answer == explain(query, document)[0].holds
    assert bool(spans(query, document)["body"]) <= answer
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("(" * (MAX_DEPTH + 1), "too_deep"),
        ("a " * (MAX_TERMS + 1), "too_many_terms"),
        ("a" * (MAX_CHARS + 1), "too_long"),
        ('"' + "a " * 101 + '"', "phrase_long"),
        ("(" * 20_000, "too_deep"),
        ('"' * 20_001, "empty_phrase"),
        ("*" * 20_000, "wildcard_alone"),
        ("x:" * 20_000, "unknown_field"),
        (" NEAR/1 ".join(["a"] * 102), "near_far"),
    ],
)
def test_what_is_beyond_limits_is_refused_at_once(typed: str, code: str) -> None:
    begun = time.process_time()
    with pytest.raises(QueryError) as caught:
        parse(typed)

    assert code == caught.value.code
    assert time.process_time() - begun < 3


def test_every_sentence_is_french_too() -> None:
    """
    With the spaces that do not break before high signs.
    """
    said = [*((en, fr) for _, en, fr in ERRORS.values()), *EXPECTED.values(), *WARNINGS.values()]

    assert {expected for expected, *_ in ERRORS.values()} == set(EXPECTED)
    for english, french in said:
        assert english != french
        assert set(_placeholders(english)) == set(_placeholders(french))
        for at, char in enumerate(french):
            if char in ";?!»" or (char == ":" and french[at + 1 : at + 2] == " "):
                before = french[at - 1]
                assert before == "\u00a0" or not unicodedata.category(before).startswith("Z")


def _placeholders(sentence: str) -> list[str]:
    return [part.partition("}")[0] for part in sentence.split("{")[1:]]


def test_elisions_make_a_phrase() -> None:
    assert Phrase((Word("qu"), Word("il"))) == parse("qu’il").tree


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_guide_shows_queries_that_work(language: str) -> None:
    """
    What is in the tables of examples can be copied as it is; only fields alone are warned of.
    """
    guide = Path(__file__).parents[5] / "docs" / "guide" / language / "62-queries.md"
    rows = [line for line in guide.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    shown = [part for row in rows for part in row.split("`")[1::2] if " " in part]

    assert len(shown) > 15
    warned = [(one, warning.code) for one in shown for warning in parse(one).warnings]
    assert {"no_words"} >= {code for _, code in warned}

"""Stored queries find exactly what the plain evaluator finds, whatever comes and goes."""

import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.matching import Matcher
from comptoir.analysis.matching.board import WIDTH, bits
from comptoir.analysis.matching.circuit import ALWAYS, NEVER
from comptoir.analysis.matching.tests.strategies import documents, queries
from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.evaluating import evaluate
from comptoir.analysis.queries.tree import And, In, Near, Node, Not, Or, Phrase, Raw, Wildcard, Word

SECONDS = 5.0
"""Far above what hostile queries take, far below what going wrong does."""


def said(*texts: str) -> list[Document]:
    return [Document(str(number), text) for number, text in enumerate(texts)]


def matched(query: Node, *texts: str) -> list[bool]:
    matcher = Matcher()
    matcher.add("q", query)
    return [bool(found) for found in matcher.match(said(*texts))]


def naive(asked: Sequence[tuple[int, Node]], document: Document) -> list[int]:
    return [id for id, query in asked if evaluate(query, document)]


@settings(max_examples=300, deadline=None)
@given(st.lists(queries, min_size=1, max_size=6), st.lists(documents, min_size=1, max_size=6))
def test_it_finds_what_the_plain_evaluator_finds(
    asked: list[Node], messages: list[Document]
) -> None:
    """
    The evaluator is the definition; the circuit is only quicker.
    """
    matcher = Matcher()
    numbered = list(enumerate(asked))
    for id, query in numbered:
        matcher.add(id, query)

    found = matcher.match(messages)

    assert [naive(numbered, message) for message in messages] == found


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.none() | queries), min_size=1, max_size=14),
    st.lists(documents, min_size=1, max_size=3),
)
def test_queries_may_come_change_and_go_between_messages(
    steps: list[tuple[int, Node | None]], messages: list[Document]
) -> None:
    """
    Parts are shared and counted: removing one query must not take from another.
    """
    matcher = Matcher()
    stored: dict[int, Node] = {}
    for id, query in steps:
        if query is not None:
            matcher.add(id, query)
            stored[id] = query
        elif id in stored:
            matcher.remove(id)
            del stored[id]

        found = matcher.match(messages)

        assert [naive(list(stored.items()), message) for message in messages] == found


@settings(max_examples=50, deadline=None)
@given(st.lists(queries, max_size=6))
def test_nothing_is_left_when_all_queries_are_gone(asked: list[Node]) -> None:
    """
    A shop that edits queries for years must not fill its memory.
    """
    matcher = Matcher()
    for id, query in enumerate(asked):
        matcher.add(id, query)
    for id in range(len(asked)):
        matcher.remove(id)

    assert 0 == len(matcher)
    assert len({ALWAYS, NEVER}) == matcher.nodes


def test_many_messages_are_matched_in_blocks() -> None:
    """
    The last block is rarely full.
    """
    texts = [f"colis {number}" for number in range(2 * WIDTH + 3)]
    matcher = Matcher()
    matcher.add("one", Word("7"))
    matcher.add("last", Word(str(2 * WIDTH + 2)))
    matcher.add("all", Word("colis"))

    found = matcher.match(said(*texts))

    assert ["one", "all"] == found[7]
    assert ["last", "all"] == found[-1]
    assert 2 * WIDTH + 5 == sum(map(len, found))


def test_ids_come_in_the_order_of_adding_and_a_changed_query_keeps_its_place() -> None:
    """
    Lists on a page must not jump when somebody corrects a query.
    """
    matcher = Matcher()
    for id in ("z", "a", "m"):
        matcher.add(id, Word("colis"))
    matcher.add("z", Or((Word("colis"), Word("paquet"))))

    assert [["z", "a", "m"]] == matcher.match(said("colis"))


def test_places_left_by_many_removals_are_used_again() -> None:
    """
    Queries replaced day after day cost no more than those stored.
    """
    matcher = Matcher()
    for number in range(500):
        matcher.add(number, Word(f"mot{number}"))
        if number >= 10:
            matcher.remove(number - 10)

    assert [[495]] == matcher.match(said("mot495 mot489"))
    assert 10 == len(matcher)


def test_an_unknown_id_cannot_be_removed() -> None:
    """
    Silence would hide that a caller and the matcher disagree.
    """
    with pytest.raises(KeyError):
        Matcher().remove("nobody")


def test_nothing_is_asked_and_nothing_is_said() -> None:
    """
    Empty lists are ordinary.
    """
    matcher = Matcher()

    assert [] == matcher.match([])
    assert [[], []] == matcher.match(said("", "colis"))


def test_words_change_meaning_while_messages_are_read() -> None:
    """
    A word met before anyone asked for it must be found once somebody does.
    """
    matcher = Matcher()
    matcher.match(said("colis remboursé"))
    matcher.add("word", Word("colis"))
    matcher.add("pattern", Wildcard("rembours*"))

    assert [["word", "pattern"]] == matcher.match(said("colis remboursé"))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (Or(tuple(Word(f"mot{n}") for n in range(10_000))), "mot9999"),
        (And((Word("fin"), Not(Or(tuple(Word(f"mot{n}") for n in range(10_000)))))), "fin"),
        (Phrase(tuple(Word("a") for _ in range(2_000))), "a " * 2_000),
        (Near(Word("a"), Word("a"), 10**12), "a b a"),
        (Near(Word("a"), Word("b"), 3), "a " * 40_000 + "b"),
        (Wildcard("a*a*a*a*a*a*b"), "a" * 90_000 + "b"),
        (Raw("fin"), "x" * 99_000 + " fin"),
        (In("body", In("body", Word("fin"))), "fin"),
    ],
    ids=["terms", "barred", "phrase", "far", "often", "stars", "raw", "places"],
)
def test_hostile_queries_take_bounded_time(query: Node, text: str) -> None:
    """
    One query must not hold up everyone's messages.
    """
    start = time.process_time()

    assert [True, False] == matched(query, text, "rien")
    assert SECONDS > time.process_time() - start


def test_queries_may_nest_deeper_than_python_recurses() -> None:
    """
    Five hundred levels are refused elsewhere; a thousand must not break anything here.
    """
    query: Node = Word("a")
    for depth in range(1_000):
        query = (Or, And)[depth % 2]((query, Word(f"mot{depth}")))
    every = " ".join(f"mot{depth}" for depth in range(1_000))

    assert [True, False] == matched(query, f"a {every}", "a")


def test_a_title_and_a_body_do_not_run_together() -> None:
    """
    What ends a title is not beside what begins a text.
    """
    matcher = Matcher()
    matcher.add("phrase", Phrase((Word("grand"), Word("retard"))))
    matcher.add("near", Near(Word("grand"), Word("retard"), 10**9))
    matcher.add("both", And((Word("grand"), Word("retard"))))

    assert [["both"]] == matcher.match([Document("1", "retard", title="grand")])


@pytest.mark.parametrize("share", [0.0, 0.001, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (40, 32)])
def test_bits_are_read_in_order_however_many(share: float, shape: tuple[int, int]) -> None:
    """
    Rows with few bits are read in another way than those with many.
    """
    rows, words = shape
    held = np.random.default_rng(7).random((rows, words * 64)) < share
    packed = np.packbits(held, axis=1, bitorder="little").view(np.uint64)
    owners, messages = bits(packed)
    wanted = np.nonzero(held)

    assert wanted[0].tolist() == owners.tolist()
    assert wanted[1].tolist() == messages.tolist()

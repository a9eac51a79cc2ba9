"""Phrase books: agreement with an obvious search, and the four signs."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from comptoir.analysis.lexicons import forms
from comptoir.analysis.phrases import PhraseBook, longest

_WORDS = st.lists(
    st.sampled_from(["ne", "pas", "plus", "marche", "marchera", "colis", "recu", "le"]), max_size=12
)


def _found(phrase: str, text: str) -> list[tuple[int, int]]:
    (hits,) = PhraseBook([(phrase, 1)]).find(text.split())
    return sorted({(hit.start, hit.end) for hit in hits})


def test_signs_mean_what_the_docstring_says() -> None:
    """
    Star, choice, optional word and gap.
    """
    assert [(0, 1)] == _found("rembours*", "remboursement")
    assert [(0, 2)] == _found("(pas|jamais) reçu", "jamais recu")
    assert [(0, 2)] == _found("toujours [encore] pas", "toujours pas")
    assert [(0, 5)] == _found("colis ... perdu", "colis que vous avez perdu")
    assert [] == _found("colis ... perdu", "colis que vous avez encore perdu")


@given(_WORDS)
def test_many_phrases_at_once_agree_with_one_regex_each(said: list[str]) -> None:
    """
    The tree finds exactly what a separate search for each phrase would.
    """
    phrases = ["ne marche", "ne marche pas", "march*", "pas", "colis ... recu", "le colis"]
    text = " ".join(said)
    for phrase in phrases:
        pattern = phrase.replace("*", r"\w*").replace(" ... ", r"(?: \w+){0,3} ")
        starts = {m.start() for m in re.finditer(rf"(?=\b{pattern}\b)", text)}
        places = {text[:at].count(" ") for at in starts}
        (hits,) = PhraseBook([(p, p) for p in phrases]).find(said)
        assert places == {hit.start for hit in hits if hit.payload == phrase}


@given(_WORDS)
def test_lists_in_one_book_are_found_as_if_each_were_alone(said: list[str]) -> None:
    """
    Lists share a walk through the words, and nothing else: not even a phrase they have in common.
    """
    lists = [
        [("ne marche", 1), ("march*", 2), ("colis ... recu", 3)],
        [("ne marche", 1), ("march*", 4), ("marche", 5), ("ne ... pas", 6)],
    ]

    assert [PhraseBook(one).find(said)[0] for one in lists] == PhraseBook(*lists).find(said)


@given(_WORDS)
def test_longest_hits_never_overlap(said: list[str]) -> None:
    """
    A word must not weigh twice.
    """
    book = PhraseBook([("ne marche pas", 1), ("marche pas", 2), ("pas", 3)])
    (hits,) = book.find(said)
    kept = longest(hits)

    assert all(first.end <= second.start for first, second in pairwise(kept))


def test_endings_are_written_out() -> None:
    """
    Word lists stay short by writing endings after a slash.
    """
    assert ["déçu", "déçue", "déçus"] == forms("déçu/e/s")
    assert ["10/10"] == forms("10/10")

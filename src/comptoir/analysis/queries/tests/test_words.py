"""What counts as one word, in a query and in a message alike."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.queries import words as module
from comptoir.analysis.queries.words import fold, located, words

LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PIECES = st.sampled_from(
    [
        "l'", "écran", "Œuf", "aujourd’hui", "AUJOURD'HUI", "#Été", "#12", "@a_b", "a_b", " ", ",",
        ".", "…", "29,99", "1.5", "https://a.fr/x?y=é", "www.a.fr", "👨‍👩‍👧", "🤷🏽‍♀️", "👍🏽", "🇫🇷", "☀️",
        "日本", "ไทย", "سلام", "ـ", "\u200d", "♀", "™", "½", "ß", "\xad", "\ufe0f", "Σ", "हिन्दी", "”",
    ]
)  # fmt: skip
TEXTS = LETTERS | st.lists(PIECES, max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("J'ai REÇU qu’un colis, aujourd’hui !", "j ai recu qu un colis aujourdhui"),
        ("jusqu'à presqu’île lorsqu'il", "jusqu a presqu ile lorsqu il"),
        ("Straße, cœur, ﬁn", "strasse coeur fin"),
        ("Free™ et l’iPhone…génial", "free et l iphone genial"),
        ("29,99€ 1.5 12:30 v2.0.", "29.99 1.5 12:30 v2 0"),
        ("#Été_2024 @jean_d #1234 a_b", "#ete_2024 @jean_d 1234 a b"),
        ("contact@free.fr", "contact free fr"),
        ("(voir https://www.Free.fr/Offre?x=1).", "voir https://www.free.fr/offre?x=1"),
        ("👍🏽👍 🇫🇷 👨‍👩‍👧 🤷🏽‍♀️ ☀️", "👍 👍 🇫🇷 👨\u200d👩\u200d👧 🤷 ☀"),
        ("日本 OK ไทย", "日 本 ok ไ ท ย"),
        ("سَلَام ســلام", "سلام سلام"),
        ("", ""),
        ("!?… «»", ""),
    ],
)
def test_words_of_every_kind(text: str, expected: str) -> None:
    assert expected == fold(text)


@given(TEXTS)
@settings(deadline=None)
def test_the_quick_way_agrees_with_the_full_one(text: str) -> None:
    """
    Western texts fold through a table of bytes; the definition is the other way.
    """
    assert module._cut(module._plain(text), module._UNSPACED_WORD) == words(text)


@given(TEXTS)
@settings(deadline=None)
def test_cutting_twice_changes_nothing(text: str) -> None:
    once = words(text)

    assert once == words(" ".join(once))


@given(TEXTS)
@settings(deadline=None)
def test_places_belong_to_the_same_words(text: str) -> None:
    """
    Highlighting must mark what matching found.
    """
    found = located(text)

    assert words(text) == [one.word for one in found]
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.start <= after.start for one, after in pairwise(found))


def test_a_place_spans_what_is_drawn_on_the_word() -> None:
    text = "Ok 🤷🏽‍♀️, e\u0301te\u0301"

    assert ["Ok", "🤷🏽‍♀️", "e\u0301te\u0301"] == [
        text[one.start : one.end] for one in located(text)
    ]


def test_a_long_text_is_read_to_its_limit() -> None:
    assert 50_000 == len(words("a " * 80_000))

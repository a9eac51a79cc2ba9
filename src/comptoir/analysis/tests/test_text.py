"""Folding: what a search and a message must agree on."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.analysis.text import MAX_CHARS, fold, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Été À LA PLAGE", "ete a la plage"),
        ("Cœur, ŒUVRE et ex æquo", "coeur oeuvre et ex aequo"),
        ("l’écran", "l ecran"),
        ("qu'il n'arrive jusqu’à puisqu'on s'y perd", "qu il n arrive jusqu a puisqu on s y perd"),
        ("aujourd'hui, aujourd’hui, AUJOURD'HUI", "aujourdhui aujourdhui aujourdhui"),
        ("voir https://exemple.fr/a?b=c ou www.exemple.fr", "voir ou"),
        ("#Été2024 et @Une_Marque !", "#ete2024 et @une_marque"),
        ("commande #12345", "commande 12345"),
        ("jean@exemple.fr", "jean exemple fr"),
        ("génial😡😡 🇫🇷", "genial 😡 😡 🇫🇷"),
        ("🤷🏽‍♀️ 👩‍💻", "🤷 👩 💻"),
        ("rendez-vous _demain_", "rendez vous demain"),
        ("𝐆𝐫𝐚𝐬 et ﬁn", "gras et fin"),
        ("re\u00adcom\u200bmande", "recommande"),
        ("السَّلام عليكم", "السلام عليكم"),
        ("\x00\x07\n\t", ""),
        ("", ""),
    ],
)
def test_texts_fold_to_plain_words(written: str, folded: str) -> None:
    """
    One case per rule of the module's docstring.
    """
    assert folded == fold(written)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """
    A stored folded text may be folded again by a query without harm.
    """
    assert fold(text) == fold(fold(text))


@given(st.text(alphabet=st.characters()))
def test_words_hold_no_space(text: str) -> None:
    """
    Joined words must split back into the same words.
    """
    assert words(text) == fold(text).split(" ") or not words(text)


def test_an_enormous_text_is_cut_not_refused() -> None:
    """
    Ten megabytes of one cell must cost no more than the cap.
    """
    started = time.process_time()
    folded = fold("é" * 10_000_000)

    assert MAX_CHARS == len(folded)
    assert time.process_time() - started < 2

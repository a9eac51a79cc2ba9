"""Titles are members' words, short, and point at nobody."""

import pytest

from comptoir.analysis.grouping import clarity, title, title_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bonjour @shop, où est mon colis ? Merci d'avance, Paul", "Où est mon colis ?"),
        ("RT @shop: Hello, where is my order? https://t.co/abc 😡😡", "Where is my order?"),
        (
            "Bonjour,\nMon code promo ne marche pas.\nCordialement,\nHélène Daubrac",
            "Mon code promo ne marche pas",
        ),
        ("@a @b https://x.y", ""),
        ("😡😡😡", ""),
        ("", ""),
    ],
)
def test_a_title_is_the_clause_that_asks(text: str, expected: str) -> None:
    """
    Greetings, handles, links, signatures and numbers are no title.
    """
    assert expected == title_of(text)


@pytest.mark.parametrize("private", ["6A12345678901", "06 12 34 56 78", "eva@example.org", "@eva", "Mme Durand"])  # fmt: skip
def test_what_points_at_a_person_is_left_out(private: str) -> None:
    """
    A title stands where many read it.
    """
    assert private not in title_of(f"Où est le colis {private} commandé lundi")
    assert "colis" in title_of(f"Où est le colis {private} commandé lundi")


def test_the_majority_s_language_names_the_group() -> None:
    """
    Two French askers, one English.
    """
    texts = ["Where is my parcel?", "Où est mon colis ?", "mon colis est où svp"]

    assert "Où est mon colis ?" == title(texts, ["en", "fr", "fr"])


def test_long_clauses_end_at_a_word() -> None:
    """
    At most sixty characters, and nothing cut in the middle.
    """
    long = "pourquoi la commande passée chez vous la semaine dernière reste bloquée au dépôt"
    named = title_of(long)

    assert len(named) <= 60
    assert long.startswith(named[:-1].lower())
    assert "…" == named[-1]


def test_a_plain_sentence_is_clearer_than_a_shout() -> None:
    """
    The representative is read by people.
    """
    assert clarity("Où en est mon colis commandé lundi ?") > clarity("@a COLIS http://x.y")

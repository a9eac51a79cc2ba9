"""Phrases become messages: markup, register, French determiners, haste and typography."""

from random import Random

import pytest

from comptoir.demo.calendar import after_working_minutes, local
from comptoir.demo.grammar import Hand, expand, fill, product_slots, sloppy, typeset
from comptoir.demo.phrases.scenarios import SCENARIOS
from comptoir.demo.shop import BY_SKU


def test_alternatives_nest_and_register_is_kept() -> None:
    """
    One phrase gives several, addressed as its writer addresses people.
    """
    heard = {
        expand(Random(n), "[<Vous avez|Tu as> [un|du]|Et le] thé ?", formal=False)
        for n in range(40)
    }

    assert {"Tu as un thé ?", "Tu as du thé ?", "Et le thé ?"} == heard


def test_an_unknown_slot_is_an_error() -> None:
    """
    Silence would send a brace to the reader.
    """
    with pytest.raises(KeyError):
        fill("Bonjour {nobody}", {})


def test_determiners_follow_gender_and_vowels() -> None:
    """
    « l'infuseur », « ma bougie », « mon coffret »: a customer never gets these wrong.
    """
    candle, infuser = product_slots(BY_SKU["BOU-FIG"]), product_slots(BY_SKU["INF-INO"])

    assert ("la bougie Figuier", "ma bougie Figuier", "e") == (
        candle["le"],
        candle["mon"],
        candle["e"],
    )
    assert ("l'infuseur en inox", "cet infuseur en inox") == (infuser["le"], infuser["ce"])


def test_haste_never_touches_numbers_or_addresses() -> None:
    """
    An order number typed wrong could not be found again.
    """
    careless = Hand(slop=1.0, no_capitals=True, no_accents=True)
    text = "Écrivez à Zoé@example.com pour TB-104512 #BougieGate @Léa https://été.example"

    written = sloppy(Random(1), text, careless)

    for kept in ("Zoé@example.com", "TB-104512", "#BougieGate", "@Léa", "https://été.example"):
        assert kept in written


def test_typography_uses_the_right_spaces() -> None:
    """
    U+202F before ! ? ; — U+00A0 before : and inside « ».
    """
    assert "C’est «\u00a0prêt\u00a0»\u00a0: merci\u202f!" == typeset("C'est « prêt » : merci !")


def test_working_minutes_skip_nights_and_sundays() -> None:
    """
    A question on Saturday at 12:50 with 30 minutes to wait is answered on Monday at 9:20.
    """
    from datetime import date

    asked = local(date(2026, 10, 10), 12 * 60 + 50)

    assert local(date(2026, 10, 12), 9 * 60 + 20) == after_working_minutes(asked, 30)


def test_the_bank_is_wide() -> None:
    """
    Hundreds of phrases, in three languages, with answers wherever one is due.
    """
    for scenario in SCENARIOS:
        assert scenario.fr
        assert scenario.en
        assert scenario.es
        assert scenario.subjects
        assert scenario.answers or not scenario.needs_answer
    assert sum(len(s.fr) + len(s.en) + len(s.es) for s in SCENARIOS) > 200

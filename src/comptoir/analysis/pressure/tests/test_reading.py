"""Signs of pressure, with the words that told them."""

import pytest

from comptoir.analysis.offers import find
from comptoir.analysis.pressure import SIGNS, Names, read


def signs(text: str, names: Names | None = None) -> list[str]:
    return list(read(text, find(text), names))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Bonjour à tous, notre atelier ouvre ses portes samedi.", []),
        ("Merci pour vos photos, elles sont magnifiques !", []),
        ("Dernier jour pour en profiter", ["urgency"]),
        ("C’est la dernière chance, profitez-en", ["urgency", "call"]),
        ("Plus que quelques heures", ["urgency"]),
        ("Plus que 3 jours", ["urgency"]),
        ("Il n'y en aura pas pour tout le monde", ["urgency"]),
        ("Ne ratez pas nos -30 %", ["offer", "urgency"]),
        ("Foncez : -20 % avec le code VITE20 !!", ["offer", "call", "loud"]),
        ("TOUT DOIT DISPARAITRE", ["loud"]),
        ("Livraison SUIVIE et emballage soigné par notre équipe de Lyon", []),
        ("La SNCF et la RATP recrutent", []),
        ("Oh ! Ah ! Youpi !", ["loud"]),
        ("Last chance: 40% off ends tonight. Shop now", ["offer", "urgency", "call"]),
        ("Un bleu foncé pour cet hiver", []),
        ("Only 3 left", ["urgency"]),
        ("Hurry, while stocks last!", ["urgency"]),
        ("Our left shoe went viral last week", []),
        ("Nous avons passé commande de cent arbres", []),
        ("Lisez l’article https://www.example.com/DERNIER-JOUR-FONCEZ !", []),
    ],
)
def test_signs_are_told(text: str, told: list[str]) -> None:
    assert told == signs(text)


def test_each_sign_comes_with_the_words_that_told_it() -> None:
    found = read("DERNIER JOUR : ON FONCE, c’est PARTI !!")

    assert {
        "urgency": ["dernier jour"],
        "loud": ["DERNIER", "JOUR", "FONCE", "PARTI", "!!"],
    } == found


def test_signs_come_in_their_order_and_few_words_each() -> None:
    found = read("foncez profitez commandez achetez craquez courez cliquez réservez dernier jour")

    assert list(found) == [sign for sign in SIGNS if sign in found]
    assert all(len(told) <= 5 for told in found.values())


NAMES = Names(["Orange", "Maison Verte", "B12", "free"], ["Orange_FR"])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Mieux que Orange", ["Orange"]),
        ("MIEUX QUE ORANGE", ["Orange"]),
        ("Une écharpe orange", []),
        ("Orange et rouge, les couleurs de l'été", []),
        ("Bravo. Orange et rouge", []),
        ("Maison Verte ferme", ["Maison Verte"]),
        ("B12 ferme", ["B12"]),
        ("@ORANGE_fr vous répond ?", ["@orange_fr"]),
        ("moi@orange_fr", []),
        ("#Orange", []),
        ("free delivery for Free", []),
        ("Oranges et citrons, les Oranges", []),
        ("Chez Orange, oui, Orange", ["Orange"]),
    ],
)
def test_other_brands_are_named_only_where_they_are(text: str, named: list[str]) -> None:
    """A name without any capital says nothing: it is a common word until it is written as a name."""
    assert named == NAMES.find(text)


@pytest.mark.parametrize("text", ["", "!" * 50_000, "A" * 50_000, "@" * 9_000, "plus que " * 9_000])
def test_hostile_text_is_read_in_bounded_words(text: str) -> None:
    found = read(text, (), NAMES)

    assert all(len(word) <= 40 for told in found.values() for word in told if word)

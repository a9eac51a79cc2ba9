"""What a message names, and what it does not."""

import re

import pytest

from comptoir.analysis.entities import find, s10_is_valid


def named(text: str, *kinds: str) -> list[tuple[str, str]]:
    return [(e.kind, e.value) for e in find(text) if not kinds or e.kind in kinds]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ma commande n° 48213 ?", ("order", "48213")),
        ("Order #1001 never came", ("order", "1001")),
        ("commande : XKBKNABJK", ("order", "XKBKNABJK")),
        ("réf. AB-20931", ("order", "AB-20931")),
        ("colis 6A12345678905 perdu", ("parcel", "6A12345678905")),
        ("UPS 1Z5R89390357567127", ("parcel", "1Z5R89390357567127")),
        ("suivi RB 123 456 785 FR", ("parcel", "RB123456785FR")),
        ("Mondial Relay 12345678", ("parcel", "12345678")),
        ("écrivez à Jean.Dupont@Exemple.FR", ("email", "jean.dupont@exemple.fr")),
        ("appelez le 06 12 34 56 78", ("phone", "+33612345678")),
        ("call +44 20 7946 0958", ("phone", "+442079460958")),
        ("voir https://exemple.fr/a.", ("link", "https://exemple.fr/a")),
        ("#Été", ("hashtag", "ete")),
        ("merci @Une_Marque.", ("mention", "une_marque")),
        ("payé 12,50 €", ("amount", "12.50 EUR")),
        ("paid €12.50", ("amount", "12.50 EUR")),
        ("1 234,5 euros", ("amount", "1234.50 EUR")),
        ("39€99 par mois", ("amount", "39.99 EUR")),
    ],
)
def test_things_are_found_and_normalised(text: str, expected: tuple[str, str]) -> None:
    """
    The forms customers write, and the one form kept of each.
    """
    assert [expected] == named(text)


@pytest.mark.parametrize(
    "text",
    [
        "commande du 12/08/2024",
        "ma commande de 2024",
        "commande de 120 €",
        "1Z5R89390357567128",
        "RB123456784FR",
        "il y a 12345678 raisons",
        "panne depuis 3 jours, 20h30",
    ],
)
def test_numbers_that_only_look_like_something_are_left(text: str) -> None:
    """
    Dates, years, sums and numbers with a wrong check digit are no orders or parcels.
    """
    assert [] == named(text, "order", "parcel", "phone")


def test_places_point_into_the_text() -> None:
    """
    The page highlights what was found where it stands.
    """
    text = "Commande n° 48213, colis 6A12345678905, jean@exemple.fr 🙂 #retard"
    for entity in find(text):
        assert entity.value.lower() in text[entity.start : entity.end].lower().lstrip("#")


def test_a_shop_may_give_its_own_order_numbers() -> None:
    """
    The first group is the number.
    """
    found = find("dossier bq/77-x svp", [re.compile(r"bq/(\d+-x)")])

    assert [("order", "77-X")] == [(e.kind, e.value) for e in found]


def test_postal_check_digit() -> None:
    """
    The example printed in the UPU standard S10: 473124829.
    """
    assert s10_is_valid("RR473124829XX")
    assert not s10_is_valid("RR473124828XX")

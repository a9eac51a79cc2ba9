"""Any text gives an answer: bounded, ordered, without overlap, never an error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.entities import KINDS, Catalogue, Product, find, mask

SHOP = Catalogue([Product("T1", "Théière en fonte Kyoto"), Product("B2", "Bol Nara")])
SEEDS = (
    "1", "0 1", "1 000 ", "٣ €", "\x00\x1f", "a@a.", "a.", "a at ", "colis 12345678 ", "order #",
    "Mme A", "Abcd ", "Merci ", "12 rue ", "1 Ab ", "3 mars ", "mardi ", "FR76 ", "1Z 1Z", "Ab-",
    "06 12 34 56 78 ", "adresse ", "il y a un ", "théière ", "İ", "\u202e", "\n", "💥", "#a",
)  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hundred_thousand_characters_are_read(seed: str) -> None:
    """
    A pattern that backtracks without bound would never come back from one of these.
    """
    text = (seed * (100_000 // len(seed) + 1))[:100_000]

    assert len(find(text, catalogue=SHOP)) <= 200


@pytest.mark.parametrize("seed", SEEDS)
def test_long_texts_are_masked_to_the_end(seed: str) -> None:
    """
    The limit of `find` would leave the two hundred and first address in sight.
    """
    masked = mask(seed * (10_000 // len(seed)) + " jean@exemple.fr")

    assert masked.endswith(" [e-mail]")
    assert masked == mask(masked)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SEEDS) | st.text(max_size=8), max_size=15).map("".join))
def test_entities_are_ordered_apart_and_inside_the_text(text: str) -> None:
    """
    The page cuts the text at their places.
    """
    found = find(text, catalogue=SHOP)
    places = [place for one in found for place in (one.start, one.end)]

    assert sorted(places) == places
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.kind in KINDS and one.value for one in found)

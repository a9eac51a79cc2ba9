"""Personal data disappears in one call, and nothing else does."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from comptoir.analysis.entities import KINDS, PERSONAL, find, mask
from comptoir.analysis.entities.masking import LABELS

PIECES = (
    "06 12 34 56 78", "+33612345678", "jean@exemple.fr", "jean (at) exemple (point) fr", "Mme ",
    "je m'appelle ", "Marie Durand", "12 rue des Lilas", ", 75011 Paris", "SW1A 1AA", "\n", " ",
    "FR76 3000 6000 0112 3456 7890 189", "4111 1111 1111 1111", "https://a.fr/?m=", "commande ",
    "Cordialement, ", "n° 48213", "12,50 €", "colis ", "6Q01929938641", ".", "[nom]", "@Boutik ",
    "le 3 mars 2026", "M. ", "0", "x", "habite ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("jean@exemple.fr06 12 34 56 78")
@example("M. M. Marie Durand\nMarie")
def test_nothing_personal_that_is_found_survives(text: str) -> None:
    """
    Masking one thing may uncover another: what is left is searched again.
    """
    masked = mask(text)

    assert [] == [one for one in find(masked) if one.kind in PERSONAL]
    assert masked == mask(masked)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_the_rest_stays_character_by_character(text: str) -> None:
    """
    Between the masks stand the pieces of the text, in order.
    """
    labels = "|".join(re.escape(f"[{LABELS['fr'][kind]}]") for kind in PERSONAL)
    pieces = re.split(labels, mask(text))
    place = 0
    for piece in pieces:
        place = text.find(piece, place)
        assert place >= 0
        place += len(piece)


def test_what_is_hidden_is_said_in_the_reader_s_language() -> None:
    """
    A colleague must know what stood there.
    """
    text = "Mme Durand, 06 12 34 56 78, jean@exemple.fr"

    assert "Mme [nom], [téléphone], [e-mail]" == mask(text)
    assert "Mme [name], [phone], [e-mail]" == mask(text, language="en")
    assert "Mme [name], [phone], [e-mail]" == mask(text, language="de")


def test_personal_data_inside_links_is_hidden() -> None:
    """
    A tracking link with an address in it gives the address away.
    """
    assert "https://a.fr/?m=[e-mail]" == mask("https://a.fr/?m=jean@exemple.fr")


def test_chosen_kinds_and_given_entities_are_hidden_alone() -> None:
    """
    A stored label says what was found; places of a title, which are -1, are no places here.
    """
    text = "commande 48213, jean@exemple.fr"

    assert "commande [commande], jean@exemple.fr" == mask(text, kinds=("order",))
    assert "commande 48213, [e-mail]" == mask(text, find(text))
    assert text == mask(text, ())


def test_every_kind_has_a_word_in_every_language() -> None:
    """
    `kinds` may be any of KINDS.
    """
    assert {language: set(KINDS) for language in LABELS} == {k: set(v) for k, v in LABELS.items()}


def test_numbers_of_accounts_are_not_copied_out() -> None:
    """
    A card number stored a second time, as an entity, is a second place to leak from.
    """
    text = "carte 4111 1111 1111 1111, IBAN FR76 3000 6000 0112 3456 7890 189"

    assert ["1111", "FR…0189"] == [one.value for one in find(text)]

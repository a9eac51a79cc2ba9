import pytest

from comptoir.analysis.api import REASON_CODES, Text, triage
from comptoir.analysis.saying import BECAUSE, LABELS, WORDS, why


def test_every_reason_is_told_in_both_languages() -> None:
    """
    A code without words would reach a person as a bare piece of evidence.
    """
    assert set(REASON_CODES) == set(BECAUSE)
    evidence = [("{evidence}" in said, "{}" in BECAUSE[c][0]) for c, said in REASON_CODES.items()]
    assert [] == [pair for pair in evidence if pair[0] != pair[1]]
    assert [] == [code for code, (en, fr) in BECAUSE.items() if ("{}" in en) != ("{}" in fr)]


@pytest.mark.parametrize("words", WORDS)
def test_every_label_and_intent_has_its_sentence(words: str) -> None:
    texts = [
        Text("1", "Toujours pas reçu ma commande, merci pour rien !!"),
        Text("2", ""),
        Text("3", "Où est mon colis ?", own=True),
        Text("4", "Super", rating=5),
    ]
    for reading in triage(texts, mode="light"):
        told = why(reading, words)

        assert [*LABELS, *(intent.name for intent in reading.intents)] == list(told)
        assert all(" → " in said for said in told.values())


def test_french_puts_spaces_that_do_not_break_inside_its_quotation_marks() -> None:
    french = [fr for _, fr in BECAUSE.values() if "«" in fr or " :" in fr]

    assert [] == [said for said in french if "« " in said or " »" in said or " :" in said]

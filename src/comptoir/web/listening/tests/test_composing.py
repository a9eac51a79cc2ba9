"""A query put together from a form: whatever is typed there, a query comes out."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptoir.analysis.queries import QueryError, parse
from comptoir.base.models import User
from comptoir.listening import api as listening
from comptoir.web.listening.composing import Asked, asked, compose
from comptoir.web.tests.signed_in import text, url

WORDS = ("all", "any", "none", "phrase", "near", "author", "site")
LACKING = {"", "empty", "only_not", "no_word", "missing_value", "phrase_long"}


@pytest.mark.parametrize(
    ("values", "made"),
    [
        ({"all": "livraison retard"}, "livraison AND retard"),
        ({"all": "chat en ligne, retard"}, '"chat en ligne" AND retard'),
        ({"any": "colis, paquet"}, "(colis OR paquet)"),
        ({"any": "colis", "none": "jeu, gagnez un lot"}, 'colis NOT (jeu OR "gagnez un lot")'),
        ({"phrase": "“plus jamais”"}, '"plus jamais"'),
        ({"phrase": "Où est mon colis ?"}, '"Où est mon colis"'),
        ({"near": "réseau, panne"}, "(réseau NEAR/5 panne)"),
        ({"any": "OR, l’écran, livr*, p*"}, '("OR" OR l’écran OR livr* OR "p")'),
        ({"author": "@léa b", "site": "example.com"}, 'author:"@léa b" AND site:example.com'),
        ({"all": "box", "lang": "fr", "sentiment": "negative"}, "box AND lang:fr AND sentiment:negative"),
    ],
)  # fmt: skip
def test_what_is_listed_becomes_a_query(values: dict[str, str], made: str) -> None:
    assert made == compose(Asked(values))
    parse(made)


def test_a_text_that_stands_there_is_narrowed_or_replaced() -> None:
    before = "panne OR coupure"

    assert "box" == compose(Asked({"all": "box"}), before)
    assert "(panne OR coupure) AND box" == compose(Asked({"all": "box"}, joined="and"), before)
    narrowed = Asked({}, original=True, joined="and")
    assert "(panne OR coupure) NOT is:repost" == compose(narrowed, before)


@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(WORDS), st.text(max_size=30)))
def test_nothing_typed_breaks_the_query(values: dict[str, str]) -> None:
    """
    What comes out parses, or only lacks something to look for.
    """
    made = compose(asked({f"help_{name}": value for name, value in values.items()}))

    assert problem(made) in LACKING, made


def problem(made: str) -> str:
    try:
        parse(made)
    except QueryError as wrong:
        return wrong.code
    return ""


def test_the_form_writes_the_text(browser: Client, owner: User) -> None:
    listening.add_folder("brand", "Citron", owner)
    sent = {"do": "compose", "name": "Mine", "help_any": "colis, paquet", "help_lang": "fr"}
    page = text(browser.post(url("query_new"), sent))

    assert "(colis OR paquet) AND lang:fr</textarea>" in page
    assert 'value="colis, paquet"' in page
    assert 'value="Mine"' in page


def test_an_empty_form_asks_for_something_and_keeps_the_text(browser: Client, owner: User) -> None:
    listening.add_folder("brand", "Citron", owner)
    page = text(browser.post(url("query_new"), {"do": "compose", "text": "panne"}))

    assert "Fill in one of these first." in page
    assert "panne</textarea>" in page

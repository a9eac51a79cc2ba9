"""The catalogue: every metric is defined in both languages, and nothing else is."""

import pytest
from django.utils import translation

from comptoir.insight.definitions import definitions
from comptoir.insight.metric import metrics

ELSEWHERE = ("mentions.", "weakpoints.", "rivals.")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_metric_is_defined_and_nothing_else(language: str) -> None:
    """
    A figure without a written definition may not be shown; a definition without figure misleads.

    Those of mentions, weak points and rivals are counted elsewhere, and tested there.
    """
    written = {one for one in definitions(language) if not one.startswith(ELSEWHERE)}

    assert set(metrics()) == written


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", sorted(metrics()))
def test_a_definition_says_all_that_it_must(name: str, language: str) -> None:
    """Formula, unit, source, the undefined case, and the version that it describes."""
    found = definitions(language)[name]

    assert all([found.text, found.unit, found.formula, found.source, found.undefined])
    assert metrics()[name].version == found.version
    assert metrics()[name].definition == found.page


def test_the_two_languages_stand_in_the_same_order() -> None:
    assert list(definitions("fr")) == list(definitions("en"))


def test_an_unknown_language_reads_english() -> None:
    assert definitions("en") == definitions("de")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", sorted(metrics()))
def test_titles_on_screen_are_those_of_the_definitions(name: str, language: str) -> None:
    """The same figure must not have two names."""
    with translation.override(language):
        assert definitions(language)[name].title == str(metrics()[name].title)

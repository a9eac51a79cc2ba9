"""What our lists of phrases find in a message: all of them in one walk through its words."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from comptoir.analysis.lexicons import entries, rows, weighted
from comptoir.analysis.phrases import Found, PhraseBook

_FAMILIES = {
    "fr": ("tone_fr.tsv",),
    "en": ("tone_en.tsv",),
    "": ("tone_fr.tsv", "tone_en.tsv"),
}
"""Files of tone, by family of languages; "" when unsure."""


class Listed(NamedTuple):
    """
    Phrases found, by list; each ordered by place, longest first.

    tone: weights, -3 to 3. ironies: chance of irony alone, and beside a complaint. intents:
    name and chance. needs: code and log-odds. alarms: urgency and chance.
    """

    tone: Sequence[Found[float]]
    ironies: Sequence[Found[tuple[float, float]]]
    intents: Sequence[Found[tuple[str, float]]]
    needs: Sequence[Found[tuple[str, float]]]
    alarms: Sequence[Found[tuple[int, float]]]


@cache
def _book() -> PhraseBook:
    return PhraseBook(
        _phrases("irony.tsv", float, float),
        _phrases("intents.tsv", str, float),
        _phrases("needs.tsv", str, float),
        _phrases("urgency.tsv", int, float),
        *(weighted(*names, "tone_emoji.tsv") for names in _FAMILIES.values()),
    )


def _phrases(name: str, first: type, second: type) -> Iterator[tuple[str, Any]]:
    """Phrases with the two values before them, from lines "value TAB value TAB phrases"."""
    for one, other, field in rows(name):
        for phrase in entries(field):
            yield phrase, (first(one), second(other))


def family(language: str) -> str:
    """Which word lists serve a language: its own when there is one, both when unsure."""
    return language if language in _FAMILIES else ""


def find(words: Sequence[str], language: str) -> Listed:
    """What the lists find in `tone.plain_words` of a message; language: its ISO code."""
    ironies, intents, needs, alarms, *tones = _book().find(words)
    tone = tones[list(_FAMILIES).index(family(language))]
    return Listed(tone, ironies, intents, needs, alarms)

"""The frame speaks French completely, and with French typography."""

import re
from pathlib import Path

from babel.messages import Message
from babel.messages.pofile import read_po

CATALOGUE = Path(__file__).parent.parent / "locale/fr/LC_MESSAGES/django.po"
TEMPLATES = Path(__file__).parent.parent / "templates"


def entries() -> list[Message]:
    """The catalogue's messages, without its heading."""
    with CATALOGUE.open(encoding="utf-8") as file:
        return [entry for entry in read_po(file, locale="fr") if entry.id]


def words(entry: Message) -> list[str]:
    return [entry.string] if isinstance(entry.string, str) else list(entry.string or [""])


def test_everything_is_translated() -> None:
    """
    A page half in English tells a French team it was made for somebody else.
    """
    assert [] == [entry.id for entry in entries() if not all(words(entry)) or entry.fuzzy]


def test_every_marked_sentence_is_in_the_catalogue() -> None:
    """
    Adding a sentence to a template and forgetting its translation must not pass.
    """
    known = {entry.id for entry in entries()}
    marked = {
        sentence
        for path in TEMPLATES.rglob("*.html")
        for sentence in re.findall(r'\{% translate "([^"]+)" %\}', path.read_text(encoding="utf-8"))
    }

    assert marked
    assert set() == marked - known


def test_french_punctuation_keeps_its_spaces() -> None:
    """
    A narrow no-break space before ; ! ? and a no-break space before the colon; curly apostrophes.
    """
    wrong = [
        sentence
        for entry in entries()
        for sentence in words(entry)
        if re.search(r"[^\u202f][;!?]|[^\u00a0]:|'|« |[^\u00a0]»", sentence)
    ]

    assert [] == wrong

"""Sentences that outlive their request: kept in every language, read in the reader's."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import lazy

from comptoir.channels.connector import Words

Kept = dict[str, str]


def later(read: Callable[[], str]) -> Words:
    """A sentence that is put together in the language of whoever asks for it."""
    return _later(read)


def _read(read: Callable[[], str]) -> str:
    return read()


_later = lazy(_read, str)


def kept(words: Words) -> Kept:
    """What to store of a sentence that is translated lazily: its text by language."""
    found = {}
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            found[language] = str(words)
    return found


def said(stored: Any) -> str:
    """A kept sentence in the active language; what was stored plainly is given as it is."""
    if not isinstance(stored, Mapping):
        return str(stored or "")
    language = (translation.get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return str(stored.get(language) or next(iter(stored.values()), ""))

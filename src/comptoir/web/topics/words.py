"""Periods and titles as people read them."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _


def period(first: date, last: date) -> str:
    """ "1 March – 28 March 2026", the day alone, or both years where they differ."""
    if first == last:
        return date_format(first, "DATE_FORMAT")
    return _("%(first)s – %(last)s") % {
        "first": date_format(first, "j F" if first.year == last.year else "DATE_FORMAT"),
        "last": date_format(last, "DATE_FORMAT"),
    }


def title(words: str) -> str:
    """
    The words that set a topic apart, as a heading.

    >>> title("colis · retard")
    'Colis · retard'
    """
    return words[:1].upper() + words[1:] if words else _("No words in common")

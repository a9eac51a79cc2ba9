"""Figures of mentions in words: values, changes, intervals, keys."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.channels.api import AuthorView
from comptoir.insight import api as insight
from comptoir.listening.reputation import UNREAD
from comptoir.triage.api import LANGUAGES, TONES, intent_name
from comptoir.web.shell.templatetags.typo import percent
from comptoir.web.shell.words import CHANNELS

DASH: Final = "–"
MINUS: Final = "−"


def number(value: float, decimals: int = 0) -> str:
    return str(number_format(round(value, decimals), decimals, force_grouping=True))


def signed(value: float, decimals: int = 0) -> str:
    """With its sign, a real minus."""
    rounded = round(value, decimals)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return sign + number(abs(rounded), decimals)


def shown(value: float | None, unit: str) -> str:
    """A value with its unit, "count", "points" or "ratio"; a dash when unknown."""
    if value is None:
        return DASH
    if unit == "ratio":
        return percent(value, 1)
    return signed(value, 1) if unit == "points" else number(value)


def interval(low: float, high: float, unit: str) -> str:
    """ "95% interval: 12% to 31%"."""
    return _("95%% interval: %(low)s to %(high)s") % {
        "low": shown(low, unit),
        "high": shown(high, unit),
    }


def points(value: float) -> str:
    """A difference of shares: "+3.2 pt"."""
    return _("%(points)s pt") % {"points": signed(value * 100, 1)}


def mentions_link(count: int) -> str:
    return ngettext("See the %(count)s mention", "See the %(count)s mentions", count) % {
        "count": number(count)
    }


def period(first: date, last: date) -> str:
    """ "1 March 2026 – 28 March 2026", or the day alone."""
    if first == last:
        return date_format(first, "DATE_FORMAT")
    return _("%(first)s – %(last)s") % {
        "first": date_format(first, "DATE_FORMAT"),
        "last": date_format(last, "DATE_FORMAT"),
    }


def bucket(first: date, last: date) -> str:
    if first == last:
        return date_format(first, "SHORT_DATE_FORMAT")
    return _("%(first)s – %(last)s") % {
        "first": date_format(first, "SHORT_DATE_FORMAT"),
        "last": date_format(last, "SHORT_DATE_FORMAT"),
    }


def key(name: str, value: Any, people: Mapping[int, str]) -> str:
    """One key of a breakdown as people call it."""
    if value is None:
        return _("Not read yet")
    if name == "author":
        return people.get(int(value), _("Erased author"))
    if name == "hour":
        return _("%(hour)s:00") % {"hour": value}
    names: dict[str, Mapping[Any, Any]] = {
        "tone": TONES,
        "channel": CHANNELS,
        "language": LANGUAGES,
        "weekday": WEEKDAYS,
    }
    if name == "intent":
        return intent_name(value)
    return f"#{value}" if name == "hashtag" else str(names.get(name, {}).get(value, value))


def of_address(name: str, said: str) -> str:
    """The same for a key as an address says it; raises ValueError where it makes no sense."""
    if said == UNREAD:
        return key(name, None, {})
    if name == "known":
        return {
            "engagement": _("Engagement known"),
            "reach": _("Views known"),
            "tone": _("Tone read"),
        }[said]
    value: Any = int(said) if name in ("author", "hour", "weekday", "tone") else said
    return key(name, value, people({value}) if name == "author" else {})


def people(wanted: set[int]) -> dict[int, str]:
    """How each of these authors is called; an erased one is left out."""
    return {one: called(author) for one, author in insight.authors(wanted).items()}


def called(author: AuthorView) -> str:
    """Name and handle where both are known and differ."""
    name, handle = author.name, author.handle
    if not handle:
        return name or _("Unsigned")
    return f"{name} (@{handle})" if name and name.casefold() != handle.casefold() else f"@{handle}"

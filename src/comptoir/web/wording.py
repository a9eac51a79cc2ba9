"""Figures in words: each unit as people read it, each key of a breakdown by its name."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from babel.numbers import format_currency
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from comptoir.channels.api import AuthorView
from comptoir.insight import api as insight
from comptoir.insight.api import UNREAD
from comptoir.triage.api import LANGUAGES, TONES, intent_name
from comptoir.web.shell.templatetags.typo import duration, percent
from comptoir.web.shell.words import CHANNELS

DASH: Final = "–"
MINUS: Final = "−"
_NUMBERS: Final = ("author", "hour", "weekday", "tone")


def shown(value: float | None, unit: str) -> str:
    """A value with its unit, a dash when unknown."""
    if value is None:
        return DASH
    if unit == "seconds":
        return duration(value)
    if unit == "ratio":
        return percent(value, 0 if value in (0.0, 1.0) else 1)
    if unit == "points":
        return signed(value, 1)
    return number(value, 2 if unit == "rate" else 0)


def number(value: float, decimals: int = 0) -> str:
    return str(number_format(round(value, decimals), decimals, force_grouping=True))


def signed(value: float, decimals: int = 0) -> str:
    """With its sign, a real minus."""
    rounded = round(value, decimals)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return sign + number(abs(rounded), decimals)


def money(amount: Decimal, currency: str, brief: bool = False) -> str:
    """A sum with its sign: "29,90 €", "€30.00". brief: a whole one without cents."""
    french = (get_language() or "fr").startswith("fr")
    figure = "#,##0" if brief and amount == amount.to_integral_value() else "#,##0.00"
    pattern, locale = (f"{figure}\u00a0¤", "fr_FR") if french else (f"¤{figure}", "en_GB")
    return str(format_currency(amount, currency, pattern, locale=locale, currency_digits=False))


def points(value: float) -> str:
    """A difference of shares: "+3.2 pt"."""
    return _("%(points)s pt") % {"points": signed(value * 100, 1)}


def interval(low: float, high: float, unit: str) -> str:
    """ "95% interval: 12% to 31%"."""
    return _("95%% interval: %(low)s to %(high)s") % {
        "low": shown(low, unit),
        "high": shown(high, unit),
    }


def mentions_link(count: int) -> str:
    return ngettext("See the %(count)s mention", "See the %(count)s mentions", count) % {
        "count": number(count)
    }


def period(first: date, last: date) -> str:
    """ "1 March 2026 – 28 March 2026", or the day alone."""
    return _from_to(first, last, "DATE_FORMAT")


def bucket(first: date, last: date) -> str:
    """The same in figures."""
    return _from_to(first, last, "SHORT_DATE_FORMAT")


def _from_to(first: date, last: date, form: str) -> str:
    if first == last:
        return date_format(first, form)
    return _("%(first)s – %(last)s") % {
        "first": date_format(first, form),
        "last": date_format(last, form),
    }


def key(name: str, value: Any, people: Mapping[int, str]) -> str:
    """One key of a breakdown as people call it."""
    if value is None:
        return _("Not read yet")
    if name == "day":
        return date_format(value, "SHORT_DATE_FORMAT")
    if name == "author":
        return people.get(int(value), _("Erased author"))
    if name == "hour":
        return _("%(hour)s:00") % {"hour": value}
    if name == "intent":
        return intent_name(value)
    names: dict[str, Mapping[Any, Any]] = {
        "tone": TONES,
        "channel": CHANNELS,
        "language": LANGUAGES,
        "weekday": WEEKDAYS,
    }
    return f"#{value}" if name == "hashtag" else str(names.get(name, {}).get(value, value))


def of_address(name: str, said: str) -> str:
    """The same for a key as an address says it; raises ValueError where it makes no sense."""
    if said == UNREAD:
        return key(name, None, {})
    if name == "known":
        known = {
            "engagement": _("Engagement known"),
            "reach": _("Views known"),
            "tone": _("Tone read"),
        }
        if said not in known:
            raise ValueError("nothing that is known of messages")
        return known[said]
    value: Any = int(said) if name in _NUMBERS else said
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

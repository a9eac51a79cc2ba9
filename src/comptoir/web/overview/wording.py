"""Figures in words: each unit as people read it, each key by its name."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.channels.api import AuthorView
from comptoir.insight import api as insight
from comptoir.insight.api import UNREAD, Figure, Metric
from comptoir.triage.api import TONES, intent_name
from comptoir.web.shell.templatetags.typo import duration, percent
from comptoir.web.shell.words import CHANNELS

Keys = tuple[Any, ...]
_NAMES: Final[dict[str, Mapping[Any, Any]]] = {
    "tone": TONES,
    "channel": CHANNELS,
}
DASH: Final = "–"
MINUS: Final = "−"


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


def change_text(figure: Figure) -> str:
    """What the arrow says where a percentage would mislead: points, durations, from nought."""
    if figure.value is None or figure.before is None:
        return ""
    unit, difference = figure.metric.unit, figure.value - figure.before
    if not figure.before and unit != "points":
        return shown(0.0, unit) if not difference else "+" + shown(difference, unit)
    if unit == "seconds":
        sign = "+" if difference > 0 else MINUS if difference < 0 else ""
        return sign + duration(abs(difference))
    if unit == "points":
        return signed(difference, 1)
    if unit == "ratio":
        points = round(difference * 100, 1)
        return _("%(points)s pt") % {"points": signed(points, 1)}
    return ""


def rows_link(metric: Metric, count: int) -> str:
    """The words of the link from a figure to what it counts."""
    values = {"count": number(count)}
    if metric.rows == "conversations":
        return (
            ngettext("See the %(count)s conversation", "See the %(count)s conversations", count)
            % values
        )
    return ngettext("See the %(count)s message", "See the %(count)s messages", count) % values


def period_words(first: Any, last: Any) -> str:
    """ "1 March 2026 – 28 March 2026", or the day alone."""
    if first == last:
        return date_format(first, "DATE_FORMAT")
    return _("%(first)s – %(last)s") % {
        "first": date_format(first, "DATE_FORMAT"),
        "last": date_format(last, "DATE_FORMAT"),
    }


def key_words(key: str, value: Any, people: Mapping[int, str]) -> str:
    """One key of a breakdown as people call it."""
    if value is None:
        return _("Not read yet")
    if key == "day":
        return date_format(value, "SHORT_DATE_FORMAT")
    if key == "author":
        return people.get(value, _("Erased author"))
    if key == "hashtag":
        return f"#{value}"
    if key == "intent":
        return intent_name(value)
    return str(_NAMES.get(key, {}).get(value, value))


def key_address(value: Any) -> str:
    """A key as it stands in an address; the reverse of what `insight.rows` reads."""
    return UNREAD if value is None else str(value)


def people(ids: set[int]) -> dict[int, str]:
    """How each of these authors is called; an erased one is left out."""
    return {one: called(author) for one, author in insight.authors(ids).items()}


def called(author: AuthorView) -> str:
    """Name and handle where both are known and differ."""
    name, handle = author.name, author.handle
    if not handle:
        return name or _("Unsigned")
    return f"{name} (@{handle})" if name and name.casefold() != handle.casefold() else f"@{handle}"

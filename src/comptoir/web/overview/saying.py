"""Sentences about the figures of the overview."""

from typing import Any

from django.utils.translation import ngettext

from comptoir.insight.api import UNREAD, Figure, Metric
from comptoir.web.shell.templatetags.typo import duration
from comptoir.web.wording import MINUS, number, points, shown, signed


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
        return points(difference)
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


def key_address(value: Any) -> str:
    """A key as it stands in an address; the reverse of what `insight.rows` reads."""
    return UNREAD if value is None else str(value)

"""Weak points in words: figures, trends, filters."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.insight import api as insight
from comptoir.weakpoints import api
from comptoir.weakpoints.api import Costs, Filter, Line
from comptoir.web import defined
from comptoir.web import wording as figures
from comptoir.web.shell.templatetags.typo import duration
from comptoir.web.wording import DASH, key, number, signed

FULL: Final = 100
MEASURES: Final = (*api.MEASURES, "rate", "cost", "handling")


def per_hundred(rate: float | None) -> str:
    """A rate as "12.3": so many of a hundred conversations."""
    return DASH if rate is None else number(rate * FULL, 1)


def interval(pair: tuple[float, float] | None) -> str:
    """ "8.1 to 17.9", of a hundred conversations."""
    if pair is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": per_hundred(pair[0]), "high": per_hundred(pair[1])}


def change(found: tuple[float, float, float] | None) -> str:
    """ "+3.2 (−0.4 to +6.9)", of a hundred conversations."""
    if found is None:
        return _("not enough")
    middle, low, high = (signed(one * FULL, 1) for one in found)
    return _("%(change)s (%(low)s to %(high)s)") % {"change": middle, "low": low, "high": high}


def direction(found: tuple[float, float, float] | None) -> str:
    """ "up" or "down" where the interval leaves no doubt, "same" where it does, "" unknown."""
    if found is None:
        return ""
    if found[1] > 0:
        return "up"
    return "down" if found[2] < 0 else "same"


def trend(one: Line) -> str:
    """What became of it since the period before, in words."""
    if not one.known[1]:
        return _("not known before")
    if one.change is None:
        return _("not enough")
    words = {"up": _("more"), "down": _("fewer"), "same": _("no clear change")}
    return f"{words[direction(one.change)]} · {change(one.change)}"


def money(costs: Costs, contacts: int) -> str:
    """What contacts cost; "" when nobody said what one costs."""
    amount = costs.money(contacts)
    return "" if amount is None else figures.money(amount, costs.currency)


def hours(costs: Costs, contacts: int) -> str:
    spent = costs.hours(contacts)
    return "" if spent is None else str(duration(spent * 3600))


def about(wanted: Filter) -> list[str]:
    """Each part of a filter as people read it."""
    parts = []
    if wanted.department:
        parts.append(api.departments.name_of(wanted.department))
    if wanted.product:
        parts.append(api.products.name_of(wanted.product))
    if wanted.phrase:
        parts.append(_("“%(phrase)s”") % {"phrase": wanted.phrase})
    if wanted.channel:
        parts.append(key("channel", wanted.channel, {}))
    if wanted.language:
        parts.append(key("language", wanted.language, {}))
    return parts


def title(wanted: Filter) -> str:
    return " · ".join(about(wanted)) or _("All complaints")


def told(measure: str) -> insight.Definition:
    """The written definition of a measure."""
    return defined.told(f"weakpoints.{measure}")


def address(measure: str) -> str:
    """Where that definition stands."""
    return defined.address(f"weakpoints.{measure}")


def counted(count: int) -> str:
    return ngettext("%(count)s complaint", "%(count)s complaints", count) % {"count": number(count)}


def confidence(share: float) -> str:
    """A confidence as people read it; never a hundred percent of what nobody checked."""
    return _("%(percent)s%%") % {"percent": number(min(share, 0.99) * FULL)}

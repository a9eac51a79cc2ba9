"""Watched pages in words."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from comptoir.listening.watching import api

WANTS: Final[Mapping[str, Promise]] = {
    "price": gettext_lazy("The price"),
    "offer": gettext_lazy("Offers: what begins, what ends, reductions and codes"),
    "availability": gettext_lazy("Whether it can be bought"),
    "text": gettext_lazy("The text"),
}
SHORT: Final[Mapping[str, Promise]] = {
    "price": pgettext_lazy("what is watched", "price"),
    "offer": pgettext_lazy("what is watched", "offers"),
    "availability": pgettext_lazy("what is watched", "availability"),
    "text": pgettext_lazy("what is watched", "text"),
}
ICONS: Final = {
    "price": "tag",
    "began": "plus",
    "ended": "minus",
    "availability": "box",
    "promo_began": "plus",
    "promo_ended": "minus",
    "text": "edit",
    "gone": "warning",
}
SOURCES: Final[Mapping[str, Promise]] = {
    "json-ld": gettext_lazy("from the page’s data for machines (JSON-LD)"),
    "microdata": gettext_lazy("from the page’s data for machines (microdata)"),
    "open-graph": gettext_lazy("from the page’s data for networks (Open Graph)"),
    "text": gettext_lazy("from what the page shows"),
}


def often(minutes: int) -> str:
    """How often, as people say it."""
    if minutes == 60:
        return _("every hour")
    if minutes == 1440:
        return _("every day")
    if minutes == 10080:
        return _("every week")
    if minutes % 1440 == 0:
        days = minutes // 1440
        return ngettext("every %(count)s day", "every %(count)s days", days) % {"count": days}
    hours = minutes // 60
    return ngettext("every %(count)s hour", "every %(count)s hours", hours) % {"count": hours}


def wanted(wants: tuple[str, ...]) -> str:
    return ", ".join(str(SHORT[one]) for one in wants if one in SHORT)


def price(view: api.PriceView | None) -> str:
    """The price of a page, "" before the first visit or where none is told."""
    if view is None or view.cents is None:
        return ""
    said = api.sum_of(view.cents, view.currency)
    return _("from %(price)s") % {"price": said} if view.starting else said

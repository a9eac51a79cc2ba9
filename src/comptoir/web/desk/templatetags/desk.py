"""What the desk's templates ask for: outside ids, lengths of waiting, shares of certainty."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from babel.numbers import format_currency
from django import template
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from comptoir.base import ids
from comptoir.channels.api import AuthorView

register = template.Library()

MILLION = 1_000_000
HOUR = 3600
DAY = 86_400


@register.filter
def concealed(identifier: int, kind: str) -> str:
    """The outside form of an id: `{{ tag.id|concealed:"tag" }}`."""
    return ids.conceal(kind, identifier)


@register.filter
def signed(author: AuthorView) -> str:
    """A writer's name, else the handle with its @, else that nobody signed."""
    return author.name or at(author.handle) or _("Somebody unknown")


def at(handle: str) -> str:
    """A handle with its @; as it is where it cannot have one (an e-mail address, a full name)."""
    return handle if not handle or "@" in handle or " " in handle else f"@{handle}"


@register.filter
def waited(length: timedelta) -> str:
    """
    A wait in its largest unit alone: "12 min", "5 h", "1 204 d".
    """
    seconds = int(length.total_seconds())
    if seconds < HOUR:
        return _("%(count)s min") % {"count": max(seconds // 60, 1)}
    if seconds < DAY:
        return _("%(count)s h") % {"count": seconds // HOUR}
    return _("%(count)s d") % {"count": number_format(seconds // DAY, force_grouping=True)}


@register.filter
def waited_sentence(length: timedelta) -> str:
    """The same, as a sentence for a tip."""
    seconds = int(length.total_seconds())
    if seconds < HOUR:
        minutes = max(seconds // 60, 1)
        return ngettext(
            "The customer has been waiting for %(count)s minute.",
            "The customer has been waiting for %(count)s minutes.",
            minutes,
        ) % {"count": minutes}
    if seconds < DAY:
        hours = seconds // HOUR
        return ngettext(
            "The customer has been waiting for %(count)s hour.",
            "The customer has been waiting for %(count)s hours.",
            hours,
        ) % {"count": hours}
    days = seconds // DAY
    return ngettext(
        "The customer has been waiting for %(count)s day.",
        "The customer has been waiting for %(count)s days.",
        days,
    ) % {"count": number_format(days, force_grouping=True)}


STATES: Mapping[str, Promise] = {
    "queued": gettext_lazy("The answer waits to leave."),
    "sending": gettext_lazy("The answer is leaving."),
    "sent": gettext_lazy("The answer is sent."),
    "delivered": gettext_lazy("The answer is delivered."),
    "read": gettext_lazy("The answer was read."),
    "failed": gettext_lazy("The answer could not be sent."),
    "unknown": gettext_lazy("Nobody knows yet whether the answer left."),
    "cancelled": gettext_lazy("The answer was taken back."),
}


@register.filter
def spoken(state: str) -> str:
    """What becomes of an answer, as a sentence for those who hear the page."""
    return str(STATES.get(state, ""))


@register.filter
def price(millionths: int | None, currency: str) -> str:
    """
    What an answer costs, "" where it is free; as many decimals as small prices need.

    >>> price(15_000, "USD")
    '0,015\xa0$US'
    """
    if not millionths:
        return ""
    language = (get_language() or "fr").split("-")[0]
    locale = "en_GB" if language == "en" else language
    pattern = "¤#,##0.00##" if language == "en" else "#,##0.00##\xa0¤"
    amount = Decimal(millionths) / MILLION
    return str(format_currency(amount, currency, pattern, locale=locale, currency_digits=False))

"""What the desk's templates ask for: outside ids, lengths of waiting, shares of certainty."""

from datetime import timedelta

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.base import ids
from comptoir.channels.api import AuthorView

register = template.Library()

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

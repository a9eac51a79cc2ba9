"""When a conversation put aside comes back."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import Problem

MORNING = time(9)
PRESETS: Mapping[str, tuple[str, Promise]] = {
    "3h": ("clock", _("In 3 hours")),
    "tomorrow": ("sun", _("Tomorrow at 9:00")),
    "monday": ("calendar", _("Monday at 9:00")),
}


def moment(preset: str, custom: str = "") -> datetime:
    """
    The moment that a choice names, in the current zone (the workspace's).

    preset: a key of PRESETS, or "custom" with `custom` as a browser's date and time field
    writes it. Raises Problem "bad_moment" for anything else.
    """
    now = timezone.localtime(clock.now())
    if preset == "3h":
        return now + timedelta(hours=3)
    if preset == "tomorrow":
        return _morning(now, 1)
    if preset == "monday":
        return _morning(now, 7 - now.weekday())
    return _custom(custom)


def _morning(now: datetime, days: int) -> datetime:
    day = now.date() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, MORNING))


def _custom(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Problem(
            "bad_moment", _("This is not a date and a time."), _("Choose a day and an hour.")
        )
    return timezone.make_aware(found) if timezone.is_naive(found) else found

"""
An HTTP answer that is not the one hoped for, as the refusal it stands for.

One mapping for all networks, so that no connector ever waits: it raises, and the machinery
does the waiting.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NoReturn

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.http import Response
from comptoir.channels.connector import AccessLost, Rejected, TryLater, Unrecognised

RESETS = ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")
LEFT = ("x-rate-limit-remaining", "x-ratelimit-remaining", "ratelimit-remaining")
# A number this large is a moment (seconds since 1970); a smaller one is a span.
_MOMENT = 1_000_000_000
_FAR = 10_000_000_000
_BUSY = (408, 423, 425, 429)
_SAID = 300


def refuse(response: Response, said: str = "") -> NoReturn:
    """
    Raise what an answer that is not a success means.

    said: the network's own words for it, where the connector found them in the body. TryLater
    for 429, 5xx and the like, after as long as the headers ask; AccessLost for 401, and for 403
    unless the headers say that a limit was reached; Rejected for other 4xx; Unrecognised for
    what no API answers (a redirect, a page of HTML with 200).
    """
    status = response.status
    reason = f"HTTP {status} {said}".strip()
    if status in _BUSY or status >= 500 or (status == 403 and is_spent(response.headers)):
        raise TryLater(reason, retry_after(response.headers))
    if status in (401, 403):
        raise AccessLost(reason)
    if 400 <= status < 500:
        raise rejected(status, said)
    raise Unrecognised(reason)


def rejected(status: int, said: str = "") -> Rejected:
    """The network's lasting no, in its own words where it gives any."""
    if said:
        sentence = format_lazy(_("The network refused it: {said}"), said=said[:_SAID])
    elif status in (404, 410):
        sentence = _("The network says that this no longer exists.")
    else:
        sentence = format_lazy(_("The network refused it (HTTP {status})."), status=str(status))
    return Rejected(f"http_{status}", sentence)


def is_spent(headers: Mapping[str, str]) -> bool:
    """Whether a limit is used up: some networks answer 403 for it, with these headers."""
    return "retry-after" in headers or any(headers.get(name) == "0" for name in LEFT)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """
    Seconds that the headers ask to wait; None when they do not say.

    Retry-After is a number of seconds or a date; the others a moment or a number of seconds.

    >>> retry_after({"retry-after": "30"})
    30.0
    """
    for name in ("retry-after", *RESETS):
        found = _seconds(headers.get(name, ""))
        if found is not None:
            return found
    return None


def _seconds(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return _until(_date(value))
    if not 0 <= number < _FAR:  # which NaN is not either
        return None
    if number >= _MOMENT:
        return _until(datetime.fromtimestamp(number, UTC))
    return number


def _date(value: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(value)
        except (ValueError, TypeError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _until(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, (moment - clock.now()).total_seconds())

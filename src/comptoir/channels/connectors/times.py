"""Times as networks write them."""

from datetime import UTC, datetime
from typing import Any

from comptoir.channels.connector import Unrecognised


def moment(value: Any) -> datetime:
    """
    A time in ISO 8601, in UTC. Raises Unrecognised: a time made up would misplace a message.

    >>> moment("2026-03-04T09:00:00+01:00").isoformat()
    '2026-03-04T08:00:00+00:00'
    """
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except ValueError as error:
        raise Unrecognised(f"no time: {value!r}") from error


def instant(value: Any, per_second: int = 1) -> datetime:
    """
    A time counted from 1970, in seconds or in parts of one, in UTC. Raises Unrecognised.

    >>> instant(1772611200000, 1000).isoformat()
    '2026-03-04T08:00:00+00:00'
    """
    try:
        return datetime.fromtimestamp(float(value) / per_second, UTC)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise Unrecognised(f"no time: {value!r}") from error

"""
Ids: time-ordered inside, unguessable outside.

A message's id holds its time (42 bits of milliseconds since 1970, enough until
2109) and a counter (21 bits). Ordering by id is ordering by time, which lets
full-text search return the newest first without a sort.
"""

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from django.conf import settings
from django.db import connection, transaction

COUNTER_BITS = 21
_MASK = (1 << COUNTER_BITS) - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = (1 << 42) - 1
HIGHEST = (1 << 63) - 1
"""No id is higher."""


def reserve(count: int, name: str = "message") -> int:
    """Take `count` consecutive counter values for this process alone; returns the first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO base_idblock (name, next) VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET next = base_idblock.next + excluded.next"
            " RETURNING next",
            [name, count],
        )
        return int(cursor.fetchone()[0]) - count


def at_times(moments: Sequence[datetime]) -> list[int]:
    """One fresh id per aware moment, in the same order."""
    first = reserve(len(moments))
    return [compose(moment, first + i) for i, moment in enumerate(moments)]


def compose(moment: datetime, counter: int) -> int:
    """The id of `moment` and `counter`; times before 1970 share the first millisecond."""
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    return min(max(milliseconds, 0), _LATEST) << COUNTER_BITS | counter & _MASK


def lowest_at(moment: datetime) -> int:
    """The smallest id a message of `moment` or later can have: turns dates into id ranges."""
    return compose(moment, 0)


def moment_of(identifier: int) -> datetime:
    """When a message with this id was sent, to the millisecond, in UTC."""
    return _EPOCH + timedelta(milliseconds=identifier >> COUNTER_BITS)


def conceal(kind: str, identifier: int) -> str:
    """
    The outside form of an id: cannot be guessed, says its kind to nobody.

    A keyed tag of 48 bits follows the number, so that only ids that this
    installation gave out are read back.
    """
    number = identifier.to_bytes(8, "big", signed=True)
    return base64.urlsafe_b64encode(_tag(kind, number) + number).decode().rstrip("=")


def reveal(kind: str, outside: str) -> int | None:
    """The id behind `outside`, or None when it is not one of ours of that kind."""
    try:
        raw = base64.urlsafe_b64decode(outside + "=" * (-len(outside) % 4))
    except ValueError:
        return None
    tag, number = raw[:6], raw[6:]
    if len(number) != 8 or not hmac.compare_digest(tag, _tag(kind, number)):
        return None
    return int.from_bytes(number, "big", signed=True)


def _tag(kind: str, number: bytes) -> bytes:
    key = settings.SECRET_KEY.encode()[:64]
    return blake2b(kind.encode() + b"\0" + number, key=key, digest_size=6).digest()

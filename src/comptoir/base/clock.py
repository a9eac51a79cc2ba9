"""The one clock, so that tests can hold it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """The current time, aware and in UTC."""
    return _held.get() or datetime.now(UTC)


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """Stop the clock at `moment` (aware) for the length of a block."""
    token = _held.set(moment)
    try:
        yield
    finally:
        _held.reset(token)

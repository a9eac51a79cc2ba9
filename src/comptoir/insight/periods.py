"""Periods in whole days of the workspace's zone, and the one before of equal length."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from comptoir.base.ids import lowest_at


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` up to but without `until`, as the zone's calendar counts them."""

    first: date
    until: date
    zone: str

    def __post_init__(self) -> None:
        if self.until <= self.first:
            raise ValueError("a period has at least one day")

    @property
    def days(self) -> int:
        return (self.until - self.first).days

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.until - timedelta(days=1)

    def before(self) -> "Period":
        """As many days, ending where this one begins."""
        return Period(self.first - timedelta(days=self.days), self.first, self.zone)

    def ids(self) -> tuple[int, int]:
        """The half-open range of message ids sent in the period: local midnight to midnight."""
        return self._lowest(self.first), self._lowest(self.until)

    def months(self) -> tuple[str, str]:
        """The first and last month touched, as "2026-11"."""
        return f"{self.first:%Y-%m}", f"{self.last:%Y-%m}"

    def _lowest(self, day: date) -> int:
        return lowest_at(datetime.combine(day, time(), ZoneInfo(self.zone)))


def ending(last: date, days: int, zone: str) -> Period:
    """The `days` days up to and with `last`."""
    until = last + timedelta(days=1)
    return Period(until - timedelta(days=days), until, zone)


def month(year: int, number: int, zone: str) -> Period:
    """One calendar month."""
    first = date(year, number, 1)
    return Period(first, (first + timedelta(days=32)).replace(day=1), zone)

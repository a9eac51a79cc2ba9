"""Hours of the day in which nobody wants to be told."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Hours = tuple[time, time] | None


def until(moment: datetime, hours: Hours, zone: str) -> datetime:
    """
    When somebody may be told who should be at `moment`: then, or at the end of quiet hours.

    Hours may go over midnight. Where clocks change inside them they are never cut short: an
    hour that comes twice is quiet both times, and one that is left out ends them after it.

    >>> from datetime import UTC
    >>> night = (time(22), time(7))
    >>> until(datetime(2026, 3, 2, 23, tzinfo=UTC), night, "UTC").isoformat()
    '2026-03-03T07:00:00+00:00'
    >>> until(datetime(2026, 3, 2, 12, tzinfo=UTC), night, "UTC").isoformat()
    '2026-03-02T12:00:00+00:00'
    """
    if hours is None:
        return moment
    begins, ends = hours
    here = ZoneInfo(zone)
    today = moment.astimezone(here).date()
    for day in (today - timedelta(days=1), today):
        last = day + timedelta(days=1) if ends <= begins else day
        end = max(_instants(last, ends, here))
        if min(_instants(day, begins, here)) <= moment < end:
            return end.astimezone(moment.tzinfo)
    return moment


def _instants(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments that this time of the day may mean: two where clocks change."""
    first, second = (
        datetime.combine(day, at.replace(fold=fold), zone).astimezone(ZoneInfo("UTC"))
        for fold in (0, 1)
    )
    return first, second

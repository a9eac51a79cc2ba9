"""When the simulated shop is open, when it sells more, and how a delay in working hours falls."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
UTC = ZoneInfo("UTC")

# Minutes after local midnight, Monday first. One person keeps Saturday mornings.
OPENING: tuple[tuple[int, int] | None, ...] = (
    (9 * 60, 18 * 60),
    (9 * 60, 18 * 60),
    (9 * 60, 18 * 60),
    (9 * 60, 18 * 60),
    (9 * 60, 17 * 60 + 30),
    (10 * 60, 13 * 60),
    None,
)


def local(day: date, minute: float) -> datetime:
    """
    The aware UTC instant `minute` minutes after midnight in Paris, to the second.

    Counts wall-clock minutes, so 18:00 stays 18:00 on the days clocks change.
    """
    seconds = min(int(minute * 60), 86_399)
    wall = datetime.combine(day, time(0), tzinfo=PARIS) + timedelta(seconds=seconds)
    return wall.astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The day in Paris of an aware instant."""
    return moment.astimezone(PARIS).date()


def after_working_minutes(start: datetime, minutes: float) -> datetime:
    """The instant reached once the team has been at work for `minutes` since `start`."""
    day, left = day_of(start), minutes
    wall = start.astimezone(PARIS)
    now = wall.hour * 60 + wall.minute + wall.second / 60
    while True:
        hours = OPENING[day.weekday()]
        if hours and now < hours[1]:
            begin = max(now, float(hours[0]))
            if begin + left <= hours[1]:
                return local(day, begin + left)
            left -= hours[1] - begin
        day, now = day + timedelta(days=1), 0.0


def last_weekday(year: int, month: int, weekday: int) -> date:
    """The last Monday (0) … Sunday (6) of a month."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    last = first_of_next - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def season(day: date) -> tuple[str, float]:
    """
    The commercial occasion of a day and how much more is sold than on a plain one.

    Mother's Day is taken as the last Sunday of May, its date in most years.
    """
    black_friday = last_weekday(day.year, 11, 4)
    mothers = last_weekday(day.year, 5, 6)
    spans = (
        ("Black Friday", black_friday - timedelta(days=4), black_friday + timedelta(days=3), 3.2),
        ("Noël", black_friday + timedelta(days=4), date(day.year, 12, 20), 2.1),
        ("la Saint-Valentin", date(day.year, 2, 4), date(day.year, 2, 13), 1.6),
        ("la fête des Mères", mothers - timedelta(days=16), mothers, 2.2),
        ("les soldes", date(day.year, 1, 8), date(day.year, 1, 20), 1.5),
        ("la rentrée", date(day.year, 9, 1), date(day.year, 9, 14), 1.3),
        ("l'été", date(day.year, 7, 20), date(day.year, 8, 22), 0.7),
    )
    for name, first, last, factor in spans:
        if first <= day <= last:
            return name, factor
    return "", 1.0

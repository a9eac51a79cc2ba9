"""Dates as the text tells them, and as the day of the message settles them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.analysis.entities import find, known_date

WEDNESDAY = date(2026, 3, 4)


def dated(text: str, today: date | None = None) -> list[str]:
    return [one.value for one in find(text, today=today) if one.kind == "date"]


@pytest.mark.parametrize(
    ("text", "told", "known"),
    [
        ("le 3 mars", "--03-03", "2026-03-03"),
        ("le 1er décembre dernier", "--12-01", "2025-12-01"),
        ("on the 24th of December", "--12-24", "2025-12-24"),
        ("mardi dernier", "weekday:2:-1", "2026-03-03"),
        ("last Wednesday", "weekday:3:-1", "2026-02-25"),
        ("next Friday", "weekday:5:+1", "2026-03-06"),
        ("mercredi prochain", "weekday:3:+1", "2026-03-11"),
        ("lundi", "weekday:1", "weekday:1"),
        ("hier", "day:-1", "2026-03-03"),
        ("aujourd’hui", "day:0", "2026-03-04"),
        ("il y a dix jours", "day:-10", "2026-02-22"),
        ("2 weeks ago", "week:-2", "2026-W08"),
        ("le mois dernier", "month:-1", "2026-02"),
        ("last year", "year:-1", "2025"),
        ("fin janvier", "--01", "2026-01"),
        ("mars 2025", "2025-03", "2025-03"),
        ("2026-03-12", "2026-03-12", "2026-03-12"),
        ("12/03/26", "2026-03-12", "2026-03-12"),
        ("03/25/2026", "2026-03-25", "2026-03-25"),
        ("12/04", "--04-12", "2026-04-12"),
        ("Tuesday, March 3rd, 2026", "2026-03-03", "2026-03-03"),
    ],
)
def test_dates_are_told_without_a_clock_and_settled_with_one(
    text: str, told: str, known: str
) -> None:
    """
    Analysis has no clock: what the text does not say waits for the day of the message.
    """
    assert [told] == dated(text)
    assert [known] == dated(text, WEDNESDAY)


@pytest.mark.parametrize(
    "text",
    ["32/01/2026", "4/5", "10/10", "24/24 7/7", "1.2.10", "le mari de ma sœur", "30 février"],
)
def test_marks_versions_and_days_that_are_none_are_left(text: str) -> None:
    """
    A false date on a page misleads more than a missing one.
    """
    assert [] == dated(text)


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(1, 7))
def test_last_and_next_weekday_are_within_a_week(today: date, weekday: int) -> None:
    """
    Strictly before and strictly after the day of the message, on the right day.
    """
    before = date.fromisoformat(known_date(f"weekday:{weekday}:-1", today))
    after = date.fromisoformat(known_date(f"weekday:{weekday}:+1", today))

    assert timedelta(days=1) <= today - before <= timedelta(days=7)
    assert timedelta(days=1) <= after - today <= timedelta(days=7)
    assert weekday == before.isoweekday() == after.isoweekday()


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.dates(date(2023, 1, 1), date(2023, 12, 31)))
def test_a_day_without_year_is_the_nearest(today: date, day: date) -> None:
    """
    "Le 24 décembre" said in January was last month, not in eleven.
    """
    known = date.fromisoformat(known_date(day.strftime("--%m-%d"), today))

    assert (day.month, day.day) == (known.month, known.day)
    assert abs((known - today).days) <= 184

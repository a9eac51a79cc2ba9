"""Quiet hours, across midnight and where clocks change."""

from datetime import UTC, datetime, time

import pytest

from comptoir.listening.alerting.quiet import until

NIGHT = (time(22), time(7))
ZONE = "Europe/Paris"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("03-02T20:59", "03-02T20:59"),
        ("03-02T21:00", "03-03T06:00"),
        ("03-03T05:59", "03-03T06:00"),
        ("03-03T06:00", "03-03T06:00"),
        # The night before 29 March is an hour shorter, that before 25 October an hour longer.
        ("03-28T21:30", "03-29T05:00"),
        ("03-29T04:59", "03-29T05:00"),
        ("10-24T20:30", "10-25T06:00"),
        ("10-25T05:30", "10-25T06:00"),
    ],
)
def test_a_night_holds_back_until_its_end(moment: str, told: str) -> None:
    assert utc(told) == until(utc(moment), NIGHT, ZONE)


def test_an_hour_that_comes_twice_is_quiet_both_times() -> None:
    """
    On 25 October it is 02:15 at 00:15 and again at 01:15 UTC; quiet until half past two.
    """
    hours = (time(1), time(2, 30))

    assert utc("10-25T01:30") == until(utc("10-25T00:15"), hours, ZONE)
    assert utc("10-25T01:30") == until(utc("10-25T01:15"), hours, ZONE)


def test_an_end_that_is_left_out_comes_after_the_gap() -> None:
    """
    On 29 March there is no half past two: at 01:00 UTC it is three.
    """
    hours = (time(1), time(2, 30))

    assert utc("03-29T01:30") == until(utc("03-29T00:30"), hours, ZONE)


def test_without_hours_nothing_waits() -> None:
    assert utc("03-02T02:00") == until(utc("03-02T02:00"), None, ZONE)


def test_hours_of_one_day() -> None:
    lunch = (time(12), time(14))

    assert utc("03-02T13:00") == until(utc("03-02T11:30"), lunch, ZONE)
    assert utc("03-02T13:30") == until(utc("03-02T13:30"), lunch, ZONE)

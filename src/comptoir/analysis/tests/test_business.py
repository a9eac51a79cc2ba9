"""Business hours against a slow, obvious count of minutes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.business import Hours, business_seconds, business_seconds_many

WEEK: Hours = {
    **{day: [("09:00", "12:30"), ("14:00", "18:00")] for day in range(5)},
    5: [("10:00", "16:00")],
    6: [("01:15", "03:45"), ("22:00", "24:00")],
}
ALWAYS: Hours = {day: [("00:00", "24:00")] for day in range(7)}


def minutes_open(start: datetime, end: datetime, hours: Hours, zone: str) -> int:
    """Walk from start to end, minute by minute, looking at the local clock."""
    total = 0
    while start < end:
        local = start.astimezone(ZoneInfo(zone))
        clock = f"{local.hour:02}:{local.minute:02}"
        spans = hours.get(local.weekday(), [])
        total += any(opens <= clock < closes for opens, closes in spans)
        start += timedelta(minutes=1)
    return total


@settings(max_examples=40, deadline=None)
@given(
    around=st.sampled_from(
        [datetime(2024, 3, 30), datetime(2024, 10, 26), datetime(2025, 1, 1), datetime(2025, 7, 3)]
    ),
    shift=st.integers(0, 2_880),
    length=st.integers(0, 4_000),
    zone=st.sampled_from(["Europe/Paris", "America/Montreal", "Indian/Reunion", "Asia/Kolkata"]),
)
def test_agrees_with_counting_minutes(around: datetime, shift: int, length: int, zone: str) -> None:
    """
    Both clock changes, nights, week-ends and zones at half hours included.
    """
    start = around.replace(tzinfo=UTC) + timedelta(minutes=shift)
    end = start + timedelta(minutes=length)

    assert 60.0 * minutes_open(start, end, WEEK, zone) == business_seconds(start, end, WEEK, zone)


def test_always_open_is_plain_time() -> None:
    """
    With no closing, business and calendar time agree, even across a clock change.
    """
    start = datetime(2024, 10, 1, 5, 4, 3, tzinfo=UTC)
    end = datetime(2024, 11, 2, 3, 4, 5, 600_000, tzinfo=UTC)

    assert (end - start).total_seconds() == pytest.approx(
        business_seconds(start, end, ALWAYS, "Europe/Paris"), abs=1e-3
    )


def test_many_pairs_equal_one_by_one_and_unknown_stays_unknown() -> None:
    """
    The array form is the same question asked often; NaT is not zero.
    """
    starts = np.array(["2024-09-02T06:00", "2024-09-06T17:00", "NaT"], dtype="datetime64[us]")
    ends = np.array(
        ["2024-09-02T08:00", "2024-09-09T08:00", "2024-09-09T08:00"], dtype="datetime64[us]"
    )
    many = business_seconds_many(starts, ends, WEEK, "Europe/Paris")
    singles = [
        business_seconds(a.replace(tzinfo=UTC), b.replace(tzinfo=UTC), WEEK, "Europe/Paris")
        for a, b in zip(starts[:2].tolist(), ends[:2].tolist(), strict=True)
    ]

    assert singles == many[:2].tolist()
    assert np.isnan(many[2])


def test_a_reversed_pair_is_negative_and_no_hours_is_zero() -> None:
    """
    An answer dated before its question shows; a brand never open waits for nobody.
    """
    early, late = datetime(2024, 9, 2, 8, tzinfo=UTC), datetime(2024, 9, 2, 9, tzinfo=UTC)

    assert -3600.0 == business_seconds(late, early, WEEK, "Europe/Paris")
    assert 0.0 == business_seconds(early, late, {}, "Europe/Paris")


@pytest.mark.parametrize(
    "spans", [[("18:00", "09:00")], [("25:00", "26:00")], [("09:61", "10:00")]]
)
def test_impossible_openings_are_refused(spans: list[tuple[str, str]]) -> None:
    """
    A setting that cannot be meant must fail where it is used.
    """
    moment = datetime(2024, 9, 2, 8, tzinfo=UTC)
    with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the contract
        business_seconds(moment, moment, {0: spans}, "Europe/Paris")


def test_naive_moments_are_refused() -> None:
    """
    A time without a zone is a guess.
    """
    with pytest.raises(ValueError, match="zone"):
        business_seconds(datetime(2024, 9, 2), datetime(2024, 9, 3), WEEK, "Europe/Paris")

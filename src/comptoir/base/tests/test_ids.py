"""Ids: ordered by time inside, unguessable outside."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.base import ids

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
)
COUNTERS = st.integers(min_value=0, max_value=2**40)


@given(MOMENTS, MOMENTS, COUNTERS, COUNTERS)
def test_order_of_ids_is_order_of_time(
    early: datetime, late: datetime, one: int, other: int
) -> None:
    """Search returns the newest first by id alone, whatever the counters."""
    early, late = sorted((early, late))
    if late - early >= timedelta(milliseconds=1):
        assert ids.compose(early, one) < ids.compose(late, other)


@given(MOMENTS, COUNTERS)
def test_an_id_tells_its_time(moment: datetime, counter: int) -> None:
    told = ids.moment_of(ids.compose(moment, counter))

    assert timedelta(0) <= moment - told < timedelta(milliseconds=1)


@given(MOMENTS, COUNTERS)
def test_the_lowest_id_of_a_moment_is_the_lowest(moment: datetime, counter: int) -> None:
    assert ids.lowest_at(moment) <= ids.compose(moment, counter)


def test_before_1970_shares_the_first_millisecond() -> None:
    assert 7 == ids.compose(datetime(1950, 1, 1, tzinfo=UTC), 7)


def test_ids_fit_the_columns_that_hold_them() -> None:
    assert ids.compose(datetime(9999, 1, 1, tzinfo=UTC), 2**40) < 2**63


def test_messages_of_the_same_moment_differ(db: None) -> None:
    moment = datetime(2026, 3, 9, 12, tzinfo=UTC)

    made = ids.at_times([moment] * 5) + ids.at_times([moment] * 5)

    assert 10 == len(set(made))
    assert sorted(made) == made


def test_blocks_never_meet(db: None) -> None:
    first, second = ids.reserve(10), ids.reserve(5)

    assert second >= first + 10


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_outside_ids_are_read_back(identifier: int) -> None:
    assert identifier == ids.reveal("conversation", ids.conceal("conversation", identifier))


def test_outside_ids_are_of_one_kind() -> None:
    """A user's id must not be accepted where a conversation's is asked for."""
    assert ids.reveal("conversation", ids.conceal("user", 7)) is None


def test_neighbours_cannot_be_guessed() -> None:
    outside = ids.conceal("user", 7)
    neighbours = {outside[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123-_"}

    assert {None, 7} >= {ids.reveal("user", one) for one in neighbours}


@pytest.mark.parametrize(
    "nonsense", ["", "é", "AAAA", "a" * 500, "../../etc", "=", "AAAAAAAAAAAAAAAAAAAA"]
)
def test_nonsense_reveals_nothing(nonsense: str) -> None:
    assert ids.reveal("user", nonsense) is None

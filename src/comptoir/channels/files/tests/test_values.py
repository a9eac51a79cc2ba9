from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from comptoir.channels.files.dates import DateParser, Form, choose_dates
from comptoir.channels.files.values import (
    read_count,
    read_stars,
    scale_of,
    unescaped_entities,
    unescaped_newlines,
)

TEN = datetime(2024, 9, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2024-09-01T10:00:00+02:00", "iso"),
        ("2024-09-01T08:00:00.000Z", "iso"),
        ("2024-09-01 10:00", "iso"),
        ("2024-09-01 10:00:00 +02:00", "iso"),
        ("2024-09-01 08:00:00 UTC", "iso_offset"),
        ("2024-09-01 10:00:00 +0200", "iso"),
        ("01/09/2024 10:00", "numeric"),
        ("1/9/24 10h00", "numeric"),
        ("01.09.2024 10:00:00", "numeric"),
        ("2024/09/01 10:00", "numeric"),
        ("01/09/2024 à 10:00", "numeric"),
        ("01/09/2024 10:00 AM", "numeric"),
        ("1725177600", "epoch"),
        ("1725177600000", "epoch"),
        ("20240901100000", "epoch"),
        ("Sun, 1 Sep 2024 10:00:00 +0200", "mail"),
        ("Sun, 01 Sep 2024 08:00:00 GMT", "mail"),
        ("Sun Sep 01 08:00:00 +0000 2024", "twitter"),
        ("1 septembre 2024 10:00", "words"),
        ("dimanche 1er septembre 2024 à 10h00", "words"),
        ("Sept. 1, 2024 10:00 am", "words"),
        ("Sep 1, 2024, 10:00:00 AM", "words"),
        ("1 sept. 2024 10:00", "words"),
        ("01-Sep-2024 10:00", "words"),
    ],
)
def test_dates_are_read_in_the_forms_people_export(text: str, form: Form) -> None:
    """
    All of these are ten o'clock in Paris, whether chosen for the column or met by surprise.
    """
    assert TEN == DateParser(form, "dmy", "Europe/Paris")(text)
    other: Form = "epoch" if form != "epoch" else "words"
    assert TEN == DateParser(other, "dmy", "Europe/Paris")(text)
    assert 1.0 == choose_dates([text]).share


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12 septembre 2024", 12),
        ("Sept. 12, 2024", 12),
        ("2024-09-12", 12),
        ("12/09/2024", 12),
        ("20240912", 12),
    ],
)
def test_days_without_time_are_midnight_in_the_zone(text: str, day: int) -> None:
    """
    A review site often gives only the day.
    """
    assert datetime(2024, 9, day - 1, 22, tzinfo=UTC) == DateParser("iso", "dmy", "Europe/Paris")(
        text
    )


@pytest.mark.parametrize(
    "text", ["", "hier", "32/01/2024", "25/25/2024", "0", "12", "1/2", "2024-13-01", "0001-01-01", "9999-12-31T23:59:59-23:00", "31 brumaire 2024", "12345678901234567890"]
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    """
    A refused date is a reject to show; a guessed one would be a silent error.
    """
    with pytest.raises(ValueError):  # noqa: PT011 - the only error callers are promised
        DateParser("numeric", "dmy", "Europe/Paris")(text)


def test_the_order_of_day_and_month_is_decided_on_the_whole_column() -> None:
    """
    One 25 settles it for every 03/04.
    """
    french = choose_dates(["03/04/2024", "25/04/2024"])
    american = choose_dates(["03/04/2024", "04/25/2024"])

    assert ("dmy", False) == (french.order, french.ambiguous)
    assert ("mdy", False) == (american.order, american.ambiguous)
    assert datetime(2024, 3, 4, tzinfo=UTC) == DateParser("numeric", "mdy", "UTC")("03/04/2024")


def test_an_undecided_order_is_said_to_be_so() -> None:
    """
    French order is assumed, and a person is asked.
    """
    choice = choose_dates(["03/04/2024", "05/06/2024"])

    assert ("dmy", True) == (choice.order, choice.ambiguous)
    assert not choose_dates(["03.04.2024"]).ambiguous
    assert not choose_dates(["04/04/2024"]).ambiguous
    assert not choose_dates(["2024-04-03"]).ambiguous


def test_a_column_of_both_orders_is_reported() -> None:
    """
    Two exports pasted together; the majority wins and the others will be rejected.
    """
    choice = choose_dates(["25/04/2024", "26/04/2024", "04/25/2024"])

    assert ("dmy", True) == (choice.order, choice.mixed)
    assert 1.0 > choice.share


def test_changes_of_clock_are_settled() -> None:
    """
    In Paris 02:30 does not exist on 31 March 2024 and happens twice on 27 October.
    """
    parse = DateParser("iso", "dmy", "Europe/Paris")

    assert datetime(2024, 3, 31, 1, 30, tzinfo=UTC) == parse("2024-03-31 02:30")
    assert datetime(2024, 10, 27, 0, 30, tzinfo=UTC) == parse("2024-10-27 02:30")


def test_cells_that_are_dates_already_are_kept() -> None:
    """
    Workbooks hold dates, JSON holds epochs.
    """
    parse = DateParser("iso", "dmy", "Europe/Paris")

    assert TEN == parse(datetime(2024, 9, 1, 10))
    assert TEN == parse(1725177600)
    assert TEN == parse(1725177600000.0)
    assert TEN == parse(datetime(2024, 9, 1, 10, tzinfo=timezone(timedelta(hours=2))))
    assert datetime(2024, 8, 31, 22, tzinfo=UTC) == parse(date(2024, 9, 1))


@pytest.mark.parametrize(
    ("value", "number"),
    [("12", 12), ("1 234", 1234), ("1\u202f234\u00a0567", 1234567), ("1,234", 1234), ("1.234", 1234), ("1,2 k", 1200), ("1.2K", 1200), ("3M", 3000000), ("12.0", 12), (12.0, 12), (7, 7), ("5+", 5)],
)  # fmt: skip
def test_counts_are_read_in_french_and_english(value: Any, number: int) -> None:
    """
    A count is a whole number, so a separator before three digits groups thousands.
    """
    assert number == read_count(value)


@pytest.mark.parametrize(
    "value", ["", "abc", "-1", -1, True, None, "1e9", "1,2,3", float("inf"), "²"]
)
def test_what_is_no_count_is_refused(value: Any) -> None:
    """
    Unknown is not zero.
    """
    with pytest.raises(ValueError):  # noqa: PT011 - the only error callers are promised
        read_count(value)


@pytest.mark.parametrize(
    ("value", "scale", "stars"),
    [("4", 5, 4.0), (4, 5, 4.0), ("4/5", 10, 4.0), ("8/10", 5, 4.0), ("8,5", 10, 4.25), ("80 %", 5, 4.0), ("★★★★☆", 5, 4.0), ("⭐⭐⭐", 5, 3.0), ("4 étoiles", 5, 4.0), ("FIVE", 5, 5.0), ("9 sur 10", 5, 4.5), ("Rated 3.5 out of 5", 5, 3.5), (16, 20, 4.0)],
)  # fmt: skip
def test_ratings_become_stars_out_of_five(value: Any, scale: float, stars: float) -> None:
    """
    A value that says its own scale is believed over the column's.
    """
    assert stars == read_stars(value, scale)


@pytest.mark.parametrize("value", ["", "6", "7/5", "bien", None, True, "110 %", -1])
def test_ratings_out_of_range_are_refused(value: Any) -> None:
    """
    Six out of five means that the scale is wrong, so nothing is clamped.
    """
    with pytest.raises(ValueError):  # noqa: PT011 - the only error callers are promised
        read_stars(value, 5)


def test_the_scale_is_decided_for_the_column() -> None:
    """
    The name may say it; otherwise the highest value does, and says when it proves nothing.
    """
    assert (10.0, False) == scale_of(["3", "4"], "Note sur 10")
    assert (5.0, False) == scale_of(["3", "5"])
    assert (10.0, True) == scale_of(["3", "9"])
    assert (100.0, False) == scale_of([80, 100])
    assert (5.0, False) == scale_of(["4/5", "8/10"])


def test_entities_and_escapes_are_undone_once() -> None:
    """
    A link that holds "&copy=" is no copyright sign.
    """
    assert "a > b & c ?x=1&copy=2 &lt;" == unescaped_entities(
        "a &gt; b &amp; c ?x=1&copy=2 &amp;lt;"
    )
    assert "un\ndeux\n\ttrois" == unescaped_newlines(r"un\ndeux\r\n\ttrois")

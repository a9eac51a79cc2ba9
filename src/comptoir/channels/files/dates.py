"""Dates as people's exports write them; a column's form is chosen once, then read fast."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

Order = Literal["dmy", "mdy"]
Form = Literal["iso", "iso_offset", "numeric", "epoch", "twitter", "mail", "words"]

# A date before anything could be exported is a placeholder (0, 1970, 1900), not a date.
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_MONTHS: Final = {
    "jan": 1, "janv": 1, "january": 1, "janvier": 1,
    "feb": 2, "fev": 2, "fevr": 2, "february": 2, "fevrier": 2,
    "mar": 3, "mars": 3, "march": 3,
    "apr": 4, "avr": 4, "april": 4, "avril": 4,
    "may": 5, "mai": 5,
    "jun": 6, "june": 6, "juin": 6,
    "jul": 7, "july": 7, "juil": 7, "juillet": 7,
    "aug": 8, "august": 8, "aout": 8,
    "sep": 9, "sept": 9, "september": 9, "septembre": 9,
    "oct": 10, "october": 10, "octobre": 10,
    "nov": 11, "november": 11, "novembre": 11,
    "dec": 12, "december": 12, "decembre": 12,
}  # fmt: skip
_CLOCK: Final = (
    r"(?:(?:\s*[Tt,à@]|\s+at|\s+a|\s+-)?\s*(\d{1,2})\s?(?:[:h.]\s?(\d{2}))?(?:[:m.](\d{2}))?(?:[.,]\d+)?s?"
    r"\s*([ap]\.?m\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?\s*$"
)
_NUMERIC: Final = re.compile(r"\s*(\d{1,4})([/.\-])(\d{1,2})\2(\d{2,4})" + _CLOCK, re.I)
_DAY_FIRST: Final = re.compile(
    r"(?:[a-z]+\.?,?\s+)?(?:le\s+)?(\d{1,2})(?:er|st|nd|rd|th)?[\s-]+([a-z]+)\.?,?[\s-]+(\d{4})"
    + _CLOCK
)
_MONTH_FIRST: Final = re.compile(
    r"(?:[a-z]+\.?,?\s+)?([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + _CLOCK
)
_TWITTER: Final = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})$"
)
_EPOCH_DIVISOR: Final = {10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?$")


def read_iso(text: str, order: Order) -> datetime:
    """ISO 8601, aware or naive."""
    if text[4:5] != "-":
        raise ValueError(text)
    return datetime.fromisoformat(text)


def read_iso_offset(text: str, order: Order) -> datetime:
    """ISO 8601 with a space before the offset: 2024-09-01 10:00:00 +02:00."""
    if text[4:5] != "-":
        raise ValueError(text)
    when, _, offset = text.rpartition(" ")
    if offset in {"UTC", "GMT"}:
        offset = "+00:00"
    return datetime.fromisoformat(when + offset)


def read_numeric(text: str, order: Order) -> datetime:
    """01/09/2024 10:00 in the column's order; with dots the day always comes first."""
    found = _NUMERIC.match(text)
    if not found:
        raise ValueError(text)
    first, mark, second, third = found[1], found[2], int(found[3]), found[4]
    if len(first) == 4:
        return _at(int(first), second, int(third), found.groups()[4:])
    if len(first) > 2 or len(third) == 3:
        raise ValueError(text)
    year = int(third) + (2000 if len(third) == 2 else 0)
    if order == "mdy" and mark != ".":
        return _at(year, int(first), second, found.groups()[4:])
    return _at(year, second, int(first), found.groups()[4:])


def read_epoch(text: str, order: Order) -> datetime:
    """Seconds since 1970, or thousandths, millionths; also 20240901 and 20240901100000."""
    whole = text.partition(".")[0]
    if not whole.isdecimal():
        raise ValueError(text)
    if compact := _COMPACT.match(whole) if len(whole) in {8, 12, 14} else None:
        return datetime(*[int(part or 0) for part in compact.groups()])  # type: ignore[arg-type]  # noqa: DTZ001 - naive on purpose
    return datetime.fromtimestamp(int(whole) / _EPOCH_DIVISOR[len(whole)], UTC)


def read_twitter(text: str, order: Order) -> datetime:
    """Wed Oct 10 20:19:24 +0000 2018."""
    found = _TWITTER.match(text)
    if not found:
        raise ValueError(text)
    month, day, hour, minute, second, sign, hours, minutes, year = found.groups()
    away = timedelta(hours=int(hours), minutes=int(minutes))
    zone = timezone(-away if sign == "-" else away)
    return datetime(
        int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), int(second), 0, zone
    )


def read_mail(text: str, order: Order) -> datetime:
    """RFC 2822: Wed, 10 Oct 2018 20:19:24 +0200 (CEST)."""
    if ":" not in text:
        raise ValueError(text)
    return parsedate_to_datetime(text)


def read_words(text: str, order: Order) -> datetime:
    """12 septembre 2024 à 10h30, Sept. 12, 2024, 12-Sep-2024 10:30 PM."""
    plain = unaccented(text).strip()
    if found := _DAY_FIRST.match(plain):
        return _at(int(found[3]), _month(found[2]), int(found[1]), found.groups()[3:])
    if found := _MONTH_FIRST.match(plain):
        return _at(int(found[3]), _month(found[1]), int(found[2]), found.groups()[3:])
    raise ValueError(text)


READERS: Final[dict[Form, Callable[[str, Order], datetime]]] = {
    "iso": read_iso,
    "iso_offset": read_iso_offset,
    "numeric": read_numeric,
    "epoch": read_epoch,
    "twitter": read_twitter,
    "mail": read_mail,
    "words": read_words,
}


def unaccented(text: str) -> str:
    """Lower case without accents."""
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in parts if not unicodedata.combining(c))


def _month(word: str) -> int:
    if word not in _MONTHS:
        raise ValueError(word)
    return _MONTHS[word]


def _at(year: int, month: int, day: int, clock: tuple[Any, ...]) -> datetime:
    """A day with the clock's groups: hour, minute, second, am or pm, offset."""
    hour, minute, second, half, offset = clock
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(hour)
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    elif hour and not minute:
        raise ValueError(hour)
    zone = _offset(offset) if offset else None
    return datetime(year, month, day, hours, int(minute or 0), int(second or 0), 0, zone)


def _offset(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    away = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-away if text[0] == "-" else away)


@dataclass(frozen=True, slots=True)
class DateChoice:
    """
    How a column writes its dates.

    order: of day and month in numeric dates. ambiguous: no value of the sample tells the
    order, so a person should confirm it. mixed: some values can only be one order and some
    only the other. share: of the sample's values that read as dates, 0 to 1.
    """

    form: Form
    order: Order
    ambiguous: bool
    mixed: bool
    share: float


def choose_dates(values: Iterable[object], default: Order = "dmy") -> DateChoice:
    """
    The form that reads most of a column's sample, and the order of day and month.

    >>> choose_dates(["03/25/2024", "03/04/2024"]).order
    'mdy'
    """
    sample = [value for value in values if value not in (None, "")]
    texts = [str(value).strip() for value in sample if not isinstance(value, date)]
    order, ambiguous, mixed = order_of(texts, default)
    counts = {form: sum(_reads(form, text, order) for text in texts) for form in READERS}
    form: Form = max(counts, key=lambda each: counts[each])
    parse = DateParser(form, order, "UTC")
    good = sum(1 for value in sample if _parses(parse, value))
    return DateChoice(form, order, ambiguous, mixed, good / len(sample) if sample else 0.0)


def order_of(texts: Iterable[str], default: Order = "dmy") -> tuple[Order, bool, bool]:
    """(order, ambiguous, mixed) of numeric dates, over the whole sample."""
    day_first = month_first = undecided = 0
    for text in texts:
        found = _NUMERIC.match(text)
        if not found or len(found[1]) == 4:
            continue
        first, second, mark, half = int(found[1]), int(found[3]), found[2], found[8]
        day_first += first > 12 or mark == "."
        month_first += second > 12
        undecided += not (first > 12 or second > 12 or mark == "." or first == second or half)
        month_first += bool(half) and first <= 12 and second <= 12 and mark == "/"
    if day_first == month_first == 0:
        return default, undecided > 0, False
    return ("mdy" if month_first > day_first else "dmy"), False, bool(day_first and month_first)


def _reads(form: Form, text: str, order: Order) -> bool:
    try:
        READERS[form](text, order)
    except (ValueError, KeyError, OverflowError, TypeError, IndexError):
        return False
    return True


def _parses(parse: "DateParser", value: object) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


class DateParser:
    """
    Cell to aware UTC datetime; made once per column.

    The chosen form is tried first, the others after it, so that a file that changes its form
    half-way still reads. The order of day and month is binding: 25/03 in a month-first column
    is refused rather than guessed. Naive times are in `zone` (IANA name): in the hour that a
    spring change skips the clock is taken as not yet changed, in the hour that an autumn
    change repeats the first of the two is meant. Raises ValueError for anything else.
    """

    def __init__(self, form: Form = "iso", order: Order = "dmy", zone: str = "UTC") -> None:
        self.order: Order = order
        self.zone = ZoneInfo(zone)
        self.first = READERS[form]
        self.others = [reader for name, reader in READERS.items() if name != form]

    def __call__(self, value: object) -> datetime:
        if isinstance(value, str):
            try:
                when = self.first(value.strip(), self.order)
            except (ValueError, KeyError, OverflowError, TypeError, IndexError):
                when = self._otherwise(value.strip())
        else:
            when = self._from_cell(value)
        try:
            when = when.replace(tzinfo=self.zone) if when.tzinfo is None else when
            when = when.astimezone(UTC)
        except OverflowError as error:
            raise ValueError(value) from error
        if when < EARLIEST:
            raise ValueError(value)
        return when

    def _otherwise(self, text: str) -> datetime:
        for reader in self.others:
            try:
                return reader(text, self.order)
            except (ValueError, KeyError, OverflowError, TypeError, IndexError):
                continue
        raise ValueError(text)

    def _from_cell(self, value: object) -> datetime:
        """Date cells of workbooks, epochs of JSON."""
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - naive on purpose
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._otherwise(str(int(value)) if abs(value) < 1e20 else "")
        raise ValueError(value)

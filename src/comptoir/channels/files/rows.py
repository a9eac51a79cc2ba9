"""The rows that every reader gives, whatever the file."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

Cell = str | int | float | bool | datetime | date | time | timedelta | None

MAX_CELL: Final = 1 << 20
MAX_ROW: Final = 8 << 20
MAX_RAW: Final = 64 << 10


class Row(NamedTuple):
    """
    A row that has as many cells as there are columns, in their order.

    line: physical line of the file where the row starts, from 1 (workbook: row of the sheet;
        JSON array: line where the element starts).
    raw: exact text of the row without its line ending, NUL characters dropped because no
        database keeps them (workbook: the cells as a JSON array).
    offset: bytes of the file read once this row is consumed, for a progress bar.
    """

    line: int
    values: list[Any]
    raw: str
    offset: int


class BadRow(NamedTuple):
    """A row that could not be split into cells; reading goes on after it."""

    line: int
    code: str
    raw: str
    fields: dict[str, object]
    offset: int


def clipped(raw: str) -> str:
    """Raw text short enough to keep; says how much was left out."""
    if len(raw) <= MAX_RAW:
        return raw
    return f"{raw[:MAX_RAW]} […{len(raw) - MAX_RAW} more characters]"


def unique_names(names: list[str]) -> list[str]:
    """Column names made usable as keys: blanks numbered, repeats told apart."""
    seen: dict[str, int] = {}
    unique = []
    for position, name in enumerate(names, 1):
        base = " ".join(name.split()) or f"column {position}"
        seen[base] = seen.get(base, 0) + 1
        unique.append(base if seen[base] == 1 else f"{base} ({seen[base]})")
    return unique

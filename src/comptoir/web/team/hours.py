"""Opening hours between the form's fields and a workspace's `hours`."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise

from comptoir.base.workspaces import DAYS, Hours

OPENINGS = 2


@dataclass(frozen=True, slots=True)
class Day:
    """One line of the form. openings: always two pairs of "HH:MM" or ""."""

    number: str
    label: str | Promise
    openings: list[tuple[str, str]]


def days(hours: Hours) -> list[Day]:
    """The form's lines for `hours`, Monday first."""
    return [Day(day, WEEKDAYS[int(day)], _padded(hours.get(day, []))) for day in DAYS]


def read(data: QueryDict) -> Hours:
    """The hours that were typed; a pair left empty is no opening, half a pair is kept to be refused."""
    found: Hours = {}
    for day in DAYS:
        pairs = zip(data.getlist(f"opens-{day}"), data.getlist(f"closes-{day}"), strict=False)
        openings = [[opens, closes] for opens, closes in pairs if opens or closes]
        if openings:
            found[day] = openings
    return found


def _padded(openings: list[list[str]]) -> list[tuple[str, str]]:
    known = [(pair[0], pair[1]) for pair in openings[:OPENINGS] if len(pair) == 2]
    return known + [("", "")] * (OPENINGS - len(known))

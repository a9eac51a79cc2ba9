"""
The phrases that customers use when they complain, and which of them are heard more than before.

They are found anew for each page in the messages themselves, and kept nowhere: what a person
wrote goes with that person. Of many complaints a fair sample is read, chosen without regard
to time.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from comptoir.analysis.grouping import rising
from comptoir.analysis.grouping.said import phrases
from comptoir.analysis.text import fold
from comptoir.base import bulk
from comptoir.channels.models import Message
from comptoir.insight.api import Period
from comptoir.weakpoints import asking
from comptoir.weakpoints.asking import Filter, Laid

MOST: Final = 1_500
"""Complaints read of each of the two periods, at most."""
SHOWN: Final = 15
FALSE_ALARMS: Final = 0.1


@dataclass(frozen=True, slots=True)
class PhraseLine:
    """words: as a filter takes them. now, before: complaints read that hold it."""

    words: str
    text: str
    now: int
    before: int
    rises: bool


@dataclass(frozen=True, slots=True)
class Said:
    """read, read_before: complaints read, of total and total_before."""

    phrases: tuple[PhraseLine, ...]
    read: int
    total: int
    read_before: int
    total_before: int


def said(period: Period, wanted: Filter) -> Said:
    """What customers say of these complaints in `period`, beside the period before."""
    with asking.laid([period, period.before()], wanted) as open_:
        now, total = _sample(open_, 0)
        before, total_before = _sample(open_, 1)
    texts = _texts([pk for talk in [*now, *before] for pk in talk])
    read = [[texts.get(pk, "") for pk in talk] for talk in now]
    then = [[texts.get(pk, "") for pk in talk] for talk in before]
    found = phrases(read, SHOWN)
    held = [_holding(then, one.words) for one in found]
    chances = [
        rising.chance_of_rise(len(one.people), len(now), count, len(before))
        if before and len(one.people) * len(before) > count * len(now)
        else 1.0
        for one, count in zip(found, held, strict=True)
    ]
    up = rising.discoveries(chances, FALSE_ALARMS) if chances else []
    lines = (
        PhraseLine(" ".join(one.words), one.text, len(one.people), count, rises)
        for one, count, rises in zip(found, held, up, strict=True)
    )
    return Said(tuple(lines), len(now), total, len(before), total_before)


def _sample(open_: Laid, period: int) -> tuple[list[list[int]], int]:
    """The complaining messages of each of the complaints read, and how many there are."""
    where, values = open_.where()
    total = open_.ask(
        f"SELECT count(*) FROM complaints WHERE certain AND period = {period} AND {where}",  # noqa: S608 our own words
        values,
    )[0][0]
    found = open_.ask(
        f"SELECT messages FROM complaints WHERE certain AND period = {period} AND {where}"  # noqa: S608 our own words
        f" ORDER BY hash(first), first LIMIT {MOST}",
        values,
    )
    return [list(row[0]) for row in found], int(total)


def _texts(ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = defaultdict(str)
    for start in range(0, len(ids), 2_000):
        rows = bulk.picked(Message).filter(pk__in=ids[start : start + 2_000])
        found.update(rows.values_list("pk", "text"))
    return found


def _holding(talks: list[list[str]], words: tuple[str, ...]) -> int:
    wanted = f" {' '.join(words)} "
    return sum(any(wanted in f" {fold(text)} " for text in talk) for talk in talks)

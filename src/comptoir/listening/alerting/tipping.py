"""
When an alert goes off: a window that slides over messages, in the order they were written.

The same function reads the present, what comes late, and the past of a preview; it knows
nothing of databases.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Counted:
    """A message of a window. counts: False for one that only belongs to the whole of a share."""

    id: int
    at: datetime
    author: int = 0
    group: int = 0
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """See models.Alert; share: percent, 0 where it is not asked."""

    threshold: int
    window: timedelta
    cooldown: timedelta
    share: int = 0
    authors_once: bool = False
    alike_once: bool = False


@dataclass(frozen=True, slots=True)
class Tip:
    """A window that went over. count: as the rule counts; share: percent of `total`."""

    at: datetime
    count: int
    total: int

    @property
    def share(self) -> int:
        return round(100 * self.count / self.total) if self.total else 0


class _Window:
    """What lies in the window now, counted as the rule says."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._held: deque[Counted] = deque()
        self._plain, self._authors, self._groups = 0, Counter[int](), Counter[int]()

    def take(self, one: Counted) -> None:
        self._held.append(one)
        self._change(one, 1)
        while self._held[0].at <= one.at - self._rule.window:
            self._change(self._held.popleft(), -1)

    @property
    def count(self) -> int:
        counts = [self._plain]
        if self._rule.authors_once:
            counts.append(len(self._authors))
        if self._rule.alike_once:
            counts.append(len(self._groups))
        return min(counts)

    @property
    def total(self) -> int:
        return len(self._held)

    @property
    def over(self) -> bool:
        count = self.count
        return count >= self._rule.threshold and 100 * count >= self._rule.share * self.total

    def _change(self, one: Counted, by: int) -> None:
        if not one.counts:
            return
        self._plain += by
        for tally, key in ((self._authors, one.author), (self._groups, one.group)):
            tally[key] += by
            if not tally[key]:
                del tally[key]


def tips(read: Iterable[Counted], rule: Rule, fired: Sequence[datetime] = ()) -> list[Tip]:
    """
    The windows that go over, oldest first.

    read: by time, without messages that a firing has told. fired: when the alert went off
    already, by time; nothing goes off nearer to one of these than the cooldown, before or after,
    for that one has told.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> said = [Counted(one, noon + timedelta(minutes=one)) for one in range(5)]
    >>> rule = Rule(3, timedelta(hours=1), timedelta(hours=1))
    >>> [(tip.at.minute, tip.count) for tip in tips(said, rule)]
    [(2, 3)]
    """
    window, known, found = _Window(rule), sorted(fired), list[Tip]()
    for one in read:
        window.take(one)
        if one.counts and window.over and not _told(one.at, known, rule.cooldown):
            found.append(Tip(one.at, window.count, window.total))
            known.insert(bisect_left(known, one.at), one.at)
            window = _Window(rule)
    return found


def count(read: Iterable[Counted], rule: Rule) -> int:
    """How many the rule makes of these, all in one window."""
    counted = [one for one in read if one.counts]
    counts = [len(counted)]
    if rule.authors_once:
        counts.append(len({one.author for one in counted}))
    if rule.alike_once:
        counts.append(len({one.group for one in counted}))
    return min(counts)


def silences(
    at: Sequence[datetime], window: timedelta, begin: datetime, end: datetime
) -> list[datetime]:
    """When a silence of `window` was full, between begin and end; at: of messages, by time."""
    known = [begin, *at, end]
    return [one + window for one, following in pairwise(known) if one + window <= following]


def _told(at: datetime, fired: Sequence[datetime], cooldown: timedelta) -> bool:
    place = bisect_left(fired, at)
    near = fired[max(place - 1, 0) : place + 1]
    return any(one == at or abs(at - one) < cooldown for one in near)

"""Which messages make the same offer: one offer, said again, is not a new one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from comptoir.analysis.grouping.stopwords import STOPWORDS
from comptoir.analysis.offers.records import Offer

EXTENDED: Final = timedelta(days=3)
"""By how much a last day may move, as "last day" does and sales are prolonged."""
_ARTICLE: Final = 2
APART: Final = timedelta(days=45)
"""What has not been said for so long is a new offer when it is said again."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An offer in a message, and when that was written."""

    message: int
    at: datetime
    offer: Offer


@dataclass(slots=True)
class Repeated:
    """
    One offer with all that said it, oldest first. offer: the fullest telling of it.

    key: tells it from the others of the same list: its first message and its place there.
    """

    offer: Offer
    seen: list[Seen] = field(default_factory=list)

    @property
    def first(self) -> Seen:
        return self.seen[0]

    @property
    def last(self) -> Seen:
        return self.seen[-1]

    @property
    def key(self) -> tuple[int, int]:
        return self.first.message, self.first.offer.start

    @property
    def messages(self) -> list[int]:
        return list(dict.fromkeys(one.message for one in self.seen))


def repeated(seen: Iterable[Seen]) -> list[Repeated]:
    """
    One for each offer, by when it was first made.

    Two tellings are the same offer when what they give is, when nothing that both say differs
    (code, minimum, price before, what for, last day but for EXTENDED), and when no more than APART lies between.
    """
    found: list[Repeated] = []
    open_: dict[tuple[str, str, bool], list[Repeated]] = {}
    for one in sorted(seen, key=lambda each: (each.at, each.message, each.offer.start)):
        key = (one.offer.kind, one.offer.value, one.offer.up_to)
        known = open_.setdefault(key, [])
        known[:] = [each for each in known if one.at - each.last.at <= APART]
        same = next((each for each in reversed(known) if _same(each, one)), None)
        if same is None:
            same = Repeated(one.offer)
            known.append(same)
            found.append(same)
        same.seen.append(one)
        same.offer = max(same.offer, one.offer, key=_fullness)
    return found


def _same(known: Repeated, new: Seen) -> bool:
    """Whether a telling agrees with the fullest of an offer, and its last day with the latest."""
    before, now = known.last.offer.ends, new.offer.ends
    if before and now and abs(date.fromisoformat(now) - date.fromisoformat(before)) > EXTENDED:
        return False
    return _agree(known.offer, new.offer)


def _agree(one: Offer, other: Offer) -> bool:
    pairs = ((one.code, other.code), (one.minimum, other.minimum), (one.was, other.was))
    if any(mine and theirs and mine != theirs for mine, theirs in pairs):
        return False
    mine, theirs = _named(one), _named(other)
    return not (mine and theirs) or bool(mine & theirs)


def _named(one: Offer) -> set[str]:
    """What it is for, without articles and the like."""
    return {word for word in one.on.split() if len(word) > _ARTICLE and word not in STOPWORDS}


def _fullness(one: Offer) -> int:
    return sum(map(bool, (one.code, one.minimum, one.was, one.starts, one.ends, one.on)))

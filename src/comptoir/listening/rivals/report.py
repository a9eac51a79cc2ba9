"""
What a rival publishes in a period, how hard it presses and what it offers, against its past.

The past are the stretches before the period, each as long. A source that was heard only later
is left out of the comparison, so that hearing more is not taken for publishing more.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

from comptoir.analysis.offers import Repeated, Seen, repeated
from comptoir.analysis.pressure import (
    FEWEST,
    SIGNS,
    Comparison,
    Levels,
    Stretch,
    compare,
    levels,
)
from comptoir.base import ids
from comptoir.channels.models import Message
from comptoir.listening.reputation import rises, zone_of_workspace
from comptoir.listening.reputation_records import Line
from comptoir.listening.rivals.own import Own, Source, own, sources, stretches
from comptoir.listening.rivals.records import Habit, OfferView, Post, Published
from comptoir.triage.topics import Days

STRETCHES: Final = 12
"""How many stretches before the period make its habit."""
LEAST: Final = 5
"""Posts needed in a period to speak of its shares and its pressure."""
MEASURES: Final = ("frequency", "pressure", *SIGNS)
"""Posts a day; signs of pressure a post; and, for each sign, posts with it among all."""
_WORDS: Final = 8


def published(folder_id: int, days: Days) -> Published:
    """Everything but complaints; an account nobody named says nothing."""
    zone = zone_of_workspace()
    length = max(1, round((days.until - days.start) / timedelta(days=1)))
    past = stretches(days.start, length, STRETCHES)
    wrote = own(folder_id, past[-1][0], days.until, zone)
    heard = sources(folder_id)
    known, compared, late = _comparable(heard, past, wrote)
    posts = [one for one in wrote.posts if one.kind == "post"]
    now = [one for one in posts if one.at >= days.start]
    habit = [one for one in posts if one.source in compared]
    parts = [[one for one in habit if since <= one.at < until] for since, until in past[:known]]
    present = [one for one in habit if one.at >= days.start]
    before = [one for one in posts if past[0][0] <= one.at < days.start]
    kinds = Counter(one.kind for one in wrote.posts if one.at >= days.start)
    return Published(
        days=days,
        zone=zone.key,
        posts=len(now),
        replies=kinds["reply"],
        reposts=kinds["repost"],
        posts_before=len(before) if known else None,
        measures=_measures(present, parts, length),
        depth=_depth(present, parts),
        breakdowns=_breakdowns(now, before if known else []),
        by_day=dict(Counter(one.at.date() for one in now)),
        offers=_offers(posts, days.start),
        words=_words(now),
        habit=Habit(
            stretches=[
                (since.date(), (until - timedelta(days=1)).date(), len(part))
                for (since, until), part in zip(past, parts, strict=False)
            ],
            compared=known,
            left_out=late,
            read=len(posts),
            whole=wrote.whole,
        ),
    )


def rows(folder_id: int, days: Days, keys: Mapping[str, str]) -> list[int]:
    """
    The rival's own messages that a figure counts, newest first.

    keys: see KEYS; "offer" names one offer and asks for all its messages of the period and
    before. Raises ValueError on a key that there is not, or that makes no sense.
    """
    zone = zone_of_workspace()
    length = max(1, round((days.until - days.start) / timedelta(days=1)))
    if "offer" in keys:
        past = stretches(days.start, length, STRETCHES)
        wrote = own(folder_id, past[-1][0], days.until, zone)
        posts = [one for one in wrote.posts if one.kind == "post"]
        for one in _offers(posts, days.start):
            if one.id == keys["offer"]:
                return sorted(one.messages, reverse=True)
        return []
    found = list(own(folder_id, days.start, days.until, zone).posts)
    wanted = {"kind": "post"} | dict(keys)
    for key, said in wanted.items():
        if key not in KEYS:
            raise ValueError("a key that a rival's messages have not")
        fits = KEYS[key]
        found = [one for one in found if fits(one, said)]
    return [one.id for one in found]


def post_of(folder_id: int, days: Days) -> dict[int, Post]:
    """What was read in each message of the period, for the words that told."""
    wrote = own(folder_id, days.start, days.until, zone_of_workspace())
    return {one.id: one for one in wrote.posts}


KEYS: Final[Mapping[str, Callable[[Post, str], bool]]] = {
    "kind": lambda one, said: one.kind == said,
    "sign": lambda one, said: (
        said in one.signs if said in SIGNS else said == "any" and bool(one.signs)
    ),
    "channel": lambda one, said: one.channel == said,
    "hour": lambda one, said: one.at.hour == int(said),
    "weekday": lambda one, said: one.at.weekday() == int(said),
    "depth": lambda one, said: _deepest(one) is not None,
}
"""What a rival's messages may be narrowed by: how an address says it → whether one fits."""


def _comparable(
    heard: Sequence[Source], past: Sequence[tuple[datetime, datetime]], wrote: Own
) -> tuple[int, set[int | str], list[str]]:
    """How many stretches are known, of which sources; and the sources heard too late, by name."""
    first = Message.objects.order_by("pk").values_list("pk", flat=True).first()
    if first is None:
        return 0, set(), []
    begun = max(ids.moment_of(first), wrote.since if not wrote.whole else ids.moment_of(first))
    full = {one.key: _full(max(one.first, begun), past) for one in heard}
    long = {key: count for key, count in full.items() if count >= FEWEST}
    if not long:
        most = max(full.values(), default=0)
        kept = {key for key, count in full.items() if count == most}
        return most, kept, []
    late = [one.name for one in heard if one.key not in long]
    return min(long.values()), set(long), late


def _full(since: datetime, past: Sequence[tuple[datetime, datetime]]) -> int:
    """Stretches that begin on the day of `since` or later."""
    return sum(start.date() >= since.astimezone(start.tzinfo).date() for start, _until in past)


def _measures(
    now: Sequence[Post], parts: Sequence[Sequence[Post]], length: int
) -> dict[str, Comparison]:
    def against(count: Callable[[Sequence[Post]], int]) -> Comparison:
        stretch = Stretch(count(now), len(now))
        return compare(stretch, [Stretch(count(part), len(part)) for part in parts], LEAST)

    found = {
        "frequency": compare(
            Stretch(len(now), length), [Stretch(len(part), length) for part in parts]
        ),
        "pressure": against(lambda part: sum(len(one.signs) for one in part)),
    }
    for sign in SIGNS:
        found[sign] = against(_with(sign))
    return found


def _with(sign: str) -> Callable[[Sequence[Post]], int]:
    def count(part: Sequence[Post]) -> int:
        return sum(sign in one.signs for one in part)

    return count


def _depth(now: Sequence[Post], parts: Sequence[Sequence[Post]]) -> Levels:
    return levels(_median(now), [_median(part) for part in parts])


def _median(part: Sequence[Post]) -> float | None:
    known = [depth for one in part if (depth := _deepest(one)) is not None]
    return median(known) if known else None


def _deepest(one: Post) -> float | None:
    return max((offer.depth for offer in one.offers if offer.depth is not None), default=None)


def _breakdowns(now: Sequence[Post], before: Sequence[Post]) -> dict[str, tuple[Line, ...]]:
    def lines(keys: Callable[[Post], Iterable[Any]], order: Iterable[Any] = ()) -> tuple[Line, ...]:
        counted, earlier = (
            Counter(key for one in part for key in keys(one)) for part in (now, before)
        )
        names = list(order) or sorted(counted, key=lambda key: (-counted[key], str(key)))
        pairs = [(counted[key], earlier[key]) for key in names]
        up = rises(pairs, len(now), len(before))
        return tuple(
            Line(key, *pair, rise) for key, pair, rise in zip(names, pairs, up, strict=True)
        )

    return {
        "channel": lines(lambda one: [one.channel]),
        "hour": lines(lambda one: [one.at.hour], range(24)),
        "weekday": lines(lambda one: [one.at.weekday()], range(7)),
        "sign": lines(lambda one: one.signs, SIGNS),
    }


def _offers(posts: Sequence[Post], start: datetime) -> tuple[OfferView, ...]:
    """Those made in the period, new ones first, then by when they were last made."""
    found = repeated(Seen(one.id, one.at, offer) for one in posts for offer in one.offers)
    views = [_offer(one, start) for one in found if one.last.at >= start]
    return tuple(sorted(views, key=lambda one: (one.is_new, one.last), reverse=True))


def _offer(one: Repeated, start: datetime) -> OfferView:
    message, place = one.key
    return OfferView(
        id=f"{ids.conceal('rival-offer', message)}-{place}",
        offer=one.offer,
        first=one.first.at,
        last=one.last.at,
        messages=tuple(one.messages),
        said=len({each.message for each in one.seen if each.at >= start}),
        is_new=one.first.at >= start,
    )


def _words(now: Sequence[Post]) -> dict[str, list[tuple[str, int]]]:
    """The words that told each sign, with in how many posts they did."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for one in now:
        for sign, words in one.signs.items():
            told[sign].update({word.casefold() for word in words})
    return {sign: told[sign].most_common(_WORDS) for sign in SIGNS if told[sign]}


def by_stretch(found: Published) -> list[tuple[date, date, int]]:
    """The stretches of a report, oldest first, the period last."""
    last = (found.days.until - timedelta(days=1)).date()
    return [*reversed(found.habit.stretches), (found.days.start.date(), last, found.posts)]

"""
What mentions are about, and which topics rise: found on those whose meaning is read already.

Reading the meaning of a message costs more than a page may take, so that at most ENCODED are
read here; the rest is what a worker read for the topics of the whole period. What is read is
a fair sample either way: messages are taken in an order that has nothing to do with time.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from comptoir.analysis import grouping
from comptoir.base import bulk, ids
from comptoir.listening.reputation_heard import TABLE, ask, heard
from comptoir.triage import topics as of_period
from comptoir.triage import vectors
from comptoir.triage.models import Label
from comptoir.triage.topics import Days

MOST: Final = 1_000
"""Mentions read of each of the two periods, at most."""
ENCODED: Final = 64
"""Of these, how many have their meaning read while somebody waits."""
FEWEST: Final = 20
"""With fewer mentions read in the period, reading them says more than topics."""


@dataclass(frozen=True, slots=True)
class TopicLine:
    """
    A topic among the mentions read. share: of these; tones: negative, neutral, positive. shown:
    messages that stand for it, the clearest first; members: all of the period, the closest to its
    middle first. growth: None when nothing was said before.
    """

    title: str
    volume: int
    share: float
    tones: tuple[int, int, int]
    shown: tuple[int, ...]
    members: tuple[int, ...]
    growth: grouping.Growth | None

    @property
    def rises(self) -> bool:
        return self.growth is not None and self.growth.rising


@dataclass(frozen=True, slots=True)
class Topics:
    """
    state: "found", "few" when there is too little, "unread" when too little of it has its
    meaning read, "no_encoder". said, said_before: mentions there are; read, read_before: those
    that topics were found in.
    """

    state: str
    said: int
    said_before: int
    read: int = 0
    read_before: int = 0
    topics: tuple[TopicLine, ...] = ()


def topics(queries: Iterable[int], days: Days, encode: int | None = None) -> Topics:
    """
    The topics of what these queries heard, largest first; reposts say nothing of their own.

    encode: how many messages may have their meaning read for it, ENCODED when not given.
    """
    with heard(days, {0: sorted(set(queries))}):
        rows = ask(f"SELECT id, period FROM {TABLE} WHERE repost = 0")  # noqa: S608 our own words
    now, before = ([one for one, period in rows if period == wanted] for wanted in (0, 1))
    if len(now) < FEWEST:
        return Topics("few", len(now), len(before))
    try:
        most = ENCODED if encode is None else encode
        sample = [*_readable(now, most), *_readable(before, most)]
        known = vectors.of_messages(sample)
    except vectors.EncoderMissing:
        return Topics("no_encoder", len(now), len(before))
    start = ids.lowest_at(days.start)
    read = sum(one >= start for one in known.ids)
    if read < FEWEST:
        return Topics("unread", len(now), len(before), read, len(known.ids) - read)
    lines = tuple(_lines(known, days))
    return Topics("found", len(now), len(before), read, len(known.ids) - read, lines)


def members(queries: Iterable[int], days: Days, message_id: int) -> list[int]:
    """
    The mentions of the topic that a message is in, newest first; none where it is in none.

    The same messages make the same topics, so that a report's topic is found by its first member.
    """
    found = topics(queries, days, encode=0).topics
    wanted = (one.members for one in found if message_id in one.members)
    return sorted(next(wanted, ()), reverse=True)


def _readable(message_ids: list[int], encode: int) -> list[int]:
    return vectors.readily(vectors.scattered(message_ids)[:MOST], encode)


def _lines(known: vectors.Known, days: Days) -> Iterable[TopicLine]:
    labels = bulk.picked(Label).filter(message_id__in=known.ids)
    said = {pk: (code, tone) for pk, code, tone in labels.values_list("pk", "language", "tone")}
    tones = [said[one][1] if one in said else None for one in known.ids]
    found = grouping.topics(
        known.vectors,
        known.texts,
        [ids.moment_of(one) for one in known.ids],
        [said.get(one, ("", None))[0] for one in known.ids],
        grouping.Period(days.start, days.until),
        grouping.Period(days.before, days.start),
        space=of_period.space(),
        tones=tones,
        unnamed=of_period.own_words(),
    )
    for one in found:
        felt = Counter(tones[place] for place in one.members)
        yield TopicLine(
            title=one.title,
            volume=one.volume,
            share=one.share,
            tones=(felt[-1], felt[0], felt[1]),
            shown=tuple(known.ids[place] for place in one.representatives),
            members=tuple(known.ids[place] for place in one.members),
            growth=one.growth,
        )

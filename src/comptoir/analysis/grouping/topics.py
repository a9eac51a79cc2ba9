"""
What people speak of in a period, and what is rising.

Messages of the period and of the one before are clustered together, so that both had the
same say in where topics lie: topics found on one period alone would fit it better and seem
to grow by themselves. A message far from every topic stays unsorted; it still counts in
the total that shares refer to.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from comptoir.analysis.grouping import clusters, rising
from comptoir.analysis.grouping.space import RADIUS, Space
from comptoir.analysis.grouping.titles import LENGTH, clarity, cleaned, content
from comptoir.analysis.text import words as fold_words

FEWEST = 5
"""A topic needs as many messages over both periods."""
FALSE_ALARMS = 0.1
"""Share of topics called rising that may be chance."""
_ALIKE = 0.75
_FAR = 0.25
_MOST = 60
_WORDS = 3
_SHOWN = 3
_TYPICAL = 30

Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to before `end`; both with a time zone, or neither."""

    start: datetime
    end: datetime

    def holds(self, time: datetime) -> bool:
        return self.start <= time < self.end


@dataclass(frozen=True, slots=True)
class Growth:
    """
    before: messages in the previous period. ratio: share now over share then, with the 95 %
    interval from `low` to `high`. chance: of such a rise if nothing had changed, 0 to 1.
    rising: believed, false alarms held to FALSE_ALARMS over all topics.
    """

    before: int
    ratio: float
    low: float
    high: float
    chance: float
    rising: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """
    members: places, in the caller's lists, of the period's messages, closest to the middle
    first. representatives: the clearest few of them. share: of all the period's messages.
    tone: mean from -1 to 1, None when no tone is known. growth: None without a previous
    period, or when nothing was said then: unknown is not zero.
    """

    title: str
    words: tuple[str, ...]
    members: tuple[int, ...]
    representatives: tuple[int, ...]
    volume: int
    share: float
    tone: float | None
    growth: Growth | None


def topics(
    vectors: npt.NDArray[np.float32],
    texts: Sequence[str],
    times: Sequence[datetime],
    languages: Sequence[str],
    period: Period,
    previous: Period | None = None,
    *,
    space: Space,
    tones: Sequence[int | None] | None = None,
    unnamed: Collection[str] = (),
) -> list[Topic]:
    """
    Topics of `period`, largest first; the same messages in the same order give the same.

    vectors: float32 [n, 384]. tones: -1, 0, 1 or None for each. unnamed: folded words that
    no title says. Messages of neither period are ignored. An empty list when there are fewer than FEWEST messages.
    """
    now = [n for n, time in enumerate(times) if period.holds(time)]
    before = [n for n, time in enumerate(times) if previous and previous.holds(time)]
    read = np.array([*now, *before], np.intp)
    if not now or len(read) < FEWEST:
        return []
    points = space.place(vectors[read], [languages[n] for n in read])
    which, closeness = _sorted_out(clusters.unit(points / RADIUS))
    found = [
        _members(read[which == one], closeness[which == one]) for one in range(which.max() + 1)
    ]
    names = _salient([[texts[n] for n in members] for members in found], unnamed)
    past = set(before)
    told = [
        _told(members, name, past, texts, tones, len(now))
        for members, name in zip(found, names, strict=True)
    ]
    return _with_growth([one for one in told if one[0].volume], len(now), len(before))


def _sorted_out(rows: clusters.Rows) -> tuple[Numbers, clusters.Rows]:
    """Topic of each row, -1 for none, and how close to its middle."""
    count = max(2, min(_MOST, round(math.sqrt(len(rows) / 2))))
    centers = _merged(rows, clusters.centers_of(rows, count))
    which, closeness = clusters.nearest(rows, centers)
    which[closeness < _FAR] = -1
    sizes = np.bincount(which[which >= 0], minlength=len(centers))
    number = np.where(sizes >= FEWEST, np.cumsum(sizes >= FEWEST) - 1, -1)
    return np.where(which >= 0, number[which], -1), closeness


def _merged(rows: clusters.Rows, centers: clusters.Rows) -> clusters.Rows:
    """Join centers that are nearly one, closest pair first."""
    while len(centers) > 1:
        scores = centers @ centers.T
        np.fill_diagonal(scores, -1)
        one, other = divmod(int(scores.argmax()), len(centers))
        if scores[one, other] < _ALIKE:
            break
        which, _ = clusters.nearest(rows, centers)
        joined = rows[(which == one) | (which == other)].sum(0)
        centers = np.concatenate((np.delete(centers, [one, other], 0), clusters.unit(joined)[None]))
    return centers


def _members(numbers: Numbers, closeness: clusters.Rows) -> list[int]:
    return [int(n) for n in numbers[np.argsort(-closeness, kind="stable")]]


def _told(
    members: Sequence[int],
    words: tuple[str, ...],
    past: set[int],
    texts: Sequence[str],
    tones: Sequence[int | None] | None,
    total: int,
) -> tuple[Topic, int]:
    """The topic as the period tells it, and how many messages it had before."""
    mine = tuple(n for n in members if n not in past)
    known = [felt for n in mine if tones and (felt := tones[n]) is not None]
    tone = sum(known) / len(known) if known else None
    speak = sorted(mine[:_TYPICAL], key=lambda n: -clarity(texts[n]))[:_SHOWN]
    title = " · ".join(words)[:LENGTH]
    topic = Topic(title, words, mine, tuple(speak), len(mine), len(mine) / total, tone, None)
    return topic, len(members) - len(mine)


def _with_growth(found: list[tuple[Topic, int]], total: int, earlier: int) -> list[Topic]:
    if earlier:
        compared = [(one.volume, total, before, earlier) for one, before in found]
        chances = [rising.chance_of_rise(*one) for one in compared]
        believed = rising.discoveries(chances, FALSE_ALARMS)
        growths: list[Growth | None] = [
            Growth(one[2], *rising.ratio_of_shares(*one), chance, rises)
            for one, chance, rises in zip(compared, chances, believed, strict=True)
        ]
    else:
        growths = [None] * len(found)
    told = [_grown(one, growth) for (one, _), growth in zip(found, growths, strict=True)]
    return sorted(told, key=lambda one: (-one.volume, one.title))


def _grown(topic: Topic, growth: Growth | None) -> Topic:
    kept = (topic.title, topic.words, topic.members, topic.representatives)
    return Topic(*kept, topic.volume, topic.share, topic.tone, growth)


def _salient(groups: Sequence[Sequence[str]], unnamed: Collection[str]) -> list[tuple[str, ...]]:
    """
    The few words that set each group of texts apart (class-based TF-IDF), as mostly written.

    A word counts once a message; the weight of a word is its share of the group's messages
    times the log of one plus how rare it is over all groups.
    """
    left_out = frozenset(unnamed)
    counts = [
        Counter(w for text in texts for w in set(content(text)) - left_out) for texts in groups
    ]
    overall: Counter[str] = Counter()
    for one in counts:
        overall.update(one)
    mean = sum(overall.values()) / max(1, len(counts))
    return [
        _as_written(_weightiest(one, overall, mean), texts)
        for one, texts in zip(counts, groups, strict=True)
    ]


def _weightiest(counts: Counter[str], overall: Counter[str], mean: float) -> list[str]:
    """Words by weight; of a word and its plural only the heavier."""
    total = max(1, sum(counts.values()))
    weight = {w: n / total * math.log1p(mean / overall[w]) for w, n in counts.items() if n > 1}
    chosen: list[str] = []
    for word in sorted(weight, key=lambda w: (-weight[w], w)):
        stem = word.rstrip("sxe")
        if not any(stem == other.rstrip("sxe") for other in chosen):
            chosen.append(word)
        if len(chosen) == _WORDS:
            break
    return chosen


def _as_written(chosen: Iterable[str], texts: Sequence[str]) -> tuple[str, ...]:
    wanted = set(chosen)
    written: dict[str, Counter[str]] = {word: Counter() for word in wanted}
    for text in texts:
        for word in re.findall(r"[^\W\d_]{2,}", cleaned(text).lower()):
            folded = "".join(fold_words(word))
            if folded in wanted:
                written[folded][word] += 1
    return tuple(_most(written[word], word) for word in chosen)


def _most(written: Counter[str], otherwise: str) -> str:
    """The most frequent spelling, accents first among equals."""
    return min(written, key=lambda w: (-written[w], w.isascii(), w)) if written else otherwise

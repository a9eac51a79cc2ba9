"""
A period held against the same brand's earlier ones.

Everything compared is a rate: things counted over an exposure (messages a day, signs a message,
offers a message). The earlier stretches are as long as the period, so that under no change the
period is as likely to be the highest as any of them. The ratio of the rate now to the rate of
all earlier stretches together comes with a 95 % interval in which brands may be as irregular
as they were: the spread between stretches, where it is wider than chance (Poisson) explains,
widens the interval as much (quasi-Poisson), with Student's factor for how few stretches tell it.

"More" needs both: the whole interval above 1, and a rate above RANK of the earlier ones. What
changed is said, never why.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

FEWEST: Final = 6
"""Earlier stretches needed to speak of a habit."""
FEWEST_EVENTS: Final = 10
"""Things counted, in all stretches together, needed to compare them."""
RANK: Final = 0.9
_Z: Final = 1.959964
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Stretch:
    """count: what was counted; exposure: over how many days or messages."""

    count: float
    exposure: float

    @property
    def rate(self) -> float | None:
        return self.count / self.exposure if self.exposure else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    rate: of the period, None without exposure. median, mad: of the earlier stretches' rates and
    of their distances from it. above, below: how many of the `of` earlier rates the period's
    lies above and below. ratio, low, high: to the rate of all earlier ones together, None where
    there is too little to compare. verdict: "more", "less", "usual" or "few".
    """

    rate: float | None
    median: float | None
    mad: float | None
    above: int
    below: int
    of: int
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: str = "few"


@dataclass(frozen=True, slots=True)
class Levels:
    """The same for a value that is no rate, such as a median: it is ranked, without interval."""

    value: float | None
    median: float | None
    mad: float | None
    above: int
    below: int
    of: int


def compare(now: Stretch, before: Sequence[Stretch], least_exposure: float = 0.0) -> Comparison:
    """
    The period against the earlier stretches, oldest or newest first alike.

    least_exposure: with less in the period, or less than six times that before, it is "few".

    >>> usual = [Stretch(10 + one % 3, 7) for one in range(12)]
    >>> compare(Stretch(30, 7), usual).verdict, compare(Stretch(11, 7), usual).verdict
    ('more', 'usual')
    """
    known = [one for one in before if one.exposure]
    ranked = levels(now.rate, [one.rate for one in known])
    plain = Comparison(
        ranked.value, ranked.median, ranked.mad, ranked.above, ranked.below, ranked.of
    )
    total = Stretch(sum(one.count for one in known), sum(one.exposure for one in known))
    enough = (
        len(known) >= FEWEST
        and now.exposure > 0
        and now.exposure >= least_exposure
        and total.exposure >= FEWEST * least_exposure
        and now.count + total.count >= FEWEST_EVENTS
    )
    if not enough:
        return plain
    ratio = (now.count + _HALF) / now.exposure / ((total.count + _HALF) / total.exposure)
    spread = _dispersion(known, total) * (1 / (now.count + _HALF) + 1 / (total.count + _HALF))
    factor = math.exp(_student(len(known) - 1) * math.sqrt(spread))
    low, high = ratio / factor, ratio * factor
    return Comparison(
        plain.rate, plain.median, plain.mad, plain.above, plain.below, plain.of,
        ratio, low, high, _verdict(plain, low, high),
    )  # fmt: skip


def levels(value: float | None, before: Sequence[float | None]) -> Levels:
    """
    >>> levels(30, [10, 20, None, 40])
    Levels(value=30, median=20, mad=10, above=2, below=1, of=3)
    """
    known = [one for one in before if one is not None]
    if not known:
        return Levels(value, None, None, 0, 0, 0)
    median = statistics.median(known)
    return Levels(
        value,
        median,
        statistics.median(abs(one - median) for one in known),
        sum(value > one for one in known) if value is not None else 0,
        sum(value < one for one in known) if value is not None else 0,
        len(known),
    )


def _dispersion(known: Sequence[Stretch], total: Stretch) -> float:
    """How many times wider than Poisson's the spread between stretches is, at least 1."""
    rate = total.count / total.exposure
    if not rate:
        return 1.0
    chi = sum((one.count - rate * one.exposure) ** 2 / (rate * one.exposure) for one in known)
    return max(1.0, chi / (len(known) - 1))


def _student(freedom: int) -> float:
    """
    The 97.5 % point of Student's distribution, by the expansion of Cornish and Fisher.

    >>> round(_student(11), 2), round(_student(5), 2)
    (2.2, 2.57)
    """
    z = _Z
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def _verdict(ranked: Comparison, low: float, high: float) -> str:
    needed = math.ceil(RANK * ranked.of)
    if low > 1 and ranked.above >= needed:
        return "more"
    return "less" if high < 1 and ranked.below >= needed else "usual"

"""
Is a topic rising? Counts of two periods compared honestly, however small.

The question is about shares: of what was said, is more about this than before? Fisher's
exact test (one side, mid-p) answers without assuming counts are large; the ratio of shares
comes with an interval on half-a-message smoothed counts; Benjamini–Hochberg keeps false
alarms among the topics called rising to a stated share. One person writing ten times
counts ten times here: give each author once when that matters.
"""

import math
from collections.abc import Sequence

_Z = 1.959964  # 95 % of a normal lies within


def ratio_of_shares(
    now: int, total_now: int, before: int, total_before: int
) -> tuple[float, float, float]:
    """
    Ratio of shares and its 95 % interval; half a message is added to each count.

    >>> [round(one, 2) for one in ratio_of_shares(20, 100, 10, 100)]
    [1.95, 0.98, 3.9]
    """
    share = (now + 0.5) / (total_now + 1)
    earlier = (before + 0.5) / (total_before + 1)
    spread = 1 / (now + 0.5) - 1 / (total_now + 1) + 1 / (before + 0.5) - 1 / (total_before + 1)
    ratio, factor = share / earlier, math.exp(_Z * math.sqrt(max(0.0, spread)))
    return ratio, ratio / factor, ratio * factor


def chance_of_rise(now: int, total_now: int, before: int, total_before: int) -> float:
    """
    Chance of at least this rise if shares had not changed: Fisher's exact test, mid-p.

    >>> round(chance_of_rise(3, 3, 0, 3), 3)
    0.025
    """
    said = now + before
    least = _log_ways(total_now, total_before, now, said)
    whole = _log_choose(total_now + total_before, said)
    p, upper = 0.5 * math.exp(least - whole), min(said, total_now)
    for more in range(now + 1, upper + 1):
        term = math.exp(_log_ways(total_now, total_before, more, said) - whole)
        p += term
        if term < p * 1e-15:
            break
    return min(1.0, p)


def discoveries(chances: Sequence[float], false_share: float) -> list[bool]:
    """
    Benjamini–Hochberg: which to believe so that at most `false_share` of them are chance.

    >>> discoveries([0.001, 0.04, 0.03, 0.9], 0.1)
    [True, True, True, False]
    """
    ordered = sorted(chances)
    limits = [p for rank, p in enumerate(ordered, 1) if p <= false_share * rank / len(ordered)]
    return [bool(limits) and p <= limits[-1] for p in chances]


def _log_choose(whole: int, part: int) -> float:
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)


def _log_ways(total_now: int, total_before: int, now: int, said: int) -> float:
    if not 0 <= said - now <= total_before or now > total_now:
        return -math.inf
    return _log_choose(total_now, now) + _log_choose(total_before, said - now)

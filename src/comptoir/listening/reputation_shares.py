"""Intervals of shares and of their differences, honest with small numbers."""

import math

from comptoir.analysis.learning import share_interval

FEW = 30
"""Below this many cases a figure says that it rests on few."""

__all__ = ["FEW", "change_of_share", "net_interval", "share_interval"]


def change_of_share(hits: int, n: int, hits_before: int, n_before: int) -> tuple[float, float]:
    """
    95 % interval of a share less the share before: Newcombe's, made of both Wilson intervals.

    (-1, 1) when either has no case.

    >>> [round(edge, 3) for edge in change_of_share(56, 70, 48, 80)]
    [0.052, 0.334]
    """
    if not n or not n_before:
        return -1.0, 1.0
    now, before = hits / n, hits_before / n_before
    low, high = share_interval(hits, n)
    low_before, high_before = share_interval(hits_before, n_before)
    down = math.hypot(now - low, high_before - before)
    up = math.hypot(high - now, before - low_before)
    return now - before - down, now - before + up


def net_interval(positive: int, negative: int, read: int) -> tuple[float, float] | None:
    """
    95 % interval of the net sentiment in points; None with fewer than FEW, where it misleads.

    >>> [round(edge, 1) for edge in net_interval(40, 20, 100)]
    [5.8, 34.2]
    """
    if read < FEW:
        return None
    net = (positive - negative) / read
    error = 1.959964 * math.sqrt(max(0.0, (positive + negative) / read - net * net) / read)
    return 100 * max(-1.0, net - error), 100 * min(1.0, net + error)

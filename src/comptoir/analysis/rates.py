"""
Rates before and after, with how far chance alone may carry them.

Two windows are compared: in each, `n` conversations, of which `part` are of the kind looked
at and `rest` are of any other kind. None of this tells causes.
"""

import math
from dataclasses import dataclass
from typing import Final

from comptoir.analysis.learning import share_interval

_Z: Final = 1.959964
_SMOOTH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Window:
    """Counts of one window; part + rest is n at most."""

    part: int
    rest: int
    n: int


def change(hits: int, n: int, hits_before: int, n_before: int) -> tuple[float, float, float] | None:
    """
    A share less the share before, with its 95 % interval (Newcombe); None without cases.

    >>> [round(one, 3) for one in change(56, 70, 48, 80)]
    [0.2, 0.052, 0.334]
    """
    if not n or not n_before:
        return None
    now, before = hits / n, hits_before / n_before
    low, high = share_interval(hits, n)
    low_before, high_before = share_interval(hits_before, n_before)
    down = math.hypot(now - low, high_before - before)
    up = math.hypot(high - now, before - low_before)
    difference = now - before
    return difference, difference - down, difference + up


def against_the_rest(after: Window, before: Window) -> tuple[float, float, float] | None:
    """
    How much more the part changed than the rest, with its 95 % interval; None without cases.

    Both shares of a window are of the same conversations, so that their difference is a
    multinomial's: its variance is (p + q − (p − q)²) ÷ n, half a case being added to each
    kind. Windows are taken as independent.

    >>> found = against_the_rest(Window(10, 60, 300), Window(40, 62, 300))
    >>> [round(one, 3) for one in found]
    [-0.093, -0.177, -0.01]
    """
    if not after.n or not before.n:
        return None
    difference = _gap(after) - _gap(before)
    error = _Z * math.sqrt(_variance(after) + _variance(before))
    return difference, difference - error, difference + error


def _gap(one: Window) -> float:
    return (one.part - one.rest) / one.n


def _variance(one: Window) -> float:
    n = one.n + 3 * _SMOOTH
    p, q = (one.part + _SMOOTH) / n, (one.rest + _SMOOTH) / n
    return (p + q - (p - q) ** 2) / n

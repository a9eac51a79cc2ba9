"""
Does a chance mean what it says? Scaling that makes it so, and measures that check it.

All take numpy arrays of any float type and compute in float64.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comptoir.analysis.learning.solver import Array, log_softmax, losses, sigmoid, softmax

_ROUNDS = 50


@dataclass(frozen=True)
class Scaling:
    """Log-odds made honest: `slope * logit + offset`; the slope is never negative."""

    slope: float = 1.0
    offset: float = 0.0

    def apply(self, logits: NDArray[np.floating]) -> Array:
        """Scaled log-odds, of the same shape."""
        return np.asarray(logits, dtype=np.float64) * self.slope + self.offset


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """
    What to divide the logits [n, k] of an exclusive field by, to make its chances honest.

    labels: [n], the right column. The divisor of least log loss between 1/20 and 20, by
    golden section on its logarithm; 1 without cases.

    >>> round(fit_temperature(np.array([[4.0, 0.0]] * 4), np.array([0, 0, 0, 1])), 2)
    3.64
    """
    if not len(labels):
        return 1.0
    plain, rows = np.asarray(logits, dtype=np.float64), np.arange(len(labels))

    def loss(power: float) -> float:
        return -float(log_softmax(plain * np.exp(-power))[rows, labels].mean())

    low, high = -np.log(20.0), np.log(20.0)
    share = (np.sqrt(5.0) - 1) / 2
    for _ in range(_ROUNDS):
        first, second = high - share * (high - low), low + share * (high - low)
        low, high = (low, second) if loss(first) <= loss(second) else (first, high)
    return float(np.exp((low + high) / 2))


def fit_scaling(
    logits: NDArray[np.floating],
    labels: NDArray[np.integer],
    counts: NDArray[np.floating] | None = None,
) -> Scaling:
    """
    Platt's scaling of log-odds [n] against labels [n] of 0 and 1.

    His softened targets keep few cases from being believed too much; slope and offset are
    lightly held at 1 and 0. counts: [n], how much each case weighs. Without both kinds of
    label the scaling changes nothing.
    """
    plain, truth = np.asarray(logits, dtype=np.float64), np.asarray(labels) > 0
    weights = np.ones(len(plain)) if counts is None else np.asarray(counts, dtype=np.float64)
    yes, no = float(weights[truth].sum()), float(weights[~truth].sum())
    if not yes or not no:
        return Scaling()
    targets = np.where(truth, (yes + 1) / (yes + 2), 1 / (no + 2))
    slope, offset = _newton(plain, targets, weights)
    if slope < 0:
        return Scaling(0.0, float(np.log(yes / no)))
    return Scaling(slope, offset)


def _newton(logits: Array, targets: Array, weights: Array) -> tuple[float, float]:
    """Damped Newton steps on the two numbers; a small penalty keeps them finite."""
    columns, held = np.stack((logits, np.ones(len(logits)))), np.array([1.0, 0.0])
    point, pull = held.copy(), 1e-2

    def loss(at: Array) -> float:
        each = losses(at @ columns, targets, exclusive=False)
        return float(weights @ each + pull / 2 * ((at - held) ** 2).sum())

    for _ in range(_ROUNDS):
        chances = sigmoid(point @ columns)
        slope = columns @ (weights * (chances - targets)) + pull * (point - held)
        bend = (columns * (weights * chances * (1 - chances))) @ columns.T + pull * np.eye(2)
        step = np.linalg.solve(bend, slope)
        reach = 1.0
        while reach > 1e-6 and loss(point - reach * step) > loss(point):
            reach /= 2
        point = point - reach * step
        if float(np.abs(step).max()) < 1e-9:
            break
    return float(point[0]), float(point[1])


def confidences(logits: NDArray[np.floating], exclusive: bool) -> Array:
    """
    The chance given to the answer chosen: [n] of an exclusive field [n, k], else the shape
    of the log-odds.
    """
    if exclusive:
        return np.asarray(softmax(logits).max(axis=1))
    return np.asarray(sigmoid(np.abs(np.asarray(logits, dtype=np.float64))))


def calibration_error(
    confidence: NDArray[np.floating], right: NDArray[np.bool_], bins: int = 15
) -> float | None:
    """
    Expected calibration error, 0 to 1: how far, on average, what is said is from what holds.

    confidence: [n], chance given to the answer chosen. right: [n]. bins: equal-width bins of
    0 to 1, the upper edge belonging to the bin; each counts by its cases (Naeini et al. 2015,
    Guo et al. 2017 with 15 bins). None without cases.

    >>> calibration_error(np.array([0.8, 0.8, 0.8, 0.8]), np.array([True, True, True, False]))
    0.05
    """
    if not len(confidence):
        return None
    said = np.asarray(confidence, dtype=np.float64)
    place = np.clip(np.ceil(said * bins).astype(np.int64) - 1, 0, bins - 1)
    gaps = np.bincount(place, said - np.asarray(right, dtype=np.float64), bins)
    return round(float(np.abs(gaps).sum()) / len(said), 6)


def coverage_curve(
    confidence: NDArray[np.floating], right: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """
    What saying "unsure" buys: coverage [m] rising to 1, and the accuracy of what is answered.

    Cases are taken from the surest; those of one confidence come in together, so their order
    never matters. Two empty arrays without cases.

    >>> [values.tolist() for values in coverage_curve(np.array([0.9, 0.6]), np.array([True, False]))]
    [[0.5, 1.0], [1.0, 0.5]]
    """
    order = np.argsort(-np.asarray(confidence, dtype=np.float64), kind="stable")
    said = np.asarray(confidence, dtype=np.float64)[order]
    hits = np.cumsum(np.asarray(right, dtype=np.float64)[order])
    last = np.flatnonzero(np.append(said[1:] != said[:-1], True)[: len(said)])
    return (last + 1) / max(1, len(said)), hits[last] / (last + 1)


def accuracy_at(
    confidence: NDArray[np.floating], right: NDArray[np.bool_], coverage: float
) -> float | None:
    """
    Accuracy of the surest part of the cases, `coverage` of them or the next step above.

    None without cases. Raises ValueError unless 0 < coverage <= 1.
    """
    if not 0 < coverage <= 1:
        raise ValueError("coverage lies above 0 and up to 1")
    shares, accuracies = coverage_curve(confidence, right)
    if not len(shares):
        return None
    return float(accuracies[np.searchsorted(shares, coverage - 1e-12)])

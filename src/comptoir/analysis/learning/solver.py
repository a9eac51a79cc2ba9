"""
Penalised softmax and logistic regression in plain numpy, with offsets and soft answers.

One objective serves every head that is learnt on a server: the weighted cross-entropy of
`offsets + vectors @ weights + intercept` against answers that may be soft, plus half a
penalty on the squares of the weights. It is convex, so the answer does not depend on where
the search starts; all of it runs in float64 and in one order, so it does not vary either.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array]]

_MEMORY = 12
_ARMIJO = 1e-4
_SHRINKS = 30


@dataclass(frozen=True, eq=False)
class Fit:
    """What a regression found: `weights` [d, k] and `intercept` [k], both float64."""

    weights: Array
    intercept: Array

    def logits(self, vectors: NDArray[np.floating]) -> Array:
        """Logits [n, k] of vectors [n, d], without offsets."""
        return np.asarray(vectors, dtype=np.float64) @ self.weights + self.intercept


@dataclass(frozen=True, eq=False)
class Problem:
    """
    What is to be fitted.

    vectors: [n, d]. answers: [n, k], chances 0 to 1; for an exclusive problem each row adds
    up to one. exclusive: softmax over the k columns, else k separate yes-or-no questions.
    offsets: [n, k] logits given beforehand. counts: [n] or [n, k], how much each answer
    weighs; 0 leaves it out. penalty: on weights; intercept_penalty: on intercepts.
    """

    vectors: Array
    answers: Array
    exclusive: bool
    penalty: float
    intercept_penalty: float = 0.0
    offsets: Array | None = None
    counts: Array | None = None


def softmax(logits: NDArray[np.floating]) -> Array:
    """
    Chances of logits, [n, k] or [k]; rows add up to one.

    >>> softmax(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    shifted = np.asarray(logits, dtype=np.float64)
    powers = np.exp(shifted - shifted.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def sigmoid(logits: NDArray[np.floating]) -> Array:
    """
    Chances of log-odds, any shape.

    >>> sigmoid(np.array([0.0])).tolist()
    [0.5]
    """
    halves = np.tanh(np.asarray(logits, dtype=np.float64) / 2)
    return np.asarray((1 + halves) / 2)


def log_softmax(logits: NDArray[np.floating]) -> Array:
    """Logarithms of `softmax`, exact where a chance is too small to be written."""
    shifted = np.asarray(logits, dtype=np.float64)
    shifted = shifted - shifted.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def losses(logits: Array, answers: Array, exclusive: bool) -> Array:
    """Cross-entropy in nats: [n, 1] of an exclusive field, [n, k] of yes-or-no questions."""
    if exclusive:
        return np.asarray(-(answers * log_softmax(logits)).sum(axis=1, keepdims=True))
    return np.asarray(np.logaddexp(0.0, logits) - answers * logits)


def _counts(problem: Problem) -> Array:
    """Weights of the answers as a column or a full table."""
    if problem.counts is None:
        return np.ones((len(problem.vectors), 1))
    return problem.counts if problem.counts.ndim == 2 else problem.counts[:, None]


def _objective(problem: Problem) -> Objective:
    """Loss and gradient at parameters laid out as [d + 1, k], the intercept last."""
    size, many = problem.vectors.shape[1], problem.answers.shape[1]
    counts = _counts(problem)
    offsets = 0.0 if problem.offsets is None else problem.offsets
    penalties = np.full((size + 1, 1), problem.penalty)
    penalties[size] = problem.intercept_penalty
    chances = softmax if problem.exclusive else sigmoid

    def at(flat: Array) -> tuple[float, Array]:
        table = flat.reshape(size + 1, many)
        logits = problem.vectors @ table[:size] + table[size] + offsets
        missed = counts * (chances(logits) - problem.answers)
        loss = (counts * losses(logits, problem.answers, problem.exclusive)).sum()
        slope = np.vstack((problem.vectors.T @ missed, missed.sum(axis=0)))
        held = penalties * table
        return float(loss + 0.5 * (held * table).sum()), (slope + held).ravel()

    return at


def _direction(slope: Array, steps: list[Array], turns: list[Array]) -> Array:
    """Two-loop recursion of L-BFGS: the slope, corrected by the curvature seen so far."""
    heading = -slope
    shares: list[float] = []
    for step, turn in zip(reversed(steps), reversed(turns), strict=True):
        shares.append(float(step @ heading) / float(step @ turn))
        heading = heading - shares[-1] * turn
    if steps:
        heading = heading * (float(steps[-1] @ turns[-1]) / float(turns[-1] @ turns[-1]))
    for step, turn, share in zip(steps, turns, reversed(shares), strict=True):
        heading = heading + (share - float(turn @ heading) / float(step @ turn)) * step
    return heading


def _walk(
    objective: Objective, start: Array, loss: float, slope: Array, heading: Array, reach: float
) -> tuple[Array, float, Array] | None:
    """The first point along a heading that lowers the loss enough; None when none does."""
    fall = float(slope @ heading)
    for _ in range(_SHRINKS):
        point = start + reach * heading
        value, new = objective(point)
        if value <= loss + _ARMIJO * reach * fall:
            return point, value, new
        reach /= 2
    return None


def minimise(objective: Objective, start: Array, rounds: int = 200, exact: float = 1e-6) -> Array:
    """
    The lowest point of a smooth convex objective, by L-BFGS.

    Stops after `rounds`, or when no part of the slope exceeds `exact` times the larger of
    one and the loss.

    >>> minimise(lambda x: (float((x - 3) @ (x - 3)), 2 * (x - 3)), np.zeros(1)).round(4).tolist()
    [3.0]
    """
    point, (loss, slope) = start, objective(start)
    steps: list[Array] = []
    turns: list[Array] = []
    for _ in range(rounds):
        steepest = float(np.abs(slope).max(initial=0.0))
        if steepest <= exact * max(1.0, abs(loss)):
            break
        reach = 1.0 if steps else min(1.0, 1.0 / float(np.sqrt(slope @ slope)))
        heading = _direction(slope, steps, turns)
        found = _walk(objective, point, loss, slope, heading, reach)
        if found is None:
            break
        step, turn = found[0] - point, found[2] - slope
        # Convexity makes this positive, but for rounding at the very bottom.
        if float(step @ turn) > 1e-14:
            steps, turns = [*steps[1 - _MEMORY :], step], [*turns[1 - _MEMORY :], turn]
        point, loss, slope = found
    return point


def solve(problem: Problem, start: Fit | None = None, rounds: int = 200) -> Fit:
    """
    Fit a problem; `start` is where to begin (a neighbouring penalty's answer saves time).

    Raises ValueError when the shapes do not agree.
    """
    size, many = problem.vectors.shape[1], problem.answers.shape[1]
    if len(problem.vectors) != len(problem.answers):
        raise ValueError("as many answers as vectors are needed")
    first = np.zeros((size + 1, many))
    if start is not None:
        first = np.vstack((start.weights, start.intercept))
    found = minimise(_objective(problem), first.ravel(), rounds).reshape(size + 1, many)
    return Fit(found[:size], found[size])

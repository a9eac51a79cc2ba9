"""The regressions agree with slower, obvious calculations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.learning.solver import Array, Problem, log_softmax, sigmoid, softmax, solve


def _problem(seed: int, exclusive: bool, many: int = 3) -> Problem:
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(40, 5))
    answers = np.eye(many)[chance.integers(0, many, 40)]
    if not exclusive:
        answers = (chance.random((40, many)) < 0.4).astype(float)
    offsets, counts = chance.normal(size=(40, many)), chance.random(40)
    return Problem(vectors, answers, exclusive, 0.7, 0.2, offsets, counts)


def _slow_loss(problem: Problem, weights: Array, intercept: Array) -> float:
    """The objective, one message and one answer at a time."""
    assert problem.offsets is not None
    assert problem.counts is not None
    total = 0.35 * float((weights**2).sum()) + 0.1 * float((intercept**2).sum())
    for row, answer, offset, count in zip(
        problem.vectors, problem.answers, problem.offsets, problem.counts, strict=True
    ):
        logits = [float(row @ weights[:, n] + intercept[n] + offset[n]) for n in range(len(answer))]
        powers = [np.exp(z) for z in logits]
        for n, wanted in enumerate(answer):
            if problem.exclusive:
                total -= count * wanted * np.log(powers[n] / sum(powers))
            else:
                chance = powers[n] / (1 + powers[n])
                total -= count * (wanted * np.log(chance) + (1 - wanted) * np.log(1 - chance))
    return total


@pytest.mark.parametrize("exclusive", [True, False])
def test_nothing_near_the_answer_loses_less(exclusive: bool) -> None:
    """
    The objective is convex: what no step in any direction betters is the answer.
    """
    problem = _problem(3, exclusive)
    fit = solve(problem)
    least = _slow_loss(problem, fit.weights, fit.intercept)

    for place in range(fit.weights.size):
        for step in (-0.01, 0.01):
            moved = fit.weights.copy()
            moved.flat[place] += step
            assert _slow_loss(problem, moved, fit.intercept) > least
    for place in range(len(fit.intercept)):
        for step in (-0.01, 0.01):
            shifted = fit.intercept.copy()
            shifted[place] += step
            assert _slow_loss(problem, fit.weights, shifted) > least


@pytest.mark.parametrize("exclusive", [True, False])
def test_the_answer_does_not_depend_on_where_the_search_starts(exclusive: bool) -> None:
    """
    Neighbouring penalties start from each other; that must only save time.
    """
    problem = _problem(5, exclusive)
    cold = solve(problem)
    far = solve(problem, solve(_problem(6, exclusive)))

    np.testing.assert_allclose(cold.weights, far.weights, atol=1e-4)


def test_a_weight_of_two_counts_as_a_case_given_twice() -> None:
    """
    Anchors rely on counts meaning what they say.
    """
    chance = np.random.default_rng(1)
    rows, answers = chance.normal(size=(12, 3)), np.eye(2)[chance.integers(0, 2, 12)]
    twice = solve(
        Problem(np.vstack((rows, rows[:4])), np.vstack((answers, answers[:4])), True, 1.0)
    )
    weighed = solve(Problem(rows, answers, True, 1.0, counts=np.array([2.0] * 4 + [1.0] * 8)))

    np.testing.assert_allclose(twice.weights, weighed.weights, atol=1e-4)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-500, 500), min_size=2, max_size=6), st.floats(-100, 100))
def test_softmax_forgets_a_common_shift(logits: list[float], shift: float) -> None:
    """
    Only differences of logits mean anything, and large ones must not overflow.
    """
    table = np.array([logits])

    np.testing.assert_allclose(softmax(table), softmax(table + shift), atol=1e-9)
    np.testing.assert_allclose(np.exp(log_softmax(table)), softmax(table), atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.floats(-800, 800))
def test_two_answers_of_softmax_are_a_yes_or_no(logit: float) -> None:
    """
    Log-odds and two logits say the same.
    """
    assert sigmoid(np.array([logit]))[0] == pytest.approx(softmax(np.array([[0.0, logit]]))[0, 1])


def test_as_many_answers_as_vectors_are_needed() -> None:
    """
    A slip of the caller must not be broadcast away.
    """
    with pytest.raises(ValueError, match="as many answers"):
        solve(Problem(np.ones((3, 2)), np.ones((2, 2)), True, 1.0))

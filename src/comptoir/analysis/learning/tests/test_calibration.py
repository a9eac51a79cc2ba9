"""Measures of honesty, against slower calculations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.learning.calibration import (
    accuracy_at,
    calibration_error,
    confidences,
    coverage_curve,
    fit_scaling,
    fit_temperature,
)
from comptoir.analysis.learning.solver import sigmoid, softmax

CASES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def _columns(cases: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([said for said, _ in cases]), np.array([right for _, right in cases])


@settings(max_examples=60, deadline=None)
@given(CASES, st.sampled_from([10, 15]))
def test_calibration_error_is_what_counting_bin_by_bin_gives(
    cases: list[tuple[float, bool]], bins: int
) -> None:
    """
    The definition: gaps between what is said and what holds, each bin weighing its cases.
    """
    total = 0.0
    for place in range(bins):
        inside = [c for c in cases if max(0, int(np.ceil(c[0] * bins)) - 1) == place]
        total += abs(sum(said - right for said, right in inside))

    assert calibration_error(*_columns(cases), bins) == pytest.approx(total / len(cases), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_coverage_answers_the_surest_first(cases: list[tuple[float, bool]]) -> None:
    """
    At each coverage the accuracy is that of all cases at least as sure, in whatever order.
    """
    said, right = _columns(cases)
    shares, accuracies = coverage_curve(said, right)
    levels = sorted(set(said.tolist()), reverse=True)

    np.testing.assert_allclose([(said >= level).mean() for level in levels], shares)
    np.testing.assert_allclose([right[said >= level].mean() for level in levels], accuracies)


def test_accuracy_at_half_coverage_leaves_out_the_unsure() -> None:
    """
    "Unsure" is an answer: half the cases, the surest, are judged.
    """
    said, right = np.array([0.9, 0.5, 0.8, 0.6]), np.array([True, False, True, False])

    assert 1.0 == accuracy_at(said, right, 0.5)
    assert 0.5 == accuracy_at(said, right, 1.0)


def test_nothing_to_judge_is_unknown_not_zero() -> None:
    """
    Undefined is None.
    """
    none, no = np.array([]), np.array([], dtype=bool)

    assert calibration_error(none, no) is None
    assert accuracy_at(none, no, 0.5) is None
    with pytest.raises(ValueError, match="coverage"):
        accuracy_at(none, no, 0.0)


def test_temperature_undoes_what_was_multiplied() -> None:
    """
    Labels drawn from honest chances: logits three times too large are divided by three.
    """
    chance = np.random.default_rng(2)
    logits = chance.normal(size=(4000, 3)) * 2
    labels = np.array([chance.choice(3, p=row) for row in softmax(logits)])

    assert fit_temperature(logits * 3, labels) == pytest.approx(3, rel=0.1)


def test_scaling_undoes_slope_and_offset() -> None:
    """
    Log-odds twice too small and shifted by one come back.
    """
    chance = np.random.default_rng(4)
    honest = chance.normal(size=6000) * 2
    labels = (chance.random(6000) < sigmoid(honest)).astype(int)
    scaling = fit_scaling((honest - 1) / 2, labels)

    assert scaling.slope == pytest.approx(2, rel=0.1)
    assert scaling.offset == pytest.approx(1, abs=0.15)


def test_scaling_never_turns_an_order_round() -> None:
    """
    Log-odds that say the contrary carry no news: every case then gets the base rate.
    """
    scaling = fit_scaling(np.linspace(-3, 3, 40), (np.linspace(-3, 3, 40) < 0).astype(int))

    assert 0.0 == scaling.slope
    np.testing.assert_allclose(sigmoid(scaling.apply(np.array([9.0]))), [0.5])


def test_scaling_of_one_kind_of_label_changes_nothing() -> None:
    """
    Without a counter-example there is nothing to learn from.
    """
    np.testing.assert_array_equal(
        [4.0], fit_scaling(np.ones(3), np.ones(3, int)).apply(np.array([4.0]))
    )


def test_confidence_is_that_of_the_answer_chosen() -> None:
    """
    A "no" at log-odds -3 is as sure as a "yes" at 3.
    """
    np.testing.assert_allclose(
        confidences(np.array([-3.0]), False), confidences(np.array([3.0]), False)
    )
    np.testing.assert_allclose(confidences(np.array([[0.0, 0.0]]), True), [0.5])

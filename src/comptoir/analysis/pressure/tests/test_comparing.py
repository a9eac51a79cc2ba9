"""A period against the brand's own past: the arithmetic, its limits, and how often it is wrong."""

import math
import random

import pytest

from comptoir.analysis.pressure import FEWEST, Stretch, compare, levels


def test_twice_as_much_is_more_and_half_as_much_less() -> None:
    usual = [Stretch(40 + (one % 3), 7) for one in range(12)]

    more, less = compare(Stretch(80, 7), usual), compare(Stretch(18, 7), usual)

    assert ("more", 12, 0) == (more.verdict, more.above, more.below)
    assert ("less", 0, 12) == (less.verdict, less.above, less.below)
    assert 1 < (more.low or 0) < (more.ratio or 0) < (more.high or 0)


def test_an_irregular_past_makes_the_interval_wide() -> None:
    """A brand that always had its peaks is not said to press harder at the next one."""
    calm = [Stretch(40, 7)] * 12
    wild = [Stretch(count, 7) for count in (5, 90, 10, 80, 20, 70, 5, 90, 10, 60, 30, 10)]

    assert "more" == compare(Stretch(75, 7), calm).verdict
    assert "usual" == compare(Stretch(75, 7), wild).verdict


def test_the_interval_is_the_formula_worked_by_hand() -> None:
    before = [Stretch(count, 10.0) for count in (8, 12, 9, 11, 10, 10)]
    found = compare(Stretch(20, 10), before)
    # Less spread than Poisson's counts as Poisson's; Student's factor of five degrees is 2.571.
    factor = math.exp(2.5706 * math.sqrt(1 / 20.5 + 1 / 60.5))
    ratio = (20.5 / 10) / (60.5 / 60)

    assert found.ratio == pytest.approx(ratio)
    assert found.high == pytest.approx(ratio * factor, rel=1e-3)
    assert found.low == pytest.approx(ratio / factor, rel=1e-3)
    assert 1.0 == found.median
    assert found.mad == pytest.approx(0.1)


def test_a_high_rank_alone_says_nothing() -> None:
    """Eleven against ten, twelve times: above all of them, and well within chance."""
    found = compare(Stretch(11, 7), [Stretch(10, 7)] * 12)

    assert (12, "usual") == (found.above, found.verdict)


@pytest.mark.parametrize(
    ("now", "before", "least"),
    [
        (Stretch(50, 7), [Stretch(10, 7)] * (FEWEST - 1), 0),
        (Stretch(50, 7), [], 0),
        (Stretch(0, 0), [Stretch(10, 7)] * 12, 0),
        (Stretch(1, 7), [Stretch(0, 7)] * 12, 0),
        (Stretch(4, 4), [Stretch(10, 20)] * 12, 5),
        (Stretch(5, 5), [Stretch(2, 2)] * 12, 5),
        (Stretch(50, 7), [Stretch(0, 0)] * 12, 0),
    ],
)
def test_too_little_is_said_to_be_too_little(
    now: Stretch, before: list[Stretch], least: float
) -> None:
    found = compare(now, before, least)

    assert ("few", None) == (found.verdict, found.ratio)


def test_unknown_levels_are_left_out() -> None:
    assert (0, None) == (levels(3.0, [None]).of, levels(3.0, [None]).median)
    assert (0, 0, 2) == (
        levels(None, [1, 2]).above,
        levels(None, [1, 2]).below,
        levels(None, [1, 2]).of,
    )


@pytest.mark.parametrize(
    ("mean", "shape"), [(4, None), (20, None), (20, 4.0), (60, 3.0), (20, 1.0)]
)
def test_a_brand_that_does_not_change_is_seldom_said_to(mean: float, shape: float | None) -> None:
    """
    False alarms, each way, at most 5 in 100, with Poisson's chance and with far wilder brands.

    shape: of the gamma distribution that the rate itself is drawn from; None keeps it still.
    """
    chance, runs, said = random.Random(3), 1_500, 0
    for _ in range(runs):
        counts = [_drawn(chance, mean, shape) for _ in range(13)]
        said += (
            compare(Stretch(counts[0], 7), [Stretch(one, 7) for one in counts[1:]]).verdict
            == "more"
        )

    assert said / runs <= 0.05


def test_a_brand_that_doubles_is_mostly_noticed() -> None:
    chance, runs, said = random.Random(5), 400, 0
    for _ in range(runs):
        before = [Stretch(_drawn(chance, 20, None), 7) for _ in range(12)]
        said += compare(Stretch(_drawn(chance, 40, None), 7), before).verdict == "more"

    assert said / runs >= 0.85


def _drawn(chance: random.Random, mean: float, shape: float | None) -> int:
    rate = chance.gammavariate(shape, mean / shape) if shape else mean
    limit, count, product = math.exp(-rate), 0, chance.random()
    while product > limit:
        count, product = count + 1, product * chance.random()
    return count

"""Places are exact, and French and English meet."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from comptoir.analysis.grouping import DIMENSIONS, Space
from comptoir.analysis.grouping.space import RADIUS


def vectors(count: Any, seed: int = 1) -> Any:
    rows = np.random.default_rng(seed).standard_normal((count, 384)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def space() -> Any:
    return Space.load()


def test_a_message_lands_on_the_same_point_in_any_batch(space: Space) -> None:
    """
    Bit for bit: groups are compared with exact numbers.
    """
    rows = vectors(300)
    whole = space.place(rows, ["fr"] * 300)
    alone = np.concatenate([space.place(rows[n : n + 1], ["fr"]) for n in range(300)])

    assert np.array_equal(whole, alone)
    assert (300, DIMENSIONS) == whole.shape


def test_points_have_one_length_and_products_stay_exact(space: Space) -> None:
    """
    Sums of products under 2²⁴ are exact in float32.
    """
    points = space.place(vectors(200), ["en"] * 200).astype(float)
    lengths = np.linalg.norm(points, axis=1)

    assert np.abs(lengths - RADIUS).max() < 5
    assert lengths.max() ** 2 < 2**24


def test_a_language_s_mean_is_taken_out() -> None:
    """
    The same question moved by its language is the same point.
    """
    shift = {"fr": vectors(1, 5)[0], "en": vectors(1, 6)[0]}
    space = Space(shift, np.eye(384, 16, dtype=np.float32), 0.5, 0.5)
    question = vectors(1)

    french, english = (space.place(question + shift[k], [k]) for k in ("fr", "en"))

    assert np.abs(french.astype(int) - english).max() <= 1


def test_what_paraphrases_differ_in_counts_little() -> None:
    """
    Direction 0 separates questions, direction 1 only ways to put them.
    """
    chance = np.random.default_rng(2)
    rows = np.zeros((80, 384), np.float32)
    rows[:, 0] = np.repeat([1, -1], 40)
    rows[:, 1] = chance.standard_normal(80)
    space = Space.learn(rows, ["fr"] * 80, rows, ["fr"] * 80, ["a"] * 40 + ["b"] * 40, 2)
    asked = np.zeros((2, 384), np.float32)
    asked[:, 0], asked[:, 1] = 1, [1, -1]
    one, other = space.place(asked, ["fr", "fr"]).astype(float) / RADIUS

    assert one @ other > 0.3


def test_a_space_is_read_as_it_was_written(space: Space, tmp_path: Path) -> None:
    """
    The version tells whether kept points may be compared.
    """
    space.save(tmp_path / "space.npz")

    assert space.version == Space.load(tmp_path / "space.npz").version


def test_no_messages_have_no_points(space: Space) -> None:
    """
    Empty batches happen.
    """
    assert (0, DIMENSIONS) == space.place(np.zeros((0, 384), np.float32), []).shape

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
    said = {"fr": vectors(1, 5), "en": vectors(1, 6)}
    means = {language: (said[language] - vectors(1) / 2)[0] for language in said}
    space = Space(means, np.eye(384, 16, dtype=np.float32), 0.5, 0.5)

    french, english = (space.place(said[k], [k]) for k in ("fr", "en"))

    assert np.abs(french.astype(int) - english).max() <= 2


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


def test_only_the_direction_of_a_vector_counts(space: Space) -> None:
    """
    One caller gives means as the encoder made them, another makes them unit length.
    """
    rows = vectors(20)

    assert np.abs(space.place(rows, ["fr"] * 20).astype(int) - space.place(rows * 4.8, ["fr"] * 20)).max() <= 4  # fmt: skip


def test_a_brand_s_own_mean_takes_out_what_all_its_messages_share() -> None:
    """
    Everybody names the same brand: that is no likeness.
    """
    shared = vectors(1, 7) * 3 + vectors(60, 8)
    plain = Space({}, np.eye(384, 64, dtype=np.float32), 0.5, 0.5)
    own = plain.recentred(shared, ["fr"] * 60)
    before, after = (s.place(shared, ["fr"] * 60).astype(float) / RADIUS for s in (plain, own))

    assert (before @ before.T).mean() > 0.7
    assert abs((after @ after.T).mean()) < 0.1

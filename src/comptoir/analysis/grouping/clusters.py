"""Spherical k-means, small and the same every time."""

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float64]
_SEED = 20260215
_ROUNDS = 25
_TRIES = 4
_BLOCK = 4_096


def unit(rows: npt.ArrayLike) -> Rows:
    """Rows of length 1; empty ones stay."""
    given = np.asarray(rows, np.float64)
    lengths = np.linalg.norm(given, axis=-1, keepdims=True)
    return np.asarray(given / np.where(lengths == 0, 1, lengths))


def nearest(rows: Rows, centers: Rows) -> tuple[npt.NDArray[np.intp], Rows]:
    """Number of the closest center of each row, and the cosine with it."""
    which = np.empty(len(rows), np.intp)
    cosine = np.empty(len(rows))
    for start in range(0, len(rows), _BLOCK):
        scores = rows[start : start + _BLOCK] @ centers.T
        which[start : start + _BLOCK] = scores.argmax(1)
        cosine[start : start + _BLOCK] = scores.max(1)
    return which, cosine


def centers_of(rows: Rows, count: int) -> Rows:
    """
    Centers, unit length, [at most count, dimensions], of unit rows: the best of some tries.

    The same rows in the same order give the same centers.
    """
    chance = np.random.Generator(np.random.PCG64(_SEED))
    found = [_settled(rows, _spread(rows, count, chance)) for _ in range(_TRIES)]
    return max(found, key=lambda centers: float(nearest(rows, centers)[1].sum()))


def _spread(rows: Rows, count: int, chance: np.random.Generator) -> Rows:
    """First centers, each drawn far from the earlier ones (k-means++)."""
    chosen = [int(chance.integers(len(rows)))]
    closest = rows @ rows[chosen[0]]
    while len(chosen) < count:
        far = np.clip(1 - closest, 0, None)
        if not far.sum() > 1e-9:
            break
        chosen.append(int(chance.choice(len(rows), p=far / far.sum())))
        closest = np.maximum(closest, rows @ rows[chosen[-1]])
    return rows[chosen]


def _settled(rows: Rows, centers: Rows) -> Rows:
    before = np.full(len(rows), -1)
    for _ in range(_ROUNDS):
        which, _cosine = nearest(rows, centers)
        if np.array_equal(which, before):
            break
        before = which
        sums = np.zeros_like(centers)
        np.add.at(sums, which, rows)
        kept = np.linalg.norm(sums, axis=1) > 0
        centers = np.where(kept[:, None], unit(sums), centers)
    return centers

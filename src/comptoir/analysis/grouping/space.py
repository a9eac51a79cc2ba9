"""
The space in which messages are compared.

Vectors of the encoder all point roughly one way (cosines from 0.75 to 1), French ones a
little apart from English ones, and weigh who writes and how as much as what is asked. A
`Space` subtracts the mean of the language, then projects so that paraphrases of one
question lie close: directions in which paraphrases differ count little (linear
discriminants, shrunk towards plain distance).

All of it is done in whole numbers: no sum is ever rounded, so that a message lands on the
same point, bit for bit, whatever batch it came in and whatever machine read it.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Points = npt.NDArray[np.int16]

DIMENSIONS = 96
RADIUS = 1024
"""
Length of a placed point. Products of two stay under 2²⁴, exact in float32 in any order.
"""
_ANY = "*"
_FINE = 2.0**13
_COARSE = 2.0**11
_SHRINK = 0.6
_KEPT = Path(__file__).with_name("space.npz")


class OtherSpace(ValueError):
    """What was kept was placed by another space, and cannot be compared with this one's."""


@dataclass(frozen=True, eq=False)
class Space:
    """
    means: language → mean of its background, float32 [384]; "*" stands for other languages.
    projection: float32 [384, dimensions], strongest direction first.
    join: mean similarity with a group's members from which a message is one of them.
    reach: least similarity with the group's first member; this bounds its radius.
    """

    means: Mapping[str, Floats]
    projection: Floats
    join: float
    reach: float

    @cached_property
    def version(self) -> str:
        """Twelve hex digits that change with anything that moves points."""
        digest = hashlib.blake2b(digest_size=6)
        for name, mean in sorted(self.means.items()):
            digest.update(name.encode() + mean.astype("<f4").tobytes())
        digest.update(self.projection.astype("<f4").tobytes())
        return digest.hexdigest()

    @cached_property
    def _whole(self) -> tuple[dict[str, npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
        largest = float(np.abs(self.projection).max()) or 1.0
        means = {name: _rounded(mean, _FINE) for name, mean in self.means.items()}
        return means, _rounded(self.projection / largest, _COARSE)

    def place(self, vectors: Floats, languages: Sequence[str]) -> Points:
        """
        Points of RADIUS length (up to rounding), int16 [n, dimensions], of vectors [n, 384].

        Vectors of any length do: only directions count, as means are of directions.
        A vector equal to its language's mean says nothing and gets the zero point.
        """
        means, projection = self._whole
        other = means.get(_ANY, np.zeros(self.projection.shape[0]))
        shifts = [means.get(language, other) for language in languages]
        if not shifts:
            return np.zeros((0, self.projection.shape[1]), np.int16)
        # Under 2⁵³ all along: 384 products of 2¹⁴ by 2¹¹, then 96 squares of 2²².
        moved = (_rounded(unit(vectors), _FINE) - np.array(shifts)) @ projection
        moved = np.rint(moved / 2.0**8)
        lengths = np.sqrt((moved * moved).sum(1))
        lengths[lengths == 0] = 1
        return np.asarray(np.rint(moved * (RADIUS / lengths)[:, None]), np.int16)

    def save(self, path: Path = _KEPT) -> None:
        """Write to one small file; the same space gives the same bytes."""
        names = sorted(self.means)
        kept = io.BytesIO()
        np.savez_compressed(
            kept,
            languages=np.array(names),
            means=np.array([self.means[name] for name in names], np.float32),
            projection=self.projection.astype(np.float16),
            limits=np.array([self.join, self.reach]),
        )
        path.write_bytes(kept.getvalue())

    @staticmethod
    def load(path: Path = _KEPT) -> "Space":
        """The space kept in a file, the shipped one by default; see bench/grouping.py."""
        with np.load(path, allow_pickle=False) as kept:
            means = dict(zip(kept["languages"].tolist(), kept["means"], strict=True))
            join, reach = kept["limits"].tolist()
            return Space(means, kept["projection"].astype(np.float32), join, reach)

    def recentred(self, vectors: Floats, languages: Sequence[str]) -> "Space":
        """
        The same space about the means of a brand's own messages, [n, 384]: its subjects,
        handles and habits are then no likeness. Fix the reference once; the version changes.
        Languages with fewer than fifty messages keep their mean.
        """
        often = {one for one in set(languages) if list(languages).count(one) >= 50}
        places = [n for n, one in enumerate(languages) if one in often]
        if not places:
            return self
        own = _means(vectors[places], [languages[n] for n in places])
        return replace(self, means={**self.means, **own})

    @staticmethod
    def learn(
        background: Floats,
        background_languages: Sequence[str],
        paraphrases: Floats,
        languages: Sequence[str],
        questions: Sequence[str],
        dimensions: int = DIMENSIONS,
    ) -> "Space":
        """
        Learn means from ordinary messages, float32 [m, 384], and what to overlook from
        paraphrases, float32 [k, 384], that share a name in `questions` when they ask the same.

        Limits are left at 1: choose them on other paraphrases.
        """
        means = _means(background, background_languages)
        ordinary = _centred(background, background_languages, means)
        same = _within(_centred(paraphrases, languages, means), questions)
        whiten = _whitening(same)
        spread = whiten @ (ordinary.T @ ordinary / len(ordinary)) @ whiten
        axes = np.linalg.eigh(spread)[1][:, ::-1][:, :dimensions]
        # Signs of eigenvectors are arbitrary: fix them, so that learning again changes nothing.
        axes = axes * np.where(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])] < 0, -1, 1)
        projection = (whiten @ axes).astype(np.float32)
        projection = (projection / np.abs(projection).max()).astype(np.float16)
        return Space(means, projection.astype(np.float32), 1.0, 1.0)


def unit(vectors: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Directions of vectors; lengths come from whole numbers, so the batch does not matter."""
    whole = _rounded(vectors, _FINE)
    lengths = np.sqrt((whole * whole).sum(1, keepdims=True))
    return np.asarray(whole / np.where(lengths == 0, 1, lengths))


def _rounded(values: npt.ArrayLike, scale: float) -> npt.NDArray[np.float64]:
    return np.rint(np.asarray(values, np.float64) * scale)


def _means(vectors: Floats, languages: Sequence[str]) -> dict[str, Floats]:
    """Of each language, and of all languages weighing the same."""
    named, vectors = np.array(languages), unit(vectors).astype(np.float32)
    means = {str(one): vectors[named == one].mean(0) for one in np.unique(named)}
    return means | {_ANY: np.mean(list(means.values()), axis=0, dtype=np.float32)}


def _centred(
    vectors: Floats, languages: Sequence[str], means: Mapping[str, Floats]
) -> npt.NDArray[np.float64]:
    moved = unit(vectors) - np.array([means.get(one, means[_ANY]) for one in languages], np.float64)
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float64)


def _within(points: npt.NDArray[np.float64], questions: Sequence[str]) -> npt.NDArray[np.float64]:
    """How paraphrases of one question differ: pooled covariance, [384, 384]."""
    named, parts = np.array(questions), []
    for question in np.unique(named):
        mine = points[named == question]
        if len(mine) > 1:
            parts.append((mine - mine.mean(0)) * np.sqrt(len(mine) / (len(mine) - 1)))
    apart = np.concatenate(parts)
    return np.asarray(apart.T @ apart / len(apart))


def _whitening(covariance: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Inverse square root of the covariance shrunk towards equal spread in all directions."""
    size = len(covariance)
    even = np.eye(size) / size
    shrunk = (1 - _SHRINK) * covariance / np.trace(covariance) + _SHRINK * even
    values, axes = np.linalg.eigh(shrunk)
    return np.asarray((axes / np.sqrt(values)) @ axes.T)

"""Figures for bench/reading.py: how often a system is right, and whether it knows when."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Figures = dict[str, Any]

BINS = 15
RESAMPLES = 2000
SEED = 20240917
COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


def confusion(truth: Labels, said: Labels, classes: Sequence[int]) -> Labels:
    """Counts, [what is, what was said]."""
    places = {name: place for place, name in enumerate(classes)}
    cells = np.array(
        [
            places[int(one)] * len(classes) + places[int(other)]
            for one, other in zip(truth, said, strict=True)
        ],
        np.int64,
    )
    counts = np.bincount(cells, minlength=len(classes) ** 2)
    return np.asarray(counts.reshape(len(classes), len(classes)), np.int64)


def f1_of(table: NDArray[Any]) -> Floats:
    """F1 of each class, from counts [..., what is, what was said]; 0 for one never met."""
    right = np.diagonal(table, axis1=-2, axis2=-1).astype(np.float64)
    both = table.sum(axis=-1) + table.sum(axis=-2)
    return np.asarray(2 * right / np.maximum(both, 1), np.float64)


def macro_f1(truth: Labels, said: Labels, classes: Sequence[int]) -> float:
    """
    Mean F1 of the classes.

    >>> macro_f1(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]), (0, 1)).__round__(3)
    0.733
    """
    return float(f1_of(confusion(truth, said, classes)).mean())


def interval(truth: Labels, said: Labels, classes: Sequence[int]) -> tuple[float, float]:
    """Between what 95 % of resamplings of the messages put their macro-F1; seeded."""
    chance = np.random.default_rng(SEED)
    table = confusion(truth, said, classes)
    drawn = chance.multinomial(len(truth), (table / table.sum()).ravel(), RESAMPLES)
    scores = f1_of(drawn.reshape(RESAMPLES, *table.shape)).mean(axis=-1)
    low, high = np.quantile(scores, (0.025, 0.975))
    return float(low), float(high)


def of_classes(truth: Labels, said: Labels, classes: Sequence[int]) -> Figures:
    """Macro-F1 with its interval, accuracy, and each class's precision, recall, F1 and count."""
    table = confusion(truth, said, classes)
    scores = f1_of(table)
    return {
        "macro_f1": float(scores.mean()),
        "interval": interval(truth, said, classes),
        "accuracy": float((truth == said).mean()),
        "classes": {
            str(name): {
                "precision": float(table[at, at] / max(1, table[:, at].sum())),
                "recall": float(table[at, at] / max(1, table[at].sum())),
                "f1": float(scores[at]),
                "count": int(table[at].sum()),
            }
            for at, name in enumerate(classes)
        },
    }


def calibration(right: NDArray[np.bool_], sure: Floats) -> float:
    """
    Expected calibration error: how far chances lie from the share that holds, mean over messages.

    Bins of equal width. sure: the chance of the answer given, 0 to 1.

    >>> round(calibration(np.array([True, True, False, True]), np.full(4, 0.8)), 3)
    0.05
    """
    places = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    return float(
        sum(
            abs(right[places == place].mean() - sure[places == place].mean())
            * (places == place).mean()
            for place in np.unique(places)
        )
    )


def by_coverage(truth: Labels, said: Labels, sure: Floats, classes: Sequence[int]) -> list[Figures]:
    """Accuracy and macro-F1 when only the surest are answered."""
    order = np.argsort(-sure, kind="stable")
    found = []
    for share in COVERAGES:
        kept = order[: max(1, round(share * len(order)))]
        found.append(
            {
                "coverage": share,
                "least": float(sure[kept[-1]]),
                "accuracy": float((truth[kept] == said[kept]).mean()),
                "macro_f1": macro_f1(truth[kept], said[kept], classes),
            }
        )
    return found


def of_sets(truth: Sequence[frozenset[str]], said: Sequence[frozenset[str]]) -> Figures:
    """Micro-F1 over all names, and macro over the names that somebody meant."""
    names = sorted(set().union(*truth))
    table = {
        name: (
            sum(name in one and name in other for one, other in zip(truth, said, strict=True)),
            sum(name in one for one in truth),
            sum(name in other for other in said),
        )
        for name in names
    }
    both = sum(len(one & other) for one, other in zip(truth, said, strict=True))
    total = sum(map(len, truth)) + sum(map(len, said))
    scores = {name: 2 * hits / (meant + given) for name, (hits, meant, given) in table.items()}
    return {
        "micro_f1": 2 * both / max(1, total),
        "macro_f1": sum(scores.values()) / max(1, len(scores)),
        "classes": {
            name: {"f1": scores[name], "count": meant, "said": given}
            for name, (_, meant, given) in table.items()
        },
    }

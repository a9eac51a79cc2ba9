"""
Weigh the words of messages for each question, beside the encoder.

    python bench/training/words.py --data DATA --work FOLDER

One regression an answer, on what `comptoir.analysis.bag` finds; the same part stays held out as
in `tune`. Writes `words.npz`: weights in eight bits, as the tree keeps them.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from texts import Row, load

from comptoir.analysis.bag import BITS, buckets
from comptoir.analysis.model import WEIGHED

Array = np.ndarray[Any, np.dtype[Any]]
_PENALTY = 10.0
"""The inverse of it: what did best on held-out messages."""


def counted(rows: list[Row]) -> sparse.csr_array:
    """Which buckets are met in each text, over the square root of how many are."""
    found, owners = buckets([row.text for row in rows])
    counts = np.bincount(owners, minlength=len(rows))
    each = 1 / np.sqrt(np.maximum(counts, 1))
    shape = len(rows), 1 << BITS
    table: Any = sparse.csr_array(
        (each[owners], (owners.astype(np.int32), found.astype(np.int32))), shape
    )
    table.sum_duplicates()
    return table


def rarity(table: sparse.csr_array) -> Array:
    """What each bucket is worth: rare ones more; 1 on the whole."""
    texts, met = table.shape[0], np.bincount(table.indices, minlength=table.shape[1])
    worth = np.log((1 + texts) / (1 + met)) + 1
    return np.asarray(worth / worth[met > 0].mean())


def truths(rows: list[Row]) -> dict[str, tuple[Array, Array]]:
    """By what is WEIGHED: which rows tell, and what they answer, as 0 and 1."""
    public = np.array([row.source == "tweets" for row in rows])
    tone = np.eye(3)[[row.tone for row in rows]]
    found = {"tone": (~public, tone[~public]), "talk": (public, tone[public])}
    for name in WEIGHED.keys() - found.keys():
        told = np.array([getattr(row.labels, name) for row in rows if row.labels])
        found[name] = ~public, told.reshape(len(told), -1)
    return found


def weigh(table: sparse.csr_array, truth: Array) -> tuple[Array, float]:
    """Weights of the buckets and the bias, for one answer."""
    fitted = LogisticRegression(C=_PENALTY, solver="liblinear", tol=0.01, random_state=0).fit(
        table, truth
    )
    return fitted.coef_[0], float(fitted.intercept_[0])


def main() -> None:
    """Weigh on all parts but one."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--held-out", type=int, default=0, help="the part left out, 0 to 5")
    options = parser.parse_args()
    rows = [row for row in load(options.data).rows if row.tone >= 0]
    within = [row for row in rows if row.part() != options.held_out]
    table = counted(within)
    worth = rarity(table)
    table.data *= worth[table.indices]
    weights, biases = [], []
    told = truths(within)
    for name in WEIGHED:
        chosen, answers = told[name]
        for truth in answers.T:
            found, bias = weigh(table[chosen], truth)
            weights.append(found * worth)
            biases.append(bias)
    keep(options.work / "words.npz", np.array(weights).T, np.array(biases))


def keep(path: Path, weights: Array, biases: Array) -> None:
    """Write weights [buckets, answers] in eight bits."""
    scale = np.abs(weights).max(0) / 127
    rounded = np.rint(weights / scale).astype(np.int8)
    np.savez_compressed(path, weights=rounded, scale=scale, bias=biases)


if __name__ == "__main__":
    main()

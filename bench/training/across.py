"""
Cross-validate the tuning: each part of the families read by a reader that learnt from the others.

    python bench/training/across.py --data DATA --work FOLDER
    python bench/training/across.py --data DATA --work FOLDER --parts 0 2 4

Six tunings, of which one that is done is not done again: begin anew where it was cut off, or tune
some of the parts in a process of their own. Prints macro-F1 of tone by set over all held-out
rows, with its interval and the least and most of a part; answers of the encoder alone, without
the weights of words and nothing fitted to what is held out.

Of tweets, regressions on the plain encoder are tried in the same way, one a language, and so is
what both say together: tuning finds more, and believes too much of what it learnt by heart.
Writes `across.npz`: the logits of tone of every row as read by what had not seen it (of tweets,
both together), for `tune.py --taught`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from keep import macro_f1
from network import Reader, batches, brisk
from sklearn.linear_model import LogisticRegression
from texts import PARTS, Row, load
from tune import Shelf, apart, tune

from comptoir.analysis.encoder import Encoder
from comptoir.analysis.model import OWN_LANGUAGES

Array = np.ndarray[Any, np.dtype[Any]]
FILE = "across.npz"
_DRAWS = 2000
_PENALTY = 0.003
"""The inverse of it, of the regressions, on vectors each number of which spreads by 1."""
_TOGETHER = 0.4
"""How much the regressions say beside the readers."""


def read(shelf: Shelf, reader: Reader, places: Array) -> Array:
    """Logits of tone of the rows at `places`, not told which are public talk, [places, 3]."""
    found = np.zeros((len(places), 3), np.float32)
    reader.eval()
    lengths = [len(shelf.numbers[place]) for place in places]
    with torch.no_grad():
        for chosen in batches(lengths, 48):
            with brisk():
                given = shelf.take(places[chosen].tolist())
                answers = reader(*given, shelf.languages[places[chosen]])
            found[chosen] = answers["tone"].float().numpy()
    return found


def regressed(rows: Sequence[Row], told: Array) -> Array:
    """
    Logits of tone of the tweets that are told, by regressions on the plain encoder that learnt
    from the other parts of the same language; 0 of all else, [rows, 3].
    """
    places = np.array([place for place, row in enumerate(rows) if row.source == "tweets"])
    tweets = [row for row in rows if row.source == "tweets"]
    vectors = Encoder.open().encode([row.text for row in tweets], threads=2).mean
    vectors = (vectors - vectors.mean(0)) / vectors.std(0)
    found = np.zeros((len(rows), 3), np.float32)
    languages = np.array([row.language for row in tweets])
    parts = np.array([row.part() for row in tweets])
    truth = np.array([row.tone for row in tweets])
    for code in OWN_LANGUAGES:
        for part in range(PARTS):
            within = (languages == code) & (parts != part)
            out = (languages == code) & (parts == part)
            fitted = LogisticRegression(C=_PENALTY, max_iter=300).fit(
                vectors[within], truth[within]
            )
            found[places[out]] = fitted.predict_log_proba(vectors[out])
    found[~told] = 0
    return found


def interval(truth: Array, said: Array) -> tuple[float, float]:
    """Of macro-F1: 95 % of resamplings of the messages."""
    chance = np.random.RandomState(0)
    draws = []
    for _ in range(_DRAWS):
        drawn = chance.randint(len(truth), size=len(truth))
        draws.append(macro_f1(truth[drawn], said[drawn], 3))
    low, high = np.percentile(draws, (2.5, 97.5))
    return float(low), float(high)


def show(rows: Sequence[Row], told: Array, logits: Array) -> None:
    """Macro-F1 by set, of the rows that are told."""
    truth, said = np.array([row.tone for row in rows]), logits.argmax(1)
    sets = np.array([f"{row.source} {row.language}" for row in rows])
    parts = np.array([row.part() for row in rows])
    for name in sorted(set(sets[told])):
        of = np.flatnonzero(told & (sets == name))
        low, high = interval(truth[of], said[of])
        each = [
            100 * macro_f1(truth[at], said[at], 3)
            for part in range(PARTS)
            if len(at := of[parts[of] == part])
        ]
        print(
            f"{name}: {100 * macro_f1(truth[of], said[of], 3):.1f} "
            f"[{100 * low:.1f}, {100 * high:.1f}] on {len(of)}, "
            f"parts {min(each):.1f} to {max(each):.1f}"
        )


def _kept(work: Path, part: int) -> Path:
    return work / f"across-{part}.npy"


def main() -> None:
    """Tune on all parts but one, each in its turn, and report on what each had left out."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the public files")
    parser.add_argument("--work", type=Path, required=True, help="where to write")
    parser.add_argument("--parts", type=int, nargs="+", default=list(range(PARTS)))
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    texts = load(options.data)
    rows = texts.rows
    waiting = [part for part in options.parts if not _kept(options.work, part).exists()]
    if waiting:
        shelf = Shelf(texts)
        for part in waiting:
            within, out = apart(rows, part)
            print(
                f"part {part}: {len(within)} texts to learn from, {len(out)} held out", flush=True
            )
            np.save(_kept(options.work, part), read(shelf, tune(shelf, within), out))
    logits = np.zeros((len(rows), 3), np.float32)
    told = np.zeros(len(rows), bool)
    for part in options.parts:
        out = apart(rows, part)[1]
        logits[out], told[out] = np.load(_kept(options.work, part)), True
    print("readers")
    show(rows, told, logits)
    said = torch.log_softmax(torch.tensor(logits), -1).numpy()
    second = regressed(rows, told)
    tweets = told & np.array([row.source == "tweets" for row in rows])
    print("regressions on the plain encoder")
    show(rows, tweets, second)
    said[tweets] = (1 - _TOGETHER) * said[tweets] + _TOGETHER * second[tweets]
    print("both")
    show(rows, tweets, said)
    np.savez_compressed(options.work / FILE, tone=said, told=told)


if __name__ == "__main__":
    main()

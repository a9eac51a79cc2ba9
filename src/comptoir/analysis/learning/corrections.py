"""
A brand's corrections, learnt: its own small addition to what the model says.

The model's logits stay; `refit` finds what to add to them, `logits + vectors @ D + d`, most
likely given the corrections and a prior that it is nothing. Messages left uncorrected are
anchors: the model's own soft answers on them are kept as answers. `compare` then says, on
corrections held out, whether the addition is worth adopting.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from comptoir.analysis.learning.heads import IntentHead, Numbers, Vectors
from comptoir.analysis.learning.solver import (
    Array,
    Fit,
    Problem,
    losses,
    sigmoid,
    softmax,
    solve,
)
from comptoir.analysis.learning.storage import pack, unpack
from comptoir.analysis.learning.view import as_rows, unit

EXCLUSIVE = frozenset({"tone", "urgency"})
"""Fields of which exactly one answer holds; the others ask yes or no of each column."""
HELD_OUT = 0.3
"""Part of the corrections kept from learning, to judge by."""
ENOUGH = 20
"""Held-out corrections needed before anything is adopted."""
PENALTIES = (100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)
"""Strengths of the prior that are tried, strongest first."""
ANCHORED = 4
"""Times the corrections that all anchors together weigh at most."""
_PARTS = 4
_TRIED = 1000
_ROUNDS = 80
_DECIMALS = 6
Anchors = tuple[Vectors, NDArray[np.floating]]


@dataclass(frozen=True, eq=False)
class Delta:
    """
    What a brand's corrections add to one field's logits.

    weights: [d, k]. intercept: [k]. penalty: the prior's strength that was chosen.
    cases: how many corrections it was learnt from.
    """

    field: str
    weights: Array
    intercept: Array
    penalty: float
    cases: int

    def apply(self, vectors: Vectors, logits: NDArray[np.floating]) -> Array:
        """
        The field's logits [n, k] with the brand's addition, float64, six decimals.

        vectors: [n, d]; their length does not matter. Raises ValueError on a wrong shape.
        """
        plain = unit(as_rows(vectors, len(self.weights)))
        base = _table(logits, len(plain), len(self.intercept))
        return np.round(base + plain @ self.weights + self.intercept, _DECIMALS)

    def to_bytes(self) -> bytes:
        """The delta as bytes, for `from_bytes`."""
        facts = {"field": self.field, "penalty": self.penalty, "cases": self.cases}
        arrays = {"weights": self.weights, "intercept": self.intercept}
        return pack("delta", facts, {name: a.astype(np.float32) for name, a in arrays.items()})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Delta":
        """The delta that was stored; ValueError when the bytes are not one."""
        facts, arrays = unpack("delta", data)
        weights, intercept = (arrays[name].astype(np.float64) for name in ("weights", "intercept"))
        if weights.ndim != 2 or weights.shape[1:] != intercept.shape:
            raise ValueError("not a stored delta")
        return cls(facts["field"], weights, intercept, float(facts["penalty"]), int(facts["cases"]))


@dataclass(frozen=True, eq=False)
class BrandModel:
    """What a brand has taught: its own intents and what its corrections add, by field."""

    intents: IntentHead | None
    deltas: Mapping[str, Delta]
    version: str

    def to_bytes(self) -> bytes:
        """The model as bytes, for `from_bytes`."""
        parts = {f"delta {name}": self.deltas[name].to_bytes() for name in sorted(self.deltas)}
        if self.intents is not None:
            parts["intents"] = self.intents.to_bytes()
        sizes = [[name, len(part)] for name, part in parts.items()]
        head = pack("brand", {"version": self.version, "parts": sizes}, {})
        return len(head).to_bytes(8, "little") + head + b"".join(parts.values())

    @classmethod
    def from_bytes(cls, data: bytes) -> "BrandModel":
        """The model that was stored; ValueError when the bytes are not one."""
        end = 8 + int.from_bytes(data[:8], "little")
        facts, _ = unpack("brand", data[8:end])
        intents: IntentHead | None = None
        deltas: dict[str, Delta] = {}
        for name, size in facts["parts"]:
            part, end = data[end : end + size], end + size
            if name == "intents":
                intents = IntentHead.from_bytes(part)
            else:
                deltas[name.removeprefix("delta ")] = Delta.from_bytes(part)
        return cls(intents, deltas, facts["version"])


def held_out(ids: Sequence[str]) -> NDArray[np.bool_]:
    """
    Which corrections are kept from learning: about HELD_OUT of them, by a hash of the id.

    A message stays on its side for ever, however many corrections come. Give fingerprints of
    the texts instead of ids to keep copies of one message together.

    >>> bool(held_out(["m-1"])[0]) == bool(held_out(["m-0", "m-1"])[1])
    True
    """
    hashes = [blake2b(name.encode("utf-8", "replace"), digest_size=8).digest() for name in ids]
    numbers = np.array([int.from_bytes(digest, "big") for digest in hashes], dtype=np.float64)
    return np.asarray(numbers < HELD_OUT * 2.0**64)


def _table(values: NDArray[Any], rows: int, columns: int | None = None) -> Array:
    """Values as float64 [rows, columns]; one column may come flat."""
    table = np.asarray(values, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if table.shape != (rows, columns or table.shape[-1]):
        raise ValueError(f"expected {rows} rows of {columns} columns, got shape {table.shape}")
    return table


def answers_of(field: str, labels: NDArray[Any], columns: int) -> tuple[Array, Array]:
    """
    Answers [n, columns] and how much each counts, of labels as a person gave them.

    An exclusive field's labels are the right columns, [n], in the order of its logits; the
    others' are 0 or 1, [n] or [n, columns], nan where the person said nothing. Raises
    ValueError on a label that is neither.
    """
    if field not in EXCLUSIVE:
        table = _table(labels, len(labels), columns)
        known = ~np.isnan(table)
        if not np.isin(table[known], (0, 1)).all():
            raise ValueError(f"{field}: labels are 0, 1 or nan")
        return np.where(known, table, 0.0), known.astype(np.float64)
    places = np.asarray(labels)
    if places.ndim != 1 or not np.isin(places, np.arange(columns)).all():
        raise ValueError(f"{field}: labels are columns, 0 to {columns - 1}")
    return np.eye(columns)[places.astype(np.int64)], np.ones((len(places), 1))


def _anchored(
    field: str, vectors: Array, base: Array, labels: NDArray[Any], anchors: Anchors | None
) -> Problem:
    """Corrections and anchors as one problem."""
    exclusive = field in EXCLUSIVE
    answers, counts = answers_of(field, labels, base.shape[1])
    if anchors is None or not len(anchors[1]):
        return Problem(vectors, answers, exclusive, 0.0, offsets=base, counts=counts)
    more = unit(as_rows(anchors[0], vectors.shape[1]))
    kept = _table(anchors[1], len(more), base.shape[1])
    weight = min(1.0, ANCHORED * len(vectors) / len(more))
    return Problem(
        np.vstack((vectors, more)),
        np.vstack((answers, softmax(kept) if exclusive else sigmoid(kept))),
        exclusive,
        0.0,
        offsets=np.vstack((base, kept)),
        counts=np.vstack((counts, np.full((len(more), counts.shape[1]), weight))),
    )


def _sorted(problem: Problem) -> Problem:
    """The same cases in an order of their own, so that the order they came in is forgotten."""
    assert problem.offsets is not None
    assert problem.counts is not None
    keys = np.hstack((problem.vectors, problem.offsets, problem.answers, problem.counts))
    order = np.array(sorted(range(len(keys)), key=lambda row: keys[row].tobytes()), dtype=np.int64)
    return _part(problem, order)


def _part(problem: Problem, kept: NDArray[Any]) -> Problem:
    """Some of the cases."""
    assert problem.offsets is not None
    assert problem.counts is not None
    return replace(
        problem,
        vectors=problem.vectors[kept],
        answers=problem.answers[kept],
        offsets=problem.offsets[kept],
        counts=problem.counts[kept],
    )


def _loss(problem: Problem, fit: Fit) -> float:
    """Total weighted loss of a fit on some cases."""
    assert problem.offsets is not None
    assert problem.counts is not None
    logits = problem.offsets + fit.logits(problem.vectors)
    return float((problem.counts * losses(logits, problem.answers, problem.exclusive)).sum())


def _held(problem: Problem, penalty: float, start: Fit | None = None) -> Fit:
    """The fit under one strength of the prior, which holds the intercept as well."""
    strict = replace(problem, penalty=penalty, intercept_penalty=penalty)
    return solve(strict, start, _ROUNDS)


def _choose(problem: Problem) -> float:
    """
    The prior's strength of least loss on cases held out, a quarter at a time.

    At most _TRIED cases, evenly taken, are tried: the prior does not depend on how many
    there are. The stronger prior wins a tie.
    """
    some = _part(problem, np.arange(0, len(problem.vectors), -(-len(problem.vectors) // _TRIED)))
    # Copies of one message stand together once sorted; they must be judged together too.
    fresh = np.append(True, (some.vectors[1:] != some.vectors[:-1]).any(axis=1))
    parts = np.cumsum(fresh) % _PARTS
    fits: list[Fit | None] = [None] * _PARTS
    best, least = PENALTIES[0], np.inf
    for penalty in PENALTIES:
        total = 0.0
        for part in range(_PARTS):
            fit = fits[part] = _held(_part(some, parts != part), penalty, fits[part])
            total += _loss(_part(some, parts == part), fit)
        # The loss falls, then rises, as the prior weakens: past the bottom nothing is left.
        if total >= least:
            break
        best, least = penalty, total
    return best


def _scaled(vectors: Array) -> tuple[Array, float]:
    """
    Centre and typical distance from it, so that a penalty means the same in any room.

    Vectors of one encoder share most of their direction, which the intercept stands for.
    """
    centre = vectors.mean(axis=0)
    away = vectors - centre
    spread = float(np.sqrt((away * away).sum(axis=1).mean()))
    return centre, spread if spread > 1e-9 else 1.0


def refit(
    field: str,
    vectors: Vectors,
    base_logits: NDArray[np.floating],
    labels: NDArray[Any],
    anchors: Anchors | None = None,
) -> Delta:
    """
    What corrections add to the logits of a field: the most likely, a priori nothing.

    vectors: [n, d]. base_logits: [n, k], what the model says of them. labels: see
    `answers_of`. anchors: vectors and logits of messages nobody corrected; the model's soft
    answers on them are kept, each counting as a correction but all
    together at most ANCHORED times the corrections. The prior's
    strength is the one of PENALTIES that loses least on cases held out (`_choose`). Classes
    are not reweighted, which would falsify chances: the penalised intercept and the anchors
    keep a flood of one label from sinking the others. Seconds for 5,000 corrections. Raises
    ValueError on wrong shapes or labels; without corrections the addition is nothing.

    >>> delta = refit("needs", np.eye(2), np.zeros((2, 1)), np.array([1, 0]))
    >>> bool(delta.apply(np.eye(2)[:1], np.zeros((1, 1)))[0, 0] > 0)
    True
    """
    table = np.asarray(vectors, dtype=np.float64)
    plain = unit(as_rows(table, table.shape[-1]))
    base = _table(base_logits, len(plain))
    if not len(plain):
        return Delta(
            field,
            np.zeros((table.shape[-1], base.shape[1])),
            np.zeros(base.shape[1]),
            PENALTIES[0],
            0,
        )
    problem = _sorted(_anchored(field, plain, base, labels, anchors))
    centre, spread = _scaled(problem.vectors)
    problem = replace(problem, vectors=(problem.vectors - centre) / spread)
    penalty = _choose(problem)
    fit = _held(problem, penalty)
    weights = (fit.weights / spread).astype(np.float32).astype(np.float64)
    intercept = (fit.intercept - centre @ weights).astype(np.float32).astype(np.float64)
    return Delta(field, weights, intercept, penalty, len(plain))


Verdict = Literal["better", "not-better", "too-few"]


@dataclass(frozen=True)
class Comparison:
    """
    Two models on the same held-out corrections.

    n: corrections judged by. accuracy_*: share of them read right, None without any; where
    several answers may hold, a message is right when every answer given by the person is.
    low, high: 95 % interval of accuracy_after - accuracy_before. loss_*: mean log loss a
    message, nats. needed: corrections still to collect before anything can be said.
    """

    field: str
    n: int
    accuracy_before: float | None
    accuracy_after: float | None
    low: float
    high: float
    loss_before: float | None
    loss_after: float | None
    verdict: Verdict
    needed: int

    @property
    def adopt(self) -> bool:
        """Whether the new model is to be used."""
        return self.verdict == "better"


def right(field: str, logits: NDArray[np.floating], labels: NDArray[Any]) -> NDArray[np.bool_]:
    """Which messages are read as the person says, [n]; unsaid answers are not judged."""
    table = _table(np.asarray(logits), len(labels))
    if field in EXCLUSIVE:
        return np.asarray(table.argmax(axis=1) == np.asarray(labels))
    answers, known = answers_of(field, labels, table.shape[1])
    return np.asarray((((table > 0) == (answers > 0)) | (known == 0)).all(axis=1))


def difference_interval(won: int, lost: int, n: int) -> tuple[float, float]:
    """
    95 % interval of a difference of two accuracies on the same n cases.

    won: cases only the second model reads right; lost: only the first. Wald's interval after
    adding half a case to each cell of the table (Agresti and Min, 2005), which holds its
    level with few cases; (-1, 1) without any.

    >>> [round(edge, 3) for edge in difference_interval(won=12, lost=2, n=100)]
    [0.026, 0.17]
    """
    if not n:
        return -1.0, 1.0
    total, gained, dropped = n + 2, won + 0.5, lost + 0.5
    middle = (gained - dropped) / total
    error = math.sqrt((gained + dropped) - (gained - dropped) ** 2 / total) / total
    return max(-1.0, middle - 1.959964 * error), min(1.0, middle + 1.959964 * error)


def compare(
    field: str,
    base_logits: NDArray[np.floating],
    before: Delta | None,
    after: Delta,
    vectors: Vectors,
    labels: NDArray[Any],
) -> Comparison:
    """
    Is `after` better than `before` (None: the model alone) on corrections neither has seen?

    Give only the corrections that `held_out` keeps. Better: at least ENOUGH of them, the log
    loss lower and the accuracy not. Raises ValueError on wrong shapes or labels.
    """
    base = _table(base_logits, len(labels))
    first = base if before is None else before.apply(vectors, base)
    second = after.apply(vectors, base)
    hits = [right(field, logits, labels) for logits in (first, second)]
    answers, counts = answers_of(field, labels, base.shape[1])
    lost = [
        (counts * losses(at, answers, field in EXCLUSIVE)).sum(axis=1) for at in (first, second)
    ]
    won, dropped = (int((one & ~other).sum()) for one, other in (hits[::-1], hits))
    low, high = difference_interval(won, dropped, len(labels))
    loss_before, loss_after = (_mean(each) for each in lost)
    verdict: Verdict = "not-better"
    if len(labels) < ENOUGH:
        verdict = "too-few"
    elif won >= dropped and lost[1].sum() < lost[0].sum():
        verdict = "better"
    needed = max(0, int(np.ceil((ENOUGH - len(labels)) / HELD_OUT)))
    return Comparison(
        field,
        len(labels),
        _mean(hits[0]),
        _mean(hits[1]),
        low,
        high,
        loss_before,
        loss_after,
        verdict,
        needed,
    )


def _mean(values: NDArray[Any]) -> float | None:
    """The mean to four decimals; None of nothing."""
    return round(float(values.mean()), 4) if len(values) else None


def changed(
    field: str, delta: Delta, vectors: Vectors, base_logits: NDArray[np.floating]
) -> float | None:
    """Share of messages, 0 to 1, of which the delta changes an answer; None without any."""
    base = _table(base_logits, len(base_logits))
    after = delta.apply(vectors, base)
    if field in EXCLUSIVE:
        return _mean(base.argmax(axis=1) != after.argmax(axis=1))
    return _mean(((base > 0) != (after > 0)).any(axis=1))


def confusions(field: str, logits: NDArray[np.floating], labels: NDArray[Any]) -> Numbers:
    """
    What was read for what, as counts, int64.

    An exclusive field: [k, k], rows what the person says, columns what the model says. The
    others: [k, 2, 2] likewise for each column, no before yes; unsaid answers are left out.
    """
    table = _table(np.asarray(logits), len(labels))
    size = table.shape[1]
    if field in EXCLUSIVE:
        answers_of(field, labels, size)
        pairs = np.asarray(labels, dtype=np.int64) * size + table.argmax(axis=1)
        return np.bincount(pairs, minlength=size * size).reshape(size, size)
    answers, known = answers_of(field, labels, size)
    cells = 4 * np.arange(size) + 2 * (answers > 0) + (table > 0)
    return np.bincount(cells[known > 0].astype(np.int64), minlength=4 * size).reshape(size, 2, 2)


@dataclass(frozen=True)
class LabelNeed:
    """
    How well one label is known. column: its place. cases: messages that have it. found: how
    many of them are read so. low, high: 95 % interval of that share. wanting: whether more
    examples are needed.
    """

    column: int
    cases: int
    found: int
    low: float
    high: float
    wanting: bool


def share_interval(hits: int, n: int) -> tuple[float, float]:
    """
    Wilson's 95 % interval of a share; (0, 1) without cases.

    >>> [round(edge, 3) for edge in share_interval(8, 10)]
    [0.49, 0.943]
    """
    if not n:
        return 0.0, 1.0
    z = 1.959964
    middle = (hits + z * z / 2) / (n + z * z)
    error = z * math.sqrt(hits * (n - hits) / n + z * z / 4) / (n + z * z)
    return max(0.0, middle - error), min(1.0, middle + error)


def needs(
    field: str,
    logits: NDArray[np.floating],
    labels: NDArray[Any],
    least: int = 10,
    widest: float = 0.3,
) -> list[LabelNeed]:
    """
    Which labels need examples: those with fewer than `least` cases, or of which the share
    found is known within more than `widest` from edge to edge.
    """
    table = confusions(field, logits, labels)
    if field in EXCLUSIVE:
        counts = [(int(row.sum()), int(row[place])) for place, row in enumerate(table)]
    else:
        counts = [(int(cell[1].sum()), int(cell[1, 1])) for cell in table]
    return [
        _need(place, cases, found, least, widest) for place, (cases, found) in enumerate(counts)
    ]


def _need(column: int, cases: int, found: int, least: int, widest: float) -> LabelNeed:
    low, high = share_interval(found, cases)
    return LabelNeed(column, cases, found, low, high, cases < least or high - low > widest)

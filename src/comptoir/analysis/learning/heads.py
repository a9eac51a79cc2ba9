"""
Labels of one's own from about ten examples each.

`fit_classes` sorts messages into labels of which exactly one holds; `fit_intents` asks of
each intent separately whether it holds, so none or several may. Both look through the same
view (view.py), fit a penalised regression, and make its chances honest on examples held out
in turn. Everything is computed in float64 and in an order of its own, so neither the order
of the examples nor the size of a batch changes an answer; chances have four decimals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from comptoir.analysis.learning.calibration import Scaling, fit_scaling, fit_temperature
from comptoir.analysis.learning.solver import Array, Fit, Problem, sigmoid, softmax, solve
from comptoir.analysis.learning.storage import pack, unpack
from comptoir.analysis.learning.view import Floats, View, as_rows, learn_view
from comptoir.analysis.text import words

Vectors = NDArray[np.floating] | Sequence[NDArray[np.floating]]
Numbers = NDArray[np.int64]

PENALTY = 0.1
"""On the weights of a head, chosen on 38 labels of banking77."""
THRESHOLD = 0.5
"""An intent holds from this chance on."""
SHARE = 0.05
"""How often an intent is taken to hold among ordinary messages, when nobody says."""
DOUBT = 0.25
"""Part of an intent's own examples that a background message must surpass to be in doubt."""
MOST_BACKGROUND = 1000
DECIMALS = 4
_FOLDS = 5


@dataclass(frozen=True, eq=False)
class _Examples:
    """Examples in an order of their own: rows [n, d], texts, and which names hold, [n, k]."""

    names: tuple[str, ...]
    rows: Array
    texts: list[str] | None
    holds: NDArray[np.bool_]

    @property
    def first(self) -> Numbers:
        """The first name that holds for each row."""
        return np.asarray(self.holds.argmax(axis=1), dtype=np.int64)


def _width(examples: Mapping[str, Vectors]) -> int:
    """Length of the vectors; ValueError when an intent has no example."""
    if not examples or any(not len(vectors) for vectors in examples.values()):
        raise ValueError("every label needs at least one example")
    return int(np.asarray(next(iter(examples.values()))).shape[-1])


def _gather(
    examples: Mapping[str, Vectors], texts: Mapping[str, Sequence[str]] | None
) -> _Examples:
    """All examples, sorted, the same message under two names being one row where both hold."""
    size, names = _width(examples), tuple(examples)
    found: dict[tuple[bytes, str], tuple[Array, set[int]]] = {}
    for place, name in enumerate(names):
        rows = as_rows(examples[name], size)
        spoken = list(texts[name]) if texts is not None else [""] * len(rows)
        for row, text in zip(rows, spoken, strict=True):
            found.setdefault((row.tobytes(), text), (row, set()))[1].add(place)
    keys = sorted(found)
    holds = np.array([[n in found[key][1] for n in range(len(names))] for key in keys])
    kept = [text for _, text in keys] if texts is not None else None
    return _Examples(names, np.array([found[key][0] for key in keys]), kept, holds)


def _folds(labels: Numbers) -> Numbers:
    """A part for each case, dealt label by label; -1 for a label's only case, never held out."""
    parts = np.zeros(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        parts[mine] = np.arange(len(mine)) % _FOLDS if len(mine) > 1 else -1
    return parts


def _spoken(name: str) -> str:
    """A label's name as words: "card_arrival" is "card arrival"."""
    return " ".join(words(name.replace("_", " ")))


def _head_arrays(view: View, fit: Fit) -> dict[str, Floats]:
    return {
        "centre": view.centre,
        "turn": view.turn,
        "rarity": view.rarity,
        "weights": fit.weights.astype(np.float32),
        "intercept": fit.intercept.astype(np.float32),
    }


def _short(fit: Fit) -> Fit:
    """The fit as it will be stored, so that a head answers alike before and after."""
    return Fit(
        fit.weights.astype(np.float32).astype(np.float64),
        fit.intercept.astype(np.float32).astype(np.float64),
    )


def _restore(facts: Mapping[str, list[str]], arrays: Mapping[str, Floats]) -> tuple[View, Fit]:
    """View and fit of stored arrays; ValueError when their shapes do not agree."""
    view = View(arrays["centre"], arrays["turn"], tuple(facts["words"]), arrays["rarity"])
    fit = Fit(arrays["weights"].astype(np.float64), arrays["intercept"].astype(np.float64))
    square = (len(view.centre),) * 2
    if view.turn.shape != square or fit.weights.shape != (view.width, len(facts["names"])):
        raise ValueError("shapes")
    return view, fit


@dataclass(frozen=True, eq=False)
class ClassHead:
    """Sorts messages into labels of which exactly one holds; see `fit_classes`."""

    names: tuple[str, ...]
    view: View
    fit: Fit
    temperature: float

    def chances(self, vectors: Vectors, texts: Sequence[str] | None = None) -> Array:
        """
        The chance of each name, [n, len(names)], float64 with four decimals.

        vectors: [n, d]. texts: the same messages as text, when the head was given texts;
        without them it answers from the vectors alone. Raises ValueError on a wrong shape.
        """
        seen = self.view.of(np.asarray(vectors), texts)
        return np.round(softmax(self.fit.logits(seen) / self.temperature), DECIMALS)

    def to_bytes(self) -> bytes:
        """The head as bytes, for `from_bytes`."""
        facts = {
            "names": self.names,
            "words": self.view.vocabulary,
            "temperature": self.temperature,
        }
        return pack("classes", facts, _head_arrays(self.view, self.fit))

    @classmethod
    def from_bytes(cls, data: bytes) -> "ClassHead":
        """The head that was stored; ValueError when the bytes are not one."""
        facts, arrays = unpack("classes", data)
        view, fit = _restore(facts, arrays)
        return cls(tuple(facts["names"]), view, fit, float(facts["temperature"]))


def _class_problem(examples: _Examples, view: View, names: Array | None, kept: Numbers) -> Problem:
    """Examples `kept`, and the names as one example each when their vectors are known."""
    texts = None if examples.texts is None else [examples.texts[place] for place in kept]
    seen = view.of(examples.rows[kept], texts)
    answers = examples.holds[kept] / examples.holds[kept].sum(axis=1, keepdims=True)
    if names is not None:
        spoken = None if texts is None else [_spoken(name) for name in examples.names]
        seen = np.vstack((seen, view.of(names, spoken)))
        answers = np.vstack((answers, np.eye(len(examples.names))))
    return Problem(seen, answers, exclusive=True, penalty=PENALTY)


def _class_view(examples: _Examples, kept: Numbers) -> View:
    texts = None
    if examples.texts is not None:
        named = [_spoken(name) for name in examples.names]
        texts = [*(examples.texts[place] for place in kept), *named]
    return learn_view(examples.rows[kept], examples.first[kept], texts)


def _held_out_classes(examples: _Examples, names: Array | None) -> tuple[Array, Numbers]:
    """Logits of the examples by heads that have not seen them, and their labels."""
    parts = _folds(examples.first)
    logits = np.zeros(examples.holds.shape)
    for part in range(int(parts.max(initial=-1)) + 1):
        kept, away = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
        view = _class_view(examples, kept)
        fit = solve(_class_problem(examples, view, names, kept))
        texts = None if examples.texts is None else [examples.texts[n] for n in away]
        logits[away] = fit.logits(view.of(examples.rows[away], texts))
    return logits[parts >= 0], examples.first[parts >= 0]


def fit_classes(
    examples: Mapping[str, Vectors],
    names_vectors: Mapping[str, NDArray[np.floating]] | None = None,
    texts: Mapping[str, Sequence[str]] | None = None,
) -> ClassHead:
    """
    A head for labels of which exactly one holds, from a few examples of each; names are sorted.

    examples: vectors [k, d] by label; about ten do. names_vectors: the vector of each
    label's name read as a sentence, one more example each. texts: the examples as text, in
    the order of their vectors; their words become a second view. Chances are divided by the
    temperature of least loss on examples held out, a fifth at a time. Raises ValueError on a
    label without example, wrong shapes or fewer than two labels.

    >>> head = fit_classes({"size": np.eye(4)[:2], "stock": np.eye(4)[2:]})
    >>> head.names[head.chances(np.eye(4)[:1]).argmax()]
    'size'
    """
    if len(examples) < 2:
        raise ValueError("at least two labels are needed")
    ordered = _gather({name: examples[name] for name in sorted(examples)}, texts)
    named = None
    if names_vectors is not None:
        named = as_rows([names_vectors[name] for name in ordered.names], ordered.rows.shape[1])
    everything = np.arange(len(ordered.rows))
    view = _class_view(ordered, everything)
    fit = solve(_class_problem(ordered, view, named, everything))
    temperature = fit_temperature(*_held_out_classes(ordered, named))
    return ClassHead(ordered.names, view, _short(fit), temperature)


@dataclass(frozen=True, eq=False)
class IntentHead:
    """A brand's own intents, each asked separately; see `fit_intents`."""

    names: tuple[str, ...]
    view: View
    fit: Fit
    scalings: tuple[Scaling, ...]
    threshold: float = THRESHOLD

    def chances(self, vectors: Vectors, texts: Sequence[str] | None = None) -> Array:
        """
        The chance that each intent holds, [n, len(names)], float64 with four decimals.

        vectors: [n, d]. texts: the same messages as text, when the head was given texts;
        without them it answers from the vectors alone. Raises ValueError on a wrong shape.
        """
        logits = self.fit.logits(self.view.of(np.asarray(vectors), texts))
        scaled = [scale.apply(logits[:, n]) for n, scale in enumerate(self.scalings)]
        return np.round(sigmoid(np.stack(scaled, axis=1)), DECIMALS)

    def holds(self, vectors: Vectors, texts: Sequence[str] | None = None) -> NDArray[np.bool_]:
        """Which intents are given, [n, len(names)]: those whose chance reaches the threshold."""
        return np.asarray(self.chances(vectors, texts) >= self.threshold)

    def to_bytes(self) -> bytes:
        """The head as bytes, for `from_bytes`."""
        facts = {
            "names": self.names,
            "words": self.view.vocabulary,
            "scalings": [[scale.slope, scale.offset] for scale in self.scalings],
            "threshold": self.threshold,
        }
        return pack("intents", facts, _head_arrays(self.view, self.fit))

    @classmethod
    def from_bytes(cls, data: bytes) -> "IntentHead":
        """The head that was stored; ValueError when the bytes are not one."""
        facts, arrays = unpack("intents", data)
        view, fit = _restore(facts, arrays)
        scalings = tuple(Scaling(*pair) for pair in facts["scalings"])
        if len(scalings) != len(facts["names"]):
            raise ValueError("not a stored intents")
        return cls(tuple(facts["names"]), view, fit, scalings, float(facts["threshold"]))


@dataclass(frozen=True, eq=False)
class _Cases:
    """Examples and ordinary messages: rows [n, d], texts, what holds [n, k], and a label."""

    rows: Array
    texts: list[str] | None
    holds: NDArray[np.bool_]
    labels: Numbers
    """First name that holds; -1 for an ordinary message."""

    @property
    def ordinary(self) -> NDArray[np.bool_]:
        """Which cases are ordinary messages rather than examples."""
        return self.labels < 0

    def seen(self, view: View, kept: Numbers) -> Array:
        """What a head sees of the cases kept."""
        texts = None if self.texts is None else [self.texts[place] for place in kept]
        return view.of(self.rows[kept], texts)


def _with_traffic(examples: _Examples, background: Vectors, texts: Sequence[str] | None) -> _Cases:
    """Examples, then up to MOST_BACKGROUND other messages, each once and in a fixed order."""
    rows = as_rows(background, examples.rows.shape[1])
    known = {row.tobytes() for row in examples.rows}
    spoken = list(texts) if texts is not None else [""] * len(rows)
    pairs = zip(rows, spoken, strict=True)
    kept = {(row.tobytes(), text): row for row, text in pairs if row.tobytes() not in known}
    keys = sorted(kept)
    keys = keys[:: -(-len(keys) // MOST_BACKGROUND) or 1]
    more = as_rows([kept[key] for key in keys], rows.shape[1])
    said = None if examples.texts is None else [*examples.texts, *(text for _, text in keys)]
    return _Cases(
        np.vstack((examples.rows, more)),
        said,
        np.vstack((examples.holds, np.zeros((len(more), len(examples.names)), dtype=bool))),
        np.concatenate((examples.first, np.full(len(more), -1))),
    )


def _intent_view(cases: _Cases, kept: Numbers) -> View:
    """The view of the examples kept; ordinary messages only say which words are common."""
    mine, others = kept[~cases.ordinary[kept]], kept[cases.ordinary[kept]]
    if cases.texts is None:
        return learn_view(cases.rows[mine], cases.labels[mine])
    own = [cases.texts[place] for place in mine]
    ordinary = [cases.texts[place] for place in others]
    return learn_view(cases.rows[mine], cases.labels[mine], own, ordinary)


def _fit_kept(cases: _Cases, kept: Numbers, doubts: NDArray[np.bool_]) -> tuple[View, Fit]:
    """View and regression of the cases kept, leaving out what is in doubt."""
    view = _intent_view(cases, kept)
    problem = Problem(
        cases.seen(view, kept),
        cases.holds[kept].astype(np.float64),
        exclusive=False,
        penalty=PENALTY,
        counts=(~doubts[kept]).astype(np.float64),
    )
    return view, solve(problem)


def _held_out_intents(cases: _Cases, doubts: NDArray[np.bool_]) -> tuple[Array, Numbers]:
    """Log-odds of all cases by heads that have not seen them, and which were held out."""
    parts = _folds(cases.labels)
    logits = np.zeros(cases.holds.shape)
    for part in range(int(parts.max(initial=-1)) + 1):
        view, fit = _fit_kept(cases, np.flatnonzero(parts != part), doubts)
        away = np.flatnonzero(parts == part)
        logits[away] = fit.logits(cases.seen(view, away))
    return logits, np.flatnonzero(parts >= 0)


def _doubts(cases: _Cases, logits: Array, held: Numbers) -> NDArray[np.bool_]:
    """
    Ordinary messages that look like an intent as much as its own examples do, [n, k].

    Nobody has read the background: those above the lowest quarter of an intent's own
    held-out examples may well have it, so they are not counted against it.
    """
    doubts = np.zeros(cases.holds.shape, dtype=bool)
    for place in range(len(cases.holds[0])):
        own = logits[held, place][cases.holds[held, place]]
        if len(own):
            doubts[:, place] = cases.ordinary & (logits[:, place] > np.quantile(own, DOUBT))
    return doubts


def _scaling(
    logits: Array, holds: NDArray[np.bool_], doubts: NDArray[np.bool_], share: float
) -> Scaling:
    """Platt's scaling of one intent, its examples weighing `share` of all cases."""
    sure = ~doubts
    truth = holds[sure]
    against = truth.sum() * (1 - share) / share / max(1, int((~truth).sum()))
    counts = np.where(truth, 1.0, against)
    return fit_scaling(logits[sure], truth.astype(np.int64), counts)


def fit_intents(
    examples: Mapping[str, Vectors],
    background: Vectors,
    texts: Mapping[str, Sequence[str]] | None = None,
    background_texts: Sequence[str] | None = None,
    share: float = SHARE,
) -> IntentHead:
    """
    A head for a brand's own intents, from about ten examples of each; names are sorted.

    examples: vectors [k, d] by intent; a message given under two intents has both.
    background: vectors [m, d] of ordinary messages that nobody has read, a few hundred are
    best; at most MOST_BACKGROUND are used. What among them resembles an intent's own
    examples is not counted against it. texts, background_texts: the same as text, in the
    same order, for the view of words. share: how often an intent is taken to hold; the
    chances are calibrated for it on cases held out, a fifth at a time, and an intent holds
    from THRESHOLD on. Raises ValueError on an intent without example, wrong shapes, or one
    intent alone without background.

    >>> head = fit_intents({"engraving": np.eye(8)[:3] + 0.1}, np.eye(8)[3:])
    >>> head.names, head.threshold
    (('engraving',), 0.5)
    """
    if not 0 < share < 1:
        raise ValueError("share lies between 0 and 1")
    ordered = _gather({name: examples[name] for name in sorted(examples)}, texts)
    cases = _with_traffic(ordered, background, background_texts)
    if cases.holds.all(axis=0).any():
        raise ValueError("messages without the intent are needed too")
    doubts = _doubts(cases, *_held_out_intents(cases, np.zeros(cases.holds.shape, dtype=bool)))
    view, fit = _fit_kept(cases, np.arange(len(cases.rows)), doubts)
    logits, held = _held_out_intents(cases, doubts)
    scalings = tuple(
        _scaling(logits[held, n], cases.holds[held, n], doubts[held, n], share)
        for n in range(len(ordered.names))
    )
    return IntentHead(ordered.names, view, _short(fit), scalings)

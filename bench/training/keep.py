"""
Calibrate a tuned reader on what was held out, report on it, and keep it in the tree.

    python bench/training/keep.py best --data DATA --work FOLDER

Writes `data/model/<engine>.npz` (layers, eight bits a weight) and its part of `heads.npz`.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from texts import Row, load

from comptoir.analysis import light
from comptoir.analysis.encoder import save_layers
from comptoir.analysis.encoder.weights import DEPTH, WIDTH
from comptoir.analysis.intents import INTENTS
from comptoir.analysis.learning import (
    calibration_error,
    fit_scaling,
    fit_temperature,
)
from comptoir.analysis.learning.solver import sigmoid, softmax
from comptoir.analysis.model import DATA, OWN_LANGUAGES, heads_file
from comptoir.analysis.readings import Text
from comptoir.analysis.trained import SAID

Array = np.ndarray[Any, np.dtype[Any]]


def macro_f1(truth: Array, said: Array, answers: int) -> float:
    """Mean over the answers of the harmonic mean of precision and recall."""
    scores = []
    for answer in range(answers):
        hits = np.sum((truth == answer) & (said == answer))
        both = np.sum(truth == answer) + np.sum(said == answer)
        scores.append(2 * hits / both if both else 0.0)
    return float(np.mean(scores))


def micro_f1(truth: Array, said: Array) -> float:
    """Over all answers of several that may hold."""
    return float(2 * np.sum(truth & said) / max(1, np.sum(truth) + np.sum(said)))


class Calibrated:
    """Scalings of a reader's logits, found on held-out rows and reported as they are found."""

    def __init__(self, rows: list[Row], found: dict[str, Array]) -> None:
        self.rows, self.found = rows, found
        self.shop = np.array([row.labels is not None for row in rows])
        self.scale: dict[str, tuple[Array, Array]] = {}
        self.trust = np.array([self._tone(self.shop, "shops"), self._tone(~self.shop, "tweets")])
        for name in ("needs", "irony", "intents", "aspects"):
            self._asked(name)
        heat = fit_temperature(found["urgency"][self.shop], self._truth("urgency"))
        self.scale["urgency"] = np.full(3, 1 / heat), np.zeros(3)
        self.least = self._least()

    def _truth(self, name: str) -> Array:
        return np.array([getattr(row.labels, name) for row in self.rows if row.labels])

    def _tone(self, chosen: Array, name: str) -> float:
        truth = np.array([row.tone for row in self.rows])[chosen]
        logits = self.found["tone"][chosen].astype(float)
        trust = 1 / fit_temperature(logits, truth)
        chances = softmax(logits * trust)
        said = chances.argmax(1)
        error = calibration_error(chances.max(1), said == truth)
        languages = np.array([row.language for row in self.rows])[chosen]
        each = {
            code: round(macro_f1(truth[languages == code], said[languages == code], 3), 3)
            for code in OWN_LANGUAGES
            if (languages == code).any()
        }
        print(f"tone, {name}: macro-F1 {each}, calibration error {error:.3f}")
        return float(trust)

    def _asked(self, name: str) -> None:
        logits = self.found[name][self.shop].astype(float)
        truth = self._truth(name).reshape(len(logits), -1)
        scalings = [fit_scaling(logits[:, n], truth[:, n]) for n in range(truth.shape[1])]
        slopes = np.array([one.slope for one in scalings])
        offsets = np.array([one.offset for one in scalings])
        self.scale[name] = slopes, offsets
        said = sigmoid(logits * slopes + offsets) >= 0.5
        if truth.shape[1] == 1:
            print(f"{name}: macro-F1 {macro_f1(truth[:, 0], said[:, 0].astype(int), 2):.3f}")

    def _phrases(self) -> Array:
        """Where a phrase of our lists betrays an intent, as in reading."""
        reader = light.Reader(OWN_LANGUAGES)
        found = []
        for row in self.rows:
            if row.labels:
                said, _ = light.signs(light.plain(Text("", row.text, row.language), reader))
                found.append([float(name in said) for name in INTENTS])
        return np.array(found)

    def _least(self) -> float:
        """The chance from which giving an intent pays, in steps of 0.02."""
        slopes, offsets = self.scale["intents"]
        logits = self.found["intents"][self.shop].astype(float) * slopes + offsets
        chances = sigmoid(logits + SAID * self._phrases())
        truth = self._truth("intents").astype(bool)
        steps = np.arange(0.2, 0.62, 0.02)
        scores = [micro_f1(truth, chances >= step) for step in steps]
        first = truth[np.arange(len(truth)), chances.argmax(1)].mean()
        best = int(np.argmax(scores))
        print(
            f"intents: micro-F1 {scores[best]:.3f} from {steps[best]:.2f}, likeliest right {first:.3f}"
        )
        return float(steps[best])


def heads_of(state: dict[str, torch.Tensor], made: Calibrated) -> dict[str, Array]:
    """Heads that read the mean as the encoder gives it, calibrated."""
    plain = {name: value.double().numpy() for name, value in state.items()}
    usual, spread = plain["usual"], plain["spread"]

    def folded(weights: Array, bias: Array) -> tuple[Array, Array]:
        return weights / spread, bias - (weights / spread) @ usual

    kept: dict[str, Array] = {"tone.trust": made.trust, "middle": made.found["mean"].mean(0)}
    for name in ("tone", "needs", "urgency", "irony", "intents", "aspects", "register"):
        weights, bias = folded(plain[f"heads.{name}.weight"], plain[f"heads.{name}.bias"])
        slope, offset = made.scale.get(name, (np.ones(len(bias)), np.zeros(len(bias))))
        kept[f"{name}.w"], kept[f"{name}.b"] = weights * slope[:, None], bias * slope + offset
    shifts = plain["public.weight"][: len(OWN_LANGUAGES)]
    pairs = [folded(row[: 3 * WIDTH].reshape(WIDTH, 3).T, row[3 * WIDTH :]) for row in shifts]
    kept["tone.language.w"] = np.stack([pair[0] for pair in pairs])
    kept["tone.language.b"] = np.stack([pair[1] for pair in pairs])
    kept["vector.w"], kept["vector.b"] = plain["back.weight"], plain["back.bias"]
    kept["intents.least"] = np.full(len(kept["intents.b"]), made.least)
    return kept


def layers_of(state: dict[str, torch.Tensor], first: int) -> dict[str, Array]:
    """Tuned layers by the encoder's names, counted from `first`."""
    kept = {}
    for name, value in state.items():
        if name.startswith("layers."):
            _, number, part, kind = name.split(".")
            kept[f"l{int(number) + first}.{part}.{kind[0]}"] = value.float().numpy()
    return kept


def main() -> None:
    """Calibrate, report, keep."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("engine", choices=("best", "fast"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--name", required=True, help="what this model is called, a date say")
    options = parser.parse_args()
    source = {"best": "reader", "fast": "student"}[options.engine]
    state = torch.load(options.work / f"{source}.pt")
    with np.load(options.work / f"{source if source == 'student' else 'held-out'}.npz") as file:
        found = {name: file[name] for name in file.files}
    rows = load(options.data).rows
    made = Calibrated([rows[place] for place in found["places"]], found)
    tuned = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers."))
    count = DEPTH if options.engine == "best" else tuned
    DATA.mkdir(exist_ok=True)
    save_layers(DATA / f"{options.engine}.npz", layers_of(state, count - tuned), count)
    kept: dict[str, Array] = {}
    if heads_file().exists():
        with np.load(heads_file()) as file:
            kept = {n: file[n] for n in file.files if not n.startswith(f"{options.engine}.")}
    heads = {
        f"{options.engine}.{name}": value.astype(np.float32)
        for name, value in heads_of(state, made).items()
    }
    with heads_file().open("wb") as out:
        np.savez(out, **{**kept, **heads, "version": np.array(options.name)})  # type: ignore[arg-type]
    for path in sorted(DATA.iterdir()):
        print(f"{path.name} {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

"""
Calibrate a tuned reader on what was held out, report on it, and keep it in the tree.

    python bench/training/keep.py best --data DATA --work FOLDER --name NAME
    python bench/training/keep.py best --data DATA --work FOLDER OTHER --name NAME
    python bench/training/keep.py best --data DATA --work FOLDER --name NAME --again

Writes `data/model/<engine>.npz` (layers, eight bits a weight), its part of `heads.npz`, and
there the weights of `words` too, which all engines share. Calibrates on what the engine answers
where messages are read, in eight bits; --again does so for the layers that the tree holds. For
the fast engine it also chooses when to hand over to the best one, which must be in the tree.
Of several folders, whose readers were tuned alike with other seeds, the mean of the weights is
kept (model soup, Wortsman et al. 2022), and the words of the first.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from network import Reader, shipped
from texts import Row, load
from tune import apart, language_number

from comptoir.analysis import light
from comptoir.analysis.bag import Bag
from comptoir.analysis.encoder import Encoder, save_layers
from comptoir.analysis.encoder.weights import DEPTH, WIDTH, Wheel
from comptoir.analysis.intents import INTENTS
from comptoir.analysis.learning import (
    calibration_error,
    fit_scaling,
    fit_temperature,
)
from comptoir.analysis.learning.solver import sigmoid, softmax
from comptoir.analysis.model import DATA, OWN_LANGUAGES, engine, heads_file, weighed
from comptoir.analysis.readings import Text
from comptoir.analysis.trained import SAID

Array = np.ndarray[Any, np.dtype[Any]]
_STEPS = np.arange(0.40, 0.67, 0.02)
_LOST = 1.0
"""Points of tone that handing over less may cost, the mean over languages and five steps."""
_SHARES = np.arange(0, 1.01, 0.1)
"""How much of what words say may be added to what the encoder says."""


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


def loss(chances: Array, truth: Array) -> float:
    """How surprised the chances of several answers are, truth: the place of each one's answer."""
    return float(-np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-9)).mean())


class Calibrated:
    """
    Scalings of a reader's logits, and shares of what words say, found on held-out rows and
    reported as they are found.
    """

    def __init__(self, rows: list[Row], found: dict[str, Array], words: dict[str, Array]) -> None:
        self.rows, self.found, self.words = rows, found, words
        self.shop = np.array([row.labels is not None for row in rows])
        self.scale: dict[str, tuple[Array, Array]] = {}
        self.shares: dict[str, float] = {}
        self.yes: dict[str, Array] = {}
        self.trust = np.array([self._tone("tone", self.shop), self._tone("talk", ~self.shop)])
        for name in ("needs", "irony", "intents", "aspects"):
            self._asked(name)
        heat = fit_temperature(found["urgency"][self.shop], self._truth("urgency"))
        self.scale["urgency"] = np.full(3, 1 / heat), np.zeros(3)
        self.least = self._least()

    def _truth(self, name: str) -> Array:
        return np.array([getattr(row.labels, name) for row in self.rows if row.labels])

    def _tone(self, name: str, chosen: Array) -> float:
        """The trust in logits of tone, with the share of words that helps most."""
        truth = np.array([row.tone for row in self.rows])[chosen]
        logits = self.found["tone"][chosen].astype(float)
        tried = {}
        for share in _SHARES:
            mixed = logits + share * self.words[name][chosen]
            trust = 1 / fit_temperature(mixed, truth)
            tried[loss(softmax(mixed * trust), truth)] = share, trust
        self.shares[name], trust = tried[min(tried)]
        chances = softmax((logits + self.shares[name] * self.words[name][chosen]) * trust)
        said, languages = chances.argmax(1), np.array([row.language for row in self.rows])[chosen]
        print(f"{name}: words {self.shares[name]:.1f}, trust {trust:.2f}")
        for code in OWN_LANGUAGES:
            if (of := languages == code).any():
                alone = macro_f1(truth[of], logits[of].argmax(1), 3)
                both = macro_f1(truth[of], said[of], 3)
                error = calibration_error(chances.max(1)[of], said[of] == truth[of])
                print(f"  {code} {alone:.3f}, with words {both:.3f}, calibration error {error:.3f}")
        return float(trust)

    def _asked(self, name: str) -> None:
        """Scalings of questions that are each yes or no, with the share of words for all."""
        logits = self.found[name][self.shop].astype(float)
        truth = self._truth(name).reshape(len(logits), -1)
        tried = {}
        for share in _SHARES:
            mixed = logits + share * self.words[name][self.shop]
            scalings = [fit_scaling(mixed[:, n], truth[:, n]) for n in range(truth.shape[1])]
            slopes = np.array([one.slope for one in scalings])
            offsets = np.array([one.offset for one in scalings])
            yes = sigmoid(mixed * slopes + offsets)
            lost = loss(np.stack([1 - yes.ravel(), yes.ravel()], 1), truth.ravel())
            tried[lost] = share, slopes, offsets, yes
        self.shares[name], slopes, offsets, yes = tried[min(tried)]
        self.scale[name], self.yes[name] = (slopes, offsets), yes
        said = yes >= 0.5
        score = (
            f"macro-F1 {macro_f1(truth[:, 0], said[:, 0].astype(int), 2):.3f}"
            if truth.shape[1] == 1
            else f"micro-F1 {micro_f1(truth.astype(bool), said):.3f}"
        )
        print(f"{name}: words {self.shares[name]:.1f}, {score}")

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
        yes = self.yes["intents"]
        chances = sigmoid(np.log(yes / (1 - yes)) + SAID * self._phrases())
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
    for name, share in made.shares.items():
        kept[f"{name}.words"] = np.array(share * made.scale.get(name, (1.0,))[0])
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


def answered(state: dict[str, torch.Tensor], means: Array, rows: list[Row]) -> dict[str, Array]:
    """What the heads of a state answer to texts that the encoder has read."""
    reader = Reader(Wheel(), [], kinds=1).eval()
    heads = {n: value for n, value in state.items() if not n.startswith(("layers", "kinds"))}
    reader.load_state_dict(heads, strict=False)
    languages = torch.tensor([language_number(row.language) for row in rows])
    with torch.no_grad():
        found = reader.answer(torch.tensor(means), languages)
    return {name: value.numpy() for name, value in found.items()}


def mean(states: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of each weight of readers that began at the same weights."""
    return {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}


def write_heads(kept: dict[str, Array]) -> None:
    """Write the file of trained heads."""
    with heads_file().open("wb") as out:
        np.savez_compressed(out, **kept)  # type: ignore[arg-type]


def handing_over(rows: list[Row]) -> dict[str, Array]:
    """
    Chances of the likeliest tone below which the fast engine of the tree hands over to the best
    one, to a shop and in public talk, [languages and any other]: the least at which held-out
    messages lose no more than _LOST points, the mean over languages, or the highest tried. One for
    all: what 300 messages say of one language alone is chance.
    """
    texts, codes = [row.text for row in rows], np.array([row.language for row in rows])
    fast, best = (_tones(name, texts, codes.tolist()) for name in ("fast", "best"))
    truth, sure = np.array([row.tone for row in rows]), fast.max(1)
    public, found = np.array([row.source == "tweets" for row in rows]), {}
    for name, told in (("shop", ~public), ("talk", public)):
        of_each = {code: np.flatnonzero(told & (codes == code)) for code in OWN_LANGUAGES}
        of_each = {code: of for code, of in of_each.items() if len(of)}
        lost = np.array([_lost(truth[of], fast[of], best[of]) for of in of_each.values()])
        even = np.convolve(np.pad(lost.mean(0), 2, "edge"), np.full(5, 0.2), "valid")
        chosen = int(np.argmax(even <= _LOST)) if (even <= _LOST).any() else len(_STEPS) - 1
        found[f"fast.sure.{name}"] = np.full(len(OWN_LANGUAGES) + 1, _STEPS[chosen], np.float32)
        for (code, of), of_it in zip(of_each.items(), lost, strict=True):
            share = np.mean(sure[of] < _STEPS[chosen])
            print(
                f"{name} {code}: below {_STEPS[chosen]:.2f} ({share:.0%}), loses {of_it[chosen]:.1f}"
            )
    return found


def _lost(truth: Array, fast: Array, best: Array) -> list[float]:
    """Points of macro-F1 lost against the best engine, for each chance to hand over below."""
    sure, least = fast.max(1), 100 * macro_f1(truth, best.argmax(1), 3)
    return [
        least - 100 * macro_f1(truth, np.where(sure < step, best.argmax(1), fast.argmax(1)), 3)
        for step in _STEPS
    ]


def _tones(name: str, texts: list[str], languages: list[str]) -> Array:
    """Chances of each tone, [texts, 3], as an engine of the tree reads."""
    reader = engine(name)
    means = reader.encode(texts, threads=2).mean
    return softmax(reader.logits(texts, means, languages)["tone"])


def main() -> None:
    """Keep, calibrate, report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("engine", choices=("best", "fast"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, nargs="+")
    parser.add_argument("--name", required=True, help="what this model is called, a date say")
    parser.add_argument("--again", action="store_true", help="calibrate the tree's layers anew")
    parser.add_argument("--held-out", type=int, default=0, help="the part left out, 0 to 5")
    options = parser.parse_args()
    layers = DATA / f"{options.engine}.npz"
    if options.again:
        state = shipped(options.engine)
    else:
        source = {"best": "reader", "fast": "student"}[options.engine]
        state = mean([torch.load(folder / f"{source}.pt") for folder in options.work])
        tuned = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers."))
        count = DEPTH if options.engine == "best" else tuned
        save_layers(layers, layers_of(state, count - tuned), count, options.engine == "fast")
    with np.load(options.work[0] / "words.npz") as file:
        bag = {name: file[name] for name in file.files}
    rows = load(options.data).rows
    rows = [rows[place] for place in apart(rows, options.held_out)[1]]
    texts = [row.text for row in rows]
    found = answered(state, Encoder.open(layers).encode(texts, threads=2).mean, rows)
    made = Calibrated(rows, found, weighed(Bag(bag), texts))
    kept: dict[str, Array] = {}
    if heads_file().exists():
        with np.load(heads_file()) as file:
            kept = {n: file[n] for n in file.files if not n.startswith(f"{options.engine}.")}
    heads = {
        f"{options.engine}.{name}": value.astype(np.float32)
        for name, value in heads_of(state, made).items()
    } | {f"bag.{name}": value for name, value in bag.items()}
    kept |= heads | {"version": np.array(options.name)}
    if options.engine == "fast":
        never = np.zeros(len(OWN_LANGUAGES) + 1, np.float32)
        write_heads({**kept, "fast.sure.shop": never, "fast.sure.talk": never})
        kept |= handing_over(rows)
    write_heads(kept)
    for path in sorted(DATA.iterdir()):
        print(f"{path.name} {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

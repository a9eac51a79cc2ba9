"""
Tune the upper layers of the encoder and all heads at once, on what `texts` gives.

    python bench/training/tune.py --data DATA --work FOLDER

The lower layers stay as they are and are run once. Every family of one part is held out: it
calibrates the heads and is what is reported on, see `keep`. Writes `reader.pt`.
Seed, order and rates are fixed; sums on other processors differ in their last bits.
"""

import argparse
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from network import Reader, Words, batches, brisk, padded, shipped
from texts import Row, Texts, load
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from comptoir.analysis.encoder import Encoder, save_layers, tokens
from comptoir.analysis.encoder.units import reader_of
from comptoir.analysis.encoder.weights import DEPTH, WIDTH, Wheel
from comptoir.analysis.model import OWN_LANGUAGES

FROZEN = 6
_MANY = 1024
SIZE = 64
MISSED = 0.1
"""The share of tokens that training hides, so that no answer hangs on a single word."""
STEADY = 0.99
"""What is kept is the mean of the weights on the way, each step's fading at this pace."""
SHARES = {"shop": 1.0, "fresh": 1.0, "own": 0.8, "others": 0.4, "kinds": 0.25}
GOING_ON = {"shop": 0.5, "fresh": 2.0, "own": 0.25, "others": 0.12, "kinds": 0.06}
"""
How much an epoch sees of customers' messages, of those that the weights in the tree have not
learnt from, of tweets in French and English, in other languages, and of the classes.
"""
FRESH = ("shop j", "export c", "export d")
"""The parts of our examples and labels that those weights have not learnt from."""
WEIGHTS = {
    "tone": 1.0, "intents": 12.0, "aspects": 5.0, "needs": 0.6, "irony": 0.8, "urgency": 0.4,
    "register": 0.2, "kinds": 0.3, "back": 2.0, "taught": 1.0,
}  # fmt: skip


class Shelf:
    """
    Everything that does not change: token numbers, states after the frozen layers, labels.

    units: texts are read by words and marks instead of pieces of words.
    """

    def __init__(self, texts: Texts, frozen: int = FROZEN, units: bool = False) -> None:
        self.rows, self.kinds, self.wheel = texts.rows, texts.kinds, Wheel()
        reader = reader_of(self.wheel, tokens.make(self.wheel), units)
        self.numbers = [text.numbers for text in reader.read(row.text for row in self.rows)]
        self.words = Words(reader)
        self.languages = torch.tensor([language_number(row.language) for row in self.rows])
        self.public = torch.tensor([float(row.source == "tweets") for row in self.rows])
        self.tone = torch.tensor([row.tone for row in self.rows])
        self.kind = torch.tensor([row.kind for row in self.rows])
        self.labelled = torch.tensor([row.labels is not None for row in self.rows])
        self.answers = {name: self._answers(name) for name in ("intents", "aspects")}
        self.answers |= {name: self._answers(name)[:, None] for name in ("needs", "irony")}
        self.urgency = self._answers("urgency").long()
        self.states = self._states(frozen) if frozen else None
        self.meant = torch.zeros(len(self.rows), WIDTH)

    def _answers(self, name: str) -> torch.Tensor:
        blank = {"intents": [0] * 24, "aspects": [0] * 10}.get(name, 0)
        found = [getattr(row.labels, name) if row.labels else blank for row in self.rows]
        return torch.tensor(found).float()

    def _states(self, frozen: int) -> list[torch.Tensor]:
        """States as the lower layers give them where messages are read, in eight bits."""
        with TemporaryDirectory() as folder:
            lower, built = Path(folder) / "lower.npz", Path(folder) / "built"
            save_layers(lower, {}, frozen)
            encoder = Encoder.open(lower, built, states=True)
            found = []
            for at in range(0, len(self.rows), _MANY):
                texts = [row.text for row in self.rows[at : at + _MANY]]
                states = encoder.encode(texts, threads=2).states
                found += [torch.from_numpy(text).half() for text in states]
        return found

    def take(self, places: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """What enters the tuned layers, [texts, tokens, 384], and where there is anything."""
        if self.states is None:
            numbers, mask = padded([self.numbers[place] for place in places])
            return self.words(numbers), mask
        chosen = [self.states[place] for place in places]
        x = torch.zeros(len(chosen), max(map(len, chosen)), WIDTH)
        mask = torch.zeros(x.shape[:2], dtype=torch.bool)
        for row, states in enumerate(chosen):
            x[row, : len(states)], mask[row, : len(states)] = states, True
        return x, mask

    def leave(self, reader: Reader) -> None:
        """
        Take the reader as where tuning leaves: its means are the usual ones, and its vectors are
        kept in reach; 0 where not taken.
        """
        wanted = [n for n, row in enumerate(self.rows) if row.source != "tweets" or n % 4 == 0]
        means = self.means(reader.eval(), wanted)
        reader.see(means)
        with torch.no_grad():
            self.meant[wanted] = functional.normalize(reader.back(means), dim=-1)

    def means(self, reader: Reader, wanted: Sequence[int]) -> torch.Tensor:
        """Means of the tokens of some texts."""
        found = torch.zeros(len(wanted), WIDTH)
        with torch.no_grad(), brisk():
            for places in batches([len(self.numbers[n]) for n in wanted], 48):
                found[places] = reader.mean(*self.take([wanted[place] for place in places]))
        return found


@dataclass(frozen=True)
class Lessons:
    """
    What readers said of the tone of rows that they had not learnt from: logits, [rows, 3], and
    which rows are told. They doubt a wrong label, and say how near a right one is to another.
    """

    tone: torch.Tensor
    told: torch.Tensor

    @classmethod
    def read(cls, path: Path) -> "Lessons":
        """From a file of `across`."""
        with np.load(path) as file:
            return cls(torch.tensor(file["tone"]), torch.tensor(file["told"]))

    def lost(self, found: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
        """How far a batch's answers are from theirs."""
        told = self.told[at]
        apart = functional.kl_div(
            functional.log_softmax(found[told], -1),
            functional.softmax(self.tone[at][told], -1),
            reduction="batchmean",
        )
        return apart * told.float().mean()


def language_number(code: str) -> int:
    """Place of a language whose tone is learnt; the last place for any other."""
    return OWN_LANGUAGES.index(code) if code in OWN_LANGUAGES else len(OWN_LANGUAGES)


def losses(
    shelf: Shelf, found: dict[str, torch.Tensor], at: torch.Tensor
) -> dict[str, torch.Tensor]:
    """What is wrong with the answers to a batch, by field, weighed by how many have a label."""
    lost = {
        "register": functional.binary_cross_entropy_with_logits(
            found["register"][:, 0], shelf.public[at]
        )
    }

    def add(name: str, chosen: torch.Tensor, lost_of: Any) -> None:
        if chosen.any():
            lost[name] = lost_of(chosen) * chosen.float().mean()

    known, labelled = shelf.tone[at] >= 0, shelf.labelled[at]
    add(
        "tone",
        known,
        lambda q: functional.cross_entropy(
            found["tone"][q], shelf.tone[at][q], label_smoothing=0.05
        ),
    )
    for name in ("intents", "aspects", "needs", "irony"):
        add(name, labelled, lambda q, name=name: functional.binary_cross_entropy_with_logits(
            found[name][q], shelf.answers[name][at][q]))  # fmt: skip
    add(
        "urgency",
        labelled,
        lambda q: functional.cross_entropy(found["urgency"][q], shelf.urgency[at][q]),
    )
    add(
        "kinds",
        shelf.kind[at] >= 0,
        lambda q: functional.cross_entropy(found["kinds"][q], shelf.kind[at][q]),
    )
    meant = shelf.meant[at]
    add(
        "back",
        meant.abs().sum(1) > 0,
        lambda q: (1 - (found["vector"][q] * meant[q]).sum(1)).mean(),
    )
    return lost


def apart(rows: Sequence[Row], part: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Places of the rows to learn from, and of those with a tone that are held out."""
    parts = np.array([row.part() for row in rows])
    told = np.array([row.tone >= 0 for row in rows])
    return np.flatnonzero((parts != part) | ~told), np.flatnonzero((parts == part) & told)


def epochs_of(
    rows: Sequence[Row],
    places: np.ndarray[Any, Any],
    count: int,
    shares: Mapping[str, float],
    chance: np.random.RandomState,
) -> list[np.ndarray[Any, Any]]:
    """The places each epoch sees: of each group its share, each time another."""
    sources = np.array([rows[place].source for place in places])
    own = np.array([rows[place].language in ("fr", "en") for place in places])
    shop = np.isin(sources, ["shop", "export"])
    fresh = np.array([f"{rows[place].source} {rows[place].piece}" in FRESH for place in places])
    groups = {
        "shop": places[shop & ~fresh],
        "fresh": places[fresh],
        "own": places[(sources == "tweets") & own],
        "others": places[(sources == "tweets") & ~own],
        "kinds": places[~shop & (sources != "tweets")],
    }
    for group in groups.values():
        chance.shuffle(group)
    made = []
    for epoch in range(count):
        seen = []
        for name, group in groups.items():
            share = int(shares[name] * len(group))
            seen.append(np.take(group, np.arange(epoch * share, (epoch + 1) * share), mode="wrap"))
        made.append(np.concatenate(seen))
    return made


def rates(reader: Reader, rate: float, decay: float) -> torch.optim.Optimizer:
    """Lower layers learn slower; heads faster."""
    top = len(reader.layers) - 1
    groups: list[dict[str, Any]] = [
        {"params": layer.parameters(), "lr": rate * decay ** (top - number)}
        for number, layer in enumerate(reader.layers)
    ]
    heads = [
        p for name, p in reader.named_parameters() if not name.startswith(("layers", "public"))
    ]
    groups.append({"params": heads, "lr": 7 * rate})
    groups.append({"params": reader.public.parameters(), "lr": 2 * rate, "weight_decay": 0.1})
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


def tune(
    shelf: Shelf,
    places: np.ndarray[Any, Any],
    *,
    frozen: int = FROZEN,
    epochs: int = 4,
    rate: float = 2e-4,
    decay: float = 0.9,
    seed: int = 0,
    begin: Path | None = None,
    go_on: bool = False,
    taught: Path | None = None,
) -> Reader:
    """
    A reader tuned on the rows at `places`: from the wheel's weights, from a tuned state, or
    going on from what the tree holds. taught: what `across` wrote; tone is learnt from it, too.
    """
    torch.manual_seed(0)  # heads begin alike whatever the seed, so that tunings can be averaged
    reader = Reader(shelf.wheel, range(frozen, DEPTH), len(shelf.kinds))
    torch.manual_seed(seed)
    chance = np.random.RandomState(seed)
    if go_on:
        reader.load_state_dict(shipped("best"), strict=False)
    shelf.leave(reader)
    if begin is not None:
        reader.load_state_dict(torch.load(begin))
    elif go_on:
        gather(shelf, reader, places)
    planned = epochs_of(shelf.rows, places, epochs, GOING_ON if go_on else SHARES, chance)
    optimiser = rates(reader, rate, decay)
    lengths = [len(text) for text in shelf.numbers]
    lessons = Lessons.read(taught) if taught else None

    def lost_at(places: np.ndarray[Any, Any]) -> dict[str, torch.Tensor]:
        at = torch.tensor(places)
        with brisk():
            x, mask = shelf.take(places.tolist())
            mask[:, 1:] &= torch.rand(mask[:, 1:].shape) >= MISSED
            found = reader(x, mask, shelf.languages[at], shelf.public[at])
        lost = losses(shelf, found, at)
        if lessons is not None and lessons.told[at].any():
            lost["taught"] = lessons.lost(found["tone"], at)
        return lost

    descend(reader, optimiser, planned, lengths, lost_at, chance, rise=0.1)
    return reader


def gather(shelf: Shelf, reader: Reader, places: np.ndarray[Any, Any]) -> None:
    """Classes, which the tree does not keep, begin at the mean of their texts."""
    told = places[shelf.kind[places].numpy() >= 0]
    members = functional.one_hot(shelf.kind[told], len(shelf.kinds)).float()
    reader.kinds.data = functional.normalize(members.T @ shelf.meant[told], dim=-1)


def descend(
    reader: Reader,
    optimiser: torch.optim.Optimizer,
    planned: Sequence[np.ndarray[Any, Any]],
    lengths: Sequence[int],
    lost_at: Callable[[np.ndarray[Any, Any]], dict[str, torch.Tensor]],
    chance: np.random.RandomState,
    rise: float,
) -> None:
    """
    Tune a reader on the places that each epoch sees, in batches of texts of much the same length.

    Rates rise over the share `rise` of all steps and fall to nothing at the end. The reader ends
    with the mean of its weights on the way.
    """
    mean = AveragedModel(reader, multi_avg_fn=get_ema_multi_avg_fn(STEADY))
    highest = [group["lr"] for group in optimiser.param_groups]
    steps, step, begun = sum(math.ceil(len(seen) / SIZE) for seen in planned), 0, time.time()
    for epoch, seen in enumerate(planned):
        reader.train()
        for chosen in batches([lengths[n] for n in seen], SIZE, chance):
            share = min(1, step / (rise * steps)) * max(0.0, 1 - step / steps)
            for group, high in zip(optimiser.param_groups, highest, strict=True):
                group["lr"] = high * share
            lost = lost_at(seen[chosen])
            total: Any = sum(WEIGHTS[name] * value for name, value in lost.items())
            total.backward()
            torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            mean.update_parameters(reader)
            step += 1
            if step % 100 == 0:
                print(
                    f"epoch {epoch + 1}, step {step} of {steps}, {time.time() - begun:.0f} s",
                    flush=True,
                )
    reader.load_state_dict(mean.module.state_dict())


def main() -> None:
    """Tune on all parts but one, and keep what was made."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the public files")
    parser.add_argument("--work", type=Path, required=True, help="where to write")
    parser.add_argument("--held-out", type=int, default=0, help="the part left out, 0 to 5")
    parser.add_argument("--frozen", type=int, default=FROZEN, help="lower layers left as they are")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--begin", type=Path, help="a reader.pt to go on from")
    parser.add_argument("--go-on", action="store_true", help="from the weights in the tree")
    parser.add_argument("--taught", type=Path, help="an across.npz to learn tone from, too")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    shelf = Shelf(load(options.data), options.frozen)
    within, out = apart(shelf.rows, options.held_out)
    print(f"{len(within)} texts to learn from, {len(out)} held out", flush=True)
    reader = tune(
        shelf,
        within,
        frozen=options.frozen,
        epochs=options.epochs,
        rate=options.rate,
        seed=options.seed,
        begin=options.begin,
        go_on=options.go_on,
        taught=options.taught,
    )
    torch.save(reader.state_dict(), options.work / "reader.pt")


if __name__ == "__main__":
    main()

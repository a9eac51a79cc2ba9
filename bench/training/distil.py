"""
Teach a student of a few layers what the tuned reader answers.

    python bench/training/distil.py --data DATA --work FOLDER --layers 3

Reads `reader.pt` and `held-out.npz` of `tune`; the same part stays held out. The student learns
the teacher's chances, softened, and the labels where there are any. Writes `student.pt` and
`student.npz`, its answers to what was held out.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from network import Reader
from texts import Row, Texts, load, table
from torch.nn import functional
from tune import FROZEN, Shelf, answers, descend

from comptoir.analysis.encoder.weights import DEPTH
from comptoir.analysis.model import plain

_SOFT = 1.5
_RATE = 3e-4


def unlabelled(data: Path) -> Iterator[Row]:
    """Customers' real messages without a label, none of the threads that reports are made on."""
    labels = Path(__file__).parent.parent / "labels"
    told = {row["id"] for path in labels.glob("export-*.tsv") for row in table(path)}
    with (data / "free-x-to-2024-09.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            own = row["screen_name"].lower() in ("free", "freebox")
            if not own and row["id"] not in told and row["in_reply_to"] not in told:
                yield Row("unlabelled", "fr", plain(row["full_text"]), f"more {row['id']}")


def softened(logits: torch.Tensor) -> torch.Tensor:
    """Chances a little less sure than the teacher's."""
    return functional.softmax(logits / _SOFT, -1)


def losses(
    found: dict[str, torch.Tensor], taught: dict[str, torch.Tensor], tone: torch.Tensor
) -> dict[str, torch.Tensor]:
    """How far a batch's answers are from the teacher's, and from the labels of tone."""
    yes = functional.binary_cross_entropy_with_logits
    lost = {
        name: yes(found[name], torch.sigmoid(taught[name]))
        for name in ("intents", "aspects", "needs", "irony", "register")
    }
    lost["urgency"] = functional.kl_div(
        functional.log_softmax(found["urgency"], -1),
        functional.softmax(taught["urgency"], -1),
        reduction="batchmean",
    )
    said = functional.log_softmax(found["tone"] / _SOFT, -1)
    lost["tone"] = _SOFT**2 * functional.kl_div(
        said, softened(taught["tone"]), reduction="batchmean"
    )
    lost["back"] = (1 - (found["vector"] * taught["vector"]).sum(1)).mean()
    known = tone >= 0
    if known.any():
        lost["tone"] = lost["tone"] + 0.3 * functional.cross_entropy(
            found["tone"][known], tone[known]
        )
    return lost


def distil(
    shelf: Shelf,
    taught: dict[str, torch.Tensor],
    places: np.ndarray[Any, Any],
    layers: int,
    epochs: int,
    seed: int = 0,
) -> Reader:
    """A student of so many layers, taught on the rows at `places`."""
    torch.manual_seed(seed)
    chance = np.random.RandomState(seed)
    student = Reader(shelf.wheel, range(layers), len(shelf.kinds))
    means = shelf.means(student.eval(), chance.choice(places, 1500, replace=False).tolist())
    student.usual.copy_(means.mean(0))
    student.spread.copy_(means.std(0))
    heads = [p for name, p in student.named_parameters() if not name.startswith("layers")]
    optimiser = torch.optim.AdamW(
        [{"params": student.layers.parameters(), "lr": _RATE}, {"params": heads, "lr": 1e-3}],
        weight_decay=0.01,
    )

    def lost_at(seen: np.ndarray[Any, Any]) -> dict[str, torch.Tensor]:
        at = torch.tensor(seen)
        public = torch.sigmoid(taught["register"][at, 0])
        with torch.autocast("cpu", torch.bfloat16):
            found = student(*shelf.take(seen.tolist()), shelf.languages[at], public)
        return losses(found, {n: value[at] for n, value in taught.items()}, shelf.tone[at])

    lengths = [len(text) for text in shelf.numbers]
    descend(student, optimiser, [places] * epochs, lengths, lost_at, chance, rise=0.05)
    return student


def main() -> None:
    """Teach a student, and keep it with its answers to what was held out."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--frozen", type=int, default=FROZEN, help="as the reader was tuned")
    options = parser.parse_args()
    texts = load(options.data)
    texts = Texts([*texts.rows, *unlabelled(options.data)], texts.kinds)
    shelf = Shelf(texts, options.frozen)
    teacher = Reader(shelf.wheel, range(options.frozen, DEPTH), len(shelf.kinds))
    teacher.load_state_dict(torch.load(options.work / "reader.pt"))
    everything = list(range(len(shelf.rows)))
    taught = {n: torch.tensor(value) for n, value in answers(shelf, teacher, everything).items()}
    with np.load(options.work / "held-out.npz") as file:
        out = file["places"]
    shelf.states = None  # the student begins at the words
    within = np.setdiff1d(np.array(everything), out)
    student = distil(shelf, taught, within, options.layers, options.epochs)
    torch.save(student.state_dict(), options.work / "student.pt")
    np.savez(options.work / "student.npz", places=out, **answers(shelf, student, out.tolist()))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()

"""
Teach a student of a few layers what the tuned reader answers.

    python bench/training/distil.py --data DATA --work FOLDER --layers 3

The teacher is the best engine as `keep` put it into the tree, words and all; the same part stays
held out as in `tune`. The student learns the teacher's chances, and the tone told by people where
one is. --more: so many texts besides, cut and joined from those to learn from, of which only the
teacher tells. Writes `student.pt`.
"""

import argparse
import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from network import Reader, brisk, shipped
from texts import Row, Texts, load, table
from torch.nn import functional
from tune import Shelf, apart, descend

from comptoir.analysis.model import engine, plain, version

_MANY = 1024
SEED = 0
_JOINED, _LOST = 0.5, 0.05
"""How often a made-up text joins two, and loses a word."""


def unlabelled(data: Path) -> Iterator[Row]:
    """Customers' real messages without a label, none of the threads that reports are made on."""
    labels = Path(__file__).parent.parent / "labels"
    files = [*labels.glob("export-report*.tsv"), *labels.glob("export-train-*.tsv")]
    told = {row["id"] for path in files for row in table(path)}
    with (data / "free-x-to-2024-09.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            own = row["screen_name"].lower() in ("free", "freebox")
            if not own and row["id"] not in told and row["in_reply_to"] not in told:
                yield Row("unlabelled", "fr", plain(row["full_text"]), f"more {row['id']}")


def made_up(rows: Sequence[Row], count: int, chance: np.random.RandomState) -> Iterator[Row]:
    """Texts that nobody wrote: part of one, or parts of two of a language one after the other."""
    by_language: dict[str, list[Row]] = {}
    for row in rows:
        by_language.setdefault(row.language, []).append(row)
    for number in range(count):
        row = rows[chance.randint(len(rows))]
        others = by_language[row.language]
        text = _part(row.text, chance)
        if chance.rand() < _JOINED:
            text = f"{text} {_part(others[chance.randint(len(others))].text, chance)}"
        yield Row("made up", row.language, text, f"made up {number}")


def _part(text: str, chance: np.random.RandomState) -> str:
    """Some words in a row, the first or last ones more often; a word or two may be missing."""
    words = text.split()
    start, end = sorted(np.clip(chance.uniform(-0.4, 1.4, 2), 0, 1))
    kept = words[int(start * len(words)) : int(np.ceil(end * len(words)))] or words
    return " ".join(word for word in kept if chance.rand() >= _LOST) or text


def lessons(rows: Sequence[Row]) -> dict[str, torch.Tensor]:
    """What the teacher answers to each row: logits by field, vectors, chances of public talk."""
    teacher = engine("best")
    found: dict[str, list[np.ndarray[Any, Any]]] = {}
    for at in range(0, len(rows), _MANY):
        texts = [row.text for row in rows[at : at + _MANY]]
        languages = [row.language for row in rows[at : at + _MANY]]
        means = teacher.encode(texts, threads=2).mean
        answers: dict[str, np.ndarray[Any, Any]] = teacher.logits(texts, means, languages)
        answers |= {"vector": teacher.heads.vectors(means), "talk": teacher.heads.talk(means)}
        for name, value in answers.items():
            found.setdefault(name, []).append(value)
    return {name: torch.tensor(np.concatenate(parts)).float() for name, parts in found.items()}


def kept_lessons(rows: Sequence[Row], path: Path) -> dict[str, torch.Tensor]:
    """The same, read from a file where this teacher has told all these rows before."""
    texts = hashlib.blake2b(json.dumps([row.text for row in rows]).encode()).hexdigest()
    told_by = f"{version()} {texts}"
    if path.exists() and (kept := torch.load(path))["told by"] == told_by:
        return {name: value for name, value in kept.items() if name != "told by"}
    found = lessons(rows)
    torch.save({**found, "told by": told_by}, path)
    return found


def losses(
    found: dict[str, torch.Tensor], taught: dict[str, torch.Tensor], tone: torch.Tensor
) -> dict[str, torch.Tensor]:
    """How far a batch's answers are from the teacher's, and from the labels of tone."""
    yes = functional.binary_cross_entropy_with_logits
    lost = {
        name: yes(found[name], torch.sigmoid(taught[name]))
        for name in ("intents", "aspects", "needs", "irony")
    }
    lost["register"] = yes(found["register"], taught["talk"])
    for name in ("tone", "urgency"):
        lost[name] = functional.kl_div(
            functional.log_softmax(found[name], -1),
            functional.softmax(taught[name], -1),
            reduction="batchmean",
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
    rate: float,
    go_on: bool = False,
    seed: int = 0,
) -> Reader:
    """A student of so many layers, taught on the rows at `places`; or the tree's, taught on."""
    torch.manual_seed(seed)
    chance = np.random.RandomState(seed)
    student = Reader(shelf.wheel, range(layers), len(shelf.kinds))
    if go_on:
        student.load_state_dict(shipped("fast"), strict=False)
    student.see(shelf.means(student.eval(), chance.choice(places, 1500, replace=False).tolist()))
    heads = [p for name, p in student.named_parameters() if not name.startswith("layers")]
    optimiser = torch.optim.AdamW(
        [{"params": student.layers.parameters(), "lr": rate}, {"params": heads, "lr": 3 * rate}],
        weight_decay=0.01,
    )

    def lost_at(seen: np.ndarray[Any, Any]) -> dict[str, torch.Tensor]:
        at = torch.tensor(seen)
        with brisk():
            given = shelf.take(seen.tolist())
            found = student(*given, shelf.languages[at], taught["talk"][at, 0])
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
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--more", type=int, default=0, help="texts made up besides")
    parser.add_argument("--go-on", action="store_true", help="from the student in the tree")
    parser.add_argument("--held-out", type=int, default=0, help="the part left out, 0 to 5")
    options = parser.parse_args()
    texts = load(options.data)
    rows = [*texts.rows, *unlabelled(options.data)]
    within, _ = apart(rows, options.held_out)
    more = made_up([rows[n] for n in within], options.more, np.random.RandomState(SEED))
    shelf = Shelf(Texts([*rows, *more], texts.kinds), frozen=0, units=True)
    within = np.concatenate([within, np.arange(len(rows), len(shelf.rows))])
    student = distil(
        shelf,
        kept_lessons(shelf.rows, options.work / "lessons.pt"),
        within,
        options.layers,
        options.epochs,
        rate=options.rate,
        go_on=options.go_on,
    )
    torch.save(student.state_dict(), options.work / "student.pt")


if __name__ == "__main__":
    main()

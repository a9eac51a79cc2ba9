"""Labelled messages for bench/reading.py: what is learnt from, what is asked, where they touch."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from comptoir.analysis.similar import SAME, fingerprint, sign

EXAMPLES = Path(__file__).parent / "examples"
LABELS = Path(__file__).parent / "labels"
LANGUAGES = ("fr", "en", "es", "it", "pt", "de")
PARTS = "abcdefghij"
SPLITS = ("dev", "val", "test")
TRAINED_LABELS = tuple(f"export-train-{part}.tsv" for part in "abcd")
EXPORT = "free-x-to-2024-09.csv"
TONES = {"negative": -1, "neutral": 0, "positive": 1}
READ = ("tone", "needs", "urgency", "irony")
"""Labels of which one holds."""
_FIFTH = 5
_MANY = 0.05


@dataclass(frozen=True)
class Message:
    """
    A text with the labels people gave it.

    tone: -1, 0 or 1. needs, urgency, irony: None where only tone is labelled. intents: the main
    one first. source: file and line or id.
    """

    text: str
    language: str
    source: str
    tone: int
    needs: int | None = None
    urgency: int | None = None
    irony: int | None = None
    intents: tuple[str, ...] = ()
    aspects: frozenset[str] = frozenset()
    family: str = ""

    @property
    def whole(self) -> bool:
        """Whether every label was given, not tone alone."""
        return self.needs is not None


@dataclass
class Sets:
    """What is asked, by name of set, and what may be learnt from, by language."""

    asked: dict[str, list[Message]] = field(default_factory=dict)
    learnt: dict[str, list[Message]] = field(default_factory=dict)


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def labelled(row: Mapping[str, str], text: str, language: str, source: str) -> Message:
    return Message(
        text=text,
        language=language,
        source=source,
        tone=int(row["tone"]),
        needs=int(row["needs"]),
        urgency=int(row["urgency"]),
        irony=int(row["irony"]),
        intents=tuple(row["intents"].split("+")),
        aspects=frozenset(row["aspects"].split()),
        family=row.get("family", ""),
    )


def tweets(data: Path, language: str, part: str) -> list[Message]:
    path = data / f"sentiment-{language}-{part}.jsonl"
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        row = json.loads(line)
        found.append(Message(row["text"], language, f"{path.name}:{number}", TONES[row["label"]]))
    return found


def examples(path: Path) -> list[Message]:
    """Messages written for the project; see bench/examples/README.md."""
    language = path.name[:2]
    return [
        labelled(row, row["text"].replace("\\n", "\n"), language, f"{path.name}:{number}")
        for number, row in enumerate(rows(path), 2)
    ]


def export(data: Path, name: str) -> list[Message]:
    """Messages of the real export, labelled in bench/labels; it is in French."""
    with (data / EXPORT).open(encoding="utf-8", newline="") as file:
        texts = {row["id"]: row["full_text"] for row in csv.DictReader(file)}
    path = LABELS / name
    return [
        labelled(row, texts[row["id"]], "fr", f"{name}:{number}")
        for number, row in enumerate(rows(path), 2)
    ]


def ours(language: str) -> list[Message]:
    """The examples to learn from."""
    files = [EXAMPLES / f"{language}-{part}.tsv" for part in PARTS]
    return [message for path in files if path.exists() for message in examples(path)]


def load(data: Path, splits: Sequence[str]) -> Sets:
    """
    val: tweets; "apart" are those that repeat no tweet learnt from. test: hand-written examples of other families, and the export. dev: every fifth
    training tweet and family, which is then not learnt from by the systems trained here; what
    is shipped was trained on them, so its dev figures flatter.
    """
    sets = Sets()
    for language in LANGUAGES:
        learnt = tweets(data, language, "train")
        if "dev" in splits:
            sets.asked[f"dev-tweets-{language}"] = learnt[::_FIFTH]
            learnt = [message for at, message in enumerate(learnt) if at % _FIFTH]
        if "val" in splits:
            _ask_tweets(sets, language, tweets(data, language, "val"), learnt)
        sets.learnt[language] = learnt
    for language in ("fr", "en"):
        sets.learnt[language] += _shop(sets, language, splits)
    for name in TRAINED_LABELS:
        sets.learnt["fr"] += export(data, name)
    if "test" in splits:
        sets.asked["export-fr"] = export(data, "export-report.tsv")
    return sets


def _ask_tweets(sets: Sets, language: str, asked: list[Message], learnt: Sequence[Message]) -> None:
    """Tweets to read; where many repeat one learnt from, the others also as a set of their own."""
    sets.asked[f"tweets-{language}"] = asked
    seen = {twins.asked.source for twins in near_twins(asked, learnt)}
    if len(seen) > _MANY * len(asked):
        apart = [message for message in asked if message.source not in seen]
        sets.asked[f"tweets-{language}-apart"] = apart


def _shop(sets: Sets, language: str, splits: Sequence[str]) -> list[Message]:
    """Our examples to learn from; those asked are put into the sets."""
    learnt = ours(language)
    if "dev" in splits:
        families = sorted({message.family for message in learnt})[::_FIFTH]
        kept = set(families)
        sets.asked[f"dev-shop-{language}"] = [one for one in learnt if one.family in kept]
        learnt = [one for one in learnt if one.family not in kept]
    if "test" in splits:
        sets.asked[f"shop-{language}"] = examples(EXAMPLES / f"{language}-test.tsv")
    return learnt


def label(row: Mapping[str, str], name: str) -> str:
    """A label as compared between readers: intents and aspects in any order."""
    joint = {"intents": "+", "aspects": None}
    return " ".join(sorted(row[name].split(joint[name]))) if name in joint else row[name]


def agreement(first: Path, second: Path) -> dict[str, tuple[float, float]]:
    """Share of messages two readers labelled alike and Cohen's kappa, by label."""
    ones, others = list(rows(first)), list(rows(second))
    if [row["id"] for row in ones] != [row["id"] for row in others]:
        raise ValueError(f"{first.name} and {second.name} label other messages")
    return {
        name: kappa([label(row, name) for row in ones], [label(row, name) for row in others])
        for name in (*READ, "intents", "aspects")
    }


def kappa(first: Sequence[str], second: Sequence[str]) -> tuple[float, float]:
    """
    Agreement and Cohen's kappa of two lists of labels; kappa is 1 when only one is ever given.

    >>> kappa(["a", "a", "b", "b"], ["a", "a", "b", "a"])
    (0.75, 0.5)
    """
    count = len(first)
    alike = sum(one == other for one, other in zip(first, second, strict=True)) / count
    by_chance = sum(first.count(name) / count * (second.count(name) / count) for name in set(first))
    return alike, (alike - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0


@dataclass(frozen=True)
class Twins:
    """A message asked and one learnt from, too alike; alike: 1 when equal but for numbers."""

    asked: Message
    learnt: Message
    alike: float


def near_twins(asked: Sequence[Message], learnt: Sequence[Message]) -> list[Twins]:
    """Messages learnt from that nearly repeat one asked: same fingerprint, or similar words."""
    prints = [fingerprint(message.text) for message in learnt]
    signatures = [sign(message.text)[0] for message in learnt]
    signed = [at for at, signature in enumerate(signatures) if signature]
    table = np.array([np.frombuffer(signatures[at], "<u2") for at in signed])
    found = []
    for message in asked:
        mark, signature = fingerprint(message.text), sign(message.text)[0]
        alike = {at: 1.0 for at, other in enumerate(prints) if mark and mark == other}
        if signature and signed:
            shares = (table == np.frombuffer(signature, "<u2")).mean(axis=1)
            close = np.flatnonzero(shares >= SAME)
            alike = {signed[place]: float(shares[place]) for place in close} | alike
        found += [Twins(message, learnt[at], share) for at, share in sorted(alike.items())]
    return found

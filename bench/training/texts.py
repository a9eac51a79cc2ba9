"""
What the model learns from: our own examples, real messages labelled by hand, public splits.

Training sides only: `*-test.tsv`, validation files and `export-report*.tsv` are never read here.
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from comptoir.analysis.intents import INTENTS
from comptoir.analysis.model import ASPECTS, OWN_LANGUAGES, plain

HERE = Path(__file__).parent.parent
PARTS = 6
"""Families are dealt into so many parts; one is held out to calibrate and to report on."""
CLASSES = 38
"""Of banking77's 77 labels, every second one is built on; the others are left to report on."""
_EACH = 45

TONES = {"negative": 0, "neutral": 1, "positive": 2}


@dataclass(frozen=True)
class Labels:
    """Answers of a message of a shop; intents and aspects as 0 and 1 by place."""

    intents: list[int]
    needs: int
    urgency: int
    irony: int
    aspects: list[int]


@dataclass(frozen=True)
class Row:
    """
    One text to learn from, already `plain`.

    source: shop, export, tweets, banking or utterances. family: what a split never cuts.
    tone: 0 to 2, -1 unknown. kind: its class among those built on, -1 none. talk: people talk
    among themselves, no brand is spoken to. piece: the letter of the file it is in, if of ours.
    """

    source: str
    language: str
    text: str
    family: str
    tone: int = -1
    labels: Labels | None = None
    kind: int = -1
    talk: bool = False
    piece: str = ""

    def part(self) -> int:
        """The part its family was dealt to."""
        made = hashlib.blake2b(self.family.encode(), digest_size=4).hexdigest()
        return int(made, 16) % PARTS


@dataclass
class Texts:
    """All rows, and the names of the classes built on."""

    rows: list[Row]
    kinds: list[str] = field(default_factory=list)


def table(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a tab-separated file of ours."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def labels_of(row: dict[str, str]) -> Labels:
    """Labels as written in our files."""
    intents = row["intents"].split("+")
    aspects = (row["aspects"] or "").split()
    marks = [aspect + sign for aspect in ASPECTS for sign in "+-"]
    return Labels(
        [int(name in intents) for name in INTENTS],
        int(row["needs"]),
        int(row["urgency"]),
        int(row["irony"]),
        [int(mark in aspects) for mark in marks],
    )


def examples() -> Iterator[Row]:
    """Our own examples."""
    for path in sorted((HERE / "examples").glob("??-[a-j].tsv")):
        language, part = path.stem.split("-")
        for row in table(path):
            # Parts d, f to h and j mirror some situations in both languages.
            family = row["family"].partition("-")[2] if part in "dfghj" else row["family"]
            talk = (row["channel"], row["intents"], row["needs"]) == ("x", "other", "0")
            yield Row(
                "shop", language, plain(row["text"]), family,
                int(row["tone"]) + 1, labels_of(row), talk=talk, piece=part,
            )  # fmt: skip


def export(data: Path) -> Iterator[Row]:
    """Real messages labelled by hand for training, from threads that no report is made on."""
    with (data / "free-x-to-2024-09.csv").open(encoding="utf-8", newline="") as file:
        texts = {row["id"]: row["full_text"] for row in csv.DictReader(file)}
    for path in sorted((HERE / "labels").glob("export-train-*.tsv")):
        for row in table(path):
            yield Row(
                "export", "fr", plain(texts[row["id"]]), f"export {row['id']}",
                int(row["tone"]) + 1, labels_of(row), piece=path.stem[-1],
            )  # fmt: skip


def tweets(data: Path) -> Iterator[Row]:
    """The training splits of public tweets in six languages."""
    for language in OWN_LANGUAGES:
        path = data / f"sentiment-{language}-train.jsonl"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            yield Row(
                "tweets", language, plain(row["text"]), f"{language} {number}",
                TONES[row["label"]], talk=True,
            )  # fmt: skip


def _classes(
    path: Path, text: str, label: str, source: str, names: Sequence[str], shift: int
) -> Iterator[Row]:
    """The first texts of each named class."""
    left = dict.fromkeys(names, _EACH)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if left.get(row[label], 0):
                left[row[label]] -= 1
                kind = shift + names.index(row[label])
                yield Row(source, "en", plain(row[text]), f"{source} {row[text]}", kind=kind)


def _names(path: Path, column: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return sorted({row[column] for row in csv.DictReader(file)})


def built_on(data: Path) -> list[str]:
    """The labels of banking77 that training sees."""
    return _names(data / "banking77-train.csv", "category")[::2][:CLASSES]


def load(data: Path) -> Texts:
    """Every row, in a fixed order; data: the folder with the public files."""
    banking, utterances = data / "banking77-train.csv", data / "intents-en-train.csv"
    first, second = built_on(data), _names(utterances, "intent")
    rows = [
        *examples(),
        *export(data),
        *tweets(data),
        *_classes(banking, "text", "category", "banking", first, 0),
        *_classes(utterances, "utterance", "intent", "utterances", second, len(first)),
    ]
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for row in rows:
        key = (row.source, row.language, row.text)
        if row.text and key not in seen:
            seen.add(key)
            kept.append(row)
    return Texts(kept, [*first, *second])

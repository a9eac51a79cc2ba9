"""
Messages and queries for bench/matching.py, the same for the same seed.

Messages: the texts of a folder of real ones (the export of a French brand's mentions, tweets in
six languages), or else the project's own examples. To have more of them than there are, the
first part of one is put before the last part of another of the same language.

Queries: the shapes below in these shares, filled with words of the messages. The words of a
query come from one message each time, so that they do stand together somewhere; alternatives
come from anywhere. How frequent the words may be is what makes a set broad or selective.
"""

import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.tree import (
    And,
    Field,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Wildcard,
    Word,
)
from comptoir.analysis.queries.words import words

EXAMPLES = Path(__file__).parent / "examples"
EXPORT = "free-x-to-2024-09.csv"
SENTIMENT = "sentiment-*-train.jsonl"


@dataclass(frozen=True)
class Kind:
    """
    A kind of query set.

    commonest, rarest: bounds of the share of messages that have a word of its queries.
    """

    name: str
    commonest: float
    rarest: float


BROAD = Kind("broad", 0.03, 0.0003)
SELECTIVE = Kind("selective", 0.003, 0.0001)
KINDS = (SELECTIVE, BROAD)


def texts(folder: Path | None) -> list[tuple[str, str]]:
    """Language and text of real messages, or of the project's examples without a folder."""
    if folder is None:
        files = sorted(EXAMPLES.glob("[ef][nr]-?.tsv"))
        return [
            (file.name[:2], row["text"].replace("\\n", "\n"))
            for file in files
            for row in csv.DictReader(file.open(encoding="utf-8"), delimiter="\t", quoting=3)
        ]
    with (folder / EXPORT).open(encoding="utf-8", newline="") as file:
        found = [("fr", row["full_text"]) for row in csv.DictReader(file)]
    for path in sorted(folder.glob(SENTIMENT)):
        language = path.name.split("-")[1]
        lines = path.read_text(encoding="utf-8").splitlines()
        found.extend((language, json.loads(line)["text"]) for line in lines)
    return found


def messages(count: int, folder: Path | None, seed: int) -> list[Document]:
    """As many messages as asked, each of two real halves."""
    noise = random.Random(seed)
    by_language: dict[str, list[list[str]]] = {}
    for language, text in texts(folder):
        by_language.setdefault(language, []).append(text.split(" "))
    languages = list(by_language)
    sizes = [len(by_language[language]) for language in languages]
    made = []
    for number in range(count):
        (language,) = noise.choices(languages, sizes)
        first, last = noise.choices(by_language[language], k=2)
        text = " ".join(first[: -(-len(first) // 2)] + last[len(last) // 2 :])
        followers = int(10 ** noise.uniform(0, 6))
        made.append(Document(str(number), text, lang=language, followers=followers))
    return made


class Writer:
    """Writes queries as analysts do, about what the messages say."""

    def __init__(self, kind: Kind, sample: Sequence[Document], seed: int) -> None:
        self._noise = random.Random(f"{kind.name} {seed}")
        self._said = [words(document.text) for document in sample]
        seen = Counter(word for said in self._said for word in set(said))
        low, high = kind.rarest * len(sample), kind.commonest * len(sample)
        self._usable = {word for word, n in seen.items() if low <= n <= high and len(word) > 2}
        self._pool = sorted(self._usable)
        self._weights = [seen[word] for word in self._pool]
        self._shapes: list[tuple[int, Callable[[list[str]], Node]]] = [
            (25, lambda w: And(self._words(w[:2]))),
            (10, lambda w: And(self._words(w[:3]))),
            (15, lambda w: And((Word(w[0]), self._one_of(w[1], 3)))),
            (8, lambda w: And((self._one_of(w[0], 1), self._one_of(w[1], 4)))),
            (12, lambda w: self._barred(And(self._words(w[:2])), 3)),
            (8, lambda _: self._phrase(self._noise.choice((2, 2, 3)))),
            (6, lambda w: And((Word(w[0]), self._phrase(2)))),
            (7, lambda w: Near(Word(w[0]), Word(w[1]), self._noise.randint(2, 8))),
            (3, lambda w: Near(Word(w[0]), self._one_of(w[1], 3), 5, ordered=True)),
            (4, lambda w: And((Word(w[0]), Wildcard(w[1][:4] + "*")))),
            (1, lambda w: And((Field("lang", "=", "fr"), *self._words(w[:2])))),
            (1, lambda w: And((Field("followers", ">", 1000), *self._words(w[:2])))),
        ]

    def _words(self, chosen: Sequence[str]) -> tuple[Word, ...]:
        return tuple(map(Word, chosen))

    def _others(self, count: int) -> tuple[Word, ...]:
        return self._words(self._noise.choices(self._pool, self._weights, k=count))

    def _one_of(self, word: str, others: int) -> Node:
        return Or((Word(word), *self._others(others)))

    def _barred(self, query: And, count: int) -> Node:
        return And((*query.parts, Not(Or(self._others(count)))))

    def _phrase(self, length: int) -> Node:
        """Words that stand side by side in a message, one of them usable alone."""
        while True:
            said = self._noise.choice(self._said)
            start = self._noise.randrange(len(said) or 1)
            part = said[start : start + length]
            if len(part) == length and self._usable.intersection(part):
                return Phrase(self._words(part))

    def _chosen(self) -> list[str]:
        """Three usable words of one message."""
        while True:
            usable = sorted(self._usable.intersection(self._noise.choice(self._said)))
            if len(usable) > 2:
                return self._noise.sample(usable, 3)

    def queries(self, count: int) -> list[Node]:
        """As many queries as asked."""
        shares = [share for share, _ in self._shapes]
        shapes = self._noise.choices([shape for _, shape in self._shapes], shares, k=count)
        return [shape(self._chosen()) for shape in shapes]

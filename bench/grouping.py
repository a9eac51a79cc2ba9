"""
How well and how fast messages are grouped by the question they ask.

    python bench/grouping.py calibrate      # learns the space, writes it beside the code
    python bench/grouping.py quality        # against words alone, on questions never used
    python bench/grouping.py speed          # a hundred thousand groups, invented vectors
    python bench/grouping.py export --data posts.csv

Paraphrases are in examples/same-question.tsv: part, question, language, text. A question
with one text is a hard negative: near others of its subject, asking something else. Parts
never share a subject. `learn` teaches the space what to overlook, `choose` (crossed with
itself by halves) the limits and afterwards the space too, `report` gives the figures and
nothing else. Ordinary messages, for the means, are the other examples; their held-out
files are not read.

A pair of texts is right when both are of one question. Figures are means over orders of
arrival, since the first member of a group matters. Subjects, marks.tsv and the
questions have one author, and half of the pairs are translations, which are easier than two
ways of saying it in one language: expect less elsewhere, and read what `export` joins.
Precision counts more than recall: the
limits chosen are those with the most recall at WANTED precision. Run `calibrate` again
whenever the encoder or its tuned layers change.
"""

import argparse
import csv
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from comptoir.analysis.encoder import Encoder
from comptoir.analysis.grouping import Groups, Incoming, Keys, Near, Space
from comptoir.analysis.grouping.groups import Group
from comptoir.analysis.grouping.marks import distance, marks_of
from comptoir.analysis.grouping.space import unit
from comptoir.analysis.language import detect
from comptoir.analysis.similar import fingerprint, sign
from comptoir.analysis.text import words

EXAMPLES = Path(__file__).parent / "examples"
BACKGROUND = ("fr-a", "fr-b", "en-a", "en-b")
WANTED = 0.95
MARGIN = 0.01
"""Limits must do a little better than wanted where they are chosen."""
ORDERS = 8
JOINS = [round(0.16 + 0.03 * step, 2) for step in range(24)]
SLACKS = (0.0, 0.06, 0.12)

Floats = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]


class Asked(NamedTuple):
    part: str
    question: str
    language: str
    text: str

    @property
    def subject(self) -> str:
        return self.question.split(".")[0]


@dataclass(frozen=True)
class Paraphrases:
    rows: list[Asked]
    vectors: Floats

    def only(self, keep: Callable[[Asked], bool]) -> "Paraphrases":
        places = [n for n, row in enumerate(self.rows) if keep(row)]
        return Paraphrases([self.rows[n] for n in places], self.vectors[places])

    def part(self, name: str) -> "Paraphrases":
        return self.only(lambda row: row.part == name)

    def orders(self) -> Iterator[list[int]]:
        for seed in range(ORDERS):
            order = list(range(len(self.rows)))
            random.Random(seed).shuffle(order)
            yield order


class Pairs(NamedTuple):
    """Pairs put together, those of them that belong together, those that should be."""

    made: float = 0
    right: float = 0
    wanted: float = 0

    @property
    def precision(self) -> float | None:
        return self.right / self.made if self.made else None

    @property
    def recall(self) -> float:
        return self.right / self.wanted

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.made + self.wanted)

    def plus(self, other: "Pairs") -> "Pairs":
        return Pairs(*(a + b for a, b in zip(self, other, strict=True)))


def tsv(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read(arguments: argparse.Namespace) -> tuple[Paraphrases, Floats, list[str]]:
    """Paraphrases, and ordinary messages' vectors and languages; encoded unless kept."""
    rows = [Asked(**row) for row in tsv("same-question")]
    ordinary = [(name[:2], row["text"]) for name in BACKGROUND for row in tsv(name)]
    languages = [language for language, _ in ordinary]
    kept: Path | None = arguments.vectors
    if kept is None or not kept.exists():
        encoder = Encoder.open(arguments.layers)
        asked = encoder.encode([row.text for row in rows]).mean
        others = encoder.encode([text.replace("\\n", "\n") for _, text in ordinary]).mean
        if kept is not None:
            np.savez(kept, asked=asked, others=others)
    else:
        with np.load(kept) as vectors:
            asked, others = vectors["asked"], vectors["others"]
    return Paraphrases(rows, asked), others, languages


def pairs_of(groups: Sequence[int], rows: Sequence[Asked]) -> Pairs:
    def twos(counts: Counter[object]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    questions = [row.question for row in rows]
    return Pairs(
        twos(Counter(groups)),
        twos(Counter(zip(groups, questions, strict=True))),
        twos(Counter(questions)),
    )


def keys_of(text: str) -> Keys:
    return Keys(fingerprint(text), *sign(text))


def by_comptoir(space: Space, data: Paraphrases, asks: bool = True) -> Pairs:
    said = [Incoming(n, r.text, r.language, keys_of(r.text), asks) for n, r in enumerate(data.rows)]
    total = Pairs()
    for order in data.orders():
        messages = [replace(said[place], id=n) for n, place in enumerate(order)]
        found = Groups(space).assign(messages, data.vectors[order])
        total = total.plus(pairs_of([f.group for f in found], [data.rows[n] for n in order]))
    return total


def by_similarity(
    alike: Matrix, join: float, reach: float, data: Paraphrases, apart: Matrix | None = None
) -> Pairs:
    """The rule of `Groups` on any table of similarities: what other measures are given."""
    total = Pairs()
    none = np.zeros_like(alike) if apart is None else apart
    near = alike - none >= reach
    for order in data.orders():
        groups: list[list[int]] = []
        number = {}
        for one in order:
            scored = [
                (float(alike[one, group].sum()) / len(group) - none[one, group[0]], -n)
                for n, group in enumerate(groups)
                if near[one, group[0]]
            ]
            score, minus = max(scored, default=(-1.0, 0))
            if score >= join:
                groups[-minus].append(one)
                number[one] = -minus
            else:
                number[one] = len(groups)
                groups.append([one])
        total = total.plus(pairs_of([number[n] for n in order], [data.rows[n] for n in order]))
    return total


def marks_apart(data: Paraphrases) -> Matrix:
    marks = [marks_of(row.text) for row in data.rows]
    return np.array([[distance(one, other) for other in marks] for one in marks])


def best_limits(
    found: Callable[[float, float], Pairs], joins: Sequence[float]
) -> tuple[float, float]:
    """The join and reach with the most recall at the wanted precision; the highest if none."""
    best = (0.0, max(joins), max(joins))
    for join in joins:
        for slack in SLACKS:
            pairs = found(join, join - slack)
            if (pairs.precision or 0) >= WANTED + MARGIN and pairs.recall > best[0]:
                best = pairs.recall, join, join - slack
    return best[1:]


def tf_idf(data: Paraphrases, corpus: Sequence[str]) -> Matrix:
    """Cosines of words weighted by how rare they are in ordinary messages and these."""
    counts = Counter(word for text in corpus for word in set(words(text)))
    vocabulary = {w: n for n, w in enumerate(sorted({w for r in data.rows for w in words(r.text)}))}
    table = np.zeros((len(data.rows), len(vocabulary)))
    for n, row in enumerate(data.rows):
        for word, times in Counter(words(row.text)).items():
            table[n, vocabulary[word]] = times * math.log((1 + len(corpus)) / (1 + counts[word]))
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return np.asarray(table @ table.T)


def cosines(data: Paraphrases, ordinary: Floats) -> Matrix:
    """Of the encoder's vectors, less the mean of ordinary messages."""
    moved = unit(data.vectors) - unit(ordinary).mean(0)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved @ moved.T)


def learnt(ordinary: Floats, languages: Sequence[str], data: Paraphrases) -> Space:
    rows = data.rows
    return Space.learn(
        ordinary, languages, data.vectors, [r.language for r in rows], [r.question for r in rows]
    )


def calibrate(arguments: argparse.Namespace) -> None:
    data, ordinary, languages = read(arguments)
    subjects = sorted({row.subject for row in data.rows if row.part == "choose"})
    crossed = []
    for half in (set(subjects[::2]), set(subjects[1::2])):
        known = data.only(lambda r, half=half: r.part == "learn" or (r.part == "choose" and r.subject not in half))  # type: ignore[misc] # fmt: skip
        held = data.only(lambda r, half=half: r.subject in half)  # type: ignore[misc]
        alike = similarity(learnt(ordinary, languages, known), held)
        crossed.append((alike, marks_apart(held), held))

    def found(join: float, reach: float) -> Pairs:
        total = Pairs()
        for alike, apart, held in crossed:
            total = total.plus(by_similarity(alike, join, reach, held, apart))
        return total

    join, reach = best_limits(found, JOINS)
    told("where chosen", found(join, reach))
    space = learnt(ordinary, languages, data.only(lambda r: r.part != "report"))
    space = replace(space, join=join, reach=reach)
    space.save()
    print(f"join {join:.2f}  reach {reach:.2f}  version {space.version}")


def similarity(space: Space, data: Paraphrases) -> Matrix:
    points = space.place(data.vectors, [row.language for row in data.rows]).astype(np.float64)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points @ points.T)


def told(name: str, pairs: Pairs) -> None:
    precision = "  none" if pairs.precision is None else f"{pairs.precision:6.3f}"
    made = f"{pairs.right / ORDERS:.0f} right of {pairs.made / ORDERS:.0f} put together"
    print(f"{name:34} {precision} {pairs.recall:6.3f} {pairs.f1:6.3f}   {made}")


def quality(arguments: argparse.Namespace) -> None:
    data, ordinary, _ = read(arguments)
    choose, report = data.part("choose"), data.part("report")
    corpus = [row["text"] for name in BACKGROUND for row in tsv(name)]
    space = Space.load()
    questions = Counter(row.question for row in report.rows)
    alone = sum(n == 1 for n in questions.values())
    print(f"{len(report.rows)} texts: {len(questions) - alone} questions, {alone} hard negatives")
    print(f"{'':34} {'prec.':>6} {'recall':>6} {'F1':>6}")
    told("MinHash alone", by_comptoir(space, report, asks=False))
    measures: dict[str, Callable[[Paraphrases], Matrix]] = {
        "words, TF-IDF": lambda part: tf_idf(part, corpus),
        "encoder, centred": lambda part: cosines(part, ordinary),
    }
    for name, table in measures.items():
        chosen = table(choose)
        limits = best_limits(lambda j, r, c=chosen: by_similarity(c, j, r, choose), JOINS)  # type: ignore[misc]
        told(
            f"{name} {limits[0]:.2f}/{limits[1]:.2f}", by_similarity(table(report), *limits, report)
        )
    told(f"groups {space.join:.2f}/{space.reach:.2f}", by_comptoir(space, report))
    for language in ("fr", "en"):
        told(f"  {language} alone", by_comptoir(space, report.only(lambda r, k=language: r.language == k)))  # type: ignore[misc] # fmt: skip
    for change in (-0.06, -0.03, 0.03, 0.06):
        other = replace(space, join=space.join + change, reach=space.reach + change)
        told(f"  limits {change:+.2f}", by_comptoir(other, report))


def invented(count: int, seed: int) -> Floats:
    """Vectors spread as those of an encoder are not: all apart, the hardest case for memory."""
    chance = np.random.Generator(np.random.PCG64(seed))
    rows = chance.standard_normal((count, 384)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def speed(arguments: argparse.Namespace) -> None:
    space = Space.load()
    flat = Space({}, space.projection, space.join, space.reach)
    points = flat.place(invented(arguments.groups, 1), [""] * arguments.groups)
    rows = [Group(n, p, p.astype(np.int64), 1, 1, n, p, 1.0, "fr", "", {"fr": 1}) for n, p in enumerate(points)]  # fmt: skip
    groups = Groups(flat, rows, Near())
    fresh = invented(arguments.messages, 2)
    # Half of the messages come near a group, half ask something new.
    fresh[::2] = 0.9 * invented(arguments.groups, 1)[: len(fresh[::2])] + 0.1 * fresh[::2]
    texts = [f"question {n} sur mon colis et ma commande" for n in range(arguments.messages)]
    said = [Incoming(arguments.groups + n, text, "fr") for n, text in enumerate(texts)]
    began, worked = time.perf_counter(), time.process_time()
    found = groups.assign(said, fresh)
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    joined = sum(not one.new for one in found)
    print(f"{arguments.groups} groups, {len(said)} messages, {joined} joined: {len(said) / seconds:.0f} a second, {len(said) / worked:.0f} a second of processor")  # fmt: skip


def export(arguments: argparse.Namespace) -> None:
    with Path(arguments.data).open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row[arguments.author].lower() not in arguments.own
        ]
    texts = [row[arguments.column] for row in rows]
    vectors = Encoder.open(arguments.layers).encode(texts).mean
    languages = [detect(text, ("fr", "en"))[0] for text in texts]
    reposts = [text.startswith("RT @") for text in texts]
    said = [
        Incoming(n, text, languages[n], keys_of(text), not reposts[n])
        for n, text in enumerate(texts)
    ]
    groups = Groups(Space.load())
    found = groups.assign(said, vectors)
    ways = Counter(one.by for one in found)
    sizes = Counter(one.group for one in found)
    several = [group for group, size in sizes.most_common() if size > 1]
    print(
        f"{len(texts)} messages, {len(sizes)} groups, {len(several)} of two or more; {dict(ways)}"
    )
    meant = {one.group for one in found if one.by == "meaning"}
    for group in [g for g in several if g in meant][: arguments.show]:
        print(f"\n{sizes[group]:4} {groups.group(group).title}")
        for n in [n for n, one in enumerate(found) if one.group == group][:6]:
            print(
                f"       {found[n].by:8}{found[n].similarity:.2f} {' '.join(texts[n].split())[:110]}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1] if __doc__ else "")
    parser.add_argument("--layers", type=Path, help="tuned layers of the encoder")
    parser.add_argument("--vectors", type=Path, help="keep what the encoder gave in this .npz")
    commands = parser.add_subparsers(required=True)
    for name, run in (("calibrate", calibrate), ("quality", quality)):
        commands.add_parser(name).set_defaults(run=run)
    fast = commands.add_parser("speed")
    fast.add_argument("--groups", type=int, default=100_000)
    fast.add_argument("--messages", type=int, default=10_000)
    fast.set_defaults(run=speed)
    real = commands.add_parser("export")
    real.add_argument("--data", required=True)
    real.add_argument("--column", default="full_text")
    real.add_argument("--author", default="screen_name")
    real.add_argument("--own", nargs="*", default=["free", "freebox"], help="the brand's handles")
    real.add_argument("--show", type=int, default=20)
    real.set_defaults(run=export)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()

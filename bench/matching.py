"""
How fast many stored queries are matched with messages, and one query with stored messages.

    python bench/matching.py live --data FOLDER     # methods side by side, ratios printed
    python bench/matching.py sizes                  # messages at a time
    python bench/matching.py change                 # one query among many; memory
    python bench/matching.py past --messages 1000000

Processor time, all threads counted, so that "a second" is a second of one core; the texts are
cut into words within it. Methods see the same messages and queries (matching_sets.py says
which) and must find the same. `--data` names a folder with the real export and tweets; without,
texts are the project's own examples.
"""

import argparse
import gc
import resource
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matching_methods import METHODS, Dictionary, Found, Method
from matching_sets import KINDS, Kind, Writer, messages

from comptoir.analysis.matching import MOST, Asked, Given, Matcher, Volume
from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.evaluating import evaluate
from comptoir.analysis.queries.grammar import parse
from comptoir.analysis.queries.tree import And, Node, Word

SEED = 7
AT_ONCE = {"naive": 5, "dictionary": 1024, "tantivy": 50_000}
"""Messages a method is given at a time; ours takes what it likes best."""
SECONDS = 6.0
PAGE = 50
CHECKED = 100_000
"""Pairs of query and message that the evaluator is asked about too."""


@dataclass(frozen=True)
class Rate:
    """What a method did in the time it was given."""

    messages: int
    seconds: float
    found: Found

    @property
    def a_second(self) -> float:
        return self.messages / self.seconds


def rate(method: Method, documents: Sequence[Document], at_once: int) -> Rate:
    """Match until the time is up or the messages are."""
    found: Found = []
    start = time.process_time()
    while len(found) < len(documents) and time.process_time() - start < SECONDS:
        found.extend(method.match(documents[len(found) : len(found) + at_once]))
    return Rate(len(found), time.process_time() - start, found)


def memory() -> float:
    """Megabytes this process has used at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def same(rates: dict[str, Rate]) -> None:
    """Raise if two methods disagree on a message both have seen."""
    ours = rates["ours"].found
    for name, other in rates.items():
        for number, (a, b) in enumerate(zip(ours, other.found, strict=False)):
            if a != b:
                raise AssertionError(f"{name} differs on message {number}: {set(a) ^ set(b)}")


def right(queries: Sequence[Node], documents: Sequence[Document], found: Found) -> None:
    """Raise if what was found is not what the evaluator, which defines it, finds."""
    for document, ids in zip(documents, found, strict=False):
        wanted = [number for number, query in enumerate(queries) if evaluate(query, document)]
        if wanted != ids:
            raise AssertionError(f"message {document.id}: {set(wanted) ^ set(ids)}")


def compare(kind: Kind, count: int, documents: list[Document], names: Sequence[str]) -> None:
    """One line for each method on one set of queries."""
    sample = messages(20_000, ARGUMENTS.data, SEED + 1)
    queries = Writer(kind, sample, SEED).queries(count)
    rates: dict[str, Rate] = {}
    for name in names:
        start = time.process_time()
        method = METHODS[name](queries, sample[:8192])
        made = time.process_time() - start
        # Trees that only this comparison keeps must not be looked through by the collector.
        gc.collect()
        gc.freeze()
        rates[name] = one = rate(method, documents, AT_ONCE.get(name, len(documents)))
        line = f"{kind.name:9} {count:7,} {name:10} {one.a_second:10,.0f} messages/s"
        line += f"  made in {made:5.1f} s, {one.messages:,} messages"
        if isinstance(method, Dictionary):
            line += f", {method.candidates / one.messages:.1f} candidates a message"
        print(line, flush=True)
    same(rates)
    right(queries, documents[: CHECKED // count], rates["ours"].found)
    found = sum(map(len, rates["ours"].found)) / rates["ours"].messages
    ratios = [
        f"{name} × {rates['ours'].a_second / one.a_second:,.1f}"
        for name, one in rates.items()
        if name != "ours"
    ]
    print(f"{kind.name:9} {count:7,} {found:.2f} matches a message; ours is {', '.join(ratios)}\n")


def live() -> None:
    """Methods side by side."""
    documents = messages(ARGUMENTS.messages, ARGUMENTS.data, SEED)
    for kind in KINDS:
        if kind.name in ARGUMENTS.kinds:
            for count in ARGUMENTS.queries:
                compare(kind, count, documents, ARGUMENTS.methods)


def stored(kind: Kind, count: int) -> tuple[Matcher, list[Node]]:
    """A matcher with queries, warm."""
    sample = messages(20_000, ARGUMENTS.data, SEED + 1)
    queries = Writer(kind, sample, SEED).queries(count)
    matcher = Matcher()
    for number, query in enumerate(queries):
        matcher.add(number, query)
    matcher.match(sample[:8192])
    return matcher, queries


def sizes() -> None:
    """What it costs to match few messages at a time."""
    documents = messages(ARGUMENTS.messages, ARGUMENTS.data, SEED)
    for kind in KINDS:
        matcher, _ = stored(kind, max(ARGUMENTS.queries))
        for size in (1, 8, 64, 256, 1024, 4096):
            some = documents[: size * 50]
            start = time.process_time()
            for first in range(0, len(some), size):
                matcher.match(some[first : first + size])
            each = (time.process_time() - start) / len(some)
            wait = each * size * 1000
            print(f"{kind.name:9} {size:5} at a time {1 / each:8,.0f} messages/s, {wait:6.1f} ms")


def change() -> None:
    """What it costs to add, change or remove one query, and what all of them weigh."""
    before = memory()
    for kind in KINDS:
        matcher, queries = stored(kind, max(ARGUMENTS.queries))
        document = Document("one", "un mot nouveau jamais vu")
        steps: list[tuple[str, Node | None]] = [
            ("added", And((Word("nouveau"), Word("jamais")))),
            ("changed", Word("vu")),
            ("removed", None),
        ]
        for name, query in steps:
            start = time.perf_counter()
            if query is None:
                matcher.remove("new")
            else:
                matcher.add("new", query)
            found = matcher.match([document])[0]
            spent = (time.perf_counter() - start) * 1000
            print(f"{kind.name:9} {name} and matched: {spent:.1f} ms, finds it: {'new' in found}")
        print(f"{kind.name:9} {len(queries):,} queries, {memory() - before:,.0f} MB more at most")


ASKED = {
    "rare and common": "fibre AND (débit OR lent*) AND NOT mobile",
    "phrase": '"service client"',
    "near": "free NEAR/5 (panne OR coupure OR bug)",
    "very common": "free OR box OR internet OR merci",
    "with a field": "(panne OR coupure) AND followers:>1000",
}


def past() -> None:
    """One query over volumes of stored messages: making them, then asking."""
    with tempfile.TemporaryDirectory() as folder:
        spent = 0.0
        for first in range(0, ARGUMENTS.messages, MOST):
            some = messages(min(MOST, ARGUMENTS.messages - first), ARGUMENTS.data, SEED + first)
            start = time.process_time()
            Volume.of(some).save(Path(folder, f"{first:09}"))
            spent += time.process_time() - start
        paths = sorted(Path(folder).iterdir(), reverse=True)
        size = sum(path.stat().st_size for path in paths)
        print(
            f"read {ARGUMENTS.messages:,} messages: {spent / ARGUMENTS.messages * 1e6:.1f} µs and ",
            end="",
        )
        print(f"{size / ARGUMENTS.messages:.0f} bytes each, {len(paths)} volumes")
        for name, written in ASKED.items():
            ask(name, written, paths)


def ask(name: str, written: str, paths: Sequence[Path]) -> None:
    """Ask every volume, the latest first; a page is 50 messages."""
    start = time.perf_counter()
    asked, found, page = Asked(parse(written).tree), 0, 0.0
    for path in paths:
        (numbers,) = asked.of(Volume.open(path), Stored())
        count = len(numbers)
        found += count
        if found >= PAGE and not page:
            page = time.perf_counter() - start
    whole = time.perf_counter() - start
    print(f"{name:16} {found:10,} found in {whole:6.2f} s, first page in {page * 1000:6.1f} ms")


class Stored(Given):
    """Stands for rows of the store: as many followers as invented messages have."""

    def __init__(self) -> None:
        super().__init__(())

    def read(self, messages: Sequence[int]) -> Iterable[Document]:
        return [Document(str(number), "", followers=number % 2_000) for number in messages]


def main() -> None:
    PARTS[ARGUMENTS.part]()


PARTS = {"live": live, "sizes": sizes, "change": change, "past": past}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--messages", type=int, default=51_200)
    parser.add_argument("--queries", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--kinds", nargs="+", default=[kind.name for kind in KINDS])
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    return parser.parse_args()


if __name__ == "__main__":
    ARGUMENTS = parsed()
    main()

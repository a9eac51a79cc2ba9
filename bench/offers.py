"""
How many offers are found, and how many of those found are offers.

    python bench/offers.py
    python bench/offers.py --export EXPORT.csv

The first counts over bench/examples/offers-test.tsv, messages written for this before the
patterns were tried on any of them. The second counts, besides, over the messages of an export
of X that bench/labels/export-offers.tsv has read by hand, and tells what is found in the rest;
it prints ids and figures, no message. Then the speed on one core.
"""

import argparse
import csv
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from comptoir.analysis.offers import Offer, find

HERE = Path(__file__).parent
WRITTEN = date(2026, 11, 23)
TERMS = ("was", "code", "minimum", "starts", "ends")
Wanted = dict[str, set[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--export", type=Path, help="an export of X, as CSV")
    asked = parser.parse_args()
    held_out = [(fields[0], _wanted(fields[1:])) for fields in _rows("examples/offers-test.tsv")]
    print("Held-out list")
    _print([(wanted, _told(find(text, WRITTEN))) for text, wanted in held_out], terms=True)
    texts = [(text, WRITTEN) for text, _wanted_ in held_out]
    if asked.export:
        texts = list(_of_export(asked.export))
    _speed(texts)


def _of_export(path: Path) -> Iterator[tuple[str, date]]:
    """Count over an export; yields its texts with their days."""
    read = {fields[0]: _wanted(fields[1:]) for fields in _rows("labels/export-offers.tsv")}
    pairs, elsewhere = [], 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = datetime.fromisoformat(row["created_at"].replace(" +", "+")).date()
            found = _told(find(row["full_text"], day))
            if row["id"] in read:
                pairs.append((read[row["id"]], found))
                if set(found) != set(read[row["id"]]):
                    print("  differs:", row["id"])
            else:
                elsewhere += len(found)
            yield row["full_text"], day
    print(f"Export, {len(pairs)} messages read by hand")
    _print(pairs, terms=False)
    print(f"  found in the messages that were not read: {elsewhere}")


def _rows(name: str) -> Iterator[list[str]]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "id\t")):
            yield line.split("\t")


def _wanted(fields: Iterable[str]) -> Wanted:
    parts = [field.split(";") for field in fields if field]
    return {head: set(terms) for head, *terms in parts}


def _told(offers: Iterable[Offer]) -> Wanted:
    told = {}
    for one in offers:
        marks = {name for name in ("up_to", "starting") if getattr(one, name)}
        terms = {f"{name}={getattr(one, name)}" for name in TERMS if getattr(one, name)}
        told[f"{one.kind}:{one.value}"] = marks | terms
    return told


def _print(pairs: list[tuple[Wanted, Wanted]], *, terms: bool) -> None:
    count = Counter[str]()
    for wanted, found in pairs:
        both = set(wanted) & set(found)
        count["right"] += len(both)
        count["invented"] += len(set(found) - both)
        count["missed"] += len(set(wanted) - both)
        for one in both:
            count["terms right"] += len(wanted[one] & found[one])
            count["terms invented"] += len(found[one] - wanted[one])
            count["terms missed"] += len(wanted[one] - found[one])
    none = sum(not wanted for wanted, _found in pairs)
    print(f"  messages: {len(pairs)}, of which without offer: {none}")
    _line("offers", *(count[name] for name in ("right", "invented", "missed")))
    if terms:
        _line("terms", *(count[f"terms {name}"] for name in ("right", "invented", "missed")))


def _line(what: str, right: int, invented: int, missed: int) -> None:
    precision = right / (right + invented) if right + invented else float("nan")
    recall = right / (right + missed) if right + missed else float("nan")
    print(
        f"  {what}: {right} right, {invented} invented, {missed} missed;"
        f" precision {precision:.2f}, recall {recall:.2f}"
    )


def _speed(texts: list[tuple[str, date]]) -> None:
    begun = time.perf_counter()
    for text, day in texts:
        find(text, day)
    print(f"{len(texts) / (time.perf_counter() - begun):,.0f} messages a second")


if __name__ == "__main__":
    main()

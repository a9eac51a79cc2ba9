"""How much of what messages name is found, and how much of what is found is named."""

from collections import Counter
from pathlib import Path

import pytest

from comptoir.analysis.entities import KINDS, find

_LINES = (Path(__file__).parent / "entities.tsv").read_text(encoding="utf-8").splitlines()
_SET = [(line.split("\t")[0].replace("|", "\n"), line.split("\t")[1:]) for line in _LINES]


def _counts() -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Right, invented and missed entities by kind, over the set written by hand."""
    right, invented, missed = Counter[str](), Counter[str](), Counter[str]()
    for text, named in _SET:
        wanted = Counter(named)
        found = Counter(f"{one.kind}={one.value}" for one in find(text))
        for tally, pairs in (
            (right, wanted & found),
            (invented, found - wanted),
            (missed, wanted - found),
        ):
            for pair, times in pairs.items():
                tally[pair.split("=")[0]] += times
    return right, invented, missed


def test_what_is_found_is_named_and_what_is_named_is_found() -> None:
    """
    Over all kinds: at least 97 in 100 found are right, at least 95 in 100 named are found.
    """
    right, invented, missed = (counts.total() for counts in _counts())

    assert right / (right + invented) >= 0.97
    assert right / (right + missed) >= 0.95


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "product"])
def test_no_kind_is_left_behind(kind: str) -> None:
    """
    A good average must not hide a kind that fails.
    """
    right, invented, missed = _counts()

    assert right[kind] / (right[kind] + invented[kind]) >= 0.85
    assert right[kind] / (right[kind] + missed[kind]) >= 0.85

"""Stored messages answer a query as they would have answered it when they came."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.matching import Asked, BadVolume, Volume
from comptoir.analysis.matching.past import MOST
from comptoir.analysis.matching.tests.strategies import documents, queries
from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.evaluating import evaluate
from comptoir.analysis.queries.tree import And, Field, Node, Raw, Word


@settings(max_examples=300, deadline=None)
@given(queries, st.lists(documents, max_size=6))
def test_the_past_answers_as_the_plain_evaluator(query: Node, messages: list[Document]) -> None:
    """
    What was found live and what is found later must be the same.
    """
    wanted = [number for number, message in enumerate(messages) if evaluate(query, message)]

    assert wanted == Asked(query).of(Volume.of(messages), messages.__getitem__)


def test_a_volume_is_the_same_from_its_file(tmp_path: Path) -> None:
    """
    Files are what the past is asked from.
    """
    messages = [
        Document("1", "été colis 😡", title="retard"),
        Document("2", ""),
        Document("3", "ete"),
    ]
    Volume.of(messages).save(tmp_path / "v")
    volume = Volume.open(tmp_path / "v")

    assert [0, 2] == Asked(Word("ete")).of(volume, messages.__getitem__)
    assert [0] == Asked(And((Word("😡"), Word("retard")))).of(volume, messages.__getitem__)
    assert ["v"] == [path.name for path in tmp_path.iterdir()]


def test_messages_are_fetched_only_where_words_are_found() -> None:
    """
    Ten million messages cannot be looked at for one comparison.
    """
    messages = [Document(str(n), f"colis {n}", lang="fr") for n in range(100)]
    fetched: list[int] = []

    def fetch(number: int) -> Document:
        fetched.append(number)
        return messages[number]

    query = And((Field("lang", "=", "fr"), Word("7"), Raw("colis")))

    assert [7] == Asked(query).of(Volume.of(messages), fetch)
    assert {7} == set(fetched)


@pytest.mark.parametrize("cut", [0, 20, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    """
    Half a volume would silently find half of the messages.
    """
    path = tmp_path / "v"
    Volume.of([Document("1", "colis")]).save(path)
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(BadVolume):
        Volume.open(path)


def test_a_volume_takes_no_more_than_it_can_number() -> None:
    """
    Numbers would start again from zero.
    """
    with pytest.raises(ValueError, match="65536"):
        Volume.of([Document("1", "")] * (MOST + 1))

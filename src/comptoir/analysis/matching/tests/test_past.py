"""Stored messages answer a query as they would have answered it when they came."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.analysis.matching import MOST, Asked, BadVolume, Columns, Given, Reader, Volume
from comptoir.analysis.matching.board import Flags, Longs
from comptoir.analysis.matching.tests.strategies import documents, queries
from comptoir.analysis.queries.documents import Document
from comptoir.analysis.queries.evaluating import evaluate
from comptoir.analysis.queries.tree import And, Field, Node, Raw, Value, Word


@settings(max_examples=300, deadline=None)
@given(queries, st.lists(documents, max_size=6))
def test_the_past_answers_as_the_plain_evaluator(query: Node, messages: list[Document]) -> None:
    """
    What was found live and what is found later must be the same.
    """
    wanted = [number for number, message in enumerate(messages) if evaluate(query, message)]

    (found,) = Asked(query).of(Volume.of(messages), Given(messages))

    assert wanted == found.tolist()


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

    both = And((Word("😡"), Word("retard")))
    found = Asked(Word("ete"), both).of(volume, Given(messages))

    assert [[0, 2], [0]] == [one.tolist() for one in found]
    assert ["v"] == [path.name for path in tmp_path.iterdir()]


def test_messages_are_fetched_only_where_words_are_found() -> None:
    """
    Ten million messages cannot be looked at for one comparison.
    """
    messages = [Document(str(n), f"colis {n}", lang="fr") for n in range(100)]
    fetched: list[int] = []

    class Counted(Given):
        def read(self, some: Sequence[int]) -> Iterable[Document | None]:
            fetched.extend(some)
            return super().read(some)

    query = And((Field("lang", "=", "fr"), Word("7"), Raw("colis")))
    (found,) = Asked(query).of(Volume.of(messages), Counted(messages))

    assert [7] == found.tolist()
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


PARIS = ZoneInfo("Europe/Paris")


class Kept(Given):
    """Answers from columns what these know."""

    def __init__(self, messages: Sequence[Document], columns: Columns) -> None:
        super().__init__(messages)
        self._columns = columns

    def held(self, question: Node, messages: Longs) -> Flags | None:
        return self._columns.held(question, messages, PARIS)


moments = st.datetimes(
    datetime(1905, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)
) | st.datetimes(datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 3), timezones=st.just(UTC))
sent = st.builds(
    lambda one, at: replace(one, published=None if at is None else at.astimezone(PARIS)),
    documents,
    st.none() | moments,
)


def numbered(messages: Sequence[Document]) -> list[Document]:
    return [replace(one, id=str(10 + 3 * place)) for place, one in enumerate(messages)]


def wanted(query: Node, messages: Sequence[Document]) -> list[int]:
    return [number for number, message in enumerate(messages) if evaluate(query, message)]


def kept(messages: Sequence[Document]) -> Columns:
    return Columns.of(messages, [7] * len(messages))


@settings(max_examples=300, deadline=None)
@given(st.lists(queries, min_size=1, max_size=3), st.lists(sent, max_size=6))
def test_columns_answer_as_the_plain_evaluator(asked: list[Node], messages: list[Document]) -> None:
    """
    A field that is looked up in a column means what it means in a message.
    """
    some = numbered(messages)
    found = Asked(*asked).of(Volume.of(some), Kept(some, kept(some)))

    assert [wanted(query, some) for query in asked] == [one.tolist() for one in found]


@pytest.mark.parametrize("operator", ["=", ">", ">=", "<", "<="])
@pytest.mark.parametrize("minute", [None, 30])
def test_hours_that_happen_twice_are_compared_as_clocks_show_them(
    operator: str, minute: int | None
) -> None:
    """
    On the last Sunday of October, 2:30 comes twice in Paris.
    """
    some = numbered(
        [
            Document(
                "",
                "",
                published=datetime(2026, 10, 24, hour, minute, 59, tzinfo=UTC).astimezone(PARIS),
            )
            for hour in (21, 22, 23)
            for minute in (0, 29, 30, 31)
        ]
        + [
            Document(
                "", "", published=datetime(2026, 10, 25, hour, minute, tzinfo=UTC).astimezone(PARIS)
            )
            for hour in (0, 1, 2)
            for minute in (0, 29, 30, 31)
        ]
    )
    at = datetime(2026, 10, 25, 2, minute) if minute else datetime(2026, 10, 25).date()
    query = Field("published", operator, at)
    (found,) = Asked(query).of(Volume.of(some), Kept(some, kept(some)))

    assert wanted(query, some) == found.tolist()


@settings(max_examples=200, deadline=None)
@given(queries, st.lists(st.tuples(sent, st.sampled_from("abx")), max_size=8))
def test_volumes_joined_are_one_volume(query: Node, dealt: list[tuple[Document, str]]) -> None:
    """
    Joining must lose nothing, and what is left out must leave nothing behind.
    """
    some = numbered([message for message, _ in dealt])
    piles = [[n for n, (_, pile) in enumerate(dealt) if pile in name] for name in ("ax", "b")]
    lasting = [n for n, (_, pile) in enumerate(dealt) if pile != "x"]
    rank = {number: place for place, number in enumerate(lasting)}
    order = np.argsort([number for pile in piles for number in pile], kind="stable")
    places = [number for pile in piles for number in pile]
    columns = Columns.joined(
        [kept([some[n] for n in pile]) for pile in piles],
        np.array([place for place in order if places[place] in rank], np.int64),
    )
    volume = Volume.joined(
        [
            (
                Volume.of([some[n] for n in pile]),
                np.array([rank.get(n, -1) for n in pile], np.int64),
            )
            for pile in piles
        ],
        len(lasting),
    )
    left = [some[n] for n in lasting]
    (found,) = Asked(query).of(volume, Kept(left, columns))
    spoken = {word for one in left for word in Volume.of([one]).pairs()[0]}

    assert wanted(query, left) == found.tolist()
    assert spoken == set(volume.pairs()[0])
    assert [int(one.id) for one in left] == columns.ids.tolist()


def test_columns_are_the_same_from_their_file_and_after_other_labels(tmp_path: Path) -> None:
    """
    A correction changes one message of sixty thousand.
    """
    some = numbered([Document("", "", intents=("refund", "thanks"), rating=4.5), Document("", "")])
    changed = replace(some[1], intents=("praise",))
    kept(some).replaced(np.array([1]), kept([changed])).save(tmp_path / "c")
    columns = Columns.open(tmp_path / "c")
    both = np.arange(2)

    cases: list[tuple[str, Value, list[bool]]] = [
        ("intent", "refund", [True, False]),
        ("intent", "praise", [False, True]),
        ("rating", 4.5, [True, False]),
    ]
    for name, value, held in cases:
        flags = columns.held(Field(name, "=", value), both, PARIS)
        assert flags is not None
        assert held == flags.tolist()
    assert [10, 13] == columns.ids.tolist()


@pytest.mark.parametrize("cut", [0, 12, 40, -1])
def test_columns_cut_short_are_refused(tmp_path: Path, cut: int) -> None:
    """
    As volumes are.
    """
    path = tmp_path / "c"
    kept(numbered([Document("", "colis")])).save(path)
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(BadVolume):
        Columns.open(path)


@settings(max_examples=100, deadline=None)
@given(queries, st.lists(sent, max_size=6), st.integers(0, 6), st.integers(0, 6))
def test_some_of_a_volume_can_be_asked(
    query: Node, messages: list[Document], start: int, stop: int
) -> None:
    """
    A page needs the newest messages first, not a whole volume.
    """
    some = numbered(messages)
    among = range(min(start, len(some)), min(stop, len(some)))
    (found,) = Asked(query).of(Volume.of(some), Kept(some, kept(some)), among)

    assert [one for one in wanted(query, some) if one in among] == found.tolist()


def test_a_volume_is_read_in_parts() -> None:
    """
    Sixty thousand messages need not be in memory at once.
    """
    some = [Document(str(n), f"colis {n}", title="retard") for n in range(10)]
    reader = Reader()
    reader.add(some[:4])
    reader.add(some[4:])
    query = And((Word("9"), Word("retard")))
    (found,) = Asked(query).of(reader.volume(), Given(some))

    assert [9] == found.tolist()

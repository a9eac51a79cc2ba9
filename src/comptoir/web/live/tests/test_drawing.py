"""For whom rows are drawn, and when pages are left to ask."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from comptoir.web.live import admission, drawing
from comptoir.web.live.admission import Listener
from comptoir.web.live.drawing import Artist, Reader, Watcher

LEA, ANA = Listener("key of Léa", 1, 5), Listener("key of Ana", 2, 5)


class Draw:
    """Draws the numbers it is given, and remembers for whom."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[list[Reader]] = []
        self._error = error

    def __call__(
        self, workspace_id: int, readers: Collection[Reader], threads: Sequence[int]
    ) -> Mapping[Reader, str]:
        self.asked.append(list(readers))
        if self._error:
            raise self._error
        return {one: f"<ul>{one[1]} {threads}</ul>" for one in readers if one[1] != "dear"}


@pytest.fixture(autouse=True)
def admitted(monkeypatch: pytest.MonkeyPatch) -> set[Listener]:
    """Those who may listen; whoever is taken out has signed out."""
    may = {LEA, ANA}
    monkeypatch.setattr(admission, "still", lambda asked: may & set(asked))
    return may


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Moves the clock: later[0] += seconds."""
    at = [1000.0]
    monkeypatch.setattr("comptoir.web.live.drawing.time.monotonic", lambda: at[0])
    return at


def test_a_view_is_drawn_once_for_all_streams_of_a_person(admitted: set[Listener]) -> None:
    other, draw = Listener("another browser of hers", 1, 5), Draw()
    admitted.add(other)

    told = Artist(draw).rows(5, [Watcher(one, "a") for one in (LEA, other)], [7])

    assert [[(1, "a")]] == draw.asked
    assert {
        Watcher(LEA, "a"): b'"<ul>a [7]</ul>"',
        Watcher(other, "a"): b'"<ul>a [7]</ul>"',
    } == told


def test_who_signed_out_gets_nothing_within_a_second(
    admitted: set[Listener], later: list[float]
) -> None:
    artist, watchers = Artist(Draw()), [Watcher(LEA, "a"), Watcher(ANA, "a")]
    before = artist.rows(5, watchers, [7])
    admitted.remove(ANA)
    later[0] += drawing.LOOK_SECONDS + 0.01

    after = artist.rows(5, watchers, [7])

    assert {LEA, ANA} == {one.listener for one in before}
    assert {LEA} == {one.listener for one in after}


def test_what_is_not_drawn_is_left_to_be_asked_for() -> None:
    draw = Draw()
    artist, watchers = Artist(draw), [Watcher(LEA, "dear"), Watcher(LEA, "a")]

    assert {Watcher(LEA, "a")} == artist.rows(5, watchers, [7]).keys()
    assert {} == artist.rows(5, watchers, range(drawing.MOST_ROWS + 1))
    assert {} == artist.rows(5, watchers, [])
    assert {} == artist.rows(5, [], [7])
    assert 1 == len(draw.asked)


def test_no_more_views_are_drawn_than_pay() -> None:
    watchers = [Watcher(LEA, f"{number:02}") for number in range(drawing.MOST_VIEWS + 3)]

    told = Artist(Draw()).rows(5, watchers, [7])

    assert drawing.MOST_VIEWS == len(told)


def test_dear_drawings_rest(later: list[float]) -> None:
    """Everything that is told waits for it: better that the pages ask."""
    draw = Draw()

    def slow(
        workspace_id: int, readers: Collection[Reader], threads: Sequence[int]
    ) -> Mapping[Reader, str]:
        later[0] += drawing.DEAR_SECONDS + 0.01
        return draw(workspace_id, readers, threads)

    artist, watchers = Artist(slow), [Watcher(LEA, "a")]
    told = [artist.rows(5, watchers, [7]) for _ in range(3)]
    later[0] += drawing.REST_SECONDS
    told.append(artist.rows(5, watchers, [7]))

    assert [1, 1, 0, 1] == [len(one) for one in told]


def test_a_drawing_that_fails_leaves_the_ids(later: list[float]) -> None:
    draw = Draw(ValueError("a row nobody foresaw"))
    artist, watchers = Artist(draw), [Watcher(LEA, "a")]

    assert [{}, {}] == [artist.rows(5, watchers, [7]) for _ in range(2)]
    assert 1 == len(draw.asked)

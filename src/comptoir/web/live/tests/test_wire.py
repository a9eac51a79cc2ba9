"""What is written on a stream."""

import json

from comptoir.base import ids
from comptoir.base.live import KINDS, News
from comptoir.web.live import feed, wire


def test_an_alert_is_told_by_its_id() -> None:
    """
    Pages count it on the badge; what it says is read where somebody may read it.
    """
    assert "alert_fired" in KINDS
    told = wire.news(News(7, 1, "alert_fired", {"firing": 3, "alert": 2}))

    assert told.startswith(b"event: alert\nid: 7\n")
    assert ids.conceal("firing", 3).encode() in told


def test_changes_in_a_row_are_told_as_one() -> None:
    """
    A page draws what it is told; but what comes between two changes keeps its place, and brands
    keep apart.
    """
    told = [
        _changed(1, 1, 11, 12),
        _changed(2, 2, 21),
        _changed(3, 1, 12, 13),
        News(4, 1, "answer_sent", {"thread": 11}),
        _changed(5, 1, 14),
        _changed(6, 2, 22),
    ]

    assert [
        _changed(3, 1, 11, 12, 13),
        _changed(6, 2, 21, 22),
        News(4, 1, "answer_sent", {"thread": 11}),
        _changed(5, 1, 14),
    ] == wire.joined(told, 10)


def test_no_more_are_joined_than_a_page_takes_at_once() -> None:
    told = [
        _changed(1, 1, 1, 2),
        _changed(2, 1, 3),
        _changed(3, 1, 4, 5),
        _changed(4, 1, *range(9)),
    ]

    assert [
        _changed(2, 1, 1, 2, 3),
        _changed(3, 1, 4, 5),
        _changed(4, 1, *range(9)),
    ] == wire.joined(told, 3)


def test_a_backlog_is_not_drawn() -> None:
    """A worker that comes back after an hour changes thousands: no page shows them all."""
    calm = [_changed(1, 1, *range(60)), _changed(2, 1, *range(60))]
    flood = [_changed(number, 2, *range(60)) for number in range(3, 6)]

    assert {1} == feed.drawable([*calm, *flood])


def test_rows_are_told_by_view() -> None:
    frame = wire.news(_changed(7, 1, 3))

    told = wire.with_rows(frame, {'view="a"': b'"<ul>1</ul>"', "é": b'""'})
    head, _line, data = told.decode().partition("data: ")

    assert "event: conversations\nid: 7\n" == head
    assert json.loads(data) == {
        "ids": [ids.conceal("conversation", 3)],
        "rows": {'view="a"': "<ul>1</ul>", "é": ""},
    }
    assert told.endswith(b"\n\n")
    assert frame == wire.with_rows(frame, {})


def _changed(number: int, workspace: int, *threads: int) -> News:
    return News(number, workspace, "conversations_changed", {"threads": [*threads]})

"""What is written on a stream."""

from comptoir.base import ids
from comptoir.base.live import KINDS, News
from comptoir.web.live import wire


def test_an_alert_is_told_by_its_id() -> None:
    """
    Pages count it on the badge; what it says is read where somebody may read it.
    """
    assert "alert_fired" in KINDS
    told = wire.news(News(7, 1, "alert_fired", {"firing": 3, "alert": 2}))

    assert told.startswith(b"event: alert\nid: 7\n")
    assert ids.conceal("firing", 3).encode() in told

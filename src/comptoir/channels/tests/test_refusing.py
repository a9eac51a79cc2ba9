"""What an HTTP answer means, the same for every network."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from comptoir.base import clock
from comptoir.base.http import Response
from comptoir.channels.connector import AccessLost, Refusal, Rejected, TryLater, Unrecognised
from comptoir.channels.refusing import refuse, retry_after

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def refused(status: int, headers: dict[str, str] | None = None, said: str = "") -> Refusal:
    with pytest.raises(Refusal) as found, clock.held_at(NOON):
        refuse(Response(status, headers or {}), said)
    return found.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AccessLost),
        (403, AccessLost),
        (400, Rejected),
        (404, Rejected),
        (422, Rejected),
        (408, TryLater),
        (429, TryLater),
        (500, TryLater),
        (503, TryLater),
        (302, Unrecognised),
        (200, Unrecognised),
    ],
)
def test_each_status_has_its_consequence(status: int, kind: type[Refusal]) -> None:
    assert kind is type(refused(status))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": format_datetime(NOON + timedelta(minutes=2), usegmt=True)}, 120.0),
        ({"retry-after": format_datetime(NOON - timedelta(minutes=2), usegmt=True)}, 0.0),
        ({"x-rate-limit-reset": str(int(NOON.timestamp()) + 900)}, 900.0),
        ({"x-ratelimit-reset": "2026-03-04T12:05:00.000Z"}, 300.0),
        ({"ratelimit-reset": "7"}, 7.0),
        ({"retry-after": "5", "x-rate-limit-reset": "9"}, 5.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e400"}, None),
        ({}, None),
    ],
)
def test_networks_say_in_many_ways_how_long_to_wait(
    headers: dict[str, str], seconds: float | None
) -> None:
    """X gives a moment, Mastodon a date, others seconds; nonsense is no answer."""
    with clock.held_at(NOON):
        assert seconds == retry_after(headers)


def test_a_limit_that_is_reached_is_not_lost_access() -> None:
    """Some networks answer 403 for both; their headers tell."""
    refusal = refused(403, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "60"})

    assert isinstance(refusal, TryLater)
    assert 60.0 == refusal.after


def test_the_networks_own_words_are_shown() -> None:
    refusal = refused(400, said="Text is too long")

    assert isinstance(refusal, Rejected)
    assert "Text is too long" in str(refusal.sentence)
    assert "http_400" == refusal.code

"""Google reviews, as documented."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from comptoir.base import clock
from comptoir.channels.connector import (
    AccessLost,
    CannotTell,
    Connection,
    Outgoing,
    Rejected,
    TryLater,
)
from comptoir.channels.connectors.google.connector import GoogleReviews
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
google = GoogleReviews()
place = Connection(
    1, 1, "google", "google", "Atelier Citron",
    values={
        "client_id": "c", "client_secret": "s", "refresh_token": "r",
        "place": "accounts/1/locations/2", "access": "a",
        "access_ends": "2026-03-04T13:00:00+00:00",
    },
    own={"id": "accounts/1/locations/2", "handle": "Atelier Citron"},
)  # fmt: skip
answer = Outgoing("k1", "Nous sommes désolés.", "public", "r2", "Odile", "review")


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def test_reviews_are_read_as_they_were_written() -> None:
    """Google's own translation is not what the customer said."""
    good, reply, bad = messages(read(google, place, recorded(__file__, "reviews.json"))[0])

    assert ("Plus jamais", 1.0, 5.0) == (bad.text, bad.rating, good.rating)
    assert ("r1", True) == (reply.in_reply_to, reply.own)


def test_asking_ends_at_the_last_change_seen() -> None:
    there = json.loads(recorded(__file__, "reviews.json"))
    (page,) = google.pull(place, network(said(there)))

    assert "2026-03-04T08:00:00.123456Z" == page.cursor["seen"]
    assert [] == list(google.pull(replace(place, cursor=page.cursor), network(said(there))))


def test_reply_replaces_and_is_known_by_its_review() -> None:
    net = network(said({"comment": answer.text, "updateTime": "2026-03-04T12:00:01Z"}))
    sent = google.send(place, answer, net)

    assert "r2:reply" == sent.external_id
    assert ("PUT", {"comment": answer.text}) == (net.asked[0].method, net.asked[0].details["json"])


def test_reply_of_unknown_fate_is_on_the_review_or_not() -> None:
    ours = {"reviewReply": {"comment": answer.text, "updateTime": "2026-03-04T12:00:01Z"}}
    other = {"reviewReply": {"comment": "Autre", "updateTime": "2026-03-04T12:00:01Z"}}

    assert google.find(place, answer, network(said(ours))) is not None
    assert google.find(place, answer, network(said({}))) is None
    with pytest.raises(CannotTell):
        google.find(place, answer, network(said(other)))


@pytest.mark.parametrize(
    ("status", "refusal"), [(401, AccessLost), (403, AccessLost), (429, TryLater), (400, Rejected)]
)
def test_each_error_has_its_consequence(status: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        google.send(place, answer, network(said({"error": {"message": "no"}}, status)))


def test_place_is_checked_before_anything_is_asked() -> None:
    with pytest.raises(Rejected) as caught:
        google.check(replace(place, values={**place.values, "place": "Atelier"}), network())

    assert "place" == caught.value.field
    assert "Atelier Citron" == google.check(place, network(said({"title": "Atelier Citron"}))).name


def test_ended_token_is_renewed_at_checking() -> None:
    old = replace(place, values={**place.values, "access_ends": "2026-03-04T11:00:00+00:00"})
    net = network(said({"access_token": "b", "expires_in": 3600}), said({"title": "x"}))

    assert "b" == google.check(old, net).values["access"]

"""Trustpilot, as its documented reviews tell it."""

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
from comptoir.channels.connectors.tests.simulated import messages, network, read, recorded, said
from comptoir.channels.connectors.trustpilot.connector import Trustpilot

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
trustpilot = Trustpilot()
company = Connection(
    1, 1, "trustpilot", "trustpilot", "Lumio",
    values={"domain": "lumio.example", "key": "k", "secret": "s", "user": "u7", "access": "a"},
    own={"id": "b1", "handle": "Lumio"},
)  # fmt: skip
answer = Outgoing("k1", "Nous cherchons votre colis.", "public", "r2", "u31", "review")
TOKEN = {"access_token": "a", "expires_in": "360000"}


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def test_reviews_bring_the_replies_given_elsewhere() -> None:
    good, reply, bad = messages(read(trustpilot, company, recorded(__file__, "reviews.json"))[0])

    assert ("r1", 5.0, 1.0) == (reply.in_reply_to, good.rating, bad.rating)
    assert (True, "Lumio") == (reply.own, reply.author_handle)


def test_pages_end_at_the_last_review_seen() -> None:
    there = json.loads(recorded(__file__, "reviews.json"))
    (page,) = trustpilot.pull(company, network(said(there)))
    net = network(said(there))
    list(trustpilot.pull(replace(company, cursor=page.cursor), net))

    assert ("2026-03-04T08:00:00.000Z", 1) == (page.cursor["seen"], len(net.asked))


def test_reply_has_the_id_under_which_it_is_heard_again() -> None:
    net = network(said({}, 201))
    sent = trustpilot.send(company, answer, net)

    assert "r2:reply" == sent.external_id
    assert {"authorBusinessUserId": "u7", "message": answer.text} == net.asked[0].details["json"]


def test_reply_of_unknown_fate_is_on_the_review_or_not() -> None:
    ours = {"companyReply": {"text": answer.text, "createdAt": "2026-03-04T12:00:01Z"}}
    other = {"companyReply": {"text": "Autre", "createdAt": "2026-03-04T12:00:01Z"}}

    assert trustpilot.find(company, answer, network(said(ours))) is not None
    assert trustpilot.find(company, answer, network(said({"companyReply": None}))) is None
    with pytest.raises(CannotTell):
        trustpilot.find(company, answer, network(said(other)))


@pytest.mark.parametrize(
    ("status", "refusal"), [(401, AccessLost), (429, TryLater), (500, TryLater), (422, Rejected)]
)
def test_each_error_has_its_consequence(status: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        trustpilot.send(company, answer, network(said({}, status)))


def test_unknown_domain_and_bad_key_are_told_apart() -> None:
    with pytest.raises(Rejected) as caught:
        trustpilot.check(company, network(said(TOKEN), said({}, 404)))
    assert "domain" == caught.value.field
    with pytest.raises(AccessLost):
        trustpilot.check(company, network(said({}, 401)))

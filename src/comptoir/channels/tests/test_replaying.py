"""Kept deliveries read again: what a connector missed comes, what is here stays as it is."""

from datetime import timedelta
from typing import Any

import pytest
from acme_comptoir.connector import AcmeReviews
from acme_comptoir.tests.simulator import VALUES, AcmeSimulator, body_of, deleted, review

from comptoir.base import clock
from comptoir.base.models import OutboxEvent, Workspace
from comptoir.channels import api, replaying
from comptoir.channels.models import ConnectedAccount, Inbound, Message
from comptoir.channels.tests.calling import call


@pytest.fixture
def citron(acme: AcmeSimulator, brand: Workspace) -> str:
    account = api.connect("acme", "Boutique", VALUES, actor=None)
    return ConnectedAccount.objects.get(pk=account.id).token


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acme's connector, brought up to date: it now knows surprises."""
    parse = AcmeReviews.parse

    def parse_more(self: AcmeReviews, opened: Any, entry: Any) -> Any:
        if entry["type"] == "surprise":
            entry = review(entry["number"])
        return parse(self, opened, entry)

    monkeypatch.setattr(AcmeReviews, "parse", parse_more)


def heard() -> list[str]:
    return sorted(Message.objects.values_list("external_id", flat=True))


def deliver(token: str, *events: Any) -> None:
    call(token, body_of(*events))
    api.understand()


def test_reading_again_doubles_nothing(citron: str) -> None:
    """Every message is told to the rest of Comptoir once, however often it is read."""
    deliver(citron, review(1), review(2))
    deliver(citron, deleted(2))
    before = OutboxEvent.objects.filter(kind="messages_received").count()

    done = api.replay()

    assert (2, 2, 0, 0) == (done.total, done.read, done.new, done.set_aside)
    assert ["review-1"] == heard()
    assert before == OutboxEvent.objects.filter(kind="messages_received").count()


def test_what_was_set_aside_is_understood_later(
    citron: str, request: pytest.FixtureRequest
) -> None:
    deliver(citron, review(1), {"type": "surprise", "number": 2})
    request.getfixturevalue("learned")

    done = api.replay(only_set_aside=True)

    assert (1, 1, 0) == (done.read, done.new, done.set_aside)
    assert ["review-1", "review-2"] == heard()
    assert [] == api.set_aside()


def test_what_still_cannot_be_read_stays_set_aside(citron: str) -> None:
    deliver(citron, {"type": "surprise"})

    assert 1 == api.replay().set_aside
    assert 1 == len(api.set_aside())


def test_since_and_account_narrow_it(acme: AcmeSimulator, citron: str) -> None:
    deliver(citron, review(1))
    Inbound.objects.update(received_at=clock.now() - timedelta(days=3))
    deliver(citron, review(2))
    account = api.connected()[0].id

    assert 1 == api.replay(since=clock.now() - timedelta(days=1)).read
    assert 2 == api.replay(account).read
    assert 0 == api.replay(account + 1).read


def test_what_was_emptied_stays_empty(citron: str) -> None:
    """Erased, or let go: its row is kept only to recognise it."""
    deliver(citron, review(1))
    Inbound.objects.update(body=b"")
    Message.objects.all().delete()

    assert 1 == api.replay().read
    assert [] == heard()


def test_an_interrupted_replay_goes_on_where_it_stopped(
    citron: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A month of deliveries takes a while; nobody should have to begin again."""
    for number in range(5):
        deliver(citron, review(number))
    monkeypatch.setattr(replaying, "BATCH", 2)
    shown: list[int] = []

    def interrupt(progress: api.Replayed) -> None:
        shown.append(progress.read)
        if len(shown) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        api.replay(on_progress=interrupt)
    done = api.replay(on_progress=lambda progress: shown.append(progress.read))

    assert [2, 4, 5] == shown
    assert (5, 5) == (done.read, done.total)
    assert 5 == api.replay().read

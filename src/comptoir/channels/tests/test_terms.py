"""What a network's terms let be kept for a while only is forgotten in time."""

from datetime import timedelta
from typing import Any

import pytest
from acme_comptoir.connector import AcmeReviews
from acme_comptoir.tests.simulator import VALUES, AcmeSimulator, body_of, review

from comptoir.base import clock
from comptoir.base.models import OutboxEvent, Workspace
from comptoir.channels import api, terms
from comptoir.channels.models import ConnectedAccount, Delivery, Inbound, Message, Outbound
from comptoir.channels.tests.calling import call

ALLOWED = timedelta(hours=48)


@pytest.fixture
def citron(acme: AcmeSimulator, brand: Workspace, monkeypatch: pytest.MonkeyPatch) -> str:
    """An account of a network whose terms allow two days."""
    monkeypatch.setattr(AcmeReviews, "forgets_after", lambda *_: ALLOWED)
    account = api.connect("acme", "", VALUES, actor=None)
    return ConnectedAccount.objects.get(pk=account.id).token


def deliver(token: str, *bodies: dict[str, Any], ago: timedelta = timedelta(0)) -> None:
    """Delivered and understood, as if that had been a while ago."""
    since = clock.now()
    call(token, body_of(*bodies))
    assert 1 == api.understand()
    for kept in (Delivery, Inbound):
        kept.objects.filter(received_at__gte=since).update(received_at=since - ago)


def heard() -> list[str]:
    return sorted(Message.objects.values_list("external_id", flat=True))


def test_what_others_wrote_goes_when_its_time_is_up(citron: str) -> None:
    """With the delivery as it came and the text kept beside it; those who follow are told."""
    deliver(citron, review(1), ago=ALLOWED + timedelta(minutes=1))
    deliver(citron, review(2), ago=ALLOWED - timedelta(minutes=1))

    assert 1 == terms.forget_by_terms(clock.now())

    assert ["review-2"] == heard()
    assert ["review-2"] == [row.external_id for row in Delivery.objects.all()]
    assert [b"", body_of(review(2))] == [bytes(one.body) for one in Inbound.objects.order_by("pk")]
    assert 1 == OutboxEvent.objects.filter(kind="messages_erased").count()


def test_what_was_forgotten_does_not_come_back(citron: str) -> None:
    """Some networks tell the same again for days."""
    deliver(citron, review(1), ago=ALLOWED + timedelta(minutes=1))
    terms.forget_by_terms(clock.now())

    deliver(citron, review(1), review(2))

    assert ["review-2"] == heard()


def test_a_message_whose_answer_is_about_to_leave_waits_for_it(citron: str) -> None:
    deliver(citron, review(1), ago=ALLOWED + timedelta(minutes=1))
    asked = Message.objects.get()
    answer = Outbound.objects.create(
        workspace_id=asked.workspace_id, account_id=asked.account_id, thread_id=asked.thread_id,
        to=asked.pk, key="key", visibility="public", text="Merci",
        state="queued", due_at=clock.now(), created_at=clock.now(),
    )  # fmt: skip

    assert 0 == terms.forget_by_terms(clock.now())

    Outbound.objects.filter(pk=answer.pk).update(state="sent")
    assert 1 == terms.forget_by_terms(clock.now())


def test_the_brands_own_words_stay(citron: str) -> None:
    deliver(citron, review(1), ago=ALLOWED + timedelta(minutes=1))
    Message.objects.update(own=True)

    assert 0 == terms.forget_by_terms(clock.now())
    assert ["review-1"] == heard()


def test_networks_without_such_terms_are_left_alone(
    citron: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(citron, review(1), ago=timedelta(days=900))
    monkeypatch.undo()

    assert 0 == terms.forget_by_terms(clock.now())
    assert ["review-1"] == heard()


def test_it_looks_once_an_hour(citron: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on at once while there is more than a portion."""
    monkeypatch.setattr(terms, "_looked", [])
    monkeypatch.setattr(terms, "_PART", 1)
    deliver(citron, review(1), review(2), ago=ALLOWED + timedelta(minutes=1))

    assert [1, 1, 0] == [terms.forget_in_time() for _ in range(3)]

    deliver(citron, review(3), ago=ALLOWED + timedelta(minutes=1))
    assert 0 == terms.forget_in_time()
    with clock.held_at(clock.now() + timedelta(hours=1)):
        assert 1 == terms.forget_in_time()

"""What was kept is understood: in order, once, and nothing stops the rest."""

from datetime import timedelta
from typing import Any

import pytest
from acme_comptoir.connector import AcmeReviews
from acme_comptoir.tests.simulator import (
    VALUES,
    AcmeSimulator,
    body_of,
    deleted,
    published,
    review,
)
from django.db import connection

from comptoir.base import clock, erasure
from comptoir.base.models import OutboxEvent, Workspace
from comptoir.channels import api, aside, hearing
from comptoir.channels.connector import AccessLost, Heard, Raw, TryLater
from comptoir.channels.models import (
    Author,
    ConnectedAccount,
    Delivery,
    Inbound,
    Message,
    Outbound,
    Removal,
)
from comptoir.channels.receipts import apply_receipts
from comptoir.channels.tests.calling import call


@pytest.fixture
def citron(acme: AcmeSimulator, brand: Workspace) -> str:
    account = api.connect("acme", "", VALUES, actor=None)
    return ConnectedAccount.objects.get(pk=account.id).token


def heard() -> list[str]:
    """External ids of what is here."""
    return sorted(Message.objects.values_list("external_id", flat=True))


def settle() -> int:
    """Let time pass and understand until nothing is left; how many were understood."""
    done, moment = 0, clock.now()
    for _ in range(20):
        moment += timedelta(minutes=1)
        with clock.held_at(moment):
            done += api.understand()
    return done


def answered(external_id: str, to: str = "review-1") -> Outbound:
    """An answer to a message, sent under `external_id`."""
    asked = Message.objects.get(external_id=to)
    return Outbound.objects.create(
        workspace_id=asked.workspace_id, account_id=asked.account_id, thread_id=asked.thread_id,
        to=asked.pk, key=f"key-{external_id}", visibility="public", text="Merci",
        state="sent", due_at=clock.now(), external_id=external_id, created_at=clock.now(),
    )  # fmt: skip


def test_a_delivery_becomes_messages_with_their_raw_beside(citron: str) -> None:
    call(citron, body_of(review(1), review(2)))

    assert 1 == api.understand()
    assert 0 == api.understand()

    message = Message.objects.get(external_id="review-1")
    row = Inbound.objects.get()
    assert ["review-1", "review-2"] == heard()
    assert 4.5 == message.rating
    assert '"review.posted"' in Delivery.objects.get(pk=message.delivery_id).raw
    assert ("done", 2, 0, {}) == (row.state, row.entries, row.skipped, row.problem)
    assert 1 == OutboxEvent.objects.filter(kind="messages_received").count()
    assert api.connected()[0].heard_at == row.received_at


def test_order_and_repetition_change_nothing(citron: str) -> None:
    """Twice, and the later before the earlier: the same messages, the removed one gone."""
    first, then = body_of(review(1), review(2)), body_of(deleted(1), review(3))
    for body in (then, first, then, first + b" ", then + b"\n"):
        call(citron, body)

    settle()

    assert ["review-2", "review-3"] == heard()
    assert {"done"} == set(Inbound.objects.values_list("state", flat=True))


def test_what_its_author_removed_goes_with_everything_of_it(citron: str) -> None:
    call(citron, body_of(review(1)))
    settle()
    call(citron, body_of(deleted(1)))
    settle()

    assert [] == heard()
    assert not Delivery.objects.exists()
    assert OutboxEvent.objects.filter(kind="messages_erased").exists()


def test_unsupported_events_are_counted(citron: str) -> None:
    """They are real, and nobody needs to look at them."""
    call(citron, body_of({"type": "survey.closed"}, review(1)))
    settle()

    assert ["review-1"] == heard()
    assert 1 == api.connected()[0].skipped
    assert [] == api.set_aside()


def test_an_unrecognised_entry_is_set_aside_and_the_rest_goes_on(citron: str) -> None:
    """Its place and the reason are kept for a person, with the delivery as it came."""
    body = body_of(review(1), {"type": "surprise"}, review(2))
    call(citron, body)
    settle()

    view = api.set_aside()[0]
    assert ["review-1", "review-2"] == heard()
    assert [(2, "type 'surprise'")] == view.entries
    assert "unrecognised" == view.problem.code
    assert body == api.set_aside_body(view.id)
    assert 1 == api.connected()[0].set_aside


@pytest.mark.parametrize(
    "body", [b'{"events": [', "Été".encode("utf-16"), b"", b"\xff\xfe", b"[]", b"null"]
)
def test_what_cannot_be_read_at_all_is_set_aside(citron: str, body: bytes) -> None:
    """Truncated, of another encoding, empty, of another shape: the queue goes on."""
    call(citron, body)
    call(citron, body_of(review(1)))
    settle()

    assert ["review-1"] == heard()
    assert [body] == [api.set_aside_body(each.id) for each in api.set_aside()]


def test_a_crash_is_tried_five_times_and_then_set_aside(
    citron: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of a connector must neither lose a delivery nor stop those behind it."""
    tries = []
    parse = AcmeReviews.parse

    def fail(self: AcmeReviews, opened: Any, entry: Any) -> Any:
        if entry["review"]["id"] == "review-2":
            tries.append(1)
            raise ZeroDivisionError("a bug")
        return parse(self, opened, entry)

    monkeypatch.setattr(AcmeReviews, "parse", fail)
    for number in (1, 2, 3):
        call(citron, body_of(review(number)))

    assert 1 == api.understand()
    assert 0 == api.understand()
    waiting = Inbound.objects.get(body=body_of(review(2)))
    settle()

    assert 1 == waiting.attempts
    assert waiting.retry_at is not None
    assert 5 == len(tries)
    assert ["review-1", "review-3"] == heard()
    view = api.set_aside()[0]
    assert ("crashed", "ZeroDivisionError: a bug", [(1, "ZeroDivisionError: a bug")]) == (
        view.problem.code, view.reason, view.entries,
    )  # fmt: skip

    monkeypatch.setattr(AcmeReviews, "parse", parse)
    api.read_again(view.id, actor=None)
    settle()
    assert ["review-1", "review-2", "review-3"] == heard()
    assert [] == api.set_aside()


def test_pauses_between_tries_grow(citron: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: AcmeReviews, opened: Any, raw: Raw) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(AcmeReviews, "split", fail)
    call(citron, body_of(review(1)))
    pauses, moment = [], clock.now()
    for _ in range(4):
        with clock.held_at(moment):
            api.understand()
        retry_at = Inbound.objects.get().retry_at
        assert retry_at is not None
        pauses.append((retry_at - moment).total_seconds())
        moment = retry_at

    assert [2, 4, 8, 16] == pauses


def test_what_the_database_refuses_is_found_among_its_batch(
    citron: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message with an impossible number must not take its neighbours with it."""
    call(citron, body_of(review(1)))
    call(citron, body_of(review(2, score="nine")))
    call(citron, body_of(review(3)))
    from dataclasses import replace

    parse = AcmeReviews.parse

    def impossible(self: AcmeReviews, opened: Any, entry: Any) -> Any:
        if entry["review"]["score"] != "nine":
            return parse(self, opened, entry)
        entry["review"]["score"] = 9
        one = parse(self, opened, entry)[0]
        assert isinstance(one, Heard)
        return [replace(one, messages=[replace(one.messages[0], likes=1 << 70)])]

    monkeypatch.setattr(AcmeReviews, "parse", impossible)
    settle()

    assert ["review-1", "review-3"] == heard()
    assert "crashed" == api.set_aside()[0].problem.code


@pytest.mark.parametrize("refusal", [TryLater("busy", 90), AccessLost("expired")])
def test_a_refusal_while_reading_waits(
    citron: str, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    """Reading asks nobody, but a connector that needs a key to read may lack it for a while."""
    calls: list[int] = []
    parse = AcmeReviews.parse

    def refuse(self: AcmeReviews, opened: Any, entry: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise refusal
        return parse(self, opened, entry)

    monkeypatch.setattr(AcmeReviews, "parse", refuse)
    call(citron, body_of(review(1)))

    api.understand()
    lost = api.connected()[0].state
    settle()

    assert ["review-1"] == heard()
    assert ("lost" if isinstance(refusal, AccessLost) else "on") == lost


def test_another_worker_that_was_quicker_makes_ours_void(
    citron: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that took the same batch: the second's work is rolled back, not stored twice."""
    call(citron, body_of(review(1)))
    usual = hearing.read_delivery

    def overtaken(made: Any, opened: Any, row: Inbound) -> Any:
        Inbound.objects.filter(pk=row.pk).update(state="done")
        return usual(made, opened, row)

    monkeypatch.setattr(hearing, "read_delivery", overtaken)

    assert 0 == api.understand()
    assert [] == heard()


def test_an_uninstalled_connector_keeps_its_deliveries(
    citron: str, acme: AcmeSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that is missing after an upgrade loses nothing."""
    call(citron, body_of(review(1)))
    with monkeypatch.context() as without:
        without.setattr("comptoir.channels.connectors.connectors", dict)
        assert 0 == api.understand()
        problem = api.connected()[0].problem

    assert problem is not None
    assert "not_installed" == problem.code
    assert 1 == api.understand()


def test_deliveries_of_a_disconnected_account_are_still_read(citron: str) -> None:
    """They were acknowledged."""
    call(citron, body_of(review(1)))
    api.disconnect(api.connected()[0].id, actor=None)
    settle()

    assert ["review-1"] == heard()


@pytest.mark.parametrize("first", ["answer", "receipt"])
def test_a_receipt_finds_its_answer_whichever_is_first(citron: str, first: str) -> None:
    """A network can tell that an answer arrived before it has answered our sending."""
    call(citron, body_of(review(1)))
    settle()
    receipt = body_of(published("reply-1"))
    if first == "receipt":
        call(citron, receipt)
        settle()
        row = answered("reply-1")
        apply_receipts(row.account_id, ["reply-1"])
    else:
        row = answered("reply-1")
        call(citron, receipt)
        settle()
    call(citron, receipt + b" ")
    settle()

    row.refresh_from_db()
    assert "delivered" == row.state
    assert row.delivered_at is not None
    assert 1 == OutboxEvent.objects.filter(kind="answer_delivered").count()


def test_old_deliveries_go_after_a_month(citron: str) -> None:
    """What they said stays beside the messages; what waits or was set aside stays too."""
    call(citron, body_of(review(1)))
    call(citron, b"nonsense")
    settle()
    call(citron, body_of(review(2)))

    assert 0 == aside.drop_old(clock.now() - timedelta(days=1))
    assert 1 == aside.drop_old(clock.now() + timedelta(days=1))
    assert ["set_aside", "waiting"] == sorted(Inbound.objects.values_list("state", flat=True))
    assert 1 == Delivery.objects.count()


def test_erasing_somebody_empties_their_deliveries(citron: str, brand: Workspace) -> None:
    """
    In what was understood, what waits and what was set aside; nothing comes back when the
    network tells it again.
    """
    call(citron, body_of(review(1), review(2)))
    settle()
    call(citron, body_of(review(3, author={"handle": "lea3"})))
    call(citron, body_of({"type": "surprise", "from": "LEA1"}))
    call(citron, body_of(review("4", author={"handle": "lea1"})))
    lea = Author.objects.get(key="lea1")

    erasure.erase(erasure.Person(brand.pk, lea.pk))
    call(citron, body_of(review(1)) + b" ")
    settle()

    assert ["review-2", "review-3"] == heard()
    bodies = b"".join(bytes(row.body) for row in Inbound.objects.all()).lower()
    assert bodies.count(b"lea1") == 1  # what the network told again
    assert b"lea3" in bodies
    assert {"review-1", "review-4"} == set(Removal.objects.values_list("external_id", flat=True))
    assert [] == api.set_aside()


def test_a_delivery_nobody_needs_is_let_go(citron: str) -> None:
    call(citron, b"nonsense")
    settle()

    api.let_go(api.set_aside()[0].id, actor=None)
    call(citron, b"nonsense")
    settle()

    assert [] == api.set_aside()
    assert b"" == bytes(Inbound.objects.get().body)


def test_an_account_in_trouble_does_not_hold_up_another(
    acme: AcmeSimulator, citron: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order is per account."""
    acme.number = "shop-2"
    other = api.connect("acme", "Autre", VALUES, actor=None)
    token = ConnectedAccount.objects.get(pk=other.id).token
    split = AcmeReviews.split

    def fail(self: AcmeReviews, opened: Any, raw: Raw) -> Any:
        if opened.account_id != other.id:
            raise ZeroDivisionError
        return split(self, opened, raw)

    monkeypatch.setattr(AcmeReviews, "split", fail)
    call(citron, body_of(review(1)))
    call(token, body_of(review(2)))

    assert 1 == api.understand()
    assert ["review-2"] == heard()


def test_many_deliveries_take_few_transactions(citron: str) -> None:
    """Bounded, so that new deliveries never wait long for the writer."""
    for number in range(250):
        call(citron, body_of(review(number)))

    assert [100, 100, 50, 0] == [api.understand() for _ in range(4)]
    assert 250 == Message.objects.count()


def test_the_queue_is_found_by_its_index(citron: str) -> None:
    """A million understood deliveries must not be walked to find the few that wait."""
    if connection.vendor != "sqlite":
        pytest.skip("plans of another engine")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {hearing._WAITING}")
        plan = " ".join(row[3] for row in cursor.fetchall())

    assert "inbound_waiting" in plan

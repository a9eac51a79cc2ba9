"""What networks deliver: verified, kept once, acknowledged."""

import threading
import time
from typing import Any

import pytest
from acme_comptoir.tests.simulator import VALUES, AcmeSimulator, body_of, review, signed
from django.db import connection

from comptoir.base import clock
from comptoir.base.models import Workspace
from comptoir.channels import api, receiving
from comptoir.channels.connector import Connection, Request
from comptoir.channels.models import ConnectedAccount, Inbound
from comptoir.channels.tests.calling import call


@pytest.fixture
def citron(acme: AcmeSimulator, brand: Workspace) -> str:
    """The token of the brand's account at Acme."""
    account = api.connect("acme", "", VALUES, actor=None)
    return ConnectedAccount.objects.get(pk=account.id).token


def test_a_signed_delivery_is_kept_byte_for_byte(citron: str) -> None:
    """It is understood later, so nothing of it may be lost before."""
    body = body_of(review(1, text="Reçu à l’heure 🎉"))

    reply = call(citron, body)

    row = Inbound.objects.get()
    assert 200 == reply.status
    assert (body, "waiting") == (bytes(row.body), row.state)
    assert {"content-type", "acme-signature"} == set(row.headers)


def test_a_delivery_received_twice_is_kept_once(citron: str) -> None:
    """Networks deliver again whatever they are unsure of."""
    body = body_of(review(1))

    replies = [call(citron, body).status for _ in range(3)]

    assert [200, 200, 200] == replies
    assert 1 == Inbound.objects.count()


def test_the_networks_own_number_tells_deliveries_apart(citron: str) -> None:
    """Two events can have the same words; one event can be signed anew."""
    body = body_of(review(1))
    for number in ("a", "b", "a"):
        call(citron, body, {**signed(body), "acme-delivery": number})

    assert {"a", "b"} == set(Inbound.objects.values_list("key", flat=True))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"acme-signature": "nonsense"},
        signed(body_of(review(1)), secret="another secret"),
        signed(body_of(review(2))),
        signed(body_of(review(1)), at=time.time() - 3_600),
    ],
    ids=["none", "nonsense", "another secret", "another body", "stale"],
)
def test_what_is_not_signed_is_refused_and_counted(citron: str, headers: dict[str, str]) -> None:
    """The same call, signed, is taken: the refusal is the signature's alone."""
    body = body_of(review(1))

    refused = call(citron, body, headers)
    taken = call(citron, body)

    receiving._refused.write()
    assert (403, 200) == (refused.status, taken.status)
    assert 1 == Inbound.objects.count()
    assert 1 == ConnectedAccount.objects.get().refused


def test_refusals_do_not_cost_a_write_each(citron: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody can send them, as many as they like."""
    monkeypatch.setattr(receiving, "COUNTED_SECONDS", 60.0)
    monkeypatch.setattr(receiving._Refused, "_later", lambda self, seconds: None)
    receiving._refused.write()

    for _ in range(50):
        call(citron, b"{}", {})
    written = ConnectedAccount.objects.get().refused
    receiving._refused.write()

    assert 0 == written
    assert 50 == ConnectedAccount.objects.get().refused


def test_a_challenge_is_answered(citron: str) -> None:
    assert "xyz" == call(citron, b"", {}, query={"acme.challenge": "xyz"}).body
    assert not Inbound.objects.exists()


def test_unknown_addresses_are_answered_alike(acme: AcmeSimulator, citron: str) -> None:
    """Nobody learns from the answer whether an address ever was one."""
    account = ConnectedAccount.objects.get()
    body = body_of(review(1))
    assert 200 == call(citron, body).status

    api.disconnect(account.account_id, actor=None)

    assert receiving.NOT_FOUND == call(citron, body) == call("unknown", body) == call("", body)


def test_rotated_secrets_count_at_once(acme: AcmeSimulator, citron: str) -> None:
    """Opened secrets are remembered by each process, and must not outlive a change."""
    body = body_of(review(1))
    account = ConnectedAccount.objects.get().account_id
    assert 200 == call(citron, body).status

    api.reconnect(account, {"secret": "another"}, actor=None)

    assert 403 == call(citron, body).status
    assert 200 == call(citron, body, signed(body, secret="another")).status


def test_a_paused_account_keeps_what_is_delivered(citron: str) -> None:
    """Pausing stops reading; the network would give up on an address that refuses."""
    account = ConnectedAccount.objects.get().account_id
    api.pause(account, actor=None)

    assert 200 == call(citron, body_of(review(1))).status
    assert 0 == api.understand()
    api.resume(account, actor=None)
    assert 1 == api.understand()


def test_a_connector_that_fails_lets_the_network_deliver_again(
    citron: str, acme: AcmeSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of ours is answered 500, never 200 without keeping, never 403."""
    from acme_comptoir.connector import AcmeReviews

    def fail(self: AcmeReviews, connection: Connection, request: Request) -> None:
        raise KeyError("t")

    monkeypatch.setattr(AcmeReviews, "verify", fail)

    assert 500 == call(citron, body_of(review(1))).status
    assert not Inbound.objects.exists()


def test_a_database_that_refuses_lets_the_network_deliver_again(
    citron: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def fail(*_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(receiving, "keep", fail)

    assert receiving.LATER == call(citron, body_of(review(1)))


def test_the_way_of_a_delivery_is_short(citron: str, django_assert_max_num_queries: Any) -> None:
    """
    Two statements, and PostgreSQL's wake-up: every one more is paid by every delivery, two
    hundred times a second.
    """
    call(citron, body_of(review(1)))

    with django_assert_max_num_queries(5):  # two are the test's, whose transaction nests
        call(citron, body_of(review(2)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="a database in memory is one thread's")
def test_deliveries_at_the_same_moment_are_kept_once(citron: str) -> None:
    """The unique key decides, not a look before the insert."""
    body = body_of(review(1))
    start = threading.Barrier(6)

    def deliver() -> None:
        start.wait()
        call(citron, body)
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == Inbound.objects.count()


def test_held_clocks_do_not_matter_to_freshness(citron: str) -> None:
    """A delivery is judged by when it came, not by when it is looked at."""
    body = body_of(review(1))
    with clock.held_at(clock.now()):
        assert 200 == call(citron, body).status

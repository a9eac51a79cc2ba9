"""Deliveries that wait at the same moment are kept together, and each is answered for itself."""

from collections.abc import Callable
from typing import Any

import pytest
from acme_comptoir.tests.simulator import VALUES, AcmeSimulator
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from comptoir.base.models import Workspace
from comptoir.channels import api, bulk, keeping
from comptoir.channels.connector import Reply
from comptoir.channels.models import Inbound
from comptoir.channels.receiving import LATER, Verified


class Held:
    """A pool that works when told to, in the test's thread."""

    def __init__(self, *_given: Any, **_named: Any) -> None:
        self.jobs: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], None]) -> None:
        self.jobs.append(job)

    def work(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Held:
    pool = Held()
    monkeypatch.setattr(keeping, "ThreadPoolExecutor", lambda *_, **__: pool)
    # A thread lets go of its own connections; here there is the test's alone, in a transaction.
    monkeypatch.setattr(keeping, "close_old_connections", lambda: None)
    return pool


@pytest.fixture
def account(acme: AcmeSimulator, brand: Workspace) -> int:
    return api.connect("acme", "", VALUES, actor=None).id


def delivery(brand: Workspace, account: int, number: int) -> Verified:
    return Verified(brand.pk, account, str(number), {}, b"{}", Reply(body=f"taken {number}"))


def kept() -> list[str]:
    return list(Inbound.objects.order_by("pk").values_list("key", flat=True))


def test_those_that_wait_go_in_one_transaction(brand: Workspace, account: int, pool: Held) -> None:
    """In the order in which they came; nobody is answered before."""
    keeper = keeping.Keeper()
    given = [keeper.keep(delivery(brand, account, number)) for number in range(20)]
    assert not any(one.done() for one in given)

    with CaptureQueriesContext(connection) as said:
        pool.work()

    assert [f"taken {number}" for number in range(20)] == [one.result(5).body for one in given]
    assert [str(number) for number in range(20)] == kept()
    assert 1 == sum("INSERT INTO channels_inbound" in one["sql"] for one in said)


def test_a_group_has_an_end(
    brand: Workspace, account: int, pool: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever else wants to write has a turn in between."""
    monkeypatch.setattr(keeping, "MOST", 8)
    keeper = keeping.Keeper()
    given = [keeper.keep(delivery(brand, account, number)) for number in range(20)]

    pool.jobs.pop(0)()
    first = sum(one.done() for one in given)
    pool.work()

    assert 8 == first
    assert all(one.done() for one in given)
    assert [str(number) for number in range(20)] == kept()


@pytest.mark.django_db(transaction=True)
def test_one_that_is_refused_does_not_hold_up_the_others(
    brand: Workspace, account: int, pool: Held
) -> None:
    """An account can be taken away between the check and the commit."""
    keeper = keeping.Keeper()
    given = [keeper.keep(delivery(brand, one, one)) for one in (account, 999_999)]
    given += [keeper.keep(delivery(brand, account, number)) for number in (7, 8)]

    pool.work()

    assert [f"taken {account}", LATER.body, "taken 7", "taken 8"] == [
        one.result(5).body for one in given
    ]
    assert [str(account), "7", "8"] == kept()


def test_nobody_is_told_yes_when_the_database_refuses(
    brand: Workspace, account: int, pool: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError("database is locked")

    keeper = keeping.Keeper()
    given = [keeper.keep(delivery(brand, account, number)) for number in range(3)]
    with monkeypatch.context() as locked:
        locked.setattr(bulk, "eager", fail)
        pool.work()

    assert [LATER] * 3 == [one.result(5) for one in given]
    again = keeper.keep(delivery(brand, account, 5))
    pool.work()
    assert "taken 5" == again.result(5).body


def test_who_has_gone_does_not_hold_up_the_others(
    brand: Workspace, account: int, pool: Held
) -> None:
    """A network that hung up was told nothing, and delivers again."""
    keeper = keeping.Keeper()
    given = [keeper.keep(delivery(brand, account, number)) for number in range(3)]
    given[1].cancel()

    pool.work()

    assert ["taken 0", "taken 2"] == [given[place].result(5).body for place in (0, 2)]
    assert ["0", "2"] == kept()

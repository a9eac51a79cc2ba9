"""One address of an app serves all its pages."""

import json
from typing import Any

import pytest

from comptoir.base.models import Workspace
from comptoir.channels import api
from comptoir.channels.models import Account, ConnectedAccount, Inbound, Message
from comptoir.channels.receiving import keep


def page(brand: Workspace, name: str) -> int:
    """A Facebook page, as if connected."""
    account = Account.objects.create(
        workspace=brand, channel="facebook", connector="facebook", name=name
    )
    ConnectedAccount.objects.create(
        account=account, workspace=brand, kind="facebook", token=f"token-{name}", own={"id": name}
    )
    return account.pk


def said(name: str, key: str) -> dict[str, Any]:
    talk = {
        "sender": {"id": "77"},
        "recipient": {"id": name},
        "timestamp": 1772611199000,
        "message": {"mid": key, "text": "Bonjour"},
    }
    return {"id": name, "time": 1772611200, "messaging": [talk]}


def deliver(brand: Workspace, account: int, *entries: dict[str, Any]) -> None:
    body = json.dumps({"object": "page", "entry": list(entries)}).encode()
    keep(brand.pk, account, [("", {}, body)])
    while api.understand():
        pass


@pytest.fixture
def pages(brand: Workspace) -> tuple[int, int]:
    return page(brand, "1040"), page(brand, "1041")


def test_each_page_gets_what_is_addressed_to_it(brand: Workspace, pages: tuple[int, int]) -> None:
    first, second = pages
    deliver(brand, first, said("1040", "m1"), said("1041", "m2"))

    assert {("m1", first), ("m2", second)} == set(
        Message.objects.values_list("external_id", "account_id")
    )


def test_delivery_at_both_addresses_doubles_nothing(
    brand: Workspace, pages: tuple[int, int]
) -> None:
    for account in pages:
        deliver(brand, account, said("1040", "m1"), said("1041", "m2"))

    assert (2, 2) == (Message.objects.count(), Inbound.objects.count())


def test_page_that_is_not_connected_is_counted(brand: Workspace, pages: tuple[int, int]) -> None:
    deliver(brand, pages[0], said("1040", "m1"), said("9999", "m9"))

    assert ["m1"] == list(Message.objects.values_list("external_id", flat=True))
    assert 1 == ConnectedAccount.objects.get(pk=pages[0]).skipped
    assert {"done"} == set(Inbound.objects.values_list("state", flat=True))


def test_pages_of_another_brand_get_nothing(brand: Workspace, pages: tuple[int, int]) -> None:
    """Who holds an app's secret in one workspace must not write into another."""
    other = Workspace.objects.create(slug="autre", name="Autre")
    page(other, "2000")
    deliver(brand, pages[0], said("2000", "m9"))

    assert not Message.objects.exists()
    assert 1 == Inbound.objects.count()

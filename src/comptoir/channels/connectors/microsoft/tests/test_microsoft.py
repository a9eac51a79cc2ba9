"""Microsoft's way of granting access; its mailboxes are read as all others (see `email`)."""

import json
from datetime import UTC, datetime

import pytest

from comptoir.base import clock
from comptoir.channels.connector import AccessLost, Connection
from comptoir.channels.connectors.microsoft.connector import Microsoft
from comptoir.channels.connectors.microsoft.tests.contract import CONTRACT, OURS
from comptoir.channels.connectors.tests.simulated import network, recorded, said

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
microsoft = Microsoft()
account = Connection(1, 1, "microsoft", "email", "Courrier", values=CONTRACT.values)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.mark.parametrize(
    ("entered", "where"),
    [
        ({}, "organizations"),
        ({"tenant": " citron.onmicrosoft.com "}, "citron.onmicrosoft.com"),
        ({"tenant": "../x?y#z"}, "..%2Fx%3Fy%23z"),
        ({"account": "personal", "tenant": "ignored"}, "consumers"),
    ],
)
def test_whom_the_application_is_for_decides_the_address(
    entered: dict[str, str], where: str
) -> None:
    """What is entered as a directory stays one part of the address."""
    page = microsoft.sign_in({**account.values, **entered})

    assert f"https://login.microsoftonline.com/{where}/oauth2/v2.0/authorize" == page.page
    assert f"https://login.microsoftonline.com/{where}/oauth2/v2.0/token" == page.token
    assert OURS == page.asked["login_hint"]
    assert "offline_access" in page.scopes


def test_each_refresh_token_takes_the_place_of_the_one_before() -> None:
    """Microsoft forgets the old one in time: keeping it would cut the mailbox off."""
    net = network(said(json.loads(recorded(__file__, "granted.json"))))
    fresh = microsoft.renew(account, net)
    (asked,) = net.asked

    assert (
        "eyJ0eXAiOiJKV1QiLCJub25jZSI6Imludm",
        "AwABAAAAinventedPM1KaPlrEqdFSBzjqfTGAMxZGUTdM0t4B4",
        "2026-11-04T12:59:59+00:00",
    ) == (
        fresh["access"],
        fresh["refresh_token"],
        fresh["access_ends"],
    )
    assert "0.AUgAinvented" == asked.details["data"]["refresh_token"]
    assert "https://outlook.office.com/SMTP.Send" in asked.details["data"]["scope"]


def test_access_that_was_taken_back_says_what_to_do() -> None:
    refusal = said(json.loads(recorded(__file__, "refused.json")), 400)
    with pytest.raises(AccessLost) as lost:
        microsoft.renew(account, network(refusal))

    assert "no longer takes" in str(lost.value.sentence)
    assert "Sign in again" in str(lost.value.fix)


def test_the_form_asks_for_no_password() -> None:
    names = {field.name for field in microsoft.fields}

    assert {"imap_secret", "smtp_secret", "imap_host"}.isdisjoint(names)
    assert {"folder", "history", "read_sent", "signature"} < names

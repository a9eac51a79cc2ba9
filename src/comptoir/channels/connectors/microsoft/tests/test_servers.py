"""
Access shown instead of a password, to servers that nobody here wrote: Dovecot and Postfix.

    pytest -m mail src/comptoir/channels/connectors/microsoft
"""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from comptoir.base import clock, guard
from comptoir.base.http import guarded
from comptoir.channels.connector import AccessLost, Connection, Outgoing
from comptoir.channels.connectors.email.tests.post_office import (
    CUSTOMER,
    HERE,
    OURS,
    PostOffice,
    post_office,
    wait_for,
)
from comptoir.channels.connectors.microsoft import connector
from comptoir.channels.connectors.microsoft.connector import Microsoft
from comptoir.channels.connectors.tests.simulated import network, said

pytestmark = pytest.mark.mail
microsoft = Microsoft()


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with post_office() as started:
        yield started


@pytest.fixture(autouse=True)
def microsofts(
    office: PostOffice, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """These servers stand where Microsoft's do, under TLS that is trusted."""
    settings.PRIVATE_HOSTS = (HERE,)
    believing = ssl.create_default_context(cafile=str(office.authority))
    monkeypatch.setattr(guard, "trust", lambda: believing)
    here = {
        "imap_host": HERE,
        "imap_port": str(office.imaps),
        "smtp_host": HERE,
        "smtp_port": str(office.smtp),
    }
    monkeypatch.setattr(connector, "SERVERS", {"work": here})
    yield
    office.wipe()


def _entered(token: str) -> Connection:
    ends = (clock.now() + timedelta(hours=1)).isoformat()
    values = {
        "address": OURS,
        "from_name": "Atelier Citron",
        "account": "work",
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r",
        "access": token,
        "access_ends": ends,
        "folder": "INBOX",
        "history": "7",
    }
    return Connection(1, 1, "microsoft", "email", "Courrier", values)


def _checked(connection: Connection) -> Connection:
    found = microsoft.check(connection, network())
    values = {**connection.values, **found.values}
    return replace(connection, values=values, own=dict(found.own))


def test_mail_is_read_and_answered_with_a_token(office: PostOffice) -> None:
    """IMAP over TLS, SMTP by STARTTLS, both by XOAUTH2; no password anywhere."""
    connected = _checked(_entered(office.token()))
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = CUSTOMER, OURS, "Colis"
    mail["Message-ID"] = "<m1@example.com>"
    mail.set_content("Où est mon colis ?")
    office.deliver(mail)
    wait_for(lambda: len(office.box(OURS)) == 1, "the mail")
    heard = [raw for page in microsoft.pull(connected, guarded()) for raw in page.raws]
    answer = Outgoing(
        "0f3a" * 8, "Il arrive demain.", "private", "m1@example.com", CUSTOMER, "email",
        subject="Re: Colis", queued_at=clock.now(),
    )  # fmt: skip
    microsoft.send(connected, answer, guarded())
    wait_for(lambda: len(office.box(CUSTOMER)) == 1, "the answer")

    assert [True] == [b"mon colis" in raw.body for raw in heard]
    assert b"Il arrive demain." in office.box(CUSTOMER)[0]
    assert {"Sent", OURS} < {*connected.own.values()}


@pytest.mark.parametrize("whose", ["nobody's", "another's", "ended"])
def test_access_that_does_not_open_this_mailbox_is_told(office: PostOffice, whose: str) -> None:
    """A wrong token, one of another account, and one that ended while nobody looked."""
    token = {
        "nobody's": "invented",
        "another's": office.token(CUSTOMER),
        "ended": office.token(lasts=-60),
    }[whose]
    with pytest.raises(AccessLost) as lost:
        microsoft.check(_entered(token), network())

    assert f"{HERE} does not accept the access granted for {OURS}" in str(lost.value.sentence)
    assert "Sign in again" in str(lost.value.fix)


def test_the_server_for_sending_refuses_a_token_too(office: PostOffice) -> None:
    """It answers a refused token with a challenge first (334), which must not be taken for yes."""
    connected = _checked(_entered(office.token()))
    ended = {**connected.values, "access": office.token(lasts=-60)}
    with pytest.raises(AccessLost):
        microsoft.send(
            replace(connected, values=ended),
            Outgoing("0f3b" * 8, "x", "private", "m1@example.com", CUSTOMER, "email"),
            guarded(),
        )

    assert office.box(CUSTOMER) == []


def test_an_ended_token_is_renewed_before_the_mailbox_is_asked(office: PostOffice) -> None:
    ended = _entered(office.token(lasts=-60))
    past = {**ended.values, "access_ends": (clock.now() - timedelta(minutes=1)).isoformat()}
    fresh = {"access_token": office.token(), "expires_in": 3600, "refresh_token": "r2"}
    found = microsoft.check(replace(ended, values=past), network(said(fresh)))

    assert ("r2", OURS) == (found.values["refresh_token"], found.own["id"])
    assert found.expires_at is not None

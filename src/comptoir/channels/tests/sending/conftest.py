"""A connected account on a network that is scripted, and a clock moved by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.base.models import Workspace
from comptoir.channels import outgoing, sending
from comptoir.channels.models import Account, ConnectedAccount, Message, Outbound
from comptoir.channels.services import store
from comptoir.channels.tests.making import said
from comptoir.channels.tests.sending.pigeon import Network, Pigeon
from comptoir.channels.views import AccountView, Arrived

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class Moment:
    """The time of a test: held, and moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    held = Moment()
    monkeypatch.setattr(clock, "now", lambda: held.now)
    return held


@pytest.fixture
def pigeon(monkeypatch: pytest.MonkeyPatch) -> Pigeon:
    return installed(monkeypatch, Pigeon())


def installed(monkeypatch: pytest.MonkeyPatch, made: Pigeon) -> Pigeon:
    monkeypatch.setattr("comptoir.channels.connectors.connectors", lambda: {"pigeon": made})
    return made


@pytest.fixture
def network(pigeon: Pigeon) -> Network:
    return pigeon.network


@pytest.fixture
def account(workspace: Workspace) -> AccountView:
    """Connected to Pigeon as @citron."""
    made = Account.objects.create(
        workspace=workspace, channel="pigeon", connector="pigeon", name="Citron"
    )
    ConnectedAccount.objects.create(
        account=made,
        workspace=workspace,
        kind="pigeon",
        token="token",
        own={"handle": "citron", "name": "Atelier Citron"},
    )
    return AccountView(made.pk, "pigeon", "pigeon", "Citron", can_send=True)


@pytest.fixture
def hear(workspace: Workspace, account: AccountView, moment: Moment) -> Callable[..., Message]:
    """hear("m1", "lea", kind="message") stores what a customer wrote an hour ago."""

    def make(external_id: str = "m1", author: str = "lea", **fields: Any) -> Message:
        at = fields.pop("sent_at", moment.now - timedelta(hours=1))
        told = said(external_id, author, **{"channel": "pigeon", "kind": "comment", **fields})
        told = replace(told, sent_at=at)
        (number,) = store(workspace.pk, [Arrived(None, "{}", [told])], account).ids
        return Message.objects.get(pk=number)

    return make


@pytest.fixture
def asked(hear: Callable[..., Message], network: Network) -> Message:
    return hear()


@pytest.fixture
def queue(asked: Message) -> Callable[..., Outbound]:
    """queue("text") queues an answer; give `to` for another message."""

    def make(text: str = "Bonjour, il arrive demain.", **more: Any) -> Outbound:
        to = more.pop("to", asked)
        made = outgoing.enqueue(to.thread_id, to.pk, text, actor=more.pop("actor", None), **more)
        return Outbound.objects.get(pk=made.id)

    return make


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_RECORDING", (0, 0))

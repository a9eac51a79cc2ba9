"""The scripted network of channels, with conversations that follow."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from comptoir.base import outbox
from comptoir.base.models import User
from comptoir.care import api as care
from comptoir.care.tests.conftest import ASK
from comptoir.channels import sending
from comptoir.channels.models import Message, Outbound
from comptoir.channels.tests.sending.conftest import (  # noqa: F401 fixtures
    Moment,
    account,
    hear,
    moment,
    network,
    no_pauses,
    pigeon,
)


@dataclass
class Answering:
    """A customer's question, and the agent who answers it."""

    asked: Message
    agent: User
    moment: Moment

    @property
    def talk(self) -> care.ConversationView:
        found = care.conversation(self.asked.thread_id)
        assert found is not None
        return found

    def send(self, text: str = "Il arrive demain.", **more: Any) -> care.ActionView:
        made = care.send(self.asked.thread_id, text, actor=self.agent, **more)
        outbox.drain()
        return made

    def later(self, **span: float) -> None:
        """Time passes and the worker does what is due."""
        self.moment.later(**span)
        sending.send_due()
        outbox.drain()

    def entries(self, *kinds: str) -> list[care.Entry]:
        return [e for e in care.timeline(self.asked.thread_id).entries if e.kind in kinds]

    @property
    def outbound(self) -> Outbound:
        return Outbound.objects.latest("pk")


@pytest.fixture
def answering(
    hear: Callable[..., Message],  # noqa: F811
    network: Any,  # noqa: F811
    moment: Moment,  # noqa: F811
    agent: User,
) -> Answering:
    asked = hear("m1", "lea", text=ASK)
    outbox.drain()
    return Answering(asked, agent, moment)

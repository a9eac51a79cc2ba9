"""A question on the scripted network, and an agent at the desk."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from comptoir.base import outbox
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
from comptoir.web.desk.tests.conftest import ASK, Browser, outside, page


@dataclass
class Talk:
    """One conversation as an agent's browser sees it."""

    asked: Message
    desk: Browser
    moment: Moment

    def shown(self, query: str = "") -> str:
        return page(
            self.desk.get("conversation", query, conversation=outside(self.asked.thread_id))
        )

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.shown())
        return found[1] if found else ""

    def send(self, text: str, *, script: bool = False, **more: Any) -> Any:
        """Fill in the composer of the page as it stands, and press Send."""
        sent = {"mode": "reply", "visibility": "public", "key": self.field("key"), **more}
        response = self.desk.post(
            "desk_write",
            {"text": text, **sent},
            script=script,
            conversation=outside(self.asked.thread_id),
        )
        outbox.drain()
        return response

    def later(self, **span: float) -> None:
        self.moment.later(**span)
        sending.send_due()
        outbox.drain()

    @property
    def outbound(self) -> Outbound:
        return Outbound.objects.latest("pk")


@pytest.fixture
def talk(
    hear: Callable[..., Message],  # noqa: F811
    network: Any,  # noqa: F811
    moment: Moment,  # noqa: F811
    desk: Browser,
) -> Talk:
    asked = hear("m1", "lea", text=ASK)
    outbox.drain()
    return Talk(asked, desk, moment)

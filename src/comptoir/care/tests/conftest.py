"""A small world of messages stored through channels, as imports store them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from comptoir.base import clock, outbox
from comptoir.base.models import Workspace
from comptoir.care import api
from comptoir.care.records import ConversationView
from comptoir.channels import api as channels

# A Monday, ten o'clock in Paris.
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
ASK = "Bonjour, où est mon colis ? Pouvez-vous m’aider ?"
Hear = Callable[..., int]


@pytest.fixture(autouse=True)
def monday() -> Any:
    """Everything happens a week after the first messages, unless a test says when."""
    with clock.held_at(LATER):
        yield


@pytest.fixture
def hear(workspace: Workspace) -> Hear:
    return hearing(workspace)


@pytest.fixture
def make_other() -> Callable[[], Workspace]:
    """Makes a second brand."""
    return lambda: Workspace.objects.create(slug="autre", name="Une autre marque")


def hearing(workspace: Workspace) -> Hear:
    """
    hear("text", by="lea", to="m1", own=False, minutes=5) stores a message; gives its id.

    Messages are named m1, m2, … in the order told, which `to` answers. The pipeline runs.
    """
    numbers = count(1)

    def hear(text: str, *, by: str = "lea", to: str = "", drain: bool = True, **more: Any) -> int:
        number = next(numbers)
        own = more.pop("own", False)
        said = channels.Incoming(
            external_id=more.pop("name", f"m{number}"),
            channel=more.pop("channel", "x"),
            kind=more.pop("kind", "reply" if to else "post"),
            sent_at=START + timedelta(minutes=more.pop("minutes", number)),
            author_handle="citron" if own else by,
            text=text,
            in_reply_to=to,
            own=own,
            **more,
        )
        # Each arrives a little after the one before, as far as the clock is held.
        with clock.held_at(clock.now() + timedelta(milliseconds=number)):
            stored = channels.store(workspace.pk, [channels.Arrived(None, "{}", [said])])
        if drain:
            outbox.drain()
        return stored.ids[0] if stored.ids else 0

    return hear


def only() -> ConversationView:
    """The one conversation there is."""
    (found,) = api.inbox(api.Filters()).items
    return found


def thread_of(message_id: int) -> int:
    return channels.messages([message_id])[0].thread

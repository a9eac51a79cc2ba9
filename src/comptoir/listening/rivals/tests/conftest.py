"""A rival in a folder, with posts of its own and customers who speak of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import pytest

from comptoir.base.models import User, Workspace
from comptoir.channels.models import Message
from comptoir.listening import api as listening
from comptoir.listening.models import QueryVersion
from comptoir.listening.tests.crowd import label, mention
from comptoir.triage.tests.conftest import START, Say, make_other, world
from comptoir.triage.topics import Days

__all__ = ["make_other"]

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday; messages of the tests are told by days after it."""
Publish = Callable[..., Message]


@pytest.fixture
def say(workspace: Workspace) -> Say:
    return world(workspace)


@pytest.fixture
def publish(say: Say) -> Publish:
    """publish("text", day=3, by="verte") stores a message of the rival's (day may be negative)."""

    def made(text: str, day: float = 0, by: str = "verte", **more: Any) -> Message:
        at = MIDNIGHT + timedelta(days=day, hours=12)
        return say(text, by=by, minutes=(at - START) / timedelta(minutes=1), **more)

    return made


@pytest.fixture
def folder(owner: User) -> int:
    return listening.add_folder("rival", "Maison Verte", owner)


@pytest.fixture
def complain(workspace: Workspace, publish: Publish) -> Callable[..., Message]:
    """complain(query, "text", intents=…, tone=-1) stores what a customer says, found by a query."""

    def made(query: int, text: str, day: float = 0, **more: Any) -> Message:
        names, disliked = more.pop("intents", ()), more.pop("disliked", ())
        tone = more.pop("tone", -1)
        message = publish(text, day, **{"by": f"c{crc32(text.encode())}"} | more)
        intents = [{"name": one, "confidence": 0.9, "reason": ""} for one in names]
        aspects = [
            {"name": one, "liked": False, "confidence": 0.9, "reason": ""} for one in disliked
        ]
        if tone is not None:
            label(message.workspace, message, tone=tone, intents=intents, aspects=aspects)
        mention(workspace, query, message)
        return message

    return made


def always_asked() -> None:
    """As if every query had been there before any message."""
    QueryVersion.objects.update(at=MIDNIGHT - timedelta(days=900))


def week(number: int = 0) -> Days:
    """The seven days from the Monday so many weeks after MIDNIGHT, in UTC's midnights."""
    start = MIDNIGHT + timedelta(weeks=number)
    return Days(start - timedelta(weeks=1), start, start + timedelta(weeks=1))

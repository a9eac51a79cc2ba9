"""Complaints made up for tests, and their copy."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from comptoir.base.models import Workspace
from comptoir.channels.models import Message
from comptoir.insight import api as insight
from comptoir.insight.api import Period
from comptoir.insight.tests.factory import Town, utc

MARCH = Period(date(2026, 3, 1), date(2026, 3, 29), "Europe/Paris")
BAD: dict[str, Any] = {"tone": -1, "tone_confidence": 0.9}

Complain = Callable[..., Message]


def label(*intents: str, disliked: str = "", **fields: Any) -> dict[str, Any]:
    """A negative reading; disliked: an aspect."""
    aspects = [{"name": disliked, "liked": False, "confidence": 0.9, "reason": ""}]
    return BAD | {"intents": list(intents), "aspects": aspects if disliked else []} | fields


@pytest.fixture
def town(workspace: Workspace) -> Town:
    return Town(workspace)


@pytest.fixture
def copy(town: Town) -> Callable[..., None]:
    """copy(message, …) tells of messages and brings the columnar copy up to date."""

    def told(*messages: Message) -> None:
        town.tell(list(messages))
        insight.catch_up(True)

    return told


def at(day: int, hour: int = 12, month: int = 3) -> datetime:
    return utc(2026, month, day, hour)

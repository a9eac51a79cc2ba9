"""A small world of messages with their labels, and a folder to put queries into."""

from collections.abc import Callable
from typing import Any

import pytest

from comptoir.base import outbox
from comptoir.base.models import User, Workspace
from comptoir.listening import api
from comptoir.triage.tests.conftest import Say, world


@pytest.fixture
def say(workspace: Workspace) -> Say:
    """say("text", by="lea", own=False, minutes=5) stores a message; see the worker's `work`."""
    return world(workspace)


@pytest.fixture
def work(workspace: Workspace) -> Callable[..., None]:
    """work(message, …) tells of messages as channels do, and does what the worker does."""

    def tell(*messages: Any) -> None:
        if messages:
            outbox.publish(workspace.pk, "messages_received", ids=[one.pk for one in messages])
        outbox.drain()

    return tell


@pytest.fixture
def save(owner: User) -> Callable[..., int]:
    """save("colis NOT retard", must=…) saves a query in a folder of its own kind; its id."""
    made: list[int] = []

    def query(text: str, name: str = "", **more: Any) -> int:
        if not made:
            made.append(api.add_folder("brand", "Citron", owner))
        return api.add(api.Draft(name or f"query {text}"[:80], made[0], text, **more), owner)

    return query

"""A small world of messages, written straight into the tables of channels."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import numpy as np
import pytest

from comptoir.analysis.api import INTENTS
from comptoir.base import ids, outbox
from comptoir.base.models import Workspace
from comptoir.channels.models import Account, Author, Delivery, Message, Thread

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Say = Callable[..., Message]


@pytest.fixture
def say(workspace: Workspace) -> Say:
    """say("text", by="lea", thread="t1", own=False, minutes=5) stores a message."""
    return world(workspace)


def world(workspace: Workspace) -> Say:
    numbers = count(1)

    def say(text: str, *, by: str = "lea", thread: str = "t1", **more: Any) -> Message:
        number = next(numbers)
        account, _ = Account.objects.get_or_create(workspace=workspace, channel="x", name="X")
        sent_at = START + timedelta(minutes=more.pop("minutes", number))
        own = more.pop("own", False)
        author, _ = Author.objects.get_or_create(
            workspace=workspace, channel="x", key=by, defaults={"handle": by, "own": own}
        )
        identifier = ids.at_times([sent_at])[0]
        held, _ = Thread.objects.get_or_create(
            workspace=workspace, account=account, root_key=thread, defaults={"id": identifier}
        )
        delivery = Delivery.objects.create(
            id=identifier,
            workspace=workspace,
            account=account,
            external_id=f"m{number}",
            raw="{}",
            received_at=sent_at,
        )
        row = Message(
            id=identifier,
            workspace=workspace,
            account=account,
            delivery=delivery,
            external_id=f"m{number}",
            channel="x",
            author=author,
            own=own,
            sent_at=sent_at,
            text=text,
            thread=held,
            link="root",
            link_confidence=1.0,
        )
        for name, value in {"kind": "post", **more}.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        return row

    return say


def receive(*messages: Message) -> None:
    """Have the pipeline hear of `messages`, and everything that follows happen."""
    tell(*messages)
    outbox.drain()


def tell(*messages: Message, kind: str = "messages_received") -> None:
    workspace_id = messages[0].workspace_id
    outbox.publish(workspace_id, kind, ids=[message.pk for message in messages])


@pytest.fixture
def make_other() -> Callable[[], Workspace]:
    """Makes a second brand."""
    return lambda: Workspace.objects.create(slug="autre", name="Une autre marque")


@pytest.fixture
def meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are understood by their words, without an encoder."""
    from comptoir.triage import vectors
    from comptoir.triage.tests.meaning import features

    monkeypatch.setattr(vectors, "of_texts", features)
    monkeypatch.setattr(vectors, "least", lambda: np.full(len(INTENTS), 0.5))

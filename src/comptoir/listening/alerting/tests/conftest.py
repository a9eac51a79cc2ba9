"""An alert on a saved query, a clock that tests move, a worker that does its rounds."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from comptoir.base import clock, outbox
from comptoir.base.models import User, Workspace
from comptoir.listening import matching
from comptoir.listening.alerting import api, sending, telling, watching
from comptoir.listening.tests.conftest import save, say, work
from comptoir.triage.tests.conftest import START, make_other

__all__ = ["make_other", "save", "say", "work"]


class Time:
    """The clock of a test: it stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def to(self, moment: datetime) -> None:
        self.now = moment

    def on(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """
    Half past eight on the day of START, half an hour before the first message.

    Queries of different tests are saved at the same moment under the same ids, which the
    process takes for the same queries: it forgets them first.
    """
    monkeypatch.setattr(matching, "_kept", {})
    made = Time()
    made.on(minutes=-30)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


@pytest.fixture
def warn(time: Time, owner: User, save: Callable[..., int]) -> Callable[..., int]:
    """warn("count", "panne", threshold=3) adds an alert on a query; its id."""

    def alert(kind: str = "count", text: str | None = "panne", **more: Any) -> int:
        query = None if text is None else save(text)
        draft = api.AlertDraft(more.pop("name", "Panne"), kind, query, **more)
        return api.add_alert(draft, owner)

    return alert


@pytest.fixture
def hear(time: Time, work: Callable[..., None]) -> Callable[..., None]:
    """hear(message, …) moves the clock to the newest of them and has the worker hear of them."""

    def arrive(*messages: Any) -> None:
        time.to(max(time.now, *(one.sent_at for one in messages)))
        work(*messages)

    return arrive


@pytest.fixture
def rounds(workspace: Workspace) -> Callable[[], None]:
    """What the worker's threads beside the main loop do."""

    def go() -> None:
        watching.find_silence()
        telling.tell_due()
        outbox.drain()
        sending.send_due()

    return go

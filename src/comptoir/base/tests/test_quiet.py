"""When a process looks through its memory."""

import gc

import pytest

from comptoir.base import quiet
from comptoir.base.quiet import PAUSES, QUIET_SECONDS, Quiet


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When it was done."""
    found: list[float] = []
    monkeypatch.setattr(quiet, "settle", lambda: found.append(quiet.time.monotonic()))  # type: ignore[attr-defined]
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """clock[0] is the time."""
    at = [1000.0]
    monkeypatch.setattr("comptoir.base.quiet.time.monotonic", lambda: at[0])
    return at


def test_nobody_waits_for_it(settled: list[float], clock: list[float]) -> None:
    """Only when nothing has happened for a second, and something before."""
    one = Quiet()
    one.waits()
    for _ in range(5):
        one.worked()
        clock[0] += QUIET_SECONDS / 2
        one.waits()
    assert [] == settled

    clock[0] += QUIET_SECONDS
    one.waits()
    one.waits()

    assert [clock[0]] == settled


def test_it_is_done_a_few_times_only(settled: list[float], clock: list[float]) -> None:
    """What is left out of later looks is never freed as a ring."""
    one = Quiet()
    for _ in range(3600):
        one.worked()
        clock[0] += QUIET_SECONDS
        one.waits()

    assert len(PAUSES) == len(settled)
    assert all(
        after - before >= pause
        for before, after, pause in zip(settled, settled[1:], PAUSES[1:], strict=False)
    )


def test_what_lives_is_not_looked_through_again() -> None:
    before = gc.get_freeze_count()
    try:
        quiet.settle()

        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()

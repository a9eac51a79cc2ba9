"""The worker's loop, and the work beside it."""

import threading
import time
from collections.abc import Iterator

import pytest

from comptoir.base import jobs, outbox


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """Only what a test registers runs."""
    for name, empty in (("_steps", []), ("_beside", {}), ("_followers", []), ("_recoveries", [])):
        monkeypatch.setattr(jobs, name, empty)
    monkeypatch.setattr(jobs, "_run_tasks", lambda _worker: 0)
    monkeypatch.setattr(outbox, "drain", lambda *_how, **_more: 0)
    monkeypatch.setattr(jobs, "FAILED_SECONDS", 0.01)


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    made = threading.Event()
    timer = threading.Timer(20, made.set)
    timer.start()
    yield made
    timer.cancel()


def test_a_slow_network_does_not_delay_the_main_loop(stop: threading.Event) -> None:
    """A poll that takes its time-out must not keep messages from being understood."""
    began, asked = [], threading.Event()

    @jobs.beside("slow")
    def ask(stop: threading.Event) -> int:
        asked.set()
        stop.wait(10)
        return 1

    @jobs.step("understanding")
    def understand() -> int:
        if asked.wait(10):
            began.append(time.monotonic())
        if len(began) == 3:
            stop.set()
        return 1

    jobs.work(stop, "test")

    assert 3 == len(began)
    assert began[-1] - began[0] < 1


def test_rounds_that_find_much_leave_time_between_them(
    stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round costs nearly the same for one message as for ten: ten together cost less."""
    monkeypatch.setattr(jobs, "ROUND_SECONDS", 0.1)
    began: list[float] = []

    @jobs.step("understanding")
    def understand() -> int:
        began.append(time.monotonic())
        if len(began) == 4:
            stop.set()
        return 1

    jobs.work(stop, "test")

    assert began[-1] - began[0] >= 0.3


def test_a_slow_copy_does_not_delay_the_main_loop(stop: threading.Event) -> None:
    """What is written in bulk every few seconds must not keep messages from a screen."""
    began, understood = threading.Event(), threading.Event()
    waited: list[bool] = []

    @jobs.after_drain
    def copy() -> int:
        began.set()
        waited.append(understood.wait(2))
        stop.set()
        return 1

    @jobs.step("understanding")
    def understand() -> int:
        if began.is_set():
            understood.set()
        return 0

    jobs.work(stop, "test")

    assert [True] == waited


def test_work_beside_that_fails_is_tried_again(stop: threading.Event) -> None:
    """Nobody else does it, so its thread may not end with an error."""
    tries = []

    @jobs.beside("failing")
    def fail(_stop: threading.Event) -> int:
        tries.append(1)
        if len(tries) == 3:
            stop.set()
        raise OSError("no route")

    jobs.work(stop, "test")

    assert 3 == len(tries)


def test_ending_waits_for_what_is_under_way(stop: threading.Event) -> None:
    """An answer that is being sent is written down before the process ends."""
    done = []

    @jobs.beside("sending")
    def send(_stop: threading.Event) -> int:
        stop.set()
        time.sleep(0.2)
        done.append(1)
        return 1

    jobs.work(stop, "test")

    assert [1] == done


def test_a_step_that_fails_does_not_stop_the_others(stop: threading.Event) -> None:
    """Order is kept, and one context's error stays its own."""
    ran = []

    @jobs.step("first", order=10)
    def fail() -> int:
        ran.append("first")
        raise ValueError

    @jobs.step("second", order=20)
    def go_on() -> int:
        ran.append("second")
        return 2

    assert 2 == jobs.work_once("test")
    assert ["first", "second"] == ran

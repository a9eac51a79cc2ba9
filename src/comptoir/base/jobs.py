"""
Jobs: Django's tasks for what a person started, the outbox for what follows.

A task row only says "look at this"; the truth about a long job (an import) is
its own row, with a heartbeat. `recoveries` are asked at start and every half
minute to enqueue again what a killed worker left behind.

The main loop understands what arrived and drains the outbox. Whatever can take long (a
network that is slow, an import, what follows the outbox in bulk) happens beside it, each in
threads of its own, so that a message on its way to a screen waits for none of them.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from django.db import DatabaseError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from comptoir.base import outbox, wake
from comptoir.base.quiet import Quiet

log = structlog.get_logger(__name__)

IDLE_SECONDS = 0.25
ROUND_SECONDS = 0.05
"""From one round to the next, at least: a round costs nearly the same for one message as for ten."""
RECOVER_SECONDS = 30.0
FAILED_SECONDS = 2.0
"""Before a thread beside the main loop goes on after an error that it did not foresee."""
FOLLOW_SECONDS = 1.0
FOLLOW_REST, MOST_REST_SECONDS = 10, 5.0
"""Followers rest many times as long as they took, so that a tenth of a core does for them."""
END_SECONDS = 30.0
"""How long the threads beside the main loop may take to finish what they are at."""

Recovery = Callable[[], int]
_recoveries: list[Recovery] = []

Follower = Callable[[], int]
_followers: list[Follower] = []


def recovery(find_lost: Recovery) -> Recovery:
    """Register a function that enqueues lost work again and returns how much it found."""
    _recoveries.append(find_lost)
    return find_lost


def after_drain(follow: Follower) -> Follower:
    """Register a function that reads the outbox by itself, in bulk; returns how much it did."""
    _followers.append(follow)
    return follow


Step = Callable[[], int]
Errand = Callable[[threading.Event], int]
E = TypeVar("E", bound=Callable[..., int])


@dataclass(frozen=True, slots=True)
class Beside:
    """
    Work in threads of its own. run: does what is due and returns how much that was. pause:
    seconds until the next look when nothing was.
    """

    name: str
    run: Errand
    threads: int = 1
    pause: float = IDLE_SECONDS


_steps: list[tuple[int, str, Step]] = []
_beside: dict[str, Beside] = {}


def step(name: str, order: int = 50) -> Callable[[E], E]:
    """Register a function of the main loop, called before each round of the outbox."""

    def register(run: E) -> E:
        _steps.append((order, name, run))
        _steps.sort(key=lambda one: one[:2])
        return run

    return register


def beside(name: str, *, threads: int = 1, pause: float = IDLE_SECONDS) -> Callable[[E], E]:
    """
    Register work that must not keep the main loop waiting.

    It is called again at once while it does something, else after `pause` seconds; it is
    handed the event that ends the process.
    """

    def register(run: E) -> E:
        _beside[name] = Beside(name, run, threads, pause)
        return run

    return register


def work(stop: threading.Event, worker_id: str) -> None:
    """Work until `stop` is set; a failing round is logged and retried."""
    errands = [
        Beside("tasks", lambda stop: _run_tasks(worker_id)),
        Beside("followers", _follow_calmly, pause=FOLLOW_SECONDS),
        *_beside.values(),
    ]
    threads = [
        threading.Thread(target=_errand, args=(one, stop), name=f"{one.name}-{number}", daemon=True)
        for one in errands
        for number in range(one.threads)
    ]
    for thread in threads:
        thread.start()
    _main_loop(stop)
    end = time.monotonic() + END_SECONDS
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))


def _main_loop(stop: threading.Event) -> None:
    next_recovery = 0.0
    level: outbox.Levels = {}
    waker, quiet = wake.waker(), Quiet()
    try:
        while not stop.is_set():
            try:
                if time.monotonic() >= next_recovery:
                    _recover()
                    next_recovery = time.monotonic() + RECOVER_SECONDS
                began = time.monotonic()
                done = _round(level)
            except DatabaseError:
                log.exception("jobs.round_failed")
                done = 0
            if done:
                quiet.worked()
                stop.wait(max(began + ROUND_SECONDS - time.monotonic(), 0.0))
            else:
                quiet.waits()
                waker.wait(IDLE_SECONDS)
    finally:
        waker.close()


def _errand(one: Beside, stop: threading.Event) -> None:
    """One thread of work beside the main loop, with a database connection of its own."""
    while not stop.is_set():
        pause = one.pause
        try:
            close_old_connections()
            pause = 0.0 if one.run(stop) else one.pause
        except Exception:  # the next look may go well, and nobody else does this work
            log.exception("jobs.errand_failed", errand=one.name)
            pause = FAILED_SECONDS
        if pause:
            stop.wait(pause)
    connection.close()


def work_once(worker_id: str) -> int:
    """Run tasks and the main loop's round now; returns how much that was."""
    return _run_tasks(worker_id) + _round() + _follow()


def _round(level: outbox.Levels | None = None) -> int:
    close_old_connections()
    done = sum(_step(name, run) for _, name, run in _steps)
    return done + outbox.drain(outbox.BATCH, level)


def _step(name: str, run: Step) -> int:
    try:
        return run()
    except DatabaseError:
        raise
    except Exception:  # what fails to understand must not stop what was understood
        log.exception("jobs.step_failed", step=name)
        return 0


def _follow_calmly(stop: threading.Event) -> int:
    began = time.monotonic()
    done = _follow()
    if done:
        stop.wait(min((time.monotonic() - began) * FOLLOW_REST, MOST_REST_SECONDS))
    return done


def _follow() -> int:
    done = 0
    for follow in _followers:
        try:
            done += follow()
        except Exception:  # a derived store that fails must not stop the work it derives from
            log.exception("jobs.follower_failed", source=follow.__module__)
    return done


def _recover() -> None:
    for find_lost in _recoveries:
        found = find_lost()
        if found:
            log.warning("jobs.recovered", source=find_lost.__module__, count=found)


def _run_tasks(worker_id: str) -> int:
    """Looked for before they are claimed: the look alone holds no lock."""
    if not DBTaskResult.objects.ready().exists():
        return 0
    tasks = Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=worker_id,
    )
    tasks.run()
    return tasks._run_tasks

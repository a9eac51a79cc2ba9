"""
Jobs: Django's tasks for what a person started, the outbox for what follows.

A task row only says "look at this"; the truth about a long job (an import) is
its own row, with a heartbeat. `recoveries` are asked at start and every half
minute to enqueue again what a killed worker left behind.
"""

import threading
import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker

from comptoir.base import outbox

log = structlog.get_logger(__name__)

IDLE_SECONDS = 0.25
RECOVER_SECONDS = 30.0

Recovery = Callable[[], int]
_recoveries: list[Recovery] = []

Follower = Callable[[], int]
_followers: list[Follower] = []


def recovery(find_lost: Recovery) -> Recovery:
    """Register a function that enqueues lost work again and returns how much it found."""
    _recoveries.append(find_lost)
    return find_lost


def after_drain(follow: Follower) -> Follower:
    """Register a function called after each round of the outbox; returns how much it did."""
    _followers.append(follow)
    return follow


def work(stop: threading.Event, worker_id: str) -> None:
    """Run tasks and drain the outbox until `stop` is set; a failing round is logged and retried."""
    next_recovery = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= next_recovery:
                _recover()
                next_recovery = time.monotonic() + RECOVER_SECONDS
            done = work_once(worker_id)
        except DatabaseError:
            log.exception("jobs.round_failed")
            done = 0
        if not done:
            stop.wait(IDLE_SECONDS)


def work_once(worker_id: str) -> int:
    """Run what is ready now; returns how many tasks and events that was."""
    close_old_connections()
    return _run_tasks(worker_id) + outbox.drain(limit=outbox.BATCH) + _follow()


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

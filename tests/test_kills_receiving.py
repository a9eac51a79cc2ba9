"""
Killed at any moment while networks deliver and are asked: what was acknowledged is there once.

Real processes, killed outright (SIGKILL) at seeded moments under load, on SQLite, and on
PostgreSQL where DATABASE_URL names a server. KILLS=200 in the environment kills more often.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from acme_comptoir.tests.installing import HERE, install
from acme_comptoir.tests.simulator import body_of, review, signed
from tests.deliveries import PAGES, TOKEN
from tests.test_kills import Installation, installation

pytestmark = pytest.mark.kills
KILLS = int(os.environ.get("KILLS", "8"))
SCRIPT = Path(__file__).with_name("deliveries.py")
NETWORKS = 3
PACE = 0.04


@dataclass
class Running:
    """The processes, as their supervisor tells them."""

    process: "subprocess.Popen[str]"
    port: int = 0
    numbers: dict[str, int] = field(default_factory=dict)

    def follow(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, number = line.split()
            if name == "port":
                self.port = int(number)
            else:
                self.numbers[name] = int(number)


@dataclass
class Network:
    """
    Delivers until told to end, as networks do: again, until it is acknowledged, and now and then
    once more after that.
    """

    name: str
    running: Running
    ended: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    cut: int = 0

    def deliver(self) -> None:
        chance = random.Random(self.name)
        number = 0
        while not self.ended.is_set():
            number += 1
            names = [f"{self.name}-{number}-{part}" for part in range(chance.choice([1, 1, 3]))]
            body = body_of(*(review(name) for name in names))
            for _ in range(chance.choice([1, 1, 1, 2])):
                self._until_taken(body)
            self.acknowledged += [f"review-{name}" for name in names]
            time.sleep(PACE)

    def _until_taken(self, body: bytes) -> None:
        while not self._take(body):
            self.cut += 1
            time.sleep(0.01)

    def _take(self, body: bytes) -> bool:
        call = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=20)
        try:
            call.request("POST", f"/hooks/{TOKEN}/", body, signed(body))
            return call.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            call.close()


def environ_of(one: Installation, folder: Path) -> Mapping[str, str]:
    """The installation's, with the example package installed."""
    root = SCRIPT.parent.parent
    path = [str(folder), str(HERE), str(root), str(root / "src")]
    return {
        **one.environ,
        "PYTHONPATH": os.pathsep.join(path),
        "COMPTOIR_TRIAGE": "light",
        "COMPTOIR_LOG_LEVEL": "ERROR",
    }


def run(environ: Mapping[str, str], what: str) -> str:
    told = subprocess.run(
        [sys.executable, str(SCRIPT), what],
        env=environ,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert 0 == told.returncode, told.stderr
    return told.stdout


@contextmanager
def supervised(environ: Mapping[str, str]) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), "supervise"],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    running = Running(process)
    threading.Thread(target=running.follow, daemon=True).start()
    try:
        yield running
    finally:
        process.communicate(timeout=60)


def kill_often(running: Running, kills: int) -> list[str]:
    """Web, worker or both, a moment after they began; returns what was killed."""
    chance = random.Random(8_421)
    killed: list[str] = []
    gone: set[int] = set()
    while len(killed) < kills:
        time.sleep(chance.uniform(0.15, 0.9))
        for name in chance.choice([["web"], ["worker"], ["web", "worker"]]):
            number = _successor(running, name, gone)
            os.kill(number, signal.SIGKILL)
            gone.add(number)
            killed.append(name)
    return killed


def _successor(running: Running, name: str, gone: set[int]) -> int:
    """The number of the one that runs now: a busy machine may take its time to fork it."""
    until = time.monotonic() + 60
    while running.numbers[name] in gone:
        assert time.monotonic() < until, f"{name} was not started again"
        time.sleep(0.01)
    return running.numbers[name]


def test_what_was_acknowledged_is_there_once(tmp_path: Path) -> None:
    """
    Each delivery that was answered 200 has become its messages, each told to the rest of
    Comptoir once, labelled once; what was polled likewise, with the cursor at its end.
    """
    with installation(tmp_path / "home") as one:
        environ = environ_of(one, install(tmp_path / "packages"))
        run(environ, "prepare")
        with supervised(environ) as running:
            networks = _wait_for(running)
            killed = kill_often(running, KILLS)
            _end(networks)
        found: dict[str, Any] = json.loads(run(environ, "finish"))

    acknowledged = {name for each in networks for name in each.acknowledged}
    polled = {f"review-polled-{number}" for number in range(PAGES)}
    assert {"web", "worker"} == set(killed)
    assert sum(each.cut for each in networks) > 0, "no delivery was ever cut off"
    assert len(acknowledged) > KILLS
    assert acknowledged | polled == set(found["messages"])
    assert len(found["messages"]) == len(set(found["messages"])) == found["labels"]
    assert found["messages"] == found["told"]
    assert {"done"} == set(found["inbound"])
    assert [] == found["aside"]
    assert ({"after": str(PAGES)}, {}) == (found["cursor"], found["problem"])


def _wait_for(running: Running) -> list[Network]:
    """Networks that deliver, once somebody listens."""
    end = time.monotonic() + 300
    while len(running.numbers) < 2 or not running.port:
        assert time.monotonic() < end, "web and worker did not begin"
        time.sleep(0.05)
    ended = threading.Event()
    networks = [Network(f"network{number}", running, ended) for number in range(NETWORKS)]
    for each in networks:
        threading.Thread(target=each.deliver, name=each.name, daemon=True).start()
    while not any(each.acknowledged for each in networks):
        assert time.monotonic() < end, "nothing was acknowledged"
        time.sleep(0.05)
    return networks


def _end(networks: list[Network]) -> None:
    """The last deliveries are still taken."""
    networks[0].ended.set()
    for thread in threading.enumerate():
        if thread.name.startswith("network"):
            thread.join(60)

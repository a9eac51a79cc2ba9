"""
Killed while sending: every answer leaves once, or nobody knows and that is said.

A network of our own, in this process, records what really reached it; the workers that send
are real processes, killed outright (SIGKILL) at seeded moments. See nursery.py. KILLS=200 in
the environment kills more often than a usual run.
"""

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.test_kills import installation

pytestmark = pytest.mark.kills
KILLS = max(int(os.environ.get("KILLS", "20")), 20)
NURSERY = Path(__file__).with_name("nursery.py")


class Simulator(ThreadingHTTPServer):
    """
    A network that takes an answer as often as it is sent: only the sender can prevent doubles.

    taken: keys in the order of their arrival. Now and then it fails, before or after it took
    an answer, in the ways that networks do.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: list[str] = []
        self.failures: Counter[str] = Counter()
        self.chance = random.Random(4)
        self.lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed closes its connection; that is the point."""


class Handler(BaseHTTPRequestHandler):
    server: Simulator

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            fate = self.server.chance.random()
            before, after = (self.server.chance.uniform(0, 0.03) for _ in range(2))
        time.sleep(before)
        if fate < 0.01:
            self._answer(503, {}, "busy")
        elif fate < 0.02:
            self._answer(429, {}, "limited", {"retry-after": "1"})
        elif fate < 0.07:
            self._hang_up("cut before")
        else:
            with self.server.lock:
                self.server.taken.append(said["key"])
            time.sleep(after)
            if fate < 0.10:
                self._hang_up("cut after")
            elif fate < 0.13:
                self._answer(500, {}, "failed after")
            else:
                self._answer(200, {"id": f"there-{said['key']}"})

    def do_GET(self) -> None:
        key = parse_qs(urlsplit(self.path).query)["key"][0]
        with self.server.lock:
            there = key in self.server.taken
        self._answer(200, {"id": f"there-{key}" if there else ""})

    def _answer(
        self, status: int, body: Any, failure: str = "", headers: dict[str, str] | None = None
    ) -> None:
        if failure:
            self.server.failures[failure] += 1
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self, failure: str) -> None:
        self.server.failures[failure] += 1
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *said: Any) -> None:
        """Quiet."""


@contextmanager
def network() -> Iterator[Simulator]:
    simulator = Simulator()
    thread = threading.Thread(target=simulator.serve_forever, daemon=True)
    thread.start()
    yield simulator
    simulator.shutdown()
    simulator.server_close()


def test_kills_send_nothing_twice_and_lose_nothing(tmp_path: Path) -> None:
    """
    What the network counts against what we believe, after everything has come to rest.
    """
    with installation(tmp_path / "home") as home, network() as simulator:
        environ = {
            **home.environ,
            "COMPTOIR_PRIVATE_HOSTS": "127.0.0.1",
            "COMPTOIR_TRIAGE": "light",
        }
        address = f"http://127.0.0.1:{simulator.server_address[1]}"
        done = subprocess.run(
            [sys.executable, str(NURSERY), address, str(KILLS)],
            env=environ,
            capture_output=True,
            text=True,
            timeout=1800,
        )
        assert 0 == done.returncode, done.stderr[-4000:]

    told = json.loads(done.stdout)
    reached = Counter(simulator.taken)
    answers = {one["key"]: one for one in told["answers"]}
    states = Counter((one["kind"], one["state"]) for one in answers.values())

    assert KILLS <= told["killed"]
    assert simulator.failures, "the network never failed"
    assert [] == [key for key, times in reached.items() if times > 1], "sent twice"
    assert set(reached) <= set(answers)
    assert {"sent", "unknown"} >= {one["state"] for one in answers.values()}, states
    assert {"sent"} == {one["state"] for one in answers.values() if one["kind"] == "telling"}
    for key, one in answers.items():
        if one["state"] == "sent":
            assert (1, 1, True) == (reached[key], one["messages"], one["linked"]), one
    assert states["silent", "sent"], "nothing was known"
    assert told["met"] > KILLS // 8, "the kills met hardly anybody sending"

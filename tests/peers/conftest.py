"""
Servers that nobody here wrote, for connectors to talk to.

They live in an environment of their own (requirements/peers.txt, and bluesky/ for Node), because
they bring packages that an installation must not have. PEERS names it; without it these tests are
skipped. .ci/run shows how it is made.
"""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from comptoir.base import http

Start = Callable[..., None]


@pytest.fixture(scope="session")
def peers() -> Path:
    """The folder of programs of the environment."""
    place = os.environ.get("PEERS", "")
    if not place:
        pytest.skip("PEERS does not name an environment with requirements/peers.txt")
    return Path(place) / "bin"


@pytest.fixture
def asking(settings: Any) -> http.Http:
    """The guarded client, allowed to reach this machine as on a private network."""
    settings.PRIVATE_HOSTS = ("127.0.0.1",)
    return http.guarded()


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture
def run() -> Iterator[Start]:
    """Start a server and wait until it answers; ended with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], address: str, **options: Any) -> None:
        running.append(
            subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
            )
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(address, timeout=2):
                    return
            except OSError:
                if time.monotonic() > deadline or running[-1].poll() is not None:
                    raise
                time.sleep(0.2)

    yield start
    for one in running:
        one.terminate()
        one.wait(timeout=30)

"""
Killed while alerts go off: each fires once, is told of once at the desk, once by mail.

Workers are real processes, killed outright (SIGKILL) at seeded moments; the network that takes
mails and posts is ours, fails now and then, and counts what really reached it. See alarming.py.
KILLS=200 in the environment kills more often than a usual run.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, cast

import pytest
from tests.test_kills import Installation, installation
from tests.test_kills_sending import Simulator, network

pytestmark = pytest.mark.kills
KILLS = max(int(os.environ.get("KILLS", "16")), 16)
ROOT = Path(__file__).parent.parent


def alarmed(
    home: Installation, simulator: Simulator, kills: int, *, timeout: int, **environ: str
) -> dict[str, Any]:
    """What became of every alert, after so many kills of the workers that tell of them."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.alarming",
            f"http://127.0.0.1:{simulator.server_address[1]}",
            str(kills),
        ],
        env={
            **home.environ,
            "COMPTOIR_PRIVATE_HOSTS": "127.0.0.1",
            "COMPTOIR_TRIAGE": "light",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert 0 == done.returncode, done.stderr[-4000:]
    return cast(dict[str, Any], json.loads(done.stdout))


def test_kills_fire_no_alert_twice_and_lose_none(tmp_path: Path) -> None:
    """
    A mail leaves once, for a mailbox can be asked; a post may appear twice, for a channel cannot,
    yet no more often than somebody was killed or cut off at it.
    """
    with installation(tmp_path / "home") as home, network() as simulator:
        told = alarmed(home, simulator, KILLS, timeout=1800)

    reached = Counter(simulator.taken)
    cut = simulator.failures["cut after"] + simulator.failures["failed after"]

    assert KILLS <= told["killed"]
    assert simulator.failures, "the network never failed"
    mails = set()
    for one in told["alerts"]:
        (firing,) = one["firings"]
        assert (2, 1, True) == (firing["hits"], firing["events"], firing["told"]), one
        assert {"mail", "channel"} == {notice["way"] for notice in firing["notices"]}
        assert ["sent", "sent"] == [notice["state"] for notice in firing["notices"]], one
        mails |= {notice["key"] for notice in firing["notices"] if notice["way"] == "mail"}
        assert reached[f"channel {one['name']}"], one
    assert {1} == {reached[key] for key in mails}, "a mail was lost, or left twice"
    assert len(reached) == 2 * len(told["alerts"])
    assert sum(reached.values()) - len(reached) <= told["killed"] + cut

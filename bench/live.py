"""
How soon a stored message is seen on an open page, by a real browser.

    python bench/live.py --rate 200 --seconds 15

Starts an installation of its own (`comptoir up`: pages and a worker, SQLite), opens the inbox in
headless Chromium, and stores invented messages from another process at a steady rate. A message's
time runs from just before it is stored until its row is in the page (a MutationObserver's clock;
both are the machine's). The same is done with a page that has no stream and draws its list again
each second. Then the processor's share of an open page is read while nothing happens.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SLUG = "bench"
ASK = "Bonjour, où est mon colis ? Pouvez-vous m’aider ?"
BATCHES_A_SECOND = 20
WATCH = """
() => {
  window.seen = {};
  const look = (node) => {
    const rows = node.matches?.('.row') ? [node] : node.querySelectorAll?.('.row') ?? [];
    for (const row of rows) window.seen[row.querySelector('.row-name').textContent.trim()] ??= Date.now();
  };
  new MutationObserver((all) => {
    for (const one of all) for (const node of one.addedNodes) look(node);
  }).observe(document.body, { childList: true, subtree: true });
}
"""
POLL = "() => setInterval(() => htmx.trigger(document.body, 'desk:list'), 1000)"

STORE = """
import json, sys, time
from datetime import UTC, datetime
import django
django.setup()
from comptoir.base.models import Workspace
from comptoir.channels import api as channels

name, rate, seconds, batches = sys.argv[1], *map(float, sys.argv[2:5])
brand, told, size = Workspace.objects.get(slug=sys.argv[5]), {}, max(1, int(rate / batches))
begin, number = time.time(), 0
while time.time() - begin < seconds:
    said = []
    for _ in range(size):
        number += 1
        said.append(channels.Incoming(
            external_id=f"{name}{number}", channel="x", kind="post", sent_at=datetime.now(UTC),
            author_handle=f"{name}{number}", text=sys.argv[6] + f" {number}"))
        told[f"@{name}{number}"] = time.time()
    channels.store(brand.pk, [channels.Arrived(None, "{}", [one]) for one in said])
    time.sleep(max(0.0, begin + number / rate - time.time()))
json.dump(told, sys.stdout)
"""

PREPARE = """
import sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from comptoir.base.models import User
from comptoir.base.workspaces import create
owner = User.objects.create_user("owner@example.com", "un mot de passe long", language="en")
create(owner, sys.argv[1])
client = Client()
client.force_login(owner)
print(client.cookies["sessionid"].value)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=int, default=200, help="messages stored a second")
    parser.add_argument("--seconds", type=int, default=15, help="length of each part")
    parser.add_argument("--triage", default="fast", choices=("best", "fast", "light"))
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        installation(folder, given.triage) as site,
        browser() as chromium,
    ):
        warm_up(site, chromium)
        for name, live in (("stream", True), ("poll", False)):
            page = site.open(chromium, live)
            told = site.store(name, given.rate, given.seconds)
            page.wait_for_timeout(5000)
            report(name, told, page.evaluate("window.seen"))
            page.context.close()
        measure_idleness(site, site.open(chromium, True))


def warm_up(site: "Site", chromium: Any) -> None:
    """The worker has started, and has sorted everything, when its notice goes."""
    site.store("warm", 20, 3)
    page = site.open(chromium, True)
    page.wait_for_selector(".row", timeout=120_000)
    page.wait_for_selector("#sorting:not(:has(span))", state="attached", timeout=120_000)
    page.context.close()


def measure_idleness(site: "Site", page: Any) -> None:
    page.wait_for_timeout(5000)
    before = site.processor()
    page.wait_for_timeout(10_000)
    print(f"idle  {(site.processor() - before) * 10:.1f} % of a core with one page open")


class Site:
    """An installation being served."""

    def __init__(self, environ: dict[str, str], port: int, session: str, process: int) -> None:
        self._environ, self._session, self._process = environ, session, process
        self._url = f"http://127.0.0.1:{port}"

    def open(self, chromium: Any, live: bool) -> Any:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": self._session, "url": self._url}])
        page = context.new_page()
        if not live:
            page.route("**/live/w/**", lambda route: route.abort())
        page.goto(f"{self._url}/w/{SLUG}/inbox/?view=everything")
        page.evaluate(WATCH)
        if live:
            page.wait_for_selector("#live[data-state=open]", state="attached")
        else:
            page.evaluate(POLL)
        return page

    def store(self, name: str, rate: float, seconds: float) -> dict[str, float]:
        """Store from another process; gives when each author's message was."""
        given = [name, str(rate), str(seconds), str(BATCHES_A_SECOND), SLUG, ASK]
        return dict(json.loads(run(self._environ, STORE, *given)))

    def processor(self) -> float:
        """Seconds of processor that the site's web processes have used; Linux only."""
        return sum(_used(one) for one in _web(self._process))


@contextmanager
def installation(folder: str, triage: str) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {
        **os.environ,
        "PYTHONPATH": str(SOURCE),
        "DJANGO_SETTINGS_MODULE": "comptoir.settings",
        "COMPTOIR_HOME": folder,
        "COMPTOIR_PORT": str(port),
        "COMPTOIR_TRIAGE": triage,
        "COMPTOIR_LOG_LEVEL": "ERROR",
    }
    session = run(environ, PREPARE, SLUG).strip()
    command = [sys.executable, "-m", "comptoir", "up", "--no-browser"]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)  # noqa: S603 ours
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        yield Site(environ, port, session, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


@contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as tools:
        chromium = tools.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


def run(environ: dict[str, str], code: str, *given: str) -> str:
    command = [sys.executable, "-c", code, *given]
    done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 ours
    return done.stdout


def report(name: str, told: dict[str, float], seen: dict[str, float]) -> None:
    took = sorted(seen[who] - at * 1000 for who, at in told.items() if who in seen)
    print(f"{name:6}{len(took):6} of {len(told)} seen", end="")
    if took:
        p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
        print(f"   p50 {p50:6.0f}   p99 {p99:6.0f}   worst {took[-1]:6.0f} ms", end="")
    print(f"   load {os.getloadavg()[0]:.1f}", flush=True)


def _wait(url: str) -> None:
    for _ in range(1200):
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310 ours
            return
        time.sleep(0.1)
    raise SystemExit("Comptoir did not answer.")


def _web(process: int) -> list[int]:
    """The server and its own children, without the worker."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(int(one) for one in children if "worker" not in _command(int(one)))]


def _command(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")


def _used(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()

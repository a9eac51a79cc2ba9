"""
How soon a network's delivery is seen on an open page, by a real browser.

    python bench/live.py --rate 200 --seconds 15

Starts an installation of its own (`comptoir up`: pages and a worker, SQLite) with the example
network of the tests connected, opens the inbox in headless Chromium, and delivers signed reviews
over HTTP at a steady rate from another process. A message's time runs from when its delivery was
due until its row is in the page (a MutationObserver's clock; both are the machine's); one that is
never seen counts as infinitely late. With --poll the same is done with a page that has no stream
and draws its list again each second. Then the processor's share of an open page is read while
nothing happens.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import receiving

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SLUG = "atelier"
ASK = "Bonjour, où est mon colis ? Pouvez-vous m’aider ?"
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


class Told(receiving.Load):
    """Delivers reviews of people with names that no two share, written now."""

    name = ""

    def event(self, number: int) -> Any:
        from acme_comptoir.tests.simulator import review

        return review(
            f"{self.name}{number}",
            author={"handle": f"{self.name}{number}", "name": ""},
            written_at=datetime.now(UTC).isoformat(),
            title="",
            text=f"{ASK} {number}",
        )

    def due(self, begun: float) -> dict[str, float]:
        """When each was due, on the wall clock, by the name under which the page shows it."""
        return {f"@{self.name}{number}": begun + number / self.rate for number in range(self.count)}


def deliver(name: str, port: int, rate: float, seconds: float) -> None:
    load = Told(port, rate, seconds)
    load.name = name
    begun = time.time()
    load.run()
    took = sorted(load.took)
    p99 = took[int(len(took) * 0.99)] * 1000
    told = {"due": load.due(begun), "refused": load.refused, "acknowledged": p99}
    json.dump(told, sys.stdout)


def prepare() -> None:
    """As `bench/receiving.py` does, with somebody who may look; prints her session."""
    receiving.prepare()
    from django.test import Client

    from comptoir.base.models import Membership, User, Workspace

    owner = User.objects.get()
    brand = Workspace.objects.get()
    Membership.objects.create(user=owner, workspace=brand, role="owner")
    client = Client()
    client.force_login(owner)
    print(client.cookies["sessionid"].value)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=200, help="deliveries a second")
    parser.add_argument("--seconds", type=float, default=15, help="length of each part")
    parser.add_argument("--triage", default="best", choices=("best", "fast", "light"))
    parser.add_argument("--poll", action="store_true", help="also a page without a stream")
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--deliver", default="", help=argparse.SUPPRESS)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.deliver:
        deliver(given.deliver, given.port, given.rate, given.seconds)
    elif given.prepare:
        os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
        import django

        django.setup()
        prepare()
    else:
        measure(given)


def measure(given: argparse.Namespace) -> None:
    print(
        f"{given.rate:.0f} a second for {given.seconds:.0f} s, {os.cpu_count()} cores,"
        f" load {os.getloadavg()[0]:.1f}, read with {given.triage}",
        flush=True,
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        installation(folder, given.triage) as site,
        browser() as chromium,
    ):
        warm_up(site, chromium)
        for name, live in (("stream", True), ("poll", False))[: 1 + given.poll]:
            page = site.open(chromium, live)
            told = site.deliver(name, given.rate, given.seconds)
            page.wait_for_timeout(5000)
            report(name, told, page.evaluate("window.seen"))
            page.context.close()
        measure_idleness(site, site.open(chromium, True))


def warm_up(site: "Site", chromium: Any) -> None:
    """The worker has started, and has sorted everything, when its notice goes."""
    site.deliver("warm", 20, 3)
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
        self._port = port
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

    def deliver(self, name: str, rate: float, seconds: float) -> dict[str, Any]:
        """Deliver from another process; gives when each was due."""
        return dict(json.loads(_run(self._environ, *_words(name, self._port, rate, seconds))))

    def processor(self) -> float:
        """Seconds of processor that the site's web processes have used; Linux only."""
        return sum(_used(one) for one in _web(self._process))


@contextmanager
def installation(folder: str, triage: str) -> Iterator[Site]:
    port = receiving.free_port()
    environ = {
        **receiving.environ_in(Path(folder), triage),
        "COMPTOIR_PORT": str(port),
    }
    session = _run(environ, "--prepare").strip()
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


def _words(name: str, port: int, rate: float, seconds: float) -> list[str]:
    given = {"--deliver": name, "--port": port, "--rate": rate, "--seconds": seconds}
    return [str(word) for pair in given.items() for word in pair]


def _run(environ: dict[str, str], *words: str) -> str:
    command = [sys.executable, str(Path(__file__).resolve()), *words]
    done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 ours
    return done.stdout


def report(name: str, told: dict[str, Any], seen: dict[str, float]) -> None:
    took = sorted(seen.get(who, math.inf) - at * 1000 for who, at in told["due"].items())
    here = sum(math.isfinite(one) for one in took)
    p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
    print(
        f"{name:6}{here:6} of {len(took)} seen   p50 {p50:6.0f}   p99 {p99:6.0f}"
        f"   worst {took[-1]:6.0f} ms   acknowledged p99 {told['acknowledged']:.0f} ms"
        f"   refused {told['refused']}",
        flush=True,
    )


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

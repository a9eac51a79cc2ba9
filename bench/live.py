"""
How soon a network's delivery is seen on an open page, by a real browser.

    python bench/live.py --rate 200 --seconds 15

Starts an installation of its own (`comptoir up`: pages and a worker, SQLite) with the example
network of the tests connected, opens the inbox in headless Chromium, and delivers signed reviews
over HTTP at a steady rate from another process. A message's time runs from when its delivery was
due until a frame with its row in the list has been painted (both clocks are the machine's); one
that is never seen counts as infinitely late. A screen holds about ten rows: how many of those
seen stood in its part of the list is printed, too, as well as the share of a core that each
process took. With --stages, what each step of the way took. With --poll the same is done with a page that has no stream
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
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
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
  Object.assign(window, { seen: {}, within: 0, told: {}, asked: {}, answered: {}, rows: {} });
  let fresh = [];
  const painted = (rows, first) => {
    const now = Date.now();
    for (const row of rows) {
      if (!row.isConnected) continue;
      const name = row.querySelector('.row-name').textContent.trim();
      if (name in seen) continue;
      seen[name] = now;
      window.rows[name] = row.id.slice(4);
      window.within += first.has(row);
    }
  };
  const shown = () => {
    const rows = fresh;
    fresh = [];
    const list = document.querySelector('#list-body .rows');
    const first = new Set([...(list?.children ?? [])].slice(0, Math.ceil((list?.clientHeight ?? 0) / 76)));
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => painted(rows, first);
    port2.postMessage(0);
  };
  const look = (node) => {
    const rows = node.matches?.('.row') ? [node] : node.querySelectorAll?.('.row') ?? [];
    if (rows.length && !fresh.length) requestAnimationFrame(shown);
    fresh.push(...rows);
  };
  new MutationObserver((all) => {
    for (const one of all) for (const node of one.addedNodes) look(node);
  }).observe(document.body, { childList: true, subtree: true });
  document.addEventListener('live:conversations', ({ detail }) => {
    for (const id of detail.ids) window.told[id] ??= Date.now();
  });
  const fetched = window.fetch;
  window.fetch = async (url, ...given) => {
    const ids = new URL(url, location.href).searchParams.getAll('id');
    for (const id of ids) window.asked[id] ??= Date.now();
    const answer = await fetched(url, ...given);
    for (const id of ids) window.answered[id] ??= Date.now();
    return answer;
  };
}
"""
POLL = "() => setInterval(() => htmx.trigger(document.body, 'desk:list'), 1000)"


class Told(receiving.Load):
    """Delivers reviews of people with names that no two share, written now."""

    name = ""

    def __init__(self, port: int, rate: float, seconds: float) -> None:
        super().__init__(port, rate, seconds)
        self.acknowledged: dict[str, float] = {}

    def _deliver(self, call: Any, number: int) -> bool:
        taken = super()._deliver(call, number)
        self.acknowledged[f"@{self.name}{number}"] = time.time()
        return taken

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
    load.event(0)  # what it needs is loaded before the first is due
    begun = time.time()
    load.run()
    took = sorted(load.took)
    p99 = took[int(len(took) * 0.99)] * 1000
    told = {
        "due": load.due(begun),
        "refused": load.refused,
        "acknowledged": p99,
        "answered": load.acknowledged,
    }
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


def trace() -> None:
    """When each message came past each step, on the wall clock, by the name its row shows."""
    from comptoir.base.models import OutboxEvent
    from comptoir.base.scope import every_workspace
    from comptoir.channels.models import Inbound, Message

    steps = {
        "messages_received": "understood",
        "conversations_changed": "in a conversation",
        "messages_labelled": "labelled",
    }
    with every_workspace():
        names = dict(Message.objects.values_list("pk", "author__handle"))
        found: dict[str, dict[str, float]] = {name: {} for name in names.values()}
        for event in OutboxEvent.objects.filter(kind__in=steps).order_by("pk"):
            for message in event.payload.get("messages", event.payload.get("ids", [])):
                found[names[message]].setdefault(steps[event.kind], event.at.timestamp())
        for body, at in Inbound.objects.values_list("body", "received_at"):
            for event in json.loads(bytes(body))["events"]:
                found[event["review"]["author"]["handle"]]["kept"] = at.timestamp()
    json.dump({f"@{name}": at for name, at in found.items()}, sys.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=200, help="deliveries a second")
    parser.add_argument("--seconds", type=float, default=15, help="length of each part")
    parser.add_argument("--triage", default="best", choices=("best", "fast", "light"))
    parser.add_argument("--poll", action="store_true", help="also a page without a stream")
    parser.add_argument("--stages", action="store_true", help="also what each step took")
    parser.add_argument("--trace", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--deliver", default="", help=argparse.SUPPRESS)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.deliver:
        deliver(given.deliver, given.port, given.rate, given.seconds)
    elif given.prepare or given.trace:
        os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
        import django

        django.setup()
        prepare() if given.prepare else trace()
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
            with shares() as used:
                told = site.deliver(name, given.rate, given.seconds)
            page.wait_for_timeout(5000)
            report(name, told, page.evaluate("window.seen"), page.evaluate("window.within"))
            print("       of a core: " + ", ".join(f"{who} {one:.0f} %" for who, one in used()))
            if given.stages:
                show_stages(told, site.trace(), page)
            page.context.close()
        measure_idleness(site, site.open(chromium, True))


def warm_up(site: "Site", chromium: Any) -> None:
    """
    The worker has started, a page has brought rows once, and everything is sorted when the
    notice of it goes.
    """
    page = site.open(chromium, True)
    site.deliver("warm", 20, 3)
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

    def trace(self) -> dict[str, dict[str, float]]:
        return dict(json.loads(_run(self._environ, "--trace")))

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


def report(name: str, told: dict[str, Any], seen: dict[str, float], within: int) -> None:
    took = sorted(seen.get(who, math.inf) - at * 1000 for who, at in told["due"].items())
    here = sum(math.isfinite(one) for one in took)
    print(
        f"{name:6}{here:6} of {len(took)} seen   p50 {_share(took, 0.5):6.0f}"
        f"   p99 {_share(took, 0.99):6.0f}   worst {took[-1]:6.0f} ms   {within} on the screen"
        f"   acknowledged p99 {told['acknowledged']:.0f} ms   refused {told['refused']}",
        flush=True,
    )


STEPS = ("kept", "acknowledged", "understood", "labelled", "in a conversation")
SEEN = ("told", "asked", "answered", "seen")


def show_stages(told: dict[str, Any], trace: dict[str, dict[str, float]], page: Any) -> None:
    """Since it was due, and since the step before, in milliseconds."""
    found = page.evaluate("({ told, asked, answered, seen, rows: window.rows })")
    way: dict[str, dict[str, float]] = {}
    for who, due in told["due"].items():
        at = {step: one * 1000 for step, one in trace.get(who, {}).items()}
        at["acknowledged"] = told["answered"].get(who, math.inf) * 1000
        row = found["rows"].get(who, "")
        at |= {step: found[step][row] for step in SEEN[:3] if row in found[step]}
        at |= {"seen": found["seen"].get(who, math.inf)}
        way[who] = {step: one - due * 1000 for step, one in at.items()}
    before = ""
    for step in (*STEPS, *SEEN):
        since = sorted(one[step] for one in way.values() if step in one)
        took = sorted(one[step] - one.get(before, 0.0) for one in way.values() if step in one)
        if since:
            print(
                f"  {step:18} p50 {_share(since, 0.5):6.0f}  p99 {_share(since, 0.99):6.0f}"
                f"   since the one before p50 {_share(took, 0.5):6.0f}"
                f"  p99 {_share(took, 0.99):6.0f}"
            )
        before = step


def _share(took: Sequence[float], share: float) -> float:
    return took[int(len(took) * share)]


@contextmanager
def shares() -> Iterator[Callable[[], list[tuple[str, float]]]]:
    """What each kind of process below this one took of a core meanwhile; Linux only."""
    found: dict[int, tuple[str, float]] = {}
    over, began = threading.Event(), time.monotonic()
    before = dict(_below())

    def look() -> None:
        while not over.wait(0.2):
            for process, used in _below():
                with suppress(OSError):
                    name = _name(_command(process)) or found.get(process, ("",))[0]
                    found[process] = name, used - before.get(process, 0.0)

    watching = threading.Thread(target=look)
    watching.start()
    result: list[tuple[str, float]] = []
    try:
        yield lambda: result
    finally:
        seconds = time.monotonic() - began
        over.set()
        watching.join()
        sums: dict[str, float] = defaultdict(float)
        for name, used in found.values():
            sums[name or "other"] += used / seconds * 100
        result += sorted(sums.items(), key=lambda one: -one[1])


def _below() -> list[tuple[int, float]]:
    """This process and those that it started, and what each has used of a processor."""
    found = [os.getpid()]
    for process in found:
        with suppress(OSError):
            for task in Path(f"/proc/{process}/task").iterdir():
                children = (task / "children").read_text()
                found += map(int, children.split())
    used = []
    for process in found:
        with suppress(OSError):
            used.append((process, _used(process)))
    return used


def _name(command: str) -> str:
    known = {
        "comptoir worker": "worker",
        "comptoir up": "web",
        "--deliver": "deliveries",
        "--type=renderer": "browser's page",
        "--type=": "browser",
        "--headless": "browser",
    }
    return next((name for words, name in known.items() if words in command), "measuring")


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

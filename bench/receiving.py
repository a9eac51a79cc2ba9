"""
How soon a network's delivery is acknowledged, under load and with the worker at work.

    python bench/receiving.py --rate 200 --seconds 20

Starts the real web server and the real worker on a fresh SQLite installation (on the database
of --database where one is given), connects the example network of the tests, and delivers
signed reviews at a steady rate from a process of its own. Latencies count from the moment a
delivery was due, so that a server that stalls pays for everything that waited; what is more than
GIVE_UP behind is not sent any more and counts as refused. Two other ways, with --way: a page of
Django's like any other, and that page understanding each delivery before it answers, as simpler
inboxes do. Prints p50, p99 and worst in milliseconds, how many were refused, and how long after
the last delivery everything was understood.
"""

import argparse
import http.client
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "acme"), str(ROOT)]

TOKEN = "an-address-that-only-this-measure-knows"  # noqa: S105 nobody else has it
SENDERS = 24
WARM = 3.0
GIVE_UP = 10.0
WAYS = {
    "door": "comptoir.web.asgi:application",
    "page": "receiving:through_pages",
    "understood": "receiving:understood_first",
}


def __getattr__(name: str) -> Any:
    """The other servers, made where they are asked for: in the server's process."""
    if name not in ("through_pages", "understood_first"):
        raise AttributeError(name)
    from comptoir import conf
    from comptoir.web.bridge import Bridge
    from comptoir.web.wsgi import application  # sets Django up, so it comes first

    # isort: split
    from comptoir.channels import hearing, receiving

    keep = receiving.keep

    def understand_too(workspace_id: int, account_id: int, raws: Any) -> None:
        keep(workspace_id, account_id, raws)
        hearing.understand_account(account_id, workspace_id)

    if name == "understood_first":
        receiving.keep = understand_too
    return Bridge(application, conf.current().threads)


def prepare() -> None:
    """Tables, a brand with somebody in it, an account whose address is known."""
    from acme_comptoir.tests.simulator import VALUES, AcmeSimulator
    from django.core.management import call_command

    from comptoir.base import http
    from comptoir.base.models import User, Workspace
    from comptoir.base.scope import scope
    from comptoir.channels import api
    from comptoir.channels.models import ConnectedAccount

    http.guarded = lambda **_limits: AcmeSimulator()
    call_command("migrate", verbosity=0, interactive=False)
    User.objects.create_user("claire@example.com", "un mot de passe long")
    brand = Workspace.objects.create(slug="atelier", name="Atelier Citron")
    with scope(brand):
        account = api.connect("acme", "", VALUES, actor=None).id
        ConnectedAccount.objects.filter(pk=account).update(
            token=TOKEN, retry_at="2100-01-01T00:00Z"
        )


def serve(target: str) -> None:
    """As `comptoir web` does."""
    from comptoir import conf
    from comptoir.cli import serve

    serve._serve(conf.current(), target)


def settled() -> int:
    """How many messages are here, once nothing waits."""
    from comptoir.base.scope import every_workspace
    from comptoir.channels.models import Inbound, Message

    with every_workspace():
        while Inbound.objects.filter(state="waiting").exists():
            time.sleep(0.05)
        return Message.objects.count()


class Load:
    """Delivers at a steady rate, and notes how long each took since it was due."""

    def __init__(self, port: int, rate: float, seconds: float) -> None:
        self.port, self.rate, self.count = port, rate, int(rate * seconds)
        self.took: list[float] = []
        self.refused = 0
        self.settled = 0.0
        self._next = 0
        self._lock = threading.Lock()

    def run(self) -> "Load":
        self._began = time.perf_counter()
        threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self

    def _send(self) -> None:
        call = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while (number := self._take()) is not None:
            due = self._began + number / self.rate
            time.sleep(max(0.0, due - time.perf_counter()))
            late = time.perf_counter() - due > GIVE_UP
            taken = not late and self._deliver(call, number)
            took = time.perf_counter() - due
            with self._lock:
                self.took.append(took)
                self.refused += not taken
        call.close()

    def _take(self) -> int | None:
        with self._lock:
            self._next += 1
            return self._next - 1 if self._next <= self.count else None

    def event(self, number: int) -> Any:
        from acme_comptoir.tests.simulator import review

        return review(f"{id(self)}-{number}", text=_TEXTS[number % len(_TEXTS)])

    def _deliver(self, call: http.client.HTTPConnection, number: int) -> bool:
        from acme_comptoir.tests.simulator import body_of, signed

        body = body_of(self.event(number))
        try:
            call.request("POST", f"/hooks/{TOKEN}/", body, signed(body))
            answer = call.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            call.close()
            return False
        return answer.status == 200


_CHANCE = random.Random(7)
_WORDS = ("colis", "reçu", "livraison", "merci", "commande", "retard", "taille", "service")
_TEXTS = [" ".join(_CHANCE.choices(_WORDS, k=_CHANCE.randint(5, 40))) for _ in range(500)]


@contextmanager
def process(environ: Mapping[str, str], *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    made = subprocess.Popen(  # noqa: S603 our own words
        [sys.executable, *words], env=environ, start_new_session=True
    )
    try:
        yield made
    finally:
        os.killpg(made.pid, signal.SIGTERM)
        try:
            made.wait(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(made.pid, signal.SIGKILL)
            made.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        call = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            call.request("GET", "/healthz")
            if call.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            call.close()
    raise SystemExit("the server did not begin")


def measure(environ: Mapping[str, str], target: str, rate: float, seconds: float) -> Load:
    port = free_port()
    environ = {**environ, "COMPTOIR_PORT": str(port)}
    here = str(Path(__file__).resolve())
    with (
        process(environ, here, "--serve", target),
        process(environ, "-m", "comptoir", "worker"),
    ):
        wait_for(port)
        Load(port, rate, WARM).run()
        load = Load(port, rate, seconds).run()
        load.settled = _timed(lambda: run(environ, "--settled"))
        return load


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def run(environ: Mapping[str, str], *words: str) -> str:
    here = str(Path(__file__).resolve())
    return subprocess.run(  # noqa: S603 our own words
        [sys.executable, here, *words], env=environ, check=True, capture_output=True, text=True
    ).stdout


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=200.0, help="deliveries a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--database", default="", help="a PostgreSQL address; SQLite without")
    parser.add_argument("--triage", default="light", help="how the worker reads meanwhile")
    parser.add_argument("--way", nargs="*", default=["door"], choices=WAYS)
    parser.add_argument("--serve", default="", help=argparse.SUPPRESS)
    for hidden in ("--prepare", "--settled"):
        parser.add_argument(hidden, action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    if asked.prepare or asked.settled:
        os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
        import django

        django.setup()
        if asked.prepare:
            prepare()
        else:
            print(settled())
        return
    compare(asked)


def compare(asked: argparse.Namespace) -> None:
    print(
        f"{asked.rate:.0f} deliveries a second for {asked.seconds:.0f} s, {os.cpu_count()} cores,"
        f" load {os.getloadavg()[0]:.1f}, read with {asked.triage}"
    )
    for name in asked.way:
        with tempfile.TemporaryDirectory() as folder:
            environ = environ_in(Path(folder), asked.triage, asked.database)
            run(environ, "--prepare")
            load = measure(environ, WAYS[name], asked.rate, asked.seconds)
        show(name, load)


def environ_in(folder: Path, triage: str, database: str = "") -> dict[str, str]:
    from acme_comptoir.tests.installing import install

    packages = install(folder / "packages")
    environ = {
        **os.environ,
        "COMPTOIR_HOME": str(folder / "home"),
        "COMPTOIR_TRIAGE": triage,
        "COMPTOIR_LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join([str(packages), *sys.path[:3], str(ROOT / "bench")]),
    }
    environ.pop("DATABASE_URL", None)
    if database:
        environ["DATABASE_URL"] = database
    return environ


def show(name: str, load: Load) -> None:
    took = sorted(load.took)
    share = statistics.quantiles(took, n=100)
    print(
        f"{name:12} p50 {share[49] * 1e3:7.1f} ms  p99 {share[98] * 1e3:7.1f} ms"
        f"  worst {took[-1] * 1e3:7.1f} ms  refused {load.refused}"
        f"  understood {load.settled:.1f} s later"
    )


if __name__ == "__main__":
    main()

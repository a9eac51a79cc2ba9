"""Starting Comptoir: all at once, or web and worker apart."""

import os
import platform
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from types import FrameType
from urllib.error import URLError

import typer

from comptoir import conf
from comptoir.cli.app import app, django, fail

STREAMS = 10_000
"""Requests that one web process has open at once; nearly all are streams at rest."""

STOP_SECONDS = 10
"""For requests to be finished when the server stops."""


@app.command()
def up(
    port: int = typer.Option(0, help="Port to listen on; 0 takes the configured one."),
    browser: bool = typer.Option(True, help="Open the browser when there is one."),
) -> None:
    """
    Start Comptoir on this machine: web pages and background work.

    Creates what is missing in the installation's folder, prints the address,
    and opens the browser. Stop it with Ctrl-C; nothing is lost.

    Example:  comptoir up --port 9000
    """
    if port:
        os.environ["COMPTOIR_PORT"] = str(port)
    settings = conf.current()
    _refuse_taken(settings)
    django()
    migrate()
    background = Background()
    threading.Thread(target=_announce, args=(settings, browser), daemon=True).start()
    try:
        _serve(settings)
    finally:
        background.stop()


@app.command()
def web() -> None:
    """
    Serve the web pages alone; run `comptoir worker` beside it.

    Example:  DATABASE_URL=postgresql://comptoir@db/comptoir comptoir web
    """
    django()
    migrate()
    _serve(conf.current())


@app.command()
def worker(
    follow: int = typer.Option(0, hidden=True, help="End when this process is gone."),
) -> None:
    """
    Do the background work alone: imports, labels, conversations, figures.

    Several may run against PostgreSQL. Kill one at any time: what it was doing
    is taken up again.

    Example:  comptoir worker
    """
    django()
    migrate()
    from comptoir.base import jobs
    from comptoir.base.quiet import settle

    settle()
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if follow:
        threading.Thread(target=_follow, args=(follow, stop), daemon=True).start()
    jobs.work(stop, worker_id=f"{platform.node()}-{os.getpid()}"[:64])


def _follow(parent: int, stop: threading.Event) -> None:
    """End with the process that started us, even when it was killed outright."""
    while os.getppid() == parent:
        time.sleep(1)
    stop.set()


class Background:
    """A worker process of our own, started again whenever it ends before we do."""

    PAUSE_SECONDS = 2.0

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        self._ending.set()
        self._process.terminate()
        self._process.wait(timeout=60)

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "comptoir", "worker", "--follow", str(os.getpid())]
        return subprocess.Popen(command)  # noqa: S603 our own command, no shell

    def _watch(self) -> None:
        while not self._ending.is_set():
            self._process.wait()
            if not self._ending.wait(self.PAUSE_SECONDS):
                self._process = self._start()


def migrate() -> None:
    """Bring the database up to date; quick when it is."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        typer.echo("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)


def _serve(settings: conf.Settings, application: str = "comptoir.web.asgi:application") -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    _allow_many_connections()
    Server(
        application,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        backpressure=STREAMS,
        workers_kill_timeout=STOP_SECONDS,
        log_access=False,
        log_enabled=False,
        websockets=False,
    ).serve()


def _allow_many_connections() -> None:
    """Each open page holds a connection; systems start with a limit of about a thousand."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = STREAMS * 2 if hard == resource.RLIM_INFINITY else min(STREAMS * 2, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _refuse_taken(settings: conf.Settings) -> None:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise fail(
                f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}.",
                "Is Comptoir already running? Otherwise choose another port: comptoir up --port 9000",
            ) from error


def _announce(settings: conf.Settings, browser: bool) -> None:
    """Print the address once pages are really served, and open it where a screen exists."""
    own = f"http://{settings.host}:{settings.port}/healthz"
    for _ in range(300):
        try:
            with urllib.request.urlopen(own, timeout=2):
                break
        except (URLError, OSError):
            time.sleep(0.1)
    typer.secho(f"\n  Comptoir is open at {settings.address}\n", bold=True)
    typer.echo(f"  Everything is kept in {settings.home}. Stop with Ctrl-C.\n")
    if browser and _has_screen():
        webbrowser.open(settings.address)


def _has_screen() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

"""
An installation's web and worker, begun again whenever they are killed; see test_kills_receiving.

Run as a process of its own with an account of the example network connected. The two are forked
from one that has loaded everything and touched no database, so that beginning again takes
milliseconds and a test can afford hundreds of kills.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

PAGES = 150
POLL_SECONDS = 0.02
TOKEN = "an-address-that-only-this-test-knows"


def prepare() -> None:
    """Tables, a brand with somebody in it, an account at Acme whose address is known."""
    from acme_comptoir.tests.simulator import VALUES
    from django.core.management import call_command

    from comptoir.base.models import User, Workspace
    from comptoir.base.scope import scope
    from comptoir.channels import api
    from comptoir.channels.models import ConnectedAccount

    call_command("migrate", verbosity=0, interactive=False)
    User.objects.create_user("claire@example.com", "un mot de passe long")
    brand = Workspace.objects.create(slug="atelier", name="Atelier Citron")
    with scope(brand):
        account = api.connect("acme", "", VALUES, actor=None).id
        ConnectedAccount.objects.filter(pk=account).update(token=TOKEN)


def simulate() -> None:
    """Acme has a page of one review more at each request, so that polling never rests."""
    from acme_comptoir.connector import AcmeReviews
    from acme_comptoir.tests.simulator import AcmeSimulator, review

    from comptoir.base import http

    simulator = AcmeSimulator()
    simulator.events = [[review(f"polled-{number}")] for number in range(PAGES)]
    http.guarded = lambda **_limits: simulator
    AcmeReviews.every = POLL_SECONDS


def web(port: int) -> None:
    """What `comptoir web` serves, by the same server, in this process."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    from comptoir.web.asgi import application

    server = Server(
        application,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        log_enabled=False,
        websockets=False,
    )
    asyncio.run(server.serve())


def worker() -> None:
    from comptoir.base import jobs
    from comptoir.channels import polling

    polling.LEASE = polling.LEASE / 600  # dead ones are found in a third of a second
    jobs.work(threading.Event(), f"worker-{os.getpid()}")


def supervise() -> None:
    """Fork both and say their numbers; fork again whichever is killed, until input ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    print("port", port, flush=True)  # noqa: T201 the test reads it
    parts: dict[str, Callable[[], None]] = {"web": lambda: web(port), "worker": worker}
    running = {_fork(name, run): name for name, run in parts.items()}
    forking = threading.Lock()
    threading.Thread(target=_end_with_input, args=(running, forking), daemon=True).start()
    while True:
        dead, _status = os.wait()
        with forking:
            name = running.pop(dead)
            running[_fork(name, parts[name])] = name


def _fork(name: str, run: Callable[[], None]) -> int:
    number = os.fork()
    if number == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            run()
        finally:
            os._exit(1)
    print(name, number, flush=True)  # noqa: T201 the test reads it
    return number


def _end_with_input(running: dict[int, str], forking: threading.Lock) -> None:
    """Kill both and end; one that is just being forked would outlive us, holding our output."""
    sys.stdin.read()
    with forking:
        for number in running:
            with suppress(ProcessLookupError):  # it was killed already
                os.kill(number, signal.SIGKILL)
        os._exit(0)


def finish() -> dict[str, Any]:
    """Let everything come to rest, and tell what is there."""
    from comptoir.base import jobs
    from comptoir.base.models import OutboxEvent, SetAsideEvent
    from comptoir.base.scope import every_workspace
    from comptoir.channels import polling
    from comptoir.channels.models import ConnectedAccount, Delivery, Inbound, Message
    from comptoir.triage.models import Label

    with every_workspace():
        ConnectedAccount.objects.update(claim="", retry_at=None, polled_at=None)
        Inbound.objects.update(retry_at=None)
        polling.poll_due(threading.Event())
        while jobs.work_once("finish"):
            pass
        events = OutboxEvent.objects.filter(kind="messages_received").values_list("payload")
        told = Counter(one for (payload,) in events for one in payload["ids"])
        names = dict(Message.objects.values_list("pk", "external_id"))
        return {
            "messages": sorted(names.values()),
            "raw": Delivery.objects.count(),
            "told": sorted(names.get(one, "?") for one in told.elements()),
            "labels": Label.objects.count(),
            "inbound": dict(Counter(Inbound.objects.values_list("state", flat=True))),
            "aside": [row.error for row in SetAsideEvent.objects.all()],
            "cursor": ConnectedAccount.objects.get().cursor,
            "problem": ConnectedAccount.objects.get().problem,
        }


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
    django.setup()
    simulate()
    if sys.argv[1] == "prepare":
        prepare()
    elif sys.argv[1] == "supervise":
        supervise()
    else:
        json.dump(finish(), sys.stdout)

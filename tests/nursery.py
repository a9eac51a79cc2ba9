"""
Workers that send under load and are killed outright, on the installation of the environment.

Run as a process of its own: it prepares conversations on two accounts (one whose network tells
what it has, one whose network does not), forks workers, kills them at seeded moments, lets one
finish in peace and prints what became of every answer. Forking costs nothing, so hundreds of
kills take a minute; each child is a process like any other, with connections of its own.
"""

import itertools
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

READY, WORKERS = 60, 3
TEXT = "Réponse n° {number}"


def main(network: str, kills: int) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
    django.setup()
    hurry()
    install(network)
    threads = prepare()
    chance = random.Random(int(os.environ.get("SEED", "8421")))
    killed = 0
    met: set[int] = set()
    while killed < kills:
        killed += kill_some(chance, threads, killed)
        met |= sending_now()
    wait_for(fork(finish))
    json.dump({"killed": killed, "met": len(met), "answers": standing()}, sys.stdout)


def hurry() -> None:
    """Nobody takes an answer back here, and nobody waits a minute and a half for the dead."""
    from comptoir.channels import sending

    sending.STALE, sending.BEAT = timedelta(seconds=4), 0.5
    sending.PAUSES, sending.LOOKS = (1, 1, 1), (1, 1, 1, 1, 1, 1)
    sending.PATIENCE = 1.0


def install(network: str) -> None:
    """Two networks at the same address; the second never says what it has."""
    from comptoir.base.http import Http
    from comptoir.channels import connectors
    from comptoir.channels.connector import (
        Asked,
        CannotTell,
        Connection,
        Connector,
        Outgoing,
        Sent,
        Way,
    )
    from comptoir.channels.refusing import refuse

    class Telling(Connector):
        kind = channel = label = summary = "telling"
        sends = True

        def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
            return [Way("public", "Reply")]

        def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
            body = {"key": outgoing.key, "text": outgoing.text, "account": connection.kind}
            answer = http.request("POST", f"{network}/send", json=body, timeout=5)
            if not answer.ok:
                refuse(answer)
            return Sent(answer.json()["id"], datetime.now(UTC))

        def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
            answer = http.request("GET", f"{network}/find", params={"key": outgoing.key}, timeout=5)
            if not answer.ok:
                refuse(answer)
            found = answer.json()["id"]
            return Sent(found, datetime.now(UTC)) if found else None

    class Silent(Telling):
        kind = channel = label = summary = "silent"

        def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
            raise CannotTell("silent")

    made: dict[str, Connector] = {"telling": Telling(), "silent": Silent()}
    connectors.connectors = lambda: made  # type: ignore[assignment]  # no entry points here


def prepare() -> list[int]:
    """A brand with twenty conversations on each account; gives the threads."""
    from django.core.management import call_command
    from django.db import connections

    from comptoir.base import outbox
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.channels.api import AccountView, Arrived, Incoming, enqueue, store
    from comptoir.channels.models import Account, ConnectedAccount, Outbound, Thread

    call_command("migrate", verbosity=0)
    brand = Workspace.objects.create(slug="atelier", name="Atelier")
    with scope(brand):
        for kind in ("telling", "silent"):
            account = Account.objects.create(
                workspace=brand, channel=kind, connector=kind, name=kind
            )
            ConnectedAccount.objects.create(
                account=account, workspace=brand, kind=kind, token=kind, own={"handle": "citron"}
            )
            asked = [
                Incoming(f"{kind}-{n}", kind, "comment", datetime.now(UTC), f"client{n}", text="?")
                for n in range(20)
            ]
            view = AccountView(account.pk, kind, kind, kind, can_send=True)
            store(brand.pk, [Arrived(None, "{}", [one]) for one in asked], view)
        threads = list(Thread.objects.values_list("pk", flat=True))
        for number in range(READY):
            enqueue(threads[number % len(threads)], None, TEXT.format(number=number), actor=None)
        Outbound.objects.update(due_at=datetime.now(UTC))
    outbox.drain()  # and everything that children need is loaded
    connections.close_all()
    return threads


def kill_some(chance: random.Random, threads: list[int], turn: int) -> int:
    """Workers at once, with enough to send, killed one after the other; gives how many were."""
    wait_for(fork(partial(fill, threads, turn)))
    workers = [fork(partial(work, threads, turn * WORKERS + number)) for number in range(WORKERS)]
    time.sleep(chance.uniform(0.4, 1.0))
    for worker in workers:
        time.sleep(chance.uniform(0.0, 0.4))
        os.kill(worker, signal.SIGKILL)
    for worker in workers:
        wait_for(worker)
    return WORKERS


def fill(threads: list[int], turn: int) -> None:
    """Answer people until as many answers as at the beginning wait to leave."""
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.channels.api import enqueue
    from comptoir.channels.models import Outbound

    chance = random.Random(turn)
    with scope(Workspace.objects.get()):
        missing = READY - Outbound.objects.filter(state="queued").count()
        for number in range(missing):
            text = TEXT.format(number=f"{turn}+{number}")
            enqueue(chance.choice(threads), None, text, actor=None, after=timedelta(0))


def work(threads: list[int], turn: int) -> None:
    """Send what is due, for ever; every third also answers people and drains the outbox."""
    from comptoir.base import outbox
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.channels.api import enqueue, send_due
    from comptoir.channels.models import Outbound

    chance = random.Random(turn)
    brand = Workspace.objects.get()
    for number in itertools.count():
        if turn % WORKERS == 0:
            with scope(brand):
                if Outbound.objects.filter(state="queued").count() < READY:
                    text = TEXT.format(number=f"{turn}.{number}")
                    enqueue(chance.choice(threads), None, text, actor=None, after=timedelta(0))
            outbox.drain(limit=2)
        send_due(1)


def sending_now() -> set[int]:
    """Answers whose worker died while it was sending; nobody is alive here to send any."""
    from django.db import connections

    from comptoir.base.scope import every_workspace
    from comptoir.channels.models import Outbound

    with every_workspace():
        found = set(Outbound.objects.filter(state="sending").values_list("pk", flat=True))
    connections.close_all()
    return found


def finish() -> None:
    """A worker that nobody kills, until only a person could do more."""
    from comptoir.base import outbox
    from comptoir.base.scope import every_workspace
    from comptoir.channels.api import PERSON, send_due
    from comptoir.channels.models import Outbound

    end = time.monotonic() + 120
    while time.monotonic() < end:
        done = send_due(50) + outbox.drain(limit=500)
        with every_workspace():
            moving = Outbound.objects.filter(state__in=["queued", "sending", "unknown"])
            if not moving.exclude(claim=PERSON).exists():
                return
        if not done:
            time.sleep(0.1)


def standing() -> list[dict[str, Any]]:
    from comptoir.base.scope import every_workspace
    from comptoir.channels.models import Message, Outbound

    with every_workspace():
        own = list(Message.objects.filter(own=True).values_list("pk", "text"))
        rows = Outbound.objects.select_related("account").order_by("thread_id", "pk")
        texts = [text for _, text in own]
        ids = {pk for pk, _ in own}
        return [
            {
                "key": row.key,
                "kind": row.account.channel,
                "state": row.state,
                "thread": row.thread_id,
                "messages": texts.count(row.text),
                "linked": row.message in ids,
            }
            for row in rows
        ]


def fork(run: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        run()
    except BaseException:  # noqa: BLE001 the child must end here, whatever happened
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def wait_for(child: int) -> None:
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("a worker ended by itself")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

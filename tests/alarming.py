"""
Workers in which alerts go off and are told of, killed outright, on the installation of the
environment.

Run as a process of its own, like nursery.py: one alert a word, each told by mail and in a channel
of the team's; forked workers understand messages, fire and tell, and are killed at seeded moments.
One finishes in peace, and what became of every alert is printed. MAILBOX in the environment,
JSON with the values, the authority and the recipient of a real one, has mails leave by it; else
they go to the simulated network, as posts do.
"""

import json
import os
import random
import re
import signal
import ssl
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.nursery import fork, wait_for

ALERTS, NEEDED, WORKERS, AT_ONCE = int(os.environ.get("ALERTS", "48")), 2, 2, 6
MAILBOX: dict[str, Any] = json.loads(os.environ.get("MAILBOX", "{}"))
CHANNEL = 1


def main(network: str, kills: int) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
    django.setup()
    install(network)
    prepare()
    chance = random.Random(int(os.environ.get("SEED", "8421")))
    killed = turn = 0
    while killed < kills or turn * AT_ONCE < ALERTS:
        killed += kill_some(chance, turn)
        turn += 1
    wait_for(fork(finish))
    json.dump({"killed": killed, "alerts": standing()}, sys.stdout)


def install(network: str) -> None:
    """Mail and channel lead to the network of the test; nobody waits long for the dead."""
    from comptoir.base import guard
    from comptoir.base.http import guarded
    from comptoir.channels import api as channels
    from comptoir.channels import noticing
    from comptoir.channels.refusing import refuse
    from comptoir.listening.alerting import sending

    sending.LEASE = timedelta(seconds=3)
    sending.PAUSES = (1,) * 60  # type: ignore[assignment]  # as many tries as it takes

    def post(key: str) -> None:
        answer = guarded().request("POST", f"{network}/send", json={"key": key}, timeout=5)
        if not answer.ok:
            refuse(answer)

    def mail(to: str, subject: str, text: str, key: str) -> None:
        post(key)

    def said(account_id: int, text: str) -> None:
        post(f"channel {re.findall(r'mot[0-9]+', text)[0]}")

    def mailed(key: str) -> bool:
        answer = guarded().request("GET", f"{network}/find", params={"key": key}, timeout=5)
        if not answer.ok:
            refuse(answer)
        return bool(answer.json()["id"])

    channels.post_notice = said
    if MAILBOX:
        believing = ssl.create_default_context(cafile=MAILBOX["authority"])
        guard.trust = lambda: believing  # type: ignore[assignment]  # of the test's own servers
        sending.LEASE = timedelta(seconds=10)  # a real server may take a while
    else:
        noticing.mail_notice = mail
        noticing.was_mailed = mailed


def prepare() -> None:
    """A brand with an alert a word, that counts two messages."""
    from django.core.management import call_command
    from django.db import connections

    from comptoir.base import outbox
    from comptoir.base.models import Membership, User, Workspace
    from comptoir.base.scope import scope
    from comptoir.channels import api as channels
    from comptoir.listening.alerting import api
    from comptoir.listening.models import Alert

    call_command("migrate", verbosity=0)
    brand = Workspace.objects.create(slug="atelier", name="Atelier")
    address = MAILBOX.get("to", "o@example.com")
    owner = User.objects.create_user(address, "un mot de passe long", name="O")
    Membership.objects.create(workspace=brand, user=owner, role="owner")
    with scope(brand):
        if MAILBOX:
            channels.connect("email", "Courrier", MAILBOX["values"], actor=None)
        for number in range(ALERTS):
            draft = api.AlertDraft(
                f"mot{number}", "word", within=f"mot{number}", threshold=NEEDED, window=60,
                cooldown=7 * 24 * 60, people=(owner.pk,),
            )  # fmt: skip
            api.add_alert(draft, owner)
        Alert.objects.update(armed_at=datetime.now(UTC) - timedelta(hours=1), accounts=[CHANNEL])
    outbox.drain()
    connections.close_all()


def kill_some(chance: random.Random, turn: int) -> int:
    """Workers at once with something to tell, killed one after the other; gives how many were."""
    wait_for(fork(partial(say, turn)))
    workers = [fork(work) for _number in range(WORKERS)]
    time.sleep(chance.uniform(0.3, 1.2))
    for worker in workers:
        time.sleep(chance.uniform(0.0, 0.5))
        os.kill(worker, signal.SIGKILL)
    for worker in workers:
        wait_for(worker)
    return WORKERS


def say(turn: int) -> None:
    """What makes the next alerts go off arrives; later turns repeat what has been said."""
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.channels.api import Arrived, Incoming, store

    brand, now = Workspace.objects.get(), datetime.now(UTC)
    words = [number % ALERTS for number in range(turn * AT_ONCE, (turn + 1) * AT_ONCE)]
    said = [
        Incoming(
            f"{number}-{copy}", "api", "message", now, f"client{copy}", text=f"mot{number} encore"
        )
        for number in words
        for copy in range(NEEDED)
    ]
    with scope(brand):
        store(brand.pk, [Arrived(None, "{}", [one]) for one in said])


def work() -> None:
    from comptoir.base import outbox
    from comptoir.listening.alerting import sending

    while True:
        if not outbox.drain(limit=5) + sending.send_due(2):
            time.sleep(0.02)


def finish() -> None:
    """A worker that nobody kills, until nothing is on its way."""
    from comptoir.base import outbox
    from comptoir.base.scope import every_workspace
    from comptoir.listening.alerting import sending
    from comptoir.listening.models import Notice

    end = time.monotonic() + 180
    while time.monotonic() < end:
        done = outbox.drain(limit=500) + sending.send_due(50)
        with every_workspace():
            waits = Notice.objects.filter(state="waiting").exists()
        if not done and not waits and not sum(outbox.backlog().values()):
            return
        time.sleep(0.0 if done else 0.1)


def standing() -> list[dict[str, Any]]:
    """What each alert did: its firings, the messages of each, events, notices."""
    from comptoir.base.models import OutboxEvent
    from comptoir.base.scope import every_workspace
    from comptoir.listening.models import Alert, Firing, Hit, Notice

    with every_workspace():
        events = [
            one["firing"]
            for one in OutboxEvent.objects.filter(kind="alert_fired").values_list(
                "payload", flat=True
            )
        ]
        return [
            {
                "name": alert.name,
                "firings": [
                    {
                        "hits": Hit.objects.filter(firing=firing).count(),
                        "events": events.count(firing.pk),
                        "told": firing.told_at is not None,
                        "notices": [
                            {"way": one.way, "key": one.key, "state": one.state}
                            for one in Notice.objects.filter(firing=firing).order_by("pk")
                        ],
                    }
                    for firing in Firing.objects.filter(alert=alert)
                ],
            }
            for alert in Alert.objects.order_by("pk")
        ]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

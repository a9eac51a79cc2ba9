"""
A brand where everything that a page can show is there, and one where nothing is.

Run as a process of its own on a running installation: prints the addresses' parts and the
sessions of two members, one reading French, one English.
"""

import base64
import json
import os
import time
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comptoir.base.models import User, Workspace

SCALE = 0.15
LONG = "Les ateliers du samedi – Villeurbanne, Bron et Saint-Germain-au-Mont-d’Or"
SECRET = "whsec_" + base64.b64encode(b"a signing key of thirty-two byte").decode()
ASKS = {
    "queued": "La théière bleue revient-elle en stock avant Noël ?",
    "failed": "Mon bol est arrivé fêlé, regardez la photo. Troisième fois cette année !",
    "unknown": "Vous livrez en Belgique ?",
    "sent": "Merci pour votre réponse, je valide la commande.",
}


def fill() -> dict[str, Any]:
    """The sample shop, smaller, with channels and answers in every state; and an empty brand."""
    from tests.telling import member

    from comptoir.base import ids
    from comptoir.base.models import Membership, User
    from comptoir.base.scope import scope
    from comptoir.base.workspaces import create
    from comptoir.demo import install
    from comptoir.demo.simulation import simulate
    from comptoir.web.api import keys

    vars(install)["simulate"] = partial(simulate, scale=SCALE)
    owners = [
        User.objects.create_user(f"{one}@example.com", "x", name=one, language=one)
        for one in ("fr", "en")
    ]
    shop, empty = install.install(owners[0], date(2026, 3, 2)), create(owners[0], "Marque vide")
    for brand in (shop, empty):
        Membership.objects.create(workspace=brand, user=owners[1], role="owner")
    with scope(shop):
        watched = watch(owners[0])
        accounts = connect(owners[0])
        set_aside(shop, accounts["webhook"])
        talks = answer(shop, owners[0], accounts["webhook"])
        keys.make(shop, "ERP", ["messages:read"], actor=owners[0])
        saved = listen(owners[0])
        rival = pressing()
        rest()
        tag(saved["listened"], owners[0])
        sorted_out = move(saved["listened"], owners[0])
        fired = alarm(shop, owners[0], accounts["webhook"])
    rest()
    return {
        "full": shop.slug,
        "empty": empty.slug,
        "sessions": {one.language: member(one.email) for one in owners},
        **{name: ids.conceal("channel", found) for name, found in accounts.items()},
        **{name: ids.conceal("conversation", thread) for name, thread in talks.items()},
        "rival": ids.conceal("listening-folder", rival),
        **{name: ids.conceal("query", query) for name, query in saved.items()},
        **{name: ids.conceal(name, found) for name, found in fired.items()},
        "watched": ids.conceal("watched", watched),
        **{name: ids.conceal(name, found) for name, found in sorted_out.items()},
    }


def rest() -> None:
    """Until nothing waits, whoever does it: the installation's worker is at it as well."""
    from comptoir.base import outbox

    while sum(outbox.backlog().values()):
        if not outbox.drain():
            time.sleep(0.05)


def connect(owner: "User") -> dict[str, int]:
    """Accounts that are well, new, paused, troubled, cut off and disconnected, by name."""
    from comptoir.base import clock
    from comptoir.channels import api, health
    from comptoir.channels.models import ConnectedAccount

    def made(kind: str, name: str, **values: str) -> int:
        return api.connect(kind, name, values, actor=owner).id

    site = "https://www.example.com"
    found = {
        "chat": made("chat", "Boutique", origins=site, title="Boutique", colour="#1f4e79"),
        "form": made("form", LONG, origins=site),
        "webhook": made("webhook", "Programme", secret=SECRET, answers=f"{site}/answers"),
        "lost": made("webhook", f"{LONG} (bis)", secret=SECRET),
        "troubled": made("webhook", "Caisse", secret=SECRET),
        "paused": made("form", "Formulaire du blog", origins=site),
        "gone": made("chat", "Ancienne boutique", origins=site, title="B", colour="#1f4e79"),
    }
    health.trouble(
        found["lost"], "access_lost", "Access has ended.", "Connect it again.", lost=True
    )
    health.trouble(found["troubled"], "unreachable", "It cannot be reached.", "Check the address.")
    early = clock.now() - timedelta(hours=1)
    ConnectedAccount.objects.filter(pk=found["troubled"]).update(problem_since=early)
    api.pause(found["paused"], actor=owner)
    api.disconnect(found["gone"], actor=owner)
    limits = {
        "left": 120,
        "limit": 15_000,
        "resets_at": (clock.now() + timedelta(hours=9)).isoformat(),
    }
    ConnectedAccount.objects.filter(pk=found["webhook"]).update(
        quota=limits, refused=3, skipped=412, expires_at=clock.now() + timedelta(days=5)
    )
    return found


def set_aside(shop: "Workspace", account: int) -> None:
    """A delivery that breaks off, and one of which an entry is wrong, as they were received."""
    from comptoir.base import clock
    from comptoir.channels import hearing
    from comptoir.channels.models import Inbound

    good = {"id": "1", "author": "odile", "sent_at": "2026-03-01T10:00:00Z", "text": "Bonjour"}
    mixed = json.dumps({"messages": [good, {"id": "2", "author": "zoe", "text": "Bonjour"}]})
    for body in (mixed, '{"messages": [{"id": "9", "author": "' + "k" * 300):
        Inbound.objects.create(
            workspace=shop,
            account_id=account,
            key=str(len(body)),
            headers={"content-type": "application/json"},
            body=body.encode(),
            received_at=clock.now(),
        )
    hearing.understand()


def answer(shop: "Workspace", owner: "User", account: int) -> dict[str, int]:
    """One conversation for each state of an answer that a person may have to look at."""
    from comptoir.base import clock
    from comptoir.care import api as care
    from comptoir.channels.api import AccountView, Arrived, Incoming, messages, store
    from comptoir.channels.models import Outbound

    view = AccountView(account, "api", "webhook", "Programme", can_send=True)
    now, found = clock.now(), {}
    asked = [
        Incoming(state, "api", "message", now - timedelta(hours=3), state, state.title(), text=text)
        for state, text in ASKS.items()
    ]
    stored = store(shop.pk, [Arrived(None, "{}", [one]) for one in asked], view)
    rest()
    problem = {"code": "refused", "sentence": "The network refused it.", "fix": "Look there."}
    for said in messages(stored.ids):
        state = said.external_id
        care.send(said.thread, "Bonjour, oui, le 4 mars.", actor=owner, to=said.id, key=state)
        Outbound.objects.filter(key=state).update(
            state=state,
            due_at=now + timedelta(days=1),
            claim="person" if state == "unknown" else "",
            problem={} if state in ("queued", "sent") else problem,
        )
        found[state] = said.thread
    return found


def listen(owner: "User") -> dict[str, int]:
    """Queries that found much, that are paused, that were changed; and something left out."""
    from comptoir.listening import api as listening

    brand = listening.add_folder("brand", "La Fabrique", owner)
    listening.add_folder("rival", LONG, owner)
    late = 'colis NEAR/8 (retard OR "toujours pas" OR reçu) OR livraison* AND sentiment:negative'
    found = {
        "listened": listening.add(
            listening.Draft("Livraisons", brand, "colis", ("mon colis",)), owner
        ),
        "quiet": listening.add(listening.Draft("Théières", brand, "théière* lang:fr"), owner),
    }
    changed = listening.Draft(
        "Livraisons en retard", brand, late, ("Mon colis n’est toujours pas là",), ("Merci !",)
    )
    listening.change(found["listened"], changed, owner)
    listening.ask_past(found["listened"], None, owner)
    listening.pause(found["quiet"], owner)
    for message in listening.preview("merci").ids[:2]:
        listening.exclude(message, "alike", None, owner)
    return found


def pressing() -> int:
    """The folder of the rival whose own posts the sample shop hears."""
    from comptoir.listening.rivals import api as rivals

    return next(one.id for one in rivals.rivals() if one.accounts)


def tag(query: int, owner: "User") -> None:
    """Tags short and long on some of a query's mentions."""
    from comptoir.listening import api as listening

    found = listening.fitting([query], listening.Filter(), 10_000)
    listening.tag(found[::2], "Presse", owner)
    listening.tag(found[:3], LONG, owner)


def move(query: int, owner: "User") -> dict[str, int]:
    """A complaint that a person has moved to another department, and a task."""
    from comptoir.listening import api as listening
    from comptoir.weakpoints import api

    message = listening.fitting([query], listening.Filter(), 10_000)[0]
    api.move(message, "product", (api.NONE, 0.0), owner)
    (task, *_others), _count = api.tasks.tasks()
    return {"message": message, "task": task.id}


def alarm(shop: "Workspace", owner: "User", account: int) -> dict[str, int]:
    """An alert that has gone off, told to somebody whom no mail can reach."""
    from comptoir.base import clock
    from comptoir.channels.api import AccountView, Arrived, Incoming, store
    from comptoir.listening.alerting import api as alerting

    draft = alerting.AlertDraft(
        LONG, "word", within="théière", threshold=2, window=60, people=(owner.pk,)
    )
    alert = alerting.add_alert(draft, owner)
    view = AccountView(account, "api", "webhook", "Programme", can_send=True)
    said = [
        Incoming(
            f"alarm-{one}", "api", "message", clock.now(), one, one.title(),
            text="Encore une théière fêlée !",
        )
        for one in ("odile", "zoe")
    ]  # fmt: skip
    store(shop.pk, [Arrived(None, "{}", [one]) for one in said], view)
    rest()
    (fired,) = alerting.firings(alert)
    return {"alert": alert, "firing": fired.id}


def watch(owner: "User") -> int:
    """A page of a rival's shop, read twice: its price fell and a code came."""
    from django.conf import settings

    from comptoir.base import clock
    from comptoir.base.tests.peers import Answer, web_peer
    from comptoir.listening.watching import api, checking
    from comptoir.listening.watching.tests.conftest import Shop

    settings.PRIVATE_HOSTS = ("127.0.0.1",)
    now, answers = clock.now(), dict[str, Answer]()
    with web_peer(answers) as (port, asked):
        shop = Shop(port, asked, answers)
        draft = api.PageDraft(f"{shop.url}/chaise", name=LONG, contact="veille@citron.example")
        # A little ahead, so that its turn never comes for the installation's own worker.
        with clock.held_at(now + timedelta(minutes=1)):
            shop.sells("49.90")
            page = api.add_page(draft, owner)
            checking.check_due()
        with clock.held_at(now + timedelta(minutes=2)):
            shop.sells("39.90", more="<p>-30 % jusqu’au 30 novembre, code PRINTEMPS</p>")
            api.check_now(page)
            checking.check_due()
    assert api.changes(page)
    return page


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
    django.setup()
    print(json.dumps(fill()))  # noqa: T201

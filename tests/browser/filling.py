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
        accounts = connect(owners[0])
        set_aside(shop, accounts["webhook"])
        talks = answer(shop, owners[0], accounts["webhook"])
        keys.make(shop, "ERP", ["messages:read"], actor=owners[0])
        saved = listen(owners[0])
    rest()
    return {
        "full": shop.slug,
        "empty": empty.slug,
        "sessions": {one.language: member(one.email) for one in owners},
        **{name: ids.conceal("channel", found) for name, found in accounts.items()},
        **{name: ids.conceal("conversation", thread) for name, thread in talks.items()},
        **{name: ids.conceal("query", query) for name, query in saved.items()},
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


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
    django.setup()
    print(json.dumps(fill()))  # noqa: T201

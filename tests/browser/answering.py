"""
A brand with a question on a network that is scripted, for pages that answer it.

Run as a process of its own on the installation of the environment, with the language of the
reader: prints the key of a member's session and the addresses of the conversations.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

ASK = "Bonjour, j’attends ma lampe depuis lundi : où est mon colis n° 48107 ?"


def main(language: str) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from comptoir.base import outbox
    from comptoir.base.models import Membership, User, Workspace
    from comptoir.base.scope import scope
    from comptoir.channels.api import AccountView, Arrived, Incoming, store
    from comptoir.channels.models import Account, ConnectedAccount

    brand = Workspace.objects.create(slug=f"atelier-{language}", name="Atelier Citron")
    user = User.objects.create_user(f"{language}@example.com", "x", name="Camille")
    User.objects.filter(pk=user.pk).update(language=language)
    Membership.objects.create(workspace=brand, user=user, role="owner")
    with scope(brand):
        made = Account.objects.create(
            workspace=brand, channel="pigeon", connector="pigeon", name="Citron"
        )
        own = {"handle": "citron", "name": "Atelier Citron"}
        ConnectedAccount.objects.create(
            account=made, workspace=brand, kind="pigeon", token=language, own=own
        )
        ago = datetime.now(UTC) - timedelta(hours=22, minutes=50)
        asked = [
            Incoming("m1", "pigeon", "comment", ago, "lea", "Léa Martin", text=ASK),
            Incoming("m2", "pigeon", "comment", ago, "max", "Max", text=ASK, in_reply_to="m1"),
            Incoming("m3", "pigeon", "message", ago - timedelta(days=1), "jo", "Jo", text=ASK),
        ]
        view = AccountView(made.pk, "pigeon", "pigeon", "Citron", can_send=True)
        store(brand.pk, [Arrived(None, "{}", [one]) for one in asked], view)
        outbox.drain()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = User.objects.get(pk=user.pk).get_session_auth_hash()
    session.save()
    json.dump({"session": session.session_key, "slug": brand.slug}, sys.stdout)


def package(folder: Path) -> Path:
    """
    The scripted network as a package that anybody could install: found by its entry point.

    Its network lives in each process, so what was sent is looked for nowhere.
    """
    import comptoir.channels.tests.sending.pigeon as pigeon

    about = folder / "pigeon_comptoir-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon-comptoir\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        f"[comptoir.connectors]\npigeon = {pigeon.__name__}:Pigeon\n"
    )
    return folder


if __name__ == "__main__":
    main(sys.argv[1])

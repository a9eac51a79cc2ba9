"""
Another process of an installation, told line by line what to do there.

Each line of its input is a JSON list, a function below and its arguments; each is answered
with one line. Pages served meanwhile must hear of it through the database alone.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

CHANGED = "conversations_changed"


def member(email: str, *slugs: str) -> str:
    """A signed-in agent of these workspaces, made as needed; gives the session's key."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from comptoir.base.models import Membership, User, Workspace

    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email, "un mot de passe long", name=email.partition("@")[0].title(), language="en"
    )
    for slug in slugs:
        brand, _new = Workspace.objects.get_or_create(slug=slug, defaults={"name": slug.title()})
        Membership.objects.get_or_create(workspace=brand, user=user, defaults={"role": "agent"})
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def change(slug: str, threads: list[int], pause: float = 0.0) -> list[int]:
    """One event for each of these conversations; gives the events' ids."""
    from comptoir.base import outbox
    from comptoir.base.models import Workspace

    brand, told = Workspace.objects.get(slug=slug).pk, []
    for thread in threads:
        told.append(outbox.publish(brand, CHANGED, threads=[thread], messages=[]))
        time.sleep(pause)
    return told


def prune(until: int) -> None:
    from comptoir.base.models import OutboxEvent
    from comptoir.base.scope import every_workspace

    with every_workspace():
        OutboxEvent.objects.filter(pk__lte=until).delete()


def end_session(key: str) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.filter(session_key=key).delete()


def remove(email: str, slug: str) -> None:
    from comptoir.base.models import Membership

    Membership.objects.filter(user__email=email, workspace__slug=slug).delete()


def arrive(email: str, slug: str, thread: int, life: float) -> None:
    """Somebody opens a conversation in a browser that dies at once."""
    from comptoir.base.models import User, Workspace
    from comptoir.base.scope import scope
    from comptoir.web.live import presence

    presence.LIFE = timedelta(seconds=life)
    with scope(Workspace.objects.get(slug=slug)):
        presence.arrive(thread, User.objects.get(email=email), answering=True)


def hear(slug: str, texts: list[str]) -> list[str]:
    """Messages arrive and all that follows is done; gives their conversations' outside ids."""
    from comptoir.base import outbox

    return _store(slug, texts, lambda _brand, _messages: outbox.drain())


def hear_only(slug: str, texts: list[str]) -> list[str]:
    """The same as far as it goes before they are read; `read` does the rest."""
    from comptoir.base.models import OutboxCursor

    OutboxCursor.objects.filter(consumer="triage").update(retry_at="2100-01-01T00:00Z")
    return _store(slug, texts, _show)


def _show(brand: Any, messages: list[int]) -> None:
    """What a worker that reads with the trained model does first."""
    from types import SimpleNamespace
    from unittest import mock

    from django.db import transaction

    from comptoir import conf
    from comptoir.base.outbox import Event
    from comptoir.base.scope import scope
    from comptoir.care import consumer

    event = Event(0, brand.pk, "messages_received", {"ids": messages})
    best = SimpleNamespace(triage="best")
    with mock.patch.object(conf, "current", return_value=best), scope(brand), transaction.atomic():
        consumer.show(event, None)


def read() -> None:
    from comptoir.base import outbox
    from comptoir.base.models import OutboxCursor

    OutboxCursor.objects.filter(consumer="triage").update(retry_at=None)
    outbox.drain()


def _store(slug: str, texts: list[str], then: Callable[[Any, list[int]], object]) -> list[str]:
    from django.utils import timezone

    from comptoir.base import ids
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.channels import api as channels

    brand = Workspace.objects.get(slug=slug)
    told = [
        channels.Incoming(
            external_id=f"{time.time_ns()}-{place}",
            channel="x",
            kind="post",
            sent_at=timezone.now(),
            author_handle=f"client{place}",
            text=text,
        )
        for place, text in enumerate(texts)
    ]
    stored = channels.store(brand.pk, [channels.Arrived(None, "{}", [one]) for one in told])
    then(brand, stored.ids)
    with scope(brand):
        found = channels.messages(stored.ids)
    return [ids.conceal("conversation", one.thread) for one in found]


def answer(slug: str, thread: str, text: str, own: bool = False) -> None:
    """The customer, or the brand from elsewhere, writes once more in a conversation."""
    from django.utils import timezone

    from comptoir.base import ids, outbox
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.channels import api as channels

    brand = Workspace.objects.get(slug=slug)
    with scope(brand):
        (before,) = channels.thread(ids.reveal("conversation", thread) or 0, limit=1)
    said = channels.Incoming(
        external_id=f"{time.time_ns()}",
        channel="x",
        kind="reply",
        sent_at=timezone.now(),
        author_handle="atelier" if own else before.author.handle,
        text=text,
        in_reply_to=before.external_id,
        own=own,
    )
    channels.store(brand.pk, [channels.Arrived(None, "{}", [said])])
    outbox.drain()


def main() -> None:
    for line in sys.stdin:
        name, *given = json.loads(line)
        answer: Any = globals()[name](*given)
        print(json.dumps(answer), flush=True)  # noqa: T201 this is how it answers


if __name__ == "__main__":
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    main()

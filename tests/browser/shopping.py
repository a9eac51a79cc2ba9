"""
A process beside a running installation, told line by line what the team does there.

Each line of its input is a JSON list, a function below and its arguments; each is answered
with one line. What pages show of it they hear through the database alone.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

ALWAYS = {str(day): [["00:00", "23:59"]] for day in range(7)}
EMAIL = "camille@example.com"


def shop(origin: str, colour: str = "#1f4e79") -> dict[str, str]:
    """A brand that is always open, with a chat for one site; its token and a member's session."""
    from tests.telling import member

    from comptoir.base import ids
    from comptoir.base.models import User
    from comptoir.base.scope import scope
    from comptoir.base.workspaces import create
    from comptoir.channels import api
    from comptoir.channels.models import ConnectedAccount

    owner = User.objects.filter(email=EMAIL).first() or User.objects.create_user(
        EMAIL, "un mot de passe long", name="Camille", language="en"
    )
    brand = create(owner, "Atelier Citron", hours=ALWAYS)
    with scope(brand):
        values = {"origins": origin, "title": "Atelier Citron", "colour": colour}
        view = api.connect("chat", "Boutique", values, actor=owner)
        token = ConnectedAccount.objects.get(pk=view.id).token
        form = api.connect("form", "Contact", {"origins": origin}, actor=owner)
        contact = ConnectedAccount.objects.get(pk=form.id).token
    return {
        "slug": brand.slug,
        "token": token,
        "contact": contact,
        "chat": ids.conceal("channel", view.id),
        "session": member(EMAIL, brand.slug),
    }


def answer(slug: str, text: str) -> int:
    """Answer the newest message; it leaves at once."""
    from comptoir.base.models import User, Workspace
    from comptoir.base.scope import scope
    from comptoir.channels import api
    from comptoir.channels.models import Message

    with scope(Workspace.objects.get(slug=slug)):
        newest = Message.objects.filter(own=False).latest("pk")
        actor = User.objects.get(email=EMAIL)
        made = api.enqueue(
            newest.thread_id, newest.pk, text, actor=actor, after=timedelta(seconds=0)
        )
    return made.id


def standing(slug: str) -> dict[str, Any]:
    """Every message, as (own, text, page), and every answer's state."""
    from comptoir.base.models import Workspace
    from comptoir.base.scope import scope
    from comptoir.channels.models import Message, Outbound

    with scope(Workspace.objects.get(slug=slug)):
        said = Message.objects.order_by("pk").select_related("author")
        return {
            "messages": [[one.own, one.text, one.url, one.author.handle] for one in said],
            "answers": list(Outbound.objects.order_by("pk").values_list("state", flat=True)),
            "threads": len({one.thread_id for one in said}),
        }


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir.settings"
    django.setup()
    for line in sys.stdin:
        name, *given = json.loads(line)
        print(json.dumps(globals()[name](*given)), flush=True)  # noqa: T201 this is how it answers

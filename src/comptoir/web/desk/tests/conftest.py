"""Messages stored as imports store them, and people signed in at the desk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comptoir.base import clock, ids, outbox
from comptoir.base.models import User, Workspace
from comptoir.channels import api as channels

# A Monday, ten o'clock in Paris, and the Monday after it.
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
ASK = "Bonjour, où est mon colis ? Pouvez-vous m’aider ?"
Hear = Callable[..., int]


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """Everything happens a week after the first messages."""
    with clock.held_at(LATER):
        yield


@pytest.fixture
def hear(workspace: Workspace) -> Hear:
    """
    hear("text", by="lea", to="m1", own=False, minutes=5) stores a message, runs what follows,
    and gives the message's id. Messages are named m1, m2, … in the order told.
    """
    numbers = count(1)

    def store(text: str, *, by: str = "lea", to: str = "", **more: Any) -> int:
        number = next(numbers)
        own, drain = more.pop("own", False), more.pop("drain", True)
        said = channels.Incoming(
            external_id=f"m{number}",
            channel=more.pop("channel", "x"),
            kind=more.pop("kind", "reply" if to else "post"),
            sent_at=START + timedelta(minutes=more.pop("minutes", number)),
            author_handle="citron" if own else by,
            text=text,
            in_reply_to=to,
            own=own,
            **more,
        )
        stored = channels.store(workspace.pk, [channels.Arrived(None, "{}", [said])])
        if drain:
            outbox.drain()
        return stored.ids[0]

    return store


@dataclass
class Browser:
    """A member's browser; script says whether htmx asks."""

    user: User
    client: Client

    def get(self, name: str, query: str = "", *, target: str = "", **kwargs: Any) -> Any:
        headers = {"HX-Request": "true", "HX-Target": target} if target else {}
        return self.client.get(url(name, **kwargs) + query, headers=headers)

    def post(self, name: str, data: Any = None, *, script: bool = False, **kwargs: Any) -> Any:
        headers = {"HX-Request": "true"} if script else {}
        return self.client.post(url(name, **kwargs), data or {}, headers=headers)

    def do(self, verb: str, *threads: int, script: bool = False, **data: Any) -> Any:
        """Press a button of the desk on these conversations."""
        sent = {"do": verb, "id": [outside(one) for one in threads], **data}
        return self.post("desk_act", sent, script=script)


@pytest.fixture
def browse(workspace: Workspace) -> Callable[[User], Browser]:
    """Signs a person in, reading English so that tests can be read."""

    def sign_in(user: User) -> Browser:
        User.objects.filter(pk=user.pk).update(language="en")
        client = Client()
        client.force_login(user)
        return Browser(user, client)

    return sign_in


@pytest.fixture
def desk(browse: Callable[[User], Browser], agent: User) -> Browser:
    return browse(agent)


def url(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"slug": "atelier", **kwargs})


def outside(thread: int) -> str:
    return ids.conceal("conversation", thread)


def page(response: Any) -> str:
    """The text of an answer that went well."""
    assert 200 == response.status_code
    return str(response.content.decode())

"""
Who is looking at a conversation, who is answering it.

Kept in a table, so that pages served by several processes see each other, and only for as
long as the browser repeats it: one that dies is forgotten within LIFE.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from comptoir.base import clock, wake
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id, every_workspace
from comptoir.web.live.models import Presence

LIFE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, order=True)
class Present:
    """A member at a conversation. name: as the team knows them."""

    user_id: int
    name: str
    answering: bool


People = tuple[Present, ...]
Room = dict[int, People]
"""Those present in one workspace, by conversation."""


def arrive(thread_id: int, user: User, *, answering: bool) -> None:
    """Say, or say again, that `user` has the conversation open."""
    now = clock.now()
    with transaction.atomic():
        Presence.objects.filter(until__lt=now).delete()
        Presence.objects.update_or_create(
            workspace_id=current_workspace_id(),
            thread=thread_id,
            user=user,
            defaults={"answering": answering, "until": now + LIFE},
        )
        wake.tell()


def leave(thread_id: int, user: User) -> None:
    with transaction.atomic():
        Presence.objects.filter(thread=thread_id, user=user).delete()
        wake.tell()


def everybody() -> dict[int, Room]:
    """All those present now, by workspace."""
    found: dict[int, dict[int, list[Present]]] = defaultdict(lambda: defaultdict(list))
    with every_workspace():
        rows = Presence.objects.filter(until__gte=clock.now()).select_related("user")
        for row in rows.only("workspace_id", "thread", "answering", "user__name", "user__email"):
            one = Present(row.user_id, str(row.user), row.answering)
            found[row.workspace_id][row.thread].append(one)
    return {
        workspace: {thread: tuple(sorted(people)) for thread, people in room.items()}
        for workspace, room in found.items()
    }


def moved(before: dict[int, Room], after: dict[int, Room]) -> dict[int, Room]:
    """What changed between two looks: the people now at each conversation that changed."""
    return {
        workspace: changed
        for workspace in before.keys() | after.keys()
        if (changed := _changed(before.get(workspace, {}), after.get(workspace, {})))
    }


def _changed(before: Room, after: Room) -> Room:
    return {
        thread: after.get(thread, ())
        for thread in before.keys() | after.keys()
        if before.get(thread) != after.get(thread)
    }

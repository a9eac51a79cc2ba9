"""The sample shop as a workspace: simulated data stored as any import is, removable at once."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from itertools import islice

from django.db import transaction

from comptoir.base import clock, workspaces
from comptoir.base.models import User, Workspace
from comptoir.base.scope import scope
from comptoir.channels import api as channels
from comptoir.channels.incoming import Incoming
from comptoir.demo import rival, site
from comptoir.demo.followups import follow_up
from comptoir.demo.listening import alarm, listen, see_old_alarms
from comptoir.demo.shop import SHOP
from comptoir.demo.simulation import simulate

BATCH = 500
WEEK = 7


def install(owner: User, end: date | None = None) -> Workspace:
    """
    Make the sample shop's workspace for `owner`, filled up to the day before `end` (today).

    All in one transaction, a few seconds long: it is there whole or not at all. The
    worker then sorts its messages like any others.
    """
    end = end or clock.now().date()
    simulated = simulate(end=end)
    with transaction.atomic():
        workspace = workspaces.create(
            owner,
            SHOP.name,
            zone=SHOP.zone,
            languages=list(SHOP.languages),
            hours=_hours(),
            is_simulation=True,
        )
        with scope(workspace):
            channels.set_own_handles(list(SHOP.handles.items()), actor=owner)
            for batch in _batches(simulated.messages):
                channels.store(workspace.pk, [_arrived(message) for message in batch])
            for batch in _batches(list(rival.posts(end))):
                channels.store(workspace.pk, [_arrived(message) for message in batch])
            listen(owner)
            alarm(owner, simulated.crisis)
            rival.name_accounts(owner)
            site.watch(owner, end)
            see_old_alarms(owner, end)
            follow_up(owner, end)
    return workspace


def remove(workspace: Workspace, actor: User) -> None:
    """Remove the sample shop from every store; refuses a workspace that is no simulation."""
    if not workspace.is_simulation:
        raise ValueError("Only a simulation can be removed in one step.")
    workspaces.delete(workspace, actor)


def _arrived(message: Incoming) -> channels.Arrived:
    raw = json.dumps(asdict(message), default=str, ensure_ascii=False)
    return channels.Arrived(line=None, raw=raw, messages=(message,))


def _batches(messages: Sequence[Incoming]) -> Iterator[list[Incoming]]:
    left = iter(messages)
    while batch := list(islice(left, BATCH)):
        yield batch


def _hours() -> dict[str, list[list[str]]]:
    return {
        str(day): [[_clock(opens), _clock(closes)]]
        for day, (opens, closes) in (
            (day, span) for day, span in enumerate(SHOP.opening[:WEEK]) if span
        )
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"

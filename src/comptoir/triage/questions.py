"""
Which messages ask the same in other words?

`analysis.grouping` decides; here its groups are kept between batches. A message joins the
group nearest in meaning or starts its own; groups never merge and messages never move. Only
the latest MOST groups still take messages by their meaning, so that memory is bounded.

A worker keeps the groups of the workspaces it serves in memory, and reads them anew whenever
the table says otherwise: another worker, an erasure or a transaction rolled back.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from django.db.models import Count, F, Max, QuerySet, Sum

from comptoir.analysis.grouping import Group, Groups, Incoming, Space
from comptoir.analysis.grouping.marks import Marks
from comptoir.base import bulk
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import Message
from comptoir.triage.models import Label, Question
from comptoir.triage.reading import Read

MOST: Final = 20_000
_SPARE: Final = 2_000
_WORKSPACES: Final = 8
_PRIME: Final = 1_000_003
_COLUMNS = ("message_id", "workspace_id", "space", "anchor", "total", "distinct", "actions", "things")  # fmt: skip
_State = tuple[Any, ...]
_space = cache(Space.load)
_held: dict[int, tuple[_State, Groups]] = {}
"""By workspace, groups as they were when the table looked like the state."""


def assign(read: Sequence[Read]) -> dict[int, int]:
    """
    The group of each message that asks something; give those with a vector, oldest first.

    None of them nearly repeats another: near-duplicates follow the first one.
    """
    if not read:
        return {}
    groups = _taken()
    vectors = np.array([one.reading.vector for one in read], np.float32)
    incoming = [Incoming(one.id, one.text, one.reading.language) for one in read]
    assigned = groups.assign(incoming, vectors)
    _keep(groups)
    return {one.id: found.group for one, found in zip(read, assigned, strict=True)}


def forget(messages: QuerySet[Message, Any]) -> None:
    """Take what these messages said out of the groups of others, which go on as begun."""
    joined = Label.objects.filter(message_id__in=messages).values("group")
    Question.objects.filter(message_id__in=joined).update(total=b"", distinct=1)


def _taken() -> Groups:
    """The workspace's groups; out of memory until they are kept, lest an error leave half."""
    state, groups = _held.pop(current_workspace_id(), (None, None))
    if groups is not None and state == _state():
        return groups
    return Groups(_space(), map(_group, _mine().order_by("-message_id")[:MOST]))


def _mine() -> QuerySet[Question, Question]:
    return Question.objects.filter(space=_space().version)


def _state() -> _State:
    """What changes whenever a row is added, joined or deleted."""
    mixed = Sum(F("pk") % _PRIME)
    found = _mine().aggregate(Count("pk"), Max("pk"), Sum("distinct"), mixed=mixed)
    return tuple(found.values())


def _keep(groups: Groups) -> None:
    changed = [_row(group) for group in groups.changed()]
    bulk.upsert(Question, _COLUMNS, changed, key=("message_id",), update=("total", "distinct"))
    if len(groups) > MOST + _SPARE:
        oldest = _mine().order_by("-message_id").values_list("message_id", flat=True)[MOST]
        _mine().filter(message_id__lte=oldest).delete()
        return  # and read those that remain next time
    _held[current_workspace_id()] = _state(), groups
    while len(_held) > _WORKSPACES:
        del _held[next(iter(_held))]  # the least lately used


def _row(group: Group) -> tuple[Any, ...]:
    return (
        group.id,
        current_workspace_id(),
        _space().version,
        group.anchor.astype("<i2").tobytes(),
        group.total.astype("<i8").tobytes() if group.distinct > 1 else b"",
        group.distinct,
        group.marks.actions,
        group.marks.things,
    )


def _group(row: Question) -> Group:
    """As grouping wants it; who speaks for a group, and its title, are not kept."""
    anchor = np.frombuffer(row.anchor, "<i2").astype(np.int16)
    total = np.frombuffer(row.total, "<i8").astype(np.int64) if row.total else anchor.astype(np.int64)  # fmt: skip
    return Group(
        id=row.message_id,
        anchor=anchor,
        total=total,
        count=row.distinct,
        distinct=row.distinct,
        representative=row.message_id,
        speaker=anchor,
        clear=1.0,
        language="",
        title="",
        marks=Marks(row.actions, row.things),
    )

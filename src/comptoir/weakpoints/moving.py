"""
A person's word on where a complaint belongs, kept, undone, and learnt from.

What was moved counts there, and so do messages that say the same. Where several complaints
with one signal were moved the same way, the mapping is proposed for change: a person decides.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.base import audit, clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.channels import api as channels
from comptoir.triage import api as triage
from comptoir.weakpoints import departments, opening
from comptoir.weakpoints.departments import NONE, NOT_A_COMPLAINT
from comptoir.weakpoints.models import Move

ENOUGH: Final = 3
"""Complaints that must have been moved alike before the mapping is proposed for change."""
_SHARE: Final = 0.7
_READ: Final = 500


@dataclass(frozen=True, slots=True)
class MoveView:
    id: int
    department: str
    before: str
    by_name: str
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lesson:
    """
    Of `total` complaints with `signal` that people moved, `moved` went to `department`.

    name: of the signal. now, wanted: names of where it leads, and of that department.
    """

    signal: str
    name: str
    department: str
    now: str
    wanted: str
    moved: int
    total: int


def move(message_id: int, department: str, before: tuple[str, float], actor: User) -> None:
    """
    Say that a message's complaint belongs to `department`, or is none.

    before: department and confidence as they were shown. Raises Problem "unknown_message" or
    "unknown_department".
    """
    known = {one.key for one in departments.departments()} | {NOT_A_COMPLAINT}
    if department not in known:
        raise Problem("unknown_department", _("There is no such department any more."))
    label = triage.labels([message_id]).get(message_id)
    if label is None:
        raise Problem("unknown_message", _("This message is not here, or has not been read yet."))
    with transaction.atomic():
        row = departments.locked()
        Move.objects.filter(message_id=message_id, undone_at=None).update(undone_at=clock.now())
        Move.objects.create(
            workspace_id=current_workspace_id(),
            message_id=message_id,
            alike=label.group,
            department=department,
            before={"department": before[0], "confidence": before[1]},
            by=actor,
            at=clock.now(),
        )
        departments.raise_version(row)
        _tell("weakpoints.complaint_moved", message_id, before[0], department, actor)


def undo(message_id: int, actor: User) -> None:
    """Let signals decide again. Raises Problem "not_moved"."""
    with transaction.atomic():
        row = departments.locked()
        found = Move.objects.filter(message_id=message_id, undone_at=None).order_by("-pk").first()
        if found is None:
            raise Problem("not_moved", _("Nobody has moved this complaint."))
        Move.objects.filter(message_id=message_id, undone_at=None).update(undone_at=clock.now())
        departments.raise_version(row)
        _tell("weakpoints.move_undone", message_id, found.department, "", actor)


def moves(message_id: int) -> list[MoveView]:
    """All of a message's, newest first."""
    rows = Move.objects.filter(message_id=message_id).select_related("by").order_by("-pk")
    return [
        MoveView(
            row.pk,
            departments.name_of(row.department),
            departments.name_of(row.before.get("department") or NONE),
            str(row.by) if row.by else "",
            row.at,
            row.undone_at,
        )
        for row in rows
    ]


def lessons() -> list[Lesson]:
    """What moves teach of the mapping: each a change that a manager may make."""
    rows = Move.objects.filter(undone_at=None).exclude(department=NOT_A_COMPLAINT).order_by("-pk")
    moved = dict(list(rows.values_list("message_id", "department"))[:_READ])
    mapping = departments.mapping()
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for message_id, signals in _signals(list(moved), mapping).items():
        for signal in signals:
            went[signal][moved[message_id]] += 1
    return [
        Lesson(
            signal,
            departments.signal_name(signal),
            to,
            departments.name_of(mapping[signal]),
            departments.name_of(to),
            times,
            counts.total(),
        )
        for signal, counts in sorted(went.items())
        for to, times in counts.most_common(1)
        if to != mapping[signal] and times >= ENOUGH and times >= _SHARE * counts.total()
    ]


def _signals(message_ids: Sequence[int], mapping: dict[str, str]) -> dict[int, set[str]]:
    messages = {one.id: one for one in channels.messages(message_ids)}
    labels = triage.labels(message_ids)
    return {
        pk: {
            why.signal
            for why in opening.because(one, labels.get(pk), mapping)
            if why.signal in mapping
        }
        for pk, one in messages.items()
    }


def _tell(verb: str, message_id: int, before: str, after: str, actor: User) -> None:
    audit.record(
        verb,
        actor=actor,
        workspace=current_workspace_id(),
        target=f"message:{message_id}",
        before=before,
        after=after,
    )

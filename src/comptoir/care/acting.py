"""
The one way of changing conversations: locked, checked, recorded, refreshed, told.

An action says for each conversation which columns it changes; those that already stand so
are left out of its record. What follows (views, counts, index) is derived afterwards.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, bulk, clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.care.models import Action, ActionTarget, Conversation
from comptoir.care.records import ActionView
from comptoir.care.refresh import refresh
from comptoir.care.sentences import view

Threads = int | Sequence[int]
Seen = Mapping[int, int] | None
Change = dict[str, Any]
Changer = Callable[[Conversation], Change]
Extra = Callable[[Sequence[Conversation]], dict[int, tuple[Change, Change]]]

COLUMNS = (
    "state",
    "assignee_id",
    "snoozed_until",
    "closed_at",
    "settled_until",
    "answered_by_hand_at",
    "answered_until",
)
"""What people decide; all else of a conversation is derived."""

_MOMENTS = frozenset(COLUMNS) - {"state", "assignee_id"}


def change(
    verb: str, threads: Threads, actor: User, changer: Changer, seen: Seen = None, **details: Any
) -> ActionView:
    """Set columns of conversations as `changer` says; see `act`."""
    return act(verb, threads, actor, lambda rows: apply(rows, changer), seen, **details)


def act(
    verb: str, threads: Threads, actor: User, extra: Extra, seen: Seen = None, **details: Any
) -> ActionView:
    """
    Do something to locked conversations and record it.

    extra: does it; gives what stood before and after, by thread, for those that changed.
    """
    wanted = [threads] if isinstance(threads, int) else list(dict.fromkeys(threads))
    with transaction.atomic():
        changed = extra(lock(wanted, seen))
        made = Action.objects.create(
            workspace_id=current_workspace_id(),
            actor=actor,
            verb=verb,
            details=details,
            at=clock.now(),
        )
        _record(made, changed)
        _audit(f"care.{verb}", made, list(changed))
        refresh(changed, acted=True)
    return view(made, tuple(changed))


def lock(threads: Sequence[int], seen: Seen = None) -> list[Conversation]:
    """The conversations, held for this transaction; raises Problem as care.api says."""
    rows = bulk.picked(Conversation).select_for_update().filter(pk__in=threads).order_by("pk")
    found = list(rows)
    if len(found) < len(set(threads)):
        raise Problem(
            "unknown_conversation",
            _("A conversation is not here any more."),
            _("Reload the list: it may have been merged with another."),
        )
    if any(row.version != seen.get(row.pk, row.version) for row in found) if seen else False:
        raise changed_since()
    return found


def changed_since() -> Problem:
    return Problem(
        "changed_since",
        _("Somebody or a new message has changed a conversation in the meantime."),
        _("Look at it again, then decide."),
    )


def apply(rows: Iterable[Conversation], changer: Changer) -> dict[int, tuple[Change, Change]]:
    """Set what `changer` says; before and after by thread, of what differed."""
    changed, touched = {}, []
    for row in rows:
        after = {name: new for name, new in changer(row).items() if getattr(row, name) != new}
        if after:
            changed[row.pk] = (stored(current(row, after)), stored(after))
            put(row, after)
            touched.append(row)
    save(touched)
    return changed


def put(row: Conversation, values: Change) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1


def save(rows: Sequence[Conversation]) -> None:
    Conversation.objects.bulk_update(rows, [*COLUMNS, "version"], batch_size=200)


def current(row: Conversation, names: Iterable[str]) -> Change:
    return {name: getattr(row, name) for name in names}


def stored(values: Change) -> Change:
    """As plain JSON."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def read(values: Change) -> Change:
    """Back from plain JSON."""
    return {
        name: datetime.fromisoformat(value) if value and name in _MOMENTS else value
        for name, value in values.items()
    }


def _record(made: Action, changed: Mapping[int, tuple[Change, Change]]) -> None:
    ActionTarget.objects.bulk_create(
        [
            ActionTarget(
                workspace_id=made.workspace_id,
                action=made,
                conversation_id=thread,
                before=before,
                after=after,
            )
            for thread, (before, after) in changed.items()
        ],
        batch_size=500,
    )


def _audit(verb: str, made: Action, threads: Sequence[int]) -> None:
    audit.record(
        verb,
        actor=made.actor,
        workspace=made.workspace_id,
        target=f"conversation:{threads[0]}" if len(threads) == 1 else "",
        action=made.pk,
        conversations=len(threads),
    )


def audit_undone(made: Action, actor: User, threads: Sequence[int]) -> None:
    audit.record(
        "care.undone",
        actor=actor,
        workspace=made.workspace_id,
        target=f"conversation:{threads[0]}" if len(threads) == 1 else "",
        action=made.pk,
        verb_undone=made.verb,
        conversations=len(threads),
    )

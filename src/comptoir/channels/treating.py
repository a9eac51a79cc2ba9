"""
What can be done to a message where it stands: hide it, show it again, delete it, like it.

Done while the person waits: doing it twice changes nothing, so it can simply be tried again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, clock, http, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.channels.connections import connection_of
from comptoir.channels.connector import AccessLost, Connector, Refusal, Rejected, TryLater
from comptoir.channels.connectors import connector
from comptoir.channels.health import trouble
from comptoir.channels.models import ConnectedAccount, Message, Treatment
from comptoir.channels.ways import PRIVATE

log = structlog.get_logger(__name__)

OWN_ACTIONS = frozenset({"delete"})
"""What a brand does to its own words; the rest is for those of others."""
_DONE = {
    "hide": {"hidden": True},
    "unhide": {"hidden": False},
    "like": {"liked": True},
    "delete": {},
}


@dataclass(frozen=True, slots=True)
class TreatedView:
    """What was done to a message; deleted_at: on its network, its words are kept here."""

    message: int
    hidden: bool
    liked: bool
    deleted_at: datetime | None


def act(message_id: int, action: str, *, actor: User | None) -> TreatedView:
    """
    Hide, unhide, delete or like a message on its network.

    Raises Problem: "no_such_action" when the network or the message does not allow it, else
    what the network said.
    """
    row, found, message = _target(message_id, action)
    try:
        found.act(connection_of(row), action, message.external_id, http.guarded())
    except (Refusal, http.HttpProblem) as error:
        raise _problem(row, error) from error
    with transaction.atomic():
        treated = _keep(message, action, actor)
        audit.record(
            f"channels.message_{action}",
            actor=actor,
            workspace=message.workspace_id,
            target=f"conversation:{message.thread_id}",
            message=message.pk,
        )
        outbox.publish(
            message.workspace_id,
            "message_treated",
            message=message.pk,
            thread=message.thread_id,
            action=action,
        )
    return _view(treated)


def treated(message_ids: Iterable[int]) -> dict[int, TreatedView]:
    """What was done, by message; those that nothing was done to are left out."""
    rows = Treatment.objects.filter(message__in=list(message_ids))
    return {row.message: _view(row) for row in rows}


def possible(
    actions: Iterable[str], kind: str, done: TreatedView | None, *, own: bool
) -> list[str]:
    """Which of a connector's actions make sense for one message now."""
    if done is not None and done.deleted_at is not None:
        return []
    hidden, liked = (done.hidden, done.liked) if done else (False, False)
    without = {"hide" if hidden else "unhide"} | ({"like"} if liked else set())
    if kind in PRIVATE:
        without |= {"hide", "unhide", "delete"}
    return [
        one
        for one in actions
        if one in _DONE and one not in without and (not own or one in OWN_ACTIONS)
    ]


def _target(message_id: int, action: str) -> tuple[ConnectedAccount, Connector, Message]:
    message = Message.objects.filter(pk=message_id).first()
    if message is not None:
        rows = ConnectedAccount.objects.select_related("account")
        row = rows.filter(pk=message.account_id, state=ConnectedAccount.State.ON).first()
        found = connector(row.kind) if row else None
        before = treated([message_id]).get(message_id)
        if (
            row
            and found
            and action in possible(found.actions, message.kind, before, own=message.own)
        ):
            return row, found, message
    raise Problem(
        "no_such_action",
        _("This cannot be done to this message."),
        _("Open the original and do it there."),
    )


def _keep(message: Message, action: str, actor: User | None) -> Treatment:
    done = {**_DONE[action], "by": actor, "at": clock.now()}
    if action == "delete":
        done["deleted_at"] = clock.now()
    made, _new = Treatment.objects.update_or_create(
        workspace_id=message.workspace_id, message=message.pk, defaults=done
    )
    return made


def _problem(row: ConnectedAccount, error: Exception) -> Problem:
    log.warning("treating.refused", account=row.account_id, error=repr(error))
    if isinstance(error, Rejected):
        return Problem(error.code, error.sentence, error.fix)
    if isinstance(error, AccessLost):
        sentence = error.sentence or _("The network no longer accepts this account’s access.")
        fix = error.fix or _("Connect the account again, then try again.")
        trouble(row.account_id, "access_lost", sentence, fix, lost=True)
        return Problem("access_lost", sentence, fix)
    if isinstance(error, TryLater):
        return Problem(
            "try_later", _("The network asks for patience."), _("Try again in a few minutes.")
        )
    return Problem(
        "no_answer",
        _("The network did not answer, so nobody knows whether it was done."),
        _("Try again: doing it twice does no harm."),
    )


def _view(row: Treatment) -> TreatedView:
    return TreatedView(row.message, row.hidden, row.liked, row.deleted_at)

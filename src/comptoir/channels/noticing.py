"""Telling the team something: in its own channels on Slack and Teams, or by mail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock, http
from comptoir.base.errors import Problem
from comptoir.base.http import HttpProblem
from comptoir.base.models import Membership
from comptoir.base.scope import current_workspace_id
from comptoir.channels import mailing
from comptoir.channels.connections import connection_of
from comptoir.channels.connector import AccessLost, CannotTell, Outgoing, Rejected, TryLater, Words
from comptoir.channels.connectors import connector
from comptoir.channels.models import ConnectedAccount
from comptoir.channels.wording import kept, later

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TeamChannel:
    """A channel of the team's that takes notices. id: of the account."""

    id: int
    kind: str
    name: str


def team_channels() -> list[TeamChannel]:
    """Connected accounts that take notices; Slack only where a channel for them was named."""
    rows = ConnectedAccount.objects.filter(state=ConnectedAccount.State.ON)
    found = []
    for row in rows.select_related("account").order_by("pk"):
        made = connector(row.kind)
        if made is None or not made.alerts:
            continue
        named = any(field.name == "alerts" for field in made.fields)
        if not named or row.values.get("alerts"):
            found.append(TeamChannel(row.account_id, row.kind, row.account.name))
    return found


def mail_address() -> str:
    """The address that mails to the team leave from; "" where no mailbox is connected."""
    box = mailing.mailbox()
    return box.values["address"] if box else ""


def post_notice(account_id: int, text: str) -> None:
    """
    Say something in a channel of the team's.

    Raises Problem "no_channel", TryLater, AccessLost, Rejected, HttpProblem.
    """
    row = ConnectedAccount.objects.select_related("account").filter(pk=account_id).first()
    made = connector(row.kind) if row is not None else None
    if row is None or made is None or row.state != ConnectedAccount.State.ON:
        raise Problem(
            "no_channel",
            _("This channel is not connected any more."),
            _("Connect it again, or choose another one in the alert."),
        )
    made.alert(connection_of(row), text, http.guarded())


def mail_member(user_id: int, words: Callable[[], tuple[str, str]], key: str, again: bool) -> None:
    """
    Mail something to a member of the team, once.

    words: subject and text; called in the member's language. again: a try before this one may
    have left, so the mailbox is asked first. Raises Problem "left" for who is no member any
    more, else as `mail_notice`.
    """
    members = Membership.objects.filter(
        workspace=current_workspace_id(), user__is_active=True, user_id=user_id
    )
    member = members.select_related("user").first()
    if member is None:
        raise Problem(
            "left", _("This person is not in the team any more."), _("Choose somebody else.")
        )
    if again and was_mailed(key):
        return
    with translation.override(member.user.language):
        subject, text = words()
    mail_notice(member.user.email, subject, text, key)


@dataclass(frozen=True, slots=True)
class Unsent:
    """
    Why a notice did not leave. problem: its code, and sentence and fix by language.

    again: another try may go better, after these seconds at the least; None where it may not.
    """

    problem: dict[str, Any]
    again: float | None = None


def unsent(error: Exception) -> Unsent:
    """What an error at `mail_member` or `post_notice` means; the log tells one of our own."""
    if isinstance(error, TryLater):
        return Unsent(_told("try_later", _("The network asks for patience.")), error.after or 0.0)
    if isinstance(error, AccessLost):
        lost = error.sentence or _("The network no longer accepts this account’s access.")
        fix = error.fix or _("Connect the account again under Channels.")
        return Unsent(_told("access_lost", lost, fix))
    if isinstance(error, Rejected):
        return Unsent(_told(error.code, error.sentence, error.fix))
    if isinstance(error, Problem):
        sentence, fix = later(lambda: error.sentence), later(lambda: error.fix)
        return Unsent(_told(error.code, sentence, fix))
    if isinstance(error, HttpProblem):
        return Unsent(_told("not_reached", _("The network could not be reached.")), 0.0)
    log.error("notice.unforeseen", exc_info=error)
    ours = _("Something unforeseen happened; the log says what.")
    return Unsent(_told("unforeseen", ours), 0.0)


def _told(code: str, sentence: Words, fix: Words = "") -> dict[str, Any]:
    return {"code": code, "sentence": kept(sentence), "fix": kept(fix)}


def mail_notice(to: str, subject: str, text: str, key: str) -> None:
    """
    Mail something to a member of the team, from the brand's first mailbox.

    key: 32 hexadecimal digits; the mail has the same id at every try. Raises Problem "no_mailbox", and as the
    connector of mail does.
    """
    box = mailing.mailbox()
    if box is None:
        raise Problem(
            "no_mailbox",
            _("No mailbox is connected, so no mail can leave."),
            _("Connect one under Channels."),
        )
    mailing.post(box, _mail(subject, key), to, text, http.guarded())


def was_mailed(key: str) -> bool:
    """Whether a copy of such a mail proves that it left."""
    box = mailing.mailbox()
    try:
        return box is not None and mailing.posted(box, _mail("", key), http.guarded()) is not None
    except CannotTell:
        return False


def _mail(subject: str, key: str) -> Outgoing:
    return Outgoing(
        key=f"{mailing.NOTICE}{key}",
        text="",
        visibility="private",
        to="",
        to_handle="",
        to_kind="email",
        subject=subject,
        queued_at=clock.now(),
    )

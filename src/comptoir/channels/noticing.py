"""Telling the team something: in its own channels on Slack and Teams, or by mail."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock, http
from comptoir.base.errors import Problem
from comptoir.channels import mailing
from comptoir.channels.connections import connection_of
from comptoir.channels.connector import CannotTell, Outgoing
from comptoir.channels.connectors import connector
from comptoir.channels.models import ConnectedAccount


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

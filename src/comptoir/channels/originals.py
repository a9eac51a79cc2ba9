"""A message as it came: everything that was written, and what its source says of it."""

from dataclasses import dataclass

from comptoir.channels.connections import connection_of
from comptoir.channels.connector import Words
from comptoir.channels.connectors import connector
from comptoir.channels.models import ConnectedAccount, Message

LONGEST = 400_000


@dataclass(frozen=True, slots=True)
class OriginalView:
    """
    details: names and values that its connector reads from it. text: all of it, untrusted.
    cut: it was too long to be shown whole.
    """

    message: int
    details: tuple[tuple[Words, Words], ...]
    text: str
    cut: bool


def original(message_id: int) -> OriginalView | None:
    """The message as it came; None when it is not here (any more)."""
    row = Message.objects.select_related("delivery").filter(pk=message_id).first()
    if row is None:
        return None
    raw = row.delivery.raw
    return OriginalView(row.pk, _details(row.account_id, raw), raw[:LONGEST], len(raw) > LONGEST)


def _details(account_id: int, raw: str) -> tuple[tuple[Words, Words], ...]:
    link = ConnectedAccount.objects.select_related("account").filter(pk=account_id).first()
    made = connector(link.kind) if link else None
    if link is None or made is None:
        return ()
    link.secrets = ""  # reading needs none
    return tuple(made.details(connection_of(link), raw))

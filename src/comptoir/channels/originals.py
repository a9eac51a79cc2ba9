"""A message as it came: everything that was written, and what its source says of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models.functions import Substr

from comptoir.channels.connections import connection_of
from comptoir.channels.connector import Connection, Connector, Vouched, Words
from comptoir.channels.connectors import connector
from comptoir.channels.models import ConnectedAccount, Message

LONGEST = 400_000
HEAD = 40_000
"""Characters in which the headers of a mail stand."""


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
    link = _link(account_id)
    return tuple(link[0].details(link[1], raw)) if link else ()


def senders(message_ids: Iterable[int]) -> dict[int, Vouched]:
    """
    Who of these messages' senders is who they say, by message; those without a say are left out.

    In two queries for one account's messages, of which only the beginnings are read.
    """
    rows = Message.objects.filter(pk__in=list(message_ids), kind="email", own=False)
    heads = rows.values_list("pk", "account_id", Substr("delivery__raw", 1, HEAD))
    links: dict[int, tuple[Connector, Connection] | None] = {}
    found: dict[int, Vouched] = {}
    for pk, account, head in heads:
        if account not in links:
            links[account] = _link(account)
        link = links[account]
        said = link[0].vouches(link[1], head) if link else None
        if said is not None:
            found[pk] = said
    return found


def _link(account_id: int) -> tuple[Connector, Connection] | None:
    link = ConnectedAccount.objects.select_related("account").filter(pk=account_id).first()
    made = connector(link.kind) if link else None
    if link is None or made is None:
        return None
    link.secrets = ""  # reading needs none
    return made, connection_of(link)

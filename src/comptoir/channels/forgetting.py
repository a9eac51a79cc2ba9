"""Erasing a person from the deliveries that are kept as they came."""

import json
from collections.abc import Iterator

from comptoir.base import bulk, clock, erasure
from comptoir.base.erasure import Person
from comptoir.base.scope import scope
from comptoir.channels.connections import connection_of
from comptoir.channels.connectors import connector
from comptoir.channels.hearing import read_delivery, understand_account
from comptoir.channels.models import Author, ConnectedAccount, Inbound, Message, Removal
from comptoir.channels.storing import handle_key

State = Inbound.State
# Shorter names are part of too many words to search for.
_TELLING = 4
_PART = 10


@erasure.eraser("deliveries", order=35)
def empty_deliveries(person: Person) -> int:
    """
    Empty every delivery that the person wrote or is named in; returns how many.

    The rows stay, so that a network that delivers again is recognised, and so do the ids of
    the person's messages: heard again, they are left aside. Runs before the person's messages
    go, and understands first what still waits.
    """
    with scope(person.workspace_id):
        author = Author.objects.filter(pk=person.author_id).first()
        if author is None:
            return 0
        emptied = 0
        for row in ConnectedAccount.objects.filter(account__channel=author.channel):
            while understand_account(row.account_id, row.workspace_id):
                pass
            emptied += _empty(row, author)
        _remember(author)
        return emptied


def _empty(account: ConnectedAccount, author: Author) -> int:
    names = set(_names(author))
    emptied, last = 0, 0
    kept = Inbound.objects.filter(account_id=account.pk).order_by("pk")
    while part := list(kept.filter(pk__gt=last)[:_PART]):
        last = part[-1].pk
        found = [row.pk for row in part if _is_named(row, names) or _wrote(account, row, author)]
        emptied += Inbound.objects.filter(pk__in=found).update(
            body=b"", headers={}, problem={}, state=State.DONE, done_at=clock.now()
        )
    return emptied


def _names(author: Author) -> Iterator[str]:
    """What gives the person away in a delivery, also as JSON writes it."""
    ids = Message.objects.filter(author=author).values_list("external_id", flat=True)
    for name in (author.handle, author.name, *ids):
        if len(name) >= _TELLING:
            yield name.casefold()
            yield json.dumps(name)[1:-1].casefold()


def _is_named(row: Inbound, names: set[str]) -> bool:
    text = bytes(row.body).decode("utf-8", "replace").casefold()
    return any(name in text for name in names)


def _wrote(account: ConnectedAccount, row: Inbound, author: Author) -> bool:
    """Whether reading the delivery names the person, where its text does not (an encoding)."""
    made = connector(account.kind)
    if made is None or not row.body:
        return False
    account.secrets = ""  # reading needs none
    try:
        read = read_delivery(made, connection_of(account), row)
    except Exception:  # noqa: BLE001 what cannot be read names nobody
        return False
    said = (one for each in read.arrived for one in each.messages)
    return any(handle_key(one.author_handle) == author.key for one in said)


def _remember(author: Author) -> None:
    rows = [
        (author.workspace_id, account, external_id, clock.now())
        for account, external_id in Message.objects.filter(author=author).values_list(
            "account_id", "external_id"
        )
    ]
    columns = ("workspace_id", "account_id", "external_id", "at")
    bulk.upsert(Removal, columns, rows, key=("account_id", "external_id"))

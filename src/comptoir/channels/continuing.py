"""
Conversations that go on by mail although they began elsewhere: in a chat, by a form.

A mail that answers one of ours names it in its headers. When that one left for a message of
another account, its answer belongs there, whichever mailbox it arrived in.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from comptoir.channels.connections import connection_of
from comptoir.channels.connector import Connection, Connector, Receipt
from comptoir.channels.connectors import connector
from comptoir.channels.mailing import CHANNEL
from comptoir.channels.models import ConnectedAccount, Message, Outbound
from comptoir.channels.views import AccountView, Arrived

_POINTS_BACK = ("in-reply-to:", "references:")
_OURS = re.compile(r"<?([0-9a-f]{32})\.comptoir@")


@dataclass(slots=True)
class Parted:
    """What a mailbox brought, by where it belongs: here, or in an account of the workspace."""

    here: list[Arrived] = field(default_factory=list)
    there: dict[int, list[Arrived]] = field(default_factory=lambda: defaultdict(list))
    accounts: dict[int, AccountView] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Began:
    """The conversation that an answer of ours belongs to."""

    connector: Connector
    connection: Connection
    to: Message


def part(opened: Connection, arrived: Sequence[Arrived]) -> Parted:
    """Mails that go on with a conversation of another account, told from the others."""
    found = Parted()
    if opened.channel != CHANNEL:
        found.here.extend(arrived)
        return found
    keys = {id(row): _answered(row) for row in arrived}
    began = _began(opened, {key for named in keys.values() for key in named})
    known = _known(opened, arrived) if began else set()
    for row in arrived:
        origin = next((began[key] for key in keys[id(row)] if key in began), None)
        if origin is None or row.messages[0].external_id in known:
            found.here.append(row)
        elif not _is_copy(row, began):
            _place(found, row, origin)
    return found


def receipts_of(opened: Connection, receipts: Sequence[Receipt]) -> dict[int, list[Receipt]]:
    """What mail servers say of our answers, by the account that each answer left for."""
    found: dict[int, list[Receipt]] = defaultdict(list)
    keys = {one.key for one in receipts if one.key} if opened.channel == CHANNEL else set()
    rows = Outbound.objects.filter(key__in=keys).values_list("key", "account_id") if keys else ()
    accounts = dict(rows)
    for one in receipts:
        found[accounts.get(one.key, opened.account_id)].append(one)
    return dict(found)


def _place(found: Parted, row: Arrived, origin: _Began) -> None:
    link, asked = origin.connection, origin.to
    said = origin.connector.by_mail(link, row.messages[0], asked.external_id, asked.author.handle)
    if said is None:
        found.here.append(row)
        return
    view = AccountView(link.account_id, link.channel, link.kind, link.name, can_send=True)
    found.accounts[link.account_id] = view
    found.there[link.account_id].append(Arrived(row.line, row.raw, [said]))


def _answered(row: Arrived) -> list[str]:
    """Keys of our answers that a mail names: its own, then what it answers, the newest first."""
    head = row.raw.partition("\n\n")[0].splitlines()
    back = [line for line in head if line.lower().startswith(_POINTS_BACK)]
    named = [key for line in back for key in _OURS.findall(line)][::-1]
    return [*_OURS.findall(row.messages[0].external_id), *named]


def _is_copy(row: Arrived, began: dict[str, _Began]) -> bool:
    """Our own mail, read from the folder of sent mail: the answer is in its conversation already."""
    return any(key in began for key in _OURS.findall(row.messages[0].external_id))


def _began(opened: Connection, keys: set[str]) -> dict[str, _Began]:
    """By the keys of answers: conversations of other accounts, which are connected still."""
    rows = Outbound.objects.filter(key__in=keys).exclude(account_id=opened.account_id)
    asked = {row.key: (row.account_id, row.to) for row in rows} if keys else {}
    if not asked:
        return {}
    links = {
        row.account_id: row
        for row in ConnectedAccount.objects.filter(
            account_id__in={account for account, _to in asked.values()}
        )
        .exclude(state=ConnectedAccount.State.OFF)
        .select_related("account")
    }
    messages = Message.objects.select_related("author").in_bulk({to for _a, to in asked.values()})
    found = {}
    for key, (account, to) in asked.items():
        link = links.get(account)
        made = connector(link.kind) if link else None
        if link is not None and made is not None and to in messages:
            found[key] = _Began(made, connection_of(link), messages[to])
    return found


def _known(opened: Connection, arrived: Sequence[Arrived]) -> set[str]:
    """Mails that the mailbox's own conversations hold already stay there when read again."""
    names = [row.messages[0].external_id for row in arrived]
    here = Message.objects.filter(account_id=opened.account_id, external_id__in=names)
    return set(here.values_list("external_id", flat=True))

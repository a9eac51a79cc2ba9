"""
Visitors of the shop's own pages: what they write is kept like any delivery, and read likewise.

Who calls has checked where the request comes from; a visitor is whoever knows their secret,
which is never kept, only its digest (see `visitors`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from comptoir.base import clock, ids
from comptoir.base.scope import current_workspace_id
from comptoir.channels import bulk, threads
from comptoir.channels.connector import Connection, Receipt
from comptoir.channels.models import ConnectedAccount, Message, Outbound, Thread, Visitor
from comptoir.channels.receipts import keep_receipts
from comptoir.channels.receiving import connection_at, keep
from comptoir.channels.visitors import key_of

HERE = timedelta(seconds=45)
"""A page that was open so lately still is: it says so every fifteen seconds."""
OVERLAP = timedelta(minutes=2)
"""Told again to a page that comes back: what was said is ordered by when it was, not heard."""
MOST = 200
LONGEST = 4_000
"""Characters of one message, either way."""


@dataclass(frozen=True, slots=True)
class VisitorView:
    """A visitor: how they are called here, what they told of themselves, when they were here."""

    key: str
    name: str
    email: str
    language: str
    seen_at: datetime
    mailing: str

    def is_here(self, now: datetime) -> bool:
        return now - self.seen_at < HERE


@dataclass(frozen=True, slots=True)
class Said:
    """
    A message of a visitor's conversation. own: by the team. external_id: for a visitor's,
    their key and the name that their page gave it.
    """

    id: int
    external_id: str
    own: bool
    text: str
    at: datetime


def door(token: str, kind: str) -> Connection | None:
    """The account of this kind whose pages carry `token`. Needs no scope."""
    found = connection_at(token)
    return found if found is not None and found.kind == kind else None


def is_paused(connection: Connection) -> bool:
    """Whether the team has closed the door for a while."""
    paused = ConnectedAccount.State.PAUSED
    return ConnectedAccount.objects.filter(pk=connection.account_id, state=paused).exists()


def hear(connection: Connection, name: str, told: Mapping[str, Any]) -> None:
    """Keep what was written; a second time under the same name changes nothing."""
    body = json.dumps(told, ensure_ascii=False).encode()
    keep(connection.workspace_id, connection.account_id, [(name, {}, body)])


def meet(connection: Connection, secret: str, **told: str) -> VisitorView:
    """A visitor who is here now, with what they tell: `name`, `email`, `language`."""
    given = {name: value for name, value in told.items() if value}
    row, _new = Visitor.objects.update_or_create(
        workspace_id=current_workspace_id(),
        account_id=connection.account_id,
        key=key_of(connection.account_id, secret),
        defaults={**given, "seen_at": clock.now()},
    )
    return _view(row)


def known(connection: Connection, secret: str) -> VisitorView | None:
    """A visitor who wrote before, noted as here; None for anybody else."""
    key = key_of(connection.account_id, secret)
    rows = Visitor.objects.filter(account_id=connection.account_id, key=key)
    if not rows.update(seen_at=clock.now()):
        return None
    row = rows.first()
    return None if row is None else _view(row)


def stay(account_id: int, key: str) -> None:
    """The visitor's page is open still."""
    lately = clock.now() - HERE / 4
    rows = Visitor.objects.filter(account_id=account_id, key=key, seen_at__lt=lately)
    rows.update(seen_at=clock.now())


def visitor(account_id: int, key: str) -> VisitorView | None:
    row = Visitor.objects.filter(account_id=account_id, key=key).first()
    return None if row is None else _view(row)


def mailing(account_id: int, key: str, answer: str) -> None:
    """Note that an answer leaves for the visitor's address from now on."""
    Visitor.objects.filter(account_id=account_id, key=key).update(mailing=answer)


def thread_of(account_id: int, key: str) -> int | None:
    """The conversation of a visitor, None before it begins."""
    rows = Thread.objects.filter(account_id=account_id, root_key=threads.CONVERSATION + key)
    return rows.values_list("pk", flat=True).first()


def said(account_id: int, key: str, after: int | None = None) -> list[Said]:
    """The newest of a visitor's conversation, oldest first; since `after`, some told again."""
    thread = thread_of(account_id, key)
    if thread is None:
        return []
    rows = Message.objects.filter(thread_id=thread)
    if after is not None:
        rows = rows.filter(pk__gte=ids.lowest_at(ids.moment_of(after) - OVERLAP))
    newest = list(rows.order_by("-pk")[:MOST])
    return [Said(row.pk, row.external_id, row.own, row.text, row.sent_at) for row in newest[::-1]]


def receive_receipts(
    connection: Connection, key: str, delivered: Sequence[int], read: Sequence[int]
) -> None:
    """The visitor's page has shown these answers, and the visitor has read those."""
    thread = thread_of(connection.account_id, key)
    if thread is None:
        return
    rows = Outbound.objects.filter(
        thread_id=thread, message__in=[*delivered, *read], account_id=connection.account_id
    )
    now = clock.now()
    receipts = [
        Receipt(row.external_id, "read" if row.message in read else "delivered", now)
        for row in rows.exclude(state=Outbound.State.READ)
        if row.message in read or row.state == Outbound.State.SENT
    ]
    if receipts:
        with transaction.atomic():
            bulk.lock(connection.account_id)
            keep_receipts(connection.account_id, receipts)


def _view(row: Visitor) -> VisitorView:
    return VisitorView(row.key, row.name, row.email, row.language, row.seen_at, row.mailing)

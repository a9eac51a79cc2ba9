"""
The account of the HTTP API: where programs bring messages in, and what they make of answers.

Who is called is known to `web.api`, which registers how to ask whether anybody listens.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import outbox
from comptoir.base.errors import Problem
from comptoir.base.models import Workspace
from comptoir.base.outbox import Event, consumer
from comptoir.base.scope import current_workspace_id
from comptoir.channels import bulk
from comptoir.channels.connector import Receipt
from comptoir.channels.models import Account, ConnectedAccount, Message, Outbound
from comptoir.channels.receipts import keep_receipts
from comptoir.channels.views import AccountView, AnswerToDeliver

KIND = "api"
NAME = "API"
_OVER = (Outbound.State.READ, Outbound.State.FAILED)
_listeners: list[Callable[[], bool]] = []


def ask_whether(listen: Callable[[], bool]) -> None:
    """Register who knows whether a program of the active workspace takes answers."""
    _listeners[:] = [listen]


def listen() -> bool:
    """Whether any program takes the answers of the active workspace."""
    return any(one() for one in _listeners)


def account() -> AccountView:
    """The active workspace's account of the API, made when missing."""
    row, _new = Account.objects.get_or_create(
        workspace_id=current_workspace_id(), channel=KIND, connector=KIND, defaults={"name": NAME}
    )
    if not ConnectedAccount.objects.filter(pk=row.pk).exists():
        brand = Workspace.objects.get(pk=row.workspace_id)
        ConnectedAccount.objects.get_or_create(
            account=row,
            defaults={
                "workspace_id": row.workspace_id,
                "kind": KIND,
                "token": secrets.token_urlsafe(32),
                "own": {"id": "", "name": brand.name},
            },
        )
    return AccountView(row.pk, row.channel, row.connector, row.name, can_send=True)


@consumer("answers_to_deliver", ("answer_sent",), order=17)
def tell(event: Event, prepared: object) -> None:
    """An answer of the API's account has left: somebody has to deliver it."""
    row = Outbound.objects.filter(pk=event.payload["outbound"], account__connector=KIND).first()
    if row is not None:
        outbox.publish(row.workspace_id, "answer_to_deliver", outbound=row.pk, thread=row.thread_id)


def answer_to_deliver(outbound_id: int) -> AnswerToDeliver | None:
    """An answer of the API's account as its program needs it; None for any other."""
    row = Outbound.objects.filter(pk=outbound_id, account__connector=KIND).first()
    asked = Message.objects.select_related("author").filter(pk=row.to).first() if row else None
    if row is None or asked is None:
        return None
    return AnswerToDeliver(
        id=row.pk,
        thread=row.thread_id,
        text=row.text,
        subject=row.subject,
        visibility=row.visibility,
        in_reply_to=asked.external_id,
        to=asked.author.handle,
        state=str(row.state),
    )


def report(
    outbound_id: int,
    state: Literal["delivered", "read", "failed"],
    at: datetime,
    reason: str = "",
) -> None:
    """
    What a program says became of an answer; saying it again changes nothing.

    Raises Problem "no_answer" for one that no program delivers, "not_sent" for one that has
    not left, and "settled" for one that was read or has failed already.
    """
    row = Outbound.objects.filter(pk=outbound_id, account__connector=KIND).first()
    if row is None:
        raise Problem("no_answer", _("No program delivers this answer."))
    if row.state == state or (row.state, state) == (Outbound.State.READ, "delivered"):
        return
    if row.state in _OVER:
        raise Problem("settled", _("What became of this answer is known already."))
    if not row.external_id:
        raise Problem("not_sent", _("This answer has not left yet."))
    with transaction.atomic():
        bulk.lock(row.account_id)
        keep_receipts(row.account_id, [Receipt(row.external_id, state, at, sentence=reason)])

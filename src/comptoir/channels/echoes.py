"""
Answers that come back: what the network tells of its own accord is tied to what we sent.

An own message that is heard is the echo of an answer when it has the external id that the
network gave for it, or, where nobody knows whether the answer left, its words in its thread.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from comptoir.base import clock, ids, outbox
from comptoir.base.outbox import Event, consumer
from comptoir.base.scope import current_workspace_id
from comptoir.channels.models import ConnectedAccount, Message, Outbound
from comptoir.channels.receipts import apply_receipts

State = Outbound.State
SKEW = timedelta(minutes=1)
"""By how much a network's clock may be behind ours."""
_THERE = (State.UNKNOWN, State.SENT, State.DELIVERED, State.READ)
_ADDRESSED = re.compile(r"^(?:\s*@[\w.@-]+)+\s+(?=\S)")


def became(row: Outbound, own: Message, url: str = "") -> None:
    """
    The answer is this message; call it with the row locked, last in a transaction.

    A network that names two answers alike leaves the second without a message of its own.
    """
    taken = Outbound.objects.filter(account_id=row.account_id, external_id=own.external_id)
    alike = taken.exclude(pk=row.pk).exists()
    row.external_id = "" if alike else own.external_id
    row.state, row.message = State.SENT, None if alike and not says_same(row, own) else own.pk
    row.url, row.sent_at = url or own.url, own.sent_at
    row.claim, row.claimed_at, row.problem = "", None, {}
    row.save(
        update_fields=[
            "state", "message", "external_id", "url", "sent_at", "claim", "claimed_at", "problem",
        ]
    )  # fmt: skip
    outbox.publish(row.workspace_id, "answer_sent", outbound=row.pk, thread=row.thread_id)
    apply_receipts(row.account_id, [row.external_id])


def heard_as(row: Outbound) -> Message | None:
    """The own message that says the same in the same thread since the answer was written."""
    since = ids.lowest_at(row.created_at - SKEW)
    named = Message.objects.filter(pk=row.to).values_list("external_id", flat=True).first()
    here = Q(thread_id=row.thread_id)
    if named:
        here |= Q(account_id=row.account_id, in_reply_to=named)
    said = Message.objects.filter(here, own=True, pk__gte=since).order_by("pk")
    alike = [one for one in said if says_same(row, one)]
    taken = set(
        Outbound.objects.filter(message__in=[one.pk for one in alike]).values_list(
            "message", flat=True
        )
    )
    return next((one for one in alike if one.pk not in taken), None)


@consumer("answers", ("messages_received", "threads_merged"), order=15)
def follow(event: Event, prepared: Any) -> None:
    """Settle unknown answers by what was heard, and keep answers with their threads."""
    if event.kind == "threads_merged":
        _move([*event.payload["threads"], *event.payload["gone"]])
        return
    for row in _waiting_for(event.payload["ids"]):
        echo = heard_as(row)
        if echo is not None:
            ConnectedAccount.objects.filter(pk=row.account_id).update(sent_at=clock.now())
            became(row, echo)


def _waiting_for(messages: Iterable[int]) -> list[Outbound]:
    """
    Answers that own messages just heard may be.

    Of unknown fate, or said to be sent by a person who looked.
    """
    if not _is_any_lost():
        return []
    lost = Outbound.objects.filter(state__in=_THERE, message__isnull=True)
    own = Message.objects.filter(pk__in=list(messages), own=True)
    return list(
        lost.filter(account_id__in=set(own.values_list("account_id", flat=True)))
        .select_for_update()
        .order_by("pk")
    )


def _is_any_lost() -> bool:
    """Below the ORM: asked for whatever arrives, and nearly always answered no."""
    marks = ", ".join(["%s"] * len(_THERE))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM channels_outbound WHERE workspace_id = %s AND message IS NULL"  # noqa: S608
            f" AND state IN ({marks}) LIMIT 1",
            [current_workspace_id(), *(str(one.value) for one in _THERE)],
        )
        return cursor.fetchone() is not None


def _move(threads: list[int]) -> None:
    """Answers follow the message that they answer."""
    rows = list(Outbound.objects.filter(thread_id__in=threads))
    homes = dict(
        Message.objects.filter(pk__in=[row.to for row in rows]).values_list("pk", "thread_id")
    )
    for row in rows:
        if homes.get(row.to, row.thread_id) != row.thread_id:
            Outbound.objects.filter(pk=row.pk).update(thread_id=homes[row.to])


def says_same(row: Outbound, own: Message) -> bool:
    return _words(own.text) == _words(row.text)


def _words(text: str) -> str:
    """What was said, without the handle that networks put first and the way it was set."""
    return " ".join(_ADDRESSED.sub("", text).split())

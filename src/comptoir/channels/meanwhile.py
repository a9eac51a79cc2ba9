"""
What happened in a thread since somebody began to write there: who else answered, who wrote.

An answer that was written without knowing of it is held back, until its author has looked:
it stays queued, claimed by a person, and leaves or is taken back as they decide.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import outbox
from comptoir.channels.connector import Words
from comptoir.channels.models import Message, Outbound
from comptoir.channels.wording import kept

State = Outbound.State
CODE = "answered_meanwhile"
PERSON = "person"
"""As in `outgoing`: the claim on an answer that only a person can settle."""
FIX = _("Read it, then send yours all the same or take it back.")
_GONE = (State.CANCELLED, State.FAILED)
_NAMELESS = _("Somebody of the team")


def happened(thread_id: int, since: datetime, actor_id: int | None, besides: int = 0) -> Words:
    """
    What others did there after `since`, in a sentence; "" when nothing did.

    actor_id: whose own answers do not count. besides: id of an answer that does not either.
    """
    other = _answers(thread_id, since, actor_id, besides).select_related("created_by").first()
    if other is not None:
        return answered_by(str(other.created_by or ""))
    heard = Message.objects.filter(thread_id=thread_id, delivery__received_at__gt=since)
    ours = Outbound.objects.filter(thread_id=thread_id, message__isnull=False)
    elsewhere = heard.filter(own=True).exclude(pk__in=ours.values("message"))
    if elsewhere.exists():
        return _("An answer was given on the network itself after you began.")
    wrote = heard.filter(own=False).exclude(kind="repost").select_related("author")
    last = wrote.order_by("-pk").first()
    if last is None:
        return ""
    name = last.author.name or last.author.handle
    if not name:
        return _("The customer wrote again after you began.")
    return format_lazy(_("{name} wrote again after you began."), name=name)


def answered_by(name: str) -> Words:
    return format_lazy(_("{name} answered after you began."), name=name or _NAMELESS)


def hold(row: Outbound, why: Words) -> None:
    """Keep a queued answer from leaving; call it with the row locked, last in a transaction."""
    row.state, row.claim, row.claimed_at = State.QUEUED, PERSON, None
    row.problem = {"code": CODE, "sentence": kept(why), "fix": kept(FIX)}
    row.save(update_fields=["state", "claim", "claimed_at", "problem"])
    outbox.publish(row.workspace_id, "answer_queued", outbound=row.pk, thread=row.thread_id)


def hold_others(thread_ids: Iterable[int], actor_id: int | None, why: Words) -> None:
    """Hold what others queued from a composer and that has not left; in a transaction."""
    waiting = Outbound.objects.select_for_update().filter(
        thread_id__in=list(thread_ids), state=State.QUEUED, claim="", written_since__isnull=False
    )
    for row in waiting.exclude(created_by_id=actor_id):
        hold(row, why)


def _answers(
    thread_id: int, since: datetime, actor_id: int | None, besides: int
) -> QuerySet[Outbound, Outbound]:
    """Answers of others that were queued since; those that were there already had been seen."""
    rows = Outbound.objects.filter(thread_id=thread_id, created_at__gt=since)
    rows = rows.exclude(state__in=_GONE)
    rows = rows.exclude(state=State.QUEUED, claim=PERSON).exclude(pk=besides)
    return rows.exclude(created_by_id=actor_id) if actor_id else rows

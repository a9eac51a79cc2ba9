"""Answers being written: one draft for each person and conversation."""

from django.db import transaction

from comptoir.base import clock
from comptoir.base.models import User
from comptoir.care import acting
from comptoir.care.hydrate import person
from comptoir.care.models import Answer
from comptoir.care.records import AnswerView
from comptoir.channels import api as channels
from comptoir.channels.api import OutboundView


def draft(thread_id: int, user_id: int) -> AnswerView | None:
    """What this person has begun to write there."""
    rows = Answer.objects.filter(
        conversation_id=thread_id, author_id=user_id, state=Answer.State.DRAFT
    )
    found = rows.select_related("author").first()
    if found is None:
        return None
    return view(found, channels.outbound(found.outbound_id) if found.outbound_id else None)


def save_draft(thread_id: int, text: str, *, actor: User) -> AnswerView | None:
    """
    Keep what is being written, in place of what was; an empty text deletes it.

    Raises Problem "unknown_conversation". Leaves no trace: nothing was said yet.
    """
    if not text.strip():
        delete_draft(thread_id, actor=actor)
        return None
    with transaction.atomic():
        (row,) = acting.lock([thread_id])
        made, _new = Answer.objects.update_or_create(
            workspace_id=row.workspace_id,
            conversation_id=thread_id,
            author=actor,
            state=Answer.State.DRAFT,
            defaults={"text": text, "at": clock.now()},
        )
    return view(made)


def delete_draft(thread_id: int, *, actor: User) -> None:
    Answer.objects.filter(
        conversation_id=thread_id, author=actor, state=Answer.State.DRAFT
    ).delete()


def view(row: Answer, outbound: OutboundView | None = None) -> AnswerView:
    return AnswerView(row.pk, person(row.author), row.text, row.state, row.at, outbound)

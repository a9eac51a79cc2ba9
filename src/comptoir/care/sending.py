"""
Answering from here: hand an answer over, take it back, settle its fate, write it again.

How an answer fares is known to channels (`AnswerView.outbound`); here is who wrote it, what
they had read, and what follows for the conversation.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.care import acting, drafts
from comptoir.care.acting import Change, Seen
from comptoir.care.models import ActionTarget, Answer, Conversation
from comptoir.care.records import ActionView, AnswerView
from comptoir.care.undoing import undo
from comptoir.channels import api as channels

Changed = dict[int, tuple[Change, Change]]
Verdict = Literal["sent", "not_sent"]


def send(
    thread_id: int,
    text: str,
    *,
    actor: User,
    to: int | None = None,
    visibility: str = "",
    files: Sequence[channels.Attachment] = (),
    keep: Iterable[int] = (),
    key: str = "",
    seen: Seen = None,
    since: datetime | None = None,
) -> ActionView:
    """
    Queue an answer; it leaves in ten seconds, until when `undo` takes it back.

    The person's draft there becomes that answer, and what had arrived waits no longer unless
    it fails. Parameters and Problems as `channels.enqueue` says; the same key queues once.
    since: when the person began to write; what others did since holds the answer back.
    """

    def hand_over(rows: Sequence[Conversation]) -> Changed:
        made = channels.enqueue(
            thread_id, to, text, visibility, actor=actor, files=files, keep=keep, key=key,
            since=since, why=by_hand(thread_id, since, actor) if since else "",
        )  # fmt: skip
        if Answer.objects.filter(outbound_id=made.id).exists():
            return {}
        return {row.pk: _handed_over(row, made, actor) for row in rows}

    return acting.act("sent", thread_id, actor, hand_over, seen)


def meanwhile(thread_id: int, since: datetime, actor: User) -> channels.Words:
    """What others did in a conversation since the person began to write, "" for nothing."""
    return by_hand(thread_id, since, actor) or channels.meanwhile.happened(
        thread_id, since, actor.pk
    )


def by_hand(thread_id: int, since: datetime, actor: User) -> channels.Words:
    """Who else answered on the network itself and said so here, "" for nobody."""
    rows = Answer.objects.filter(
        conversation_id=thread_id, state=Answer.State.COPIED, at__gt=since
    ).exclude(author=actor)
    other = rows.select_related("author").order_by("-at").first()
    return "" if other is None else channels.meanwhile.answered_by(str(other.author or ""))


def send_anyway(outbound_id: int, *, actor: User) -> ActionView:
    """Let an answer leave that was held back, now that its author has looked. Final."""
    answer = _answer(outbound_id)

    def let_go(rows: Sequence[Conversation]) -> Changed:
        channels.release(outbound_id, actor=actor)
        answer.heard_until = rows[0].heard_until
        answer.save(update_fields=["heard_until"])
        return {row.pk: ({}, {"released": outbound_id}) for row in rows}

    return acting.act("sent_anyway", answer.conversation_id, actor, let_go)


def take_back(outbound_id: int, *, actor: User) -> ActionView:
    """Undo the sending of an answer that still waits; raises Problem "already_left"."""
    done = ActionTarget.objects.filter(
        action__verb="sent", action__undone_at=None, after__outbound=outbound_id
    ).first()
    if done is None:
        raise _unknown_answer()
    return undo(done.action_id, actor)


def decide(outbound_id: int, verdict: Verdict, *, actor: User) -> ActionView:
    """
    Say of an answer of unknown fate whether it is there.

    One that is there answers what had arrived, without a time of reply: nobody knows when it
    left. One that is not is sent again. Cannot be undone.
    """
    answer = _answer(outbound_id)

    def settle(rows: Sequence[Conversation]) -> Changed:
        channels.decide(outbound_id, verdict, actor=actor)
        decided: Change = {"outbound": outbound_id, "verdict": verdict}
        changed = acting.apply(rows, lambda row: _answered(answer, verdict))
        return {row.pk: _with(changed.get(row.pk, ({}, {})), decided) for row in rows}

    verb = "found_sent" if verdict == "sent" else "sent_again"
    return acting.act(verb, answer.conversation_id, actor, settle)


def write_again(outbound_id: int, *, actor: User) -> AnswerView:
    """An answer that failed, or was taken back, as the person's draft, before what is there."""
    with transaction.atomic():
        answer = _answer(outbound_id)
        (row,) = acting.lock([answer.conversation_id])
        rows = Answer.objects.filter(conversation=row, author=actor, state=Answer.State.DRAFT)
        there = rows.first()
        draft = there or Answer(workspace_id=row.workspace_id, conversation=row, author=actor)
        if answer.text not in draft.text:
            draft.text = f"{answer.text}\n\n{draft.text}".strip()
        draft.state, draft.at, draft.outbound_id = Answer.State.DRAFT, clock.now(), outbound_id
        draft.save()
    return drafts.view(draft, channels.outbound(outbound_id))


def _handed_over(
    row: Conversation, made: channels.OutboundView, actor: User
) -> tuple[Change, Change]:
    draft = Answer.objects.filter(conversation=row, author=actor, state=Answer.State.DRAFT).first()
    answer = draft or Answer(workspace_id=row.workspace_id, conversation=row, author=actor)
    answer.text, answer.state, answer.at = made.text, Answer.State.OUT, clock.now()
    answer.outbound_id, answer.heard_until = made.id, row.heard_until
    answer.save()
    return {"answer": made.text}, {"answer": answer.pk, "outbound": made.id}


def _answered(answer: Answer, verdict: Verdict) -> Change:
    if verdict != "sent" or answer.heard_until is None:
        return {}
    return {"answered_by_hand_at": clock.now(), "answered_until": answer.heard_until}


def _with(change: tuple[Change, Change], more: Change) -> tuple[Change, Change]:
    before, after = change
    return before, after | more


def _answer(outbound_id: int) -> Answer:
    found = Answer.objects.filter(outbound_id=outbound_id, state=Answer.State.OUT).first()
    if found is None:
        raise _unknown_answer()
    return found


def _unknown_answer() -> Problem:
    return Problem(
        "unknown_answer",
        _("This answer is not here any more."),
        _("Reload the conversation to see what became of it."),
    )

"""Taking an action back."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.care import acting
from comptoir.care.actions import set_tags
from comptoir.care.models import Action, ActionTarget, Answer, Conversation, Note, Tagging
from comptoir.care.records import ActionView
from comptoir.care.refresh import refresh
from comptoir.care.sentences import view
from comptoir.channels import api as channels

FINAL = frozenset({"found_sent", "sent_again", "sent_anyway"})
"""What was said of an answer that waited for a person: it may have left already."""


def undo(action_id: int, actor: User) -> ActionView:
    """
    Put back what stood before an action, in all its conversations or in none.

    Raises Problem "unknown_action", "already_undone", or "changed_since" when somebody has
    changed one of them since.
    """
    with transaction.atomic():
        made = _undoable(action_id)
        targets = list(ActionTarget.objects.filter(action=made).order_by("conversation_id"))
        threads = [target.conversation_id for target in targets]
        rows = {row.pk: row for row in acting.lock(threads)}
        for target in targets:
            _put_back(target, rows[target.conversation_id], actor)
        acting.save(list(rows.values()))
        made.undone_at = clock.now()
        made.save(update_fields=["undone_at"])
        acting.audit_undone(made, actor, threads)
        refresh(threads, acted=True)
    return view(made, tuple(threads))


def _undoable(action_id: int) -> Action:
    made = Action.objects.select_for_update().filter(pk=action_id).first()
    if made is None:
        raise Problem("unknown_action", _("This action does not exist."))
    if made.undone_at is not None:
        raise Problem("already_undone", _("This was already undone."))
    if made.verb in FINAL:
        raise Problem("cannot_undo", _("This cannot be undone."))
    return made


def _put_back(target: ActionTarget, row: Conversation, actor: User) -> None:
    after = {name: value for name, value in target.after.items() if name in acting.COLUMNS}
    if acting.stored(acting.current(row, after)) != after:
        raise acting.changed_since()
    acting.put(row, acting.read({name: target.before[name] for name in after}))
    for name, value in target.after.items():
        if name.startswith("tag:"):
            _tag_back(row, int(name[4:]), present=value)
    if "note" in target.after:
        _gone_or_changed(Note.objects.filter(pk=target.after["note"]).delete()[0])
    if "outbound" in target.after:
        channels.cancel(target.after["outbound"], actor=actor)
    if "answer" in target.after:
        _answer_back(target.after["answer"], target.before["answer"])


def _tag_back(row: Conversation, tag_id: int, *, present: bool) -> None:
    there = Tagging.objects.filter(conversation=row, tag_id=tag_id).exists()
    if there is not present:
        raise acting.changed_since()
    set_tags([row], tag_id, present=not present)


def _answer_back(answer_id: int, draft: str | None) -> None:
    """The answer becomes the draft it was; a newer draft by the same person stays instead."""
    answer = Answer.objects.filter(pk=answer_id).first()
    if answer is None:
        raise acting.changed_since()
    newer = Answer.objects.filter(
        conversation_id=answer.conversation_id, author_id=answer.author_id, state="draft"
    )
    if answer.outbound_id is not None and (other := newer.first()):
        other.text = f"{answer.text}\n\n{other.text}"
        other.save(update_fields=["text"])
    if draft is None or newer.exists():
        answer.delete()
        return
    answer.text, answer.state = draft, Answer.State.DRAFT
    answer.save(update_fields=["text", "state"])


def _gone_or_changed(deleted: int) -> None:
    if not deleted:
        raise acting.changed_since()

"""What people do to conversations; each leaves a trace that can be undone."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from comptoir.analysis.api import fold
from comptoir.base import clock
from comptoir.base.errors import Problem
from comptoir.base.models import Membership, User
from comptoir.base.scope import current_workspace_id
from comptoir.care import acting
from comptoir.care.acting import Change, Seen, Threads
from comptoir.care.models import Answer, Conversation, Note, Tag, Tagging
from comptoir.care.records import ActionView
from comptoir.channels import api as channels

Changed = dict[int, tuple[Change, Change]]
_LONGEST = 60


def assign(
    threads: Threads, assignee_id: int | None, *, actor: User, seen: Seen = None
) -> ActionView:
    """Give conversations to a member of the team, or to nobody; raises "unknown_person"."""
    name = _member(assignee_id)
    return acting.change(
        "assigned",
        threads,
        actor,
        lambda row: {"assignee_id": assignee_id},
        seen,
        assignee=assignee_id,
        name=name,
    )


def snooze(threads: Threads, until: datetime, *, actor: User, seen: Seen = None) -> ActionView:
    """
    Put open conversations aside until a moment (aware) ahead; raises "moment_past".

    A new message of the customer's brings one back before.
    """
    if until <= clock.now():
        raise Problem(
            "moment_past", _("This moment has passed already."), _("Choose one that lies ahead.")
        )
    return acting.change(
        "snoozed",
        threads,
        actor,
        lambda row: _asleep(row, until),
        seen,
        until=until.isoformat(),
    )


def _asleep(row: Conversation, until: datetime) -> Change:
    if row.state != Conversation.State.OPEN:
        return {}
    return {"snoozed_until": until, "settled_until": row.heard_until}


def unsnooze(threads: Threads, *, actor: User, seen: Seen = None) -> ActionView:
    return acting.change("unsnoozed", threads, actor, lambda row: {"snoozed_until": None}, seen)


def close(threads: Threads, *, actor: User, seen: Seen = None) -> ActionView:
    """Take conversations off the desk; a new message that needs an answer brings one back."""
    now = clock.now()
    return acting.change("closed", threads, actor, lambda row: _closed(row, now), seen)


def _closed(row: Conversation, now: datetime) -> Change:
    if row.state == Conversation.State.CLOSED:
        return {}
    return {
        "state": Conversation.State.CLOSED.value,
        "closed_at": now,
        "snoozed_until": None,
        "settled_until": row.heard_until,
    }


def reopen(threads: Threads, *, actor: User, seen: Seen = None) -> ActionView:
    return acting.change(
        "reopened",
        threads,
        actor,
        lambda row: {"state": Conversation.State.OPEN.value, "closed_at": None},
        seen,
    )


def tag(threads: Threads, name: str, *, actor: User) -> ActionView:
    """Add a tag, made when it is new; names that differ by case or accents alone are one."""
    wanted = " ".join(name.split())[:_LONGEST]
    key = fold(wanted)[:120]
    if not key:
        raise Problem("empty_name", _("A tag needs a name."), _("Write a word or two."))

    def add(rows: Sequence[Conversation]) -> Changed:
        made, _new = Tag.objects.get_or_create(
            workspace_id=current_workspace_id(), key=key, defaults={"name": wanted}
        )
        return set_tags(rows, made.pk, present=True)

    return acting.act("tagged", threads, actor, add, name=wanted)


def untag(threads: Threads, tag_id: int, *, actor: User) -> ActionView:
    """Take a tag off; raises "unknown_tag"."""
    known = Tag.objects.filter(pk=tag_id).first()
    if known is None:
        raise Problem("unknown_tag", _("This tag does not exist any more."))
    return acting.act(
        "untagged",
        threads,
        actor,
        lambda rows: set_tags(rows, tag_id, present=False),
        name=known.name,
    )


def set_tags(rows: Sequence[Conversation], tag_id: int, *, present: bool) -> Changed:
    """Put a tag on conversations or take it off; what changed, by thread."""
    ids = [row.pk for row in rows]
    there = Tagging.objects.filter(conversation_id__in=ids, tag_id=tag_id)
    tagged = set(there.values_list("conversation_id", flat=True))
    changed = [one for one in ids if (one in tagged) is not present]
    if present:
        workspace = current_workspace_id()
        Tagging.objects.bulk_create(
            Tagging(workspace_id=workspace, conversation_id=one, tag_id=tag_id) for one in changed
        )
    else:
        there.delete()
    return {one: ({f"tag:{tag_id}": not present}, {f"tag:{tag_id}": present}) for one in changed}


def note(threads: Threads, text: str, *, actor: User) -> ActionView:
    """Write an internal note; raises "empty_text"."""
    said = text.strip()
    if not said:
        raise Problem("empty_text", _("The note is empty."), _("Write something first."))
    return acting.act("noted", threads, actor, lambda rows: _write_notes(rows, said, actor))


def _write_notes(rows: Sequence[Conversation], text: str, actor: User) -> Changed:
    changed: Changed = {}
    for row in rows:
        made = Note.objects.create(
            workspace_id=row.workspace_id,
            conversation=row,
            author=actor,
            text=text,
            at=clock.now(),
        )
        changed[row.pk] = ({"note": None}, {"note": made.pk})
    return changed


def mark_answered(threads: Threads, text: str, *, actor: User, seen: Seen = None) -> ActionView:
    """
    Say that the answer `text` was given by hand on the network itself.

    The person's draft there becomes that answer; the conversation no longer waits.
    `text` may be empty: answered with words that were not kept.
    """
    return acting.act(
        "answered", threads, actor, lambda rows: _answer(rows, text.strip(), actor), seen
    )


def _answer(rows: Sequence[Conversation], text: str, actor: User) -> Changed:
    now = clock.now()
    changed = acting.apply(
        rows, lambda row: {"answered_by_hand_at": now, "answered_until": row.heard_until}
    )
    for row in rows:
        draft = Answer.objects.filter(
            conversation=row, author=actor, state=Answer.State.DRAFT
        ).first()
        made = draft or Answer(workspace_id=row.workspace_id, conversation=row, author=actor)
        before, after = changed[row.pk]
        before["answer"] = draft.text if draft else None
        made.text, made.state, made.at = text, Answer.State.COPIED, now
        made.outbound = None
        made.save()
        after["answer"] = made.pk
    channels.meanwhile.hold_others(
        [row.pk for row in rows], actor.pk, channels.meanwhile.answered_by(str(actor))
    )
    return changed


def _member(user_id: int | None) -> str:
    """The name of a member of this workspace; "" for nobody."""
    if user_id is None:
        return ""
    rows = Membership.objects.filter(workspace_id=current_workspace_id(), user_id=user_id)
    found = rows.select_related("user").first()
    if found is None:
        raise Problem(
            "unknown_person",
            _("This person is not in the team."),
            _("Choose a member of the team."),
        )
    return str(found.user)

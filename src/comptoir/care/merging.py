"""
Two conversations found to be one: nothing that people did to either is lost.

Channels moves messages between threads when one arrives that ties them together. Notes,
tags, answers and actions follow to the thread that holds the messages now; decisions are
combined on the side of more work: closed only if all were, waiting if any was.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from comptoir.care.models import ActionTarget, Answer, Conversation, Note, Tagging
from comptoir.care.refresh import tell, update
from comptoir.channels.models import Message


def merge(threads: Sequence[int], gone: Sequence[int], pairs: Iterable[Sequence[int]]) -> None:
    """
    threads: to be read again. gone: emptied ones. pairs: [gone, where its messages are].

    A gone thread whose messages went several ways follows its newest message.
    """
    homes = _homes(gone, pairs)
    kept = sorted({*threads, *homes.values()} - set(gone))
    update(kept, set(), acted=False)
    for old, home in sorted(homes.items()):
        _join(old, home)
    Conversation.objects.filter(pk__in=gone).delete()
    messages = set(Message.objects.filter(thread_id__in=kept).values_list("pk", flat=True))
    update(kept, messages, acted=True)
    tell(kept, sorted(messages))


def _homes(gone: Sequence[int], pairs: Iterable[Sequence[int]]) -> dict[int, int]:
    homes = {old: home for old, home in pairs if old in set(gone)}
    newest = dict(Conversation.objects.filter(pk__in=gone).values_list("last_message", "pk"))
    moved = Message.objects.filter(pk__in=newest).values_list("pk", "thread_id")
    return homes | {newest[message]: home for message, home in moved if home not in gone}


def _join(old: int, home: int) -> None:
    rows = {row.pk: row for row in Conversation.objects.filter(pk__in=[old, home])}
    if old not in rows or home not in rows:
        return
    _move_drafts(old, home)
    for model in (Note, Answer, ActionTarget):
        model.objects.filter(conversation_id=old).update(conversation_id=home)
    there = Tagging.objects.filter(conversation_id=home).values_list("tag_id", flat=True)
    fresh = Tagging.objects.filter(conversation_id=old).exclude(tag_id__in=list(there))
    fresh.update(conversation_id=home)
    _decide(rows[home], rows[old])


def _move_drafts(old: int, home: int) -> None:
    """Somebody who was writing in both finds both texts in one draft."""
    drafts = Answer.objects.filter(state=Answer.State.DRAFT)
    for draft in drafts.filter(conversation_id=old):
        other = drafts.filter(conversation_id=home, author_id=draft.author_id).first()
        if other is not None:
            draft.text = f"{draft.text}\n\n{other.text}"
            draft.save(update_fields=["text"])
            other.delete()


def _decide(home: Conversation, old: Conversation) -> None:
    both = (home, old)
    home.assignee_id = home.assignee_id or old.assignee_id
    voiced = [one for one in both if one.received] or list(both)
    open_ones = [one for one in voiced if one.state == Conversation.State.OPEN]
    awake = [one for one in voiced if one.snoozed_until is None]
    home.state = Conversation.State.OPEN if open_ones else Conversation.State.CLOSED
    home.closed_at = None if open_ones else _latest(one.closed_at for one in voiced)
    home.snoozed_until = None if awake else _earliest(one.snoozed_until for one in voiced)
    home.settled_until = _latest(one.settled_until for one in both)
    home.answered_by_hand_at = _latest(one.answered_by_hand_at for one in both)
    home.answered_until = _answered(both)
    home.save()


def _answered(both: Iterable[Conversation]) -> datetime | None:
    """Answered by hand as far as the least answered of those that waited or were answered."""
    counting = [one for one in both if one.waiting_since or one.answered_until]
    if any(one.answered_until is None for one in counting):
        return None
    return _earliest(one.answered_until for one in counting)


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, moments), default=None)


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min(filter(None, moments), default=None)

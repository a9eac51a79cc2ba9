"""Tags on mentions: put on many at once, taken off, taken back."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from comptoir.analysis.api import fold
from comptoir.base import audit, bulk, clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.listening.models import (
    Mention,
    MentionTag,
    TagChange,
    TagChangeTarget,
    TaggedMention,
)
from comptoir.listening.records import TagChangeView, TagView

LONGEST: Final = 60
_PART: Final = 500


def tags() -> list[TagView]:
    """Those that a mention bears, by name."""
    rows = MentionTag.objects.filter(Exists(TaggedMention.objects.filter(tag=OuterRef("pk"))))
    return sorted((TagView(row.pk, row.name) for row in rows), key=_by_name)


def tags_of(message_ids: Iterable[int]) -> dict[int, list[TagView]]:
    """The tags of each of these messages, by name; those without any are left out."""
    rows = bulk.picked(TaggedMention).filter(message_id__in=list(message_ids))
    found: dict[int, list[TagView]] = {}
    for message, tag, name in rows.values_list("message_id", "tag_id", "tag__name"):
        found.setdefault(message, []).append(TagView(tag, name))
    return {message: sorted(some, key=_by_name) for message, some in found.items()}


def tag(message_ids: Iterable[int], name: str, actor: User) -> TagChangeView:
    """
    Put a tag on mentions, made when it is new; messages that no query found are passed over.

    Names that differ by case or accents alone are one. Raises Problem "empty_name".
    """
    wanted = " ".join(name.split())[:LONGEST]
    key = fold(wanted)[:120]
    if not key:
        raise Problem("empty_name", _("A tag needs a name."), _("Write a word or two."))
    with transaction.atomic():
        made, _new = MentionTag.objects.get_or_create(
            workspace_id=current_workspace_id(), key=key, defaults={"name": wanted}
        )
        return _change(_locked(made.pk), message_ids, actor, adds=True)


def untag(message_ids: Iterable[int], tag_id: int, actor: User) -> TagChangeView:
    """Take a tag off mentions; raises Problem "unknown_tag"."""
    with transaction.atomic():
        return _change(_locked(tag_id), message_ids, actor, adds=False)


def tag_named(name: str) -> int:
    """The id of a tag of this name; raises Problem "unknown_tag"."""
    key = fold(" ".join(name.split()))[:120]
    found = MentionTag.objects.filter(key=key).values_list("pk", flat=True).first() if key else None
    if found is None:
        raise _unknown()
    return found


def undo_tags(change_id: int, actor: User) -> TagChangeView:
    """
    Put back what stood before a change, on all its mentions or on none.

    Raises Problem "unknown_action", "already_undone", or "changed_since" when somebody has
    changed the tag on one of them since. Messages erased since are no mentions any more.
    """
    with transaction.atomic():
        made = TagChange.objects.filter(pk=change_id).first()
        if made is None:
            raise Problem("unknown_action", _("This action does not exist."))
        row = _locked(made.tag_id)
        made = TagChange.objects.select_for_update().get(pk=change_id)
        if made.undone_at is not None:
            raise Problem("already_undone", _("This was already undone."))
        targets = TagChangeTarget.objects.filter(change=made).order_by("message_id")
        messages = list(targets.values_list("message_id", flat=True))
        there = _tagged(row, messages)
        if any((one in there) is not made.adds for one in messages):
            raise Problem(
                "changed_since",
                _("Somebody has changed this tag on one of the mentions in the meantime."),
                _("Look at them again, then decide."),
            )
        _set(row, messages, present=not made.adds)
        made.undone_at = clock.now()
        made.save(update_fields=["undone_at"])
        _tell("listening.tags_undone", row, actor, len(messages))
    return TagChangeView(made.pk, row.name, made.adds, len(messages))


def _by_name(one: TagView) -> str:
    return one.name.casefold()


def _locked(tag_id: int) -> MentionTag:
    """Held for this transaction, so that of two people at once each knows what they changed."""
    row = MentionTag.objects.select_for_update().filter(pk=tag_id).first()
    if row is None:
        raise _unknown()
    return row


def _unknown() -> Problem:
    return Problem("unknown_tag", _("No mention bears this tag."), _("Choose one from the list."))


def _change(
    row: MentionTag, message_ids: Iterable[int], actor: User, *, adds: bool
) -> TagChangeView:
    chosen = _mentioned(sorted(set(message_ids)))
    there = _tagged(row, chosen)
    changed = [one for one in chosen if (one in there) is not adds]
    _set(row, changed, present=adds)
    made = TagChange.objects.create(
        workspace_id=row.workspace_id, tag=row, adds=adds, by=actor, at=clock.now()
    )
    bulk.upsert(
        TagChangeTarget,
        ("workspace_id", "change_id", "message_id"),
        [(row.workspace_id, made.pk, one) for one in changed],
        key=("change_id", "message_id"),
    )
    if changed:
        _tell("listening.tagged" if adds else "listening.untagged", row, actor, len(changed))
    return TagChangeView(made.pk, row.name, adds, len(changed))


def _set(row: MentionTag, messages: Sequence[int], *, present: bool) -> None:
    if present:
        bulk.upsert(
            TaggedMention,
            ("workspace_id", "tag_id", "message_id"),
            [(row.workspace_id, row.pk, one) for one in messages],
            key=("tag_id", "message_id"),
        )
        return
    for part in _parts(messages):
        TaggedMention.objects.filter(tag=row, message_id__in=part).delete()


def _mentioned(messages: Sequence[int]) -> list[int]:
    """Those that a query found, in this workspace."""
    found: set[int] = set()
    for part in _parts(messages):
        rows = bulk.picked(Mention).filter(message_id__in=part)
        found.update(rows.values_list("message_id", flat=True))
    return [one for one in messages if one in found]


def _tagged(row: MentionTag, messages: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in _parts(messages):
        rows = TaggedMention.objects.filter(tag=row, message_id__in=part)
        found.update(rows.values_list("message_id", flat=True))
    return found


def _parts(messages: Sequence[int]) -> list[Sequence[int]]:
    return [messages[start : start + _PART] for start in range(0, len(messages), _PART)]


def _tell(verb: str, row: MentionTag, actor: User, mentions: int) -> None:
    audit.record(verb, actor=actor, workspace=row.workspace_id, target=row.name, mentions=mentions)

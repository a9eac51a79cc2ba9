"""Erasing a person from what was heard, and a workspace from the full-text index."""

import re
from collections.abc import Iterator, Sequence

from django.db import connection, transaction
from django.db.models import Q

from comptoir.base import erasure, outbox
from comptoir.base.erasure import Person
from comptoir.base.scope import scope
from comptoir.base.workspaces import on_workspace_deleted
from comptoir.channels import attachments, models
from comptoir.channels.imports import drop_files
from comptoir.channels.models import (
    Author,
    Delivery,
    ImportReject,
    Message,
    Outbound,
    Thread,
    Treatment,
    Visitor,
)
from comptoir.channels.queries import chunks
from comptoir.channels.search import TABLE, remove_from_index, search
from comptoir.channels.visitors import visitor_key

_PART = 500
_NOBODY = r"\1…"

erasure.rule(models.Account, "kept", "A place that messages come from; names nobody.")
erasure.rule(models.OwnHandle, "kept", "The brand's own names.")
erasure.rule(models.Author, "erased", "Handle, name and reach of the person.")
erasure.rule(models.SavedMapping, "kept", "Names of columns.")
erasure.rule(models.ImportRun, "kept", "Counts of rows; the file itself is dropped at the end.")
erasure.rule(models.ImportReject, "erased", "Refused rows that name the person are deleted.")
erasure.rule(models.Delivery, "erased", "What the person wrote, as it arrived.")
erasure.rule(models.Thread, "erased", "Deleted when nothing else is left in it.")
erasure.rule(
    models.Message, "erased", "What the person wrote; their name in what others wrote to them."
)

erasure.rule(models.ConnectedAccount, "kept", "How the brand's own accounts are connected.")
erasure.rule(models.Inbound, "erased", "Deliveries that name the person are emptied.")
erasure.rule(models.Removal, "kept", "Ids of messages that are gone, so that they stay so; a year.")
erasure.rule(models.Receipt, "kept", "Ids of the brand's own answers; names nobody.")
erasure.rule(models.Outbound, "erased", "Answers to what the person wrote.")
erasure.rule(models.OutboundFile, "erased", "Goes with the answer that it belongs to.")
erasure.rule(models.Visitor, "erased", "Name and address that the person left in a chat.")
erasure.rule(models.Treatment, "erased", "Goes with the message that was hidden or liked.")


@erasure.eraser("channels", order=40)
def erase_author(person: Person) -> int:
    """Erase an author and everything they wrote; returns how many rows went."""
    with scope(person.workspace_id):
        author = Author.objects.filter(pk=person.author_id).first()
        if author is None:
            return 0
        erased = 0
        while ids := list(
            Message.objects.filter(author=author).values_list("pk", flat=True)[:_PART]
        ):
            erased += _erase_messages(person.workspace_id, ids)
        with transaction.atomic():
            erased += _erase_visitors(author)
            erased += _erase_rejects(author)
            erased += _erase_mentions(person.workspace_id, author)
            author.delete()
        return erased + 1


def remove_messages(account_id: int, external_ids: Sequence[str]) -> int:
    """Erase what the network says is gone; the rest of its author stays. In a scope."""
    here = Message.objects.filter(account_id=account_id, external_id__in=external_ids)
    found = list(here.values_list("workspace_id", "pk"))
    for part in chunks([pk for _, pk in found], _PART):
        _erase_messages(found[0][0], part)
    return len(found)


def _erase_messages(workspace_id: int, ids: list[int]) -> int:
    with transaction.atomic():
        rows = Message.objects.filter(pk__in=ids)
        deliveries = set(rows.values_list("delivery_id", flat=True))
        touched = set(rows.values_list("thread_id", flat=True))
        remove_from_index(ids)
        Outbound.objects.filter(to__in=ids).delete()
        Treatment.objects.filter(message__in=ids).delete()
        Thread.objects.filter(about_id__in=ids).update(about=None)
        Message.objects.filter(thread_id__in=touched, parent__in=ids).update(parent=None)
        deleted = attachments.forget(ids)
        deleted += rows.delete()[0]
        deleted += _erase_deliveries(deliveries)
        left = set(
            Message.objects.filter(thread_id__in=touched).values_list("thread_id", flat=True)
        )
        deleted += Thread.objects.filter(pk__in=touched - left).delete()[0]
        outbox.publish(workspace_id, "messages_erased", ids=ids, threads=sorted(left))
    return deleted


def _erase_deliveries(deliveries: set[int]) -> int:
    """
    Raw rows go even when another's message came in them (the brand's reply to a review):
    they hold the person's words. Below the ORM, whose cascade would look for that message by
    a column without an index.
    """
    return Delivery.objects.filter(pk__in=deliveries)._raw_delete(connection.alias)


def _erase_visitors(author: Author) -> int:
    """Chats in which the person is known by this handle: an address, or a part of the key."""
    key = visitor_key(author.handle)
    known = Q(email__iexact=author.handle) | (Q(key__startswith=key) if key else Q(pk__in=[]))
    return Visitor.objects.filter(known).delete()[0] if author.handle else 0


def _erase_mentions(workspace_id: int, author: Author) -> int:
    """
    Take the person's name out of what others wrote to them; the rest of it stays.

    The changed messages are read anew, which follows them through labels, conversations
    and the index.
    """
    if not author.handle:
        return 0
    named = re.compile(rf"(?<![\w@])(@?){re.escape(author.handle)}(?!\w)", re.IGNORECASE)
    addressed = Message.objects.filter(
        channel=author.channel, in_reply_to_handle__iexact=author.handle
    )
    found = {*addressed.values_list("pk", flat=True), *_mentioning(author.handle)}
    for part in chunks(sorted(found), _PART):
        for message in Message.objects.filter(pk__in=part).select_related("delivery"):
            _unname(message, named)
        outbox.publish(workspace_id, "messages_received", ids=part)
    return len(found)


def _mentioning(handle: str) -> Iterator[int]:
    """Ids of the messages that mention "@handle", by the full-text index."""
    before = None
    while ids := search(f'"@{handle}"', before_id=before, limit=_PART):
        yield from ids
        before = ids[-1]


def _unname(message: Message, named: re.Pattern[str]) -> None:
    message.text = named.sub(_NOBODY, message.text)
    if named.fullmatch(message.in_reply_to_handle):
        message.in_reply_to_handle = ""
    message.save(update_fields=["text", "in_reply_to_handle"])
    delivery = message.delivery
    delivery.raw = named.sub(_NOBODY, delivery.raw)
    delivery.save(update_fields=["raw"])


def _erase_rejects(author: Author) -> int:
    if not author.handle:
        return 0
    named = Q(raw__icontains=author.handle)
    if author.name:
        named |= Q(raw__icontains=author.name)
    found = ImportReject.objects.filter(named).values_list("pk", flat=True)
    for part in chunks(list(found), _PART):
        ImportReject.objects.filter(pk__in=part).delete()
    return len(found)


@on_workspace_deleted("imported files", "before")
def forget_files(workspace_id: int) -> None:
    drop_files(workspace_id)


@on_workspace_deleted("full-text index", "before")
def forget_index(workspace_id: int) -> None:
    """Index entries of the workspace's messages, found by its own facet."""
    facet = f"w{workspace_id}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"DELETE FROM {TABLE} WHERE document @@ %s::tsquery",  # noqa: S608 our name
                [f"'={facet}'"],
            )
        else:
            cursor.execute(
                f"DELETE FROM {TABLE} WHERE rowid IN"  # noqa: S608 our name
                f" (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s)",
                [f'facets : "{facet}"'],
            )

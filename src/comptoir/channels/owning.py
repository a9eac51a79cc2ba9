"""Who speaks for the brand, and what changes in stored messages when that changes."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from comptoir.base import audit, outbox
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.channels import handles, threads
from comptoir.channels.models import Account, Author, Message, OwnHandle
from comptoir.channels.queries import chunks, own_handles, span
from comptoir.channels.storing import (
    EVENT_IDS,
    Target,
    around,
    handle_key,
    nodes_of,
    own_keys,
    publish_moves,
    settle,
)
from comptoir.channels.views import OwnHandleView

_THREADS = 500


def set_own_handles(
    named: Iterable[tuple[str, str]], actor: User | None = None
) -> list[OwnHandleView]:
    """
    Replace the handles under which the brand speaks, given as (channel, handle).

    channel "" means on any. Messages of authors who became or ceased to be the brand are
    marked anew, their threads worked out again, and `messages_reowned` published.
    """
    workspace_id = current_workspace_id()
    wanted = {
        (channel.strip()[:30], handle_key(handle)): handle.strip().lstrip("@")[:200]
        for channel, handle in named
        if handle_key(handle)
    }
    with transaction.atomic():
        before = {(row.channel, row.key): row for row in OwnHandle.objects.all()}
        gone = [row.pk for key, row in before.items() if key not in wanted]
        OwnHandle.objects.filter(pk__in=gone).delete()
        for (channel, key), handle in wanted.items():
            if (channel, key) not in before:
                OwnHandle.objects.create(
                    workspace_id=workspace_id, channel=channel, key=key, handle=handle
                )
        changed = {key for _, key in set(before) ^ set(wanted)}
        if changed:
            audit.record("channels.own_handles_changed", actor=actor, workspace=workspace_id)
            reown(workspace_id, changed)
    return own_handles()


def add_own_handles(
    named: Sequence[tuple[str, str]], actor: User | None = None
) -> list[OwnHandleView]:
    """Like `set_own_handles`, keeping those that are there."""
    here = [(each.channel, each.handle) for each in own_handles()]
    return set_own_handles([*here, *named], actor)


def reown(workspace_id: int, keys: set[str]) -> None:
    """Mark anew what the authors with these keys wrote, and everything that follows from it."""
    authors = list(Author.objects.filter(key__in=keys))
    concerned = {
        account.pk: _threads_concerned(account.pk, authors, keys)
        for account in Account.objects.all()
    }
    for author in authors:
        _mark(workspace_id, author, author.key in own_keys(workspace_id, author.channel))
    for account in Account.objects.all():
        target = Target(workspace_id, account.pk, account.channel)
        own = own_keys(workspace_id, account.channel)
        for part in chunks(sorted(concerned[account.pk]), _THREADS):
            _place_again(target, part, own)
    everything = span()
    if everything is not None:
        handles.link(workspace_id, *everything)


def _mark(workspace_id: int, author: Author, own: bool) -> None:
    author.own = own
    author.save(update_fields=["own"])
    rows = Message.objects.filter(author=author).exclude(own=own)
    for part in chunks(list(rows.values_list("pk", flat=True)), EVENT_IDS):
        Message.objects.filter(pk__in=part).update(own=own)
        outbox.publish(workspace_id, "messages_reowned", ids=part)


def _threads_concerned(account_id: int, authors: list[Author], keys: set[str]) -> set[int]:
    """Threads where they spoke, were answered, or were addressed."""
    here = Message.objects.filter(account_id=account_id)
    written = here.filter(author__in=authors)
    answered = here.filter(parent__in=written.values("pk"))
    addressed = here.exclude(in_reply_to_handle="").annotate(to=Lower("in_reply_to_handle"))
    named = addressed.filter(Q(to__in=keys) | Q(in_reply_to_handle__in=keys))
    return {
        thread
        for rows in (written, answered, named)
        for thread in rows.values_list("thread_id", flat=True).distinct()
    }


def _place_again(target: Target, thread_ids: list[int], own: frozenset[str]) -> None:
    nodes = nodes_of(thread_ids, target, own)
    placed = threads.places(nodes, around(target, nodes))
    _, moves = settle(target, nodes, placed)
    publish_moves(target.workspace_id, moves)

"""
One conversation from its beginning: messages, notes, answers, actions.

Four tables are read in one order: by millisecond, then by kind, then by id. A page's cursor
is the place of its oldest entry in that order, so that equal times lose nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from comptoir.base import ids
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.care import drafts, sentences
from comptoir.care.hydrate import person
from comptoir.care.models import Action, ActionTarget, Answer, Note
from comptoir.care.records import Capability, ConversationView, Entry, NoteView, Timeline
from comptoir.channels import api as channels
from comptoir.channels.models import Message, Outbound
from comptoir.triage.api import labels

_SHOWN_BY_THEMSELVES = ("noted", "answered", "sent")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)


class _Place(NamedTuple):
    """Where an entry stands: milliseconds since 1970, kind, id."""

    tick: int
    rank: int
    id: int


def timeline(thread_id: int, before: str = "", limit: int = 100) -> Timeline:
    """
    The newest `limit` entries, oldest of them first; `before`: Timeline.earlier of a page.

    Drafts are not part of it, nor actions that a note or an answer already shows. Empty for
    an unknown thread.
    """
    end = _read(before)
    found = [
        one for rank, read in enumerate(_SOURCES) for one in read(thread_id, rank, end, limit + 1)
    ]
    found.sort(key=lambda one: one[0])
    kept = found[-limit:]
    return Timeline(
        entries=tuple(entry for _place, entry in kept),
        earlier=_write(kept[0][0]) if len(found) > limit else "",
    )


def capabilities(conversation: ConversationView, to: int | None = None) -> Capability:
    """
    Whether an answer can be sent from here and how, else why not and where to go.

    to: the message to answer, the customer's newest unless named.
    """
    ways = channels.ways(conversation.id, to)
    original = _original(conversation.id)
    if ways.open:
        return Capability(True, "", original, ways)
    return Capability(False, f"{_why_not(ways)} {_by_hand(original)}", original, ways)


def _why_not(ways: channels.WaysView) -> str:
    """Why each way is shut, or why there is none."""
    if len(ways.ways) == 1:
        return str(ways.ways[0].closed)
    return " ".join(f"{way.label}: {way.closed}" for way in ways.ways) or str(ways.cannot)


def _by_hand(original: str) -> str:
    if original:
        return _("Copy it, open the original message and answer there.")
    return _("Copy it and answer where the customer wrote.")


def _original(thread_id: int) -> str:
    """Address of the latest customer message that has one."""
    rows = Message.objects.filter(thread_id=thread_id, own=False).exclude(url="")
    return rows.order_by("-pk").values_list("url", flat=True).first() or ""


Placed = tuple[_Place, Entry]
Source = Callable[[int, int, _Place | None, int], list[Placed]]


def _messages(thread_id: int, rank: int, end: _Place | None, limit: int) -> list[Placed]:
    below = None if end is None else _message_bound(end, rank)
    found = channels.thread(thread_id, before=below, limit=limit)
    read = labels(one.id for one in found)
    sent = _sent(thread_id) if any(one.own for one in found) else {}
    treated = channels.treated(one.id for one in found)
    return [
        (
            _Place(one.id >> ids.COUNTER_BITS, rank, one.id),
            Entry(
                one.sent_at,
                "message",
                message=one,
                label=read.get(one.id),
                outbound=sent.get(one.id),
                treated=treated.get(one.id),
            ),
        )
        for one in found
    ]


def _sent(thread_id: int) -> dict[int, channels.OutboundView]:
    """Answers sent from here by the message that they became."""
    sent = channels.outbound_of([thread_id]).get(thread_id, [])
    return {one.message: one for one in sent if one.message is not None}


def _message_bound(end: _Place, rank: int) -> int:
    """Messages stand before `end` exactly when their id, which holds their time, is below."""
    return end.id if rank == end.rank else (end.tick + (rank < end.rank)) << ids.COUNTER_BITS


def _notes(thread_id: int, rank: int, end: _Place | None, limit: int) -> list[Placed]:
    rows = Note.objects.filter(conversation_id=thread_id).select_related("author")
    return [
        (
            _place(row.at, rank, row.pk),
            Entry(row.at, "note", note=NoteView(row.pk, person(row.author), row.text, row.at)),
        )
        for row in _before(rows, rank, end, limit)
    ]


def _answers(thread_id: int, rank: int, end: _Place | None, limit: int) -> list[Placed]:
    """Those given by hand, and those on their way; what was sent is a message."""
    under_way = Q(
        state=Answer.State.OUT, outbound__isnull=False, outbound__message__isnull=True
    ) & ~Q(outbound__state=Outbound.State.CANCELLED)
    rows = Answer.objects.filter(
        Q(state=Answer.State.COPIED) | under_way, conversation_id=thread_id
    ).select_related("author")
    page = list(_before(rows, rank, end, limit))
    moving = [row.outbound_id for row in page if row.outbound_id is not None]
    known = channels.outbounds(moving) if moving else {}
    return [
        (
            _place(row.at, rank, row.pk),
            Entry(row.at, "answer", answer=drafts.view(row, known.get(row.outbound_id or 0))),
        )
        for row in page
    ]


def _actions(thread_id: int, rank: int, end: _Place | None, limit: int) -> list[Placed]:
    here = ActionTarget.objects.filter(conversation_id=thread_id).values("action_id")
    rows = Action.objects.filter(pk__in=here).exclude(verb__in=_SHOWN_BY_THEMSELVES)
    zone = Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id())
    return [
        (
            _place(row.at, rank, row.pk),
            Entry(row.at, "action", action=sentences.view(row, (thread_id,), zone)),
        )
        for row in _before(rows.select_related("actor"), rank, end, limit)
    ]


_SOURCES: tuple[Source, ...] = (_messages, _notes, _answers, _actions)


def _before(rows: QuerySet[Any], rank: int, end: _Place | None, limit: int) -> QuerySet[Any]:
    """The newest of `rows` that stand before `end`."""
    if end is not None:
        moment = _EPOCH + end.tick * _TICK
        same = Q(at__gte=moment, at__lt=moment + _TICK)
        first = {True: same, False: same & Q(pk__lt=end.id) if rank == end.rank else Q(pk=None)}
        rows = rows.filter(Q(at__lt=moment) | first[rank < end.rank])
    return rows.order_by("-at", "-pk")[:limit]


def _place(at: datetime, rank: int, identifier: int) -> _Place:
    return _Place((at - _EPOCH) // _TICK, rank, identifier)


def _write(place: _Place) -> str:
    return ".".join([str(place.tick), str(place.rank), ids.conceal("cursor", place.id)])


def _read(cursor: str) -> _Place | None:
    """None for the newest page, or when the cursor is not ours."""
    tick, _dot, rest = cursor.partition(".")
    rank, _dot, hidden = rest.partition(".")
    identifier = ids.reveal("cursor", hidden)
    if identifier is None or not (tick.isdecimal() and rank.isdecimal()) or len(tick) > 13:
        return None
    return _Place(int(tick), int(rank), identifier)

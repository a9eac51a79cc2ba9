"""
Answers on their way out, as people see and decide them: queue, take back, settle.

An answer is a row before it is anything else: its key is made with it, so that however often
it is tried it is the same answer. Who sends it is `sending`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import audit, clock, outbox
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.channels import meanwhile
from comptoir.channels.bulk import plain
from comptoir.channels.connector import Attachment, Way, Words
from comptoir.channels.models import ConnectedAccount, Message, Outbound, OutboundFile
from comptoir.channels.views import MessageView, ProblemView
from comptoir.channels.ways import WaysView, measure, price_of, waiting, ways
from comptoir.channels.wording import said

State = Outbound.State
UNDO = timedelta(seconds=10)
"""How long an answer stays before it leaves, so that it can be taken back."""
PERSON = "person"
"""The claim on an answer of unknown fate that only a person can settle."""
MOST_BYTES = 20 << 20
"""Bytes of all the files of one answer."""

_KEY = re.compile(r"[0-9a-f]{32}")
_ANSWERED = re.compile(r"^(?:(?:re|rép|rep|aw|sv)\s*:\s*)+", re.IGNORECASE)
_MOVING = (State.QUEUED, State.SENDING, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that goes with an answer; size in bytes."""

    id: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class OutboundView:
    """
    An answer on its way, or gone.

    due_at: it leaves at that moment at the earliest. waits: why it does not leave although it
    could. held: others answered or wrote since it was begun, and its author has to look. problem: why it failed, or why its fate is unknown. asks: only a person can say
    whether it is there. message: id of the message it became. price: in millionths of
    `currency`.
    """

    id: int
    thread: int
    account: int
    to: int
    text: str
    subject: str
    visibility: str
    state: str
    created_by: int | None
    author: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    message: int | None
    url: str
    problem: ProblemView | None
    waits: ProblemView | None
    asks: bool
    held: bool
    price: int | None
    currency: str
    files: tuple[FileView, ...] = field(default=())

    @property
    def moves(self) -> bool:
        """Whether its state may still change by itself soon."""
        return self.state in _MOVING and not self.asks and not self.held

    @property
    def can_be_taken_back(self) -> bool:
        return self.state == State.QUEUED


def enqueue(
    thread_id: int,
    to: int | None,
    text: str,
    visibility: str = "",
    *,
    actor: User | None,
    files: Sequence[Attachment] = (),
    keep: Iterable[int] = (),
    key: str = "",
    after: timedelta = UNDO,
    since: datetime | None = None,
    why: Words = "",
) -> OutboundView:
    """
    Queue an answer; it leaves `after` at the earliest.

    to: the message answered, None for the customer's newest. visibility: "" for the usual
    way. keep: ids of files of earlier answers of this thread that go with this one too. key:
    32 hexadecimal digits that tell this sending from another, so that a form sent twice
    queues once. since: when its author began; it is held back when others have answered or
    written since, now or before it leaves. why: what else is known to have happened.

    Raises Problem: "cannot_send", "way_closed", "empty_text", "too_long", "no_files",
    "files_too_big".
    """
    again = _queued_already(key, thread_id)
    if again is not None:
        return view_of([again])[0]
    seen = ways(thread_id, to)
    carried = [*_files_again(thread_id, keep), *files]
    way = check(seen, visibility, text.strip(), carried)
    try:
        with transaction.atomic():
            row = _made(thread_id, seen, way, text.strip(), actor, key, after, since)
            _attach(row, carried)
            _audited(row, "channels.answer_queued", actor)
            why = why or unknown_to(row)
            if why:
                meanwhile.hold(row, why)
            else:
                outbox.publish(row.workspace_id, "answer_queued", outbound=row.pk, thread=thread_id)
    except IntegrityError:
        again = _queued_already(key, thread_id)  # the same form, sent twice at once
        if again is None:
            raise
        row = again
    return view_of([row])[0]


def check(seen: WaysView, visibility: str, text: str, files: Sequence[Attachment] = ()) -> Way:
    """The way that an answer takes; raises Problem as `enqueue` says."""
    if seen.cannot or not seen.ways:
        raise Problem("cannot_send", seen.cannot or _("Nothing can be sent from here."))
    way = seen.way(visibility) if visibility else (*seen.open, *seen.ways)[0]
    if way is None:
        raise Problem(
            "no_such_way",
            _("This message cannot be answered in this way."),
            _("Choose another way of answering."),
        )
    if way.closed:
        raise Problem("way_closed", way.closed, what_remains(seen))
    if not text:
        raise Problem("empty_text", _("The answer is empty."), _("Write something first."))
    _check_length(seen, way, text)
    _check_files(way, files)
    return way


def what_remains(seen: WaysView) -> Words:
    """The ways that are still open, as the fix of one that is shut."""
    labels = [way.label for way in seen.open]
    if not labels:
        return _("Answer where the customer wrote, or wait for them to write again.")
    listed = format_lazy(", ".join(["{}"] * len(labels)), *labels)
    return format_lazy(_("What is still possible: {ways}."), ways=listed)


def _check_length(seen: WaysView, way: Way, text: str) -> None:
    found = measure(seen, way.visibility, text)
    if found.too_long:
        raise Problem(
            "too_long",
            _("The answer has %(used)s characters; the network takes %(most)s."),
            _("Shorten it, or answer in two."),
            used=found.used,
            most=found.most,
        )


def _check_files(way: Way, files: Sequence[Attachment]) -> None:
    if files and not way.attachments:
        raise Problem(
            "no_files",
            _("Files cannot be sent in this way."),
            _("Take them off, or choose another way of answering."),
        )
    if sum(len(one.content) for one in files) > MOST_BYTES:
        raise Problem(
            "files_too_big",
            _("The files are larger than %(most)s MB together."),
            _("Send fewer or smaller ones."),
            most=MOST_BYTES >> 20,
        )


def cancel(outbound_id: int, *, actor: User | None) -> OutboundView:
    """Take an answer back before it leaves; raises Problem "already_left"."""
    with transaction.atomic():
        here = Outbound.objects.filter(pk=outbound_id, state=State.QUEUED)
        if not here.update(state=State.CANCELLED, problem={}, claim=""):
            raise Problem(
                "already_left",
                _("This answer is leaving or has left: it can no longer be taken back."),
                _("You can write another that puts it right."),
            )
        row = _row(outbound_id)
        _audited(row, "channels.answer_cancelled", actor)
        outbox.publish(row.workspace_id, "answer_cancelled", outbound=row.pk, thread=row.thread_id)
    return view_of([row])[0]


def unknown_to(row: Outbound) -> Words:
    """What its author did not know when they wrote an answer, "" for nothing."""
    if row.written_since is None:
        return ""
    return meanwhile.happened(row.thread_id, row.written_since, row.created_by_id, row.pk)


def release(outbound_id: int, *, actor: User | None) -> OutboundView:
    """Let an answer leave that was held back; raises Problem "not_held"."""
    with transaction.atomic():
        held = Outbound.objects.filter(pk=outbound_id, state=State.QUEUED, claim=PERSON)
        now = clock.now()
        if not held.update(claim="", problem={}, due_at=now, written_since=now):
            raise Problem(
                "not_held",
                _("This answer is not held back any more."),
                _("Reload the conversation to see it."),
            )
        row = _row(outbound_id)
        _audited(row, "channels.answer_released", actor)
        outbox.publish(row.workspace_id, "answer_queued", outbound=row.pk, thread=row.thread_id)
    return view_of([row])[0]


def decide(
    outbound_id: int, verdict: Literal["sent", "not_sent"], *, actor: User | None
) -> OutboundView:
    """
    Say of an answer of unknown fate whether it is there; one that is not is sent again.

    Raises Problem "not_unknown".
    """
    with transaction.atomic():
        row = Outbound.objects.select_for_update().filter(pk=outbound_id).first()
        if row is None or row.state != State.UNKNOWN:
            raise Problem(
                "not_unknown",
                _("The fate of this answer is known already."),
                _("Reload the conversation to see it."),
            )
        if verdict == "sent":
            row.state, row.sent_at = State.SENT, row.claimed_at or clock.now()
        else:
            row.state, row.due_at = State.QUEUED, clock.now()
        row.claim, row.claimed_at, row.problem = "", None, {}
        row.save(update_fields=["state", "sent_at", "due_at", "claim", "claimed_at", "problem"])
        _audited(row, f"channels.answer_decided_{verdict}", actor)
        event = "answer_sent" if verdict == "sent" else "answer_queued"
        outbox.publish(row.workspace_id, event, outbound=row.pk, thread=row.thread_id)
    return view_of([row])[0]


def was_queued(key: str) -> bool:
    """Whether the form that carries this key was sent, and its answer not taken back."""
    over = (State.CANCELLED, State.FAILED)
    return bool(key) and Outbound.objects.filter(key=key).exclude(state__in=over).exists()


def outbound(outbound_id: int) -> OutboundView | None:
    return next(iter(view_of(Outbound.objects.filter(pk=outbound_id))), None)


def outbounds(outbound_ids: Iterable[int]) -> dict[int, OutboundView]:
    return {one.id: one for one in view_of(Outbound.objects.filter(pk__in=list(outbound_ids)))}


def outbound_of(thread_ids: Iterable[int]) -> dict[int, list[OutboundView]]:
    """Every answer of some threads, oldest first; a thread without any is left out."""
    found: dict[int, list[OutboundView]] = defaultdict(list)
    rows = Outbound.objects.filter(thread_id__in=list(thread_ids)).order_by("pk")
    for one in view_of(rows):
        found[one.thread].append(one)
    return dict(found)


def sent_by(messages: Iterable[MessageView]) -> dict[int, tuple[int, str]]:
    """Who of the team wrote these messages here: id and name, by message."""
    own = {one.id: one.thread for one in messages if one.own}
    rows = Outbound.objects.filter(
        thread_id__in=set(own.values()), message__in=list(own), created_by__isnull=False
    ).select_related("created_by")
    return {
        row.message: (row.created_by.pk, str(row.created_by))
        for row in (rows if own else ())
        if row.message is not None and row.created_by is not None
    }


def view_of(rows: Iterable[Outbound]) -> list[OutboundView]:
    """In the order given, with two queries however many there are."""
    kept = list(rows)
    accounts = {row.account_id for row in kept if row.state == State.QUEUED}
    waits = {
        each.pk: waiting(each)
        for each in (ConnectedAccount.objects.filter(pk__in=accounts) if accounts else ())
    }
    people = {row.created_by_id for row in kept if row.created_by_id}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=people)} if people else {}
    return [_view(row, waits.get(row.account_id), names) for row in kept]


def _view(row: Outbound, waits: ProblemView | None, names: dict[int, str]) -> OutboundView:
    queued = row.state == State.QUEUED
    told = _problem(row)
    return OutboundView(
        id=row.pk,
        thread=row.thread_id,
        account=row.account_id,
        to=row.to,
        text=row.text,
        subject=row.subject,
        visibility=row.visibility,
        state=str(row.state),
        created_by=row.created_by_id,
        author=names.get(row.created_by_id or 0, ""),
        created_at=row.created_at,
        due_at=row.due_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        message=row.message,
        url=row.url,
        problem=None if queued else told,
        waits=(told if row.claim == PERSON else waits or told) if queued else None,
        asks=row.state == State.UNKNOWN and row.claim == PERSON,
        held=queued and row.claim == PERSON,
        price=row.price,
        currency=row.currency,
        files=tuple(FileView(**one) for one in row.attachments),
    )


def _problem(row: Outbound) -> ProblemView | None:
    if not row.problem:
        return None
    told = row.problem
    return ProblemView(told["code"], said(told["sentence"]), said(told.get("fix", "")))


def _queued_already(key: str, thread_id: int) -> Outbound | None:
    """The answer that the same form queued before, unless it was taken back or failed."""
    if not _KEY.fullmatch(key):
        return None
    over = (State.CANCELLED, State.FAILED)
    return Outbound.objects.filter(key=key, thread_id=thread_id).exclude(state__in=over).first()


def _made(
    thread_id: int,
    seen: WaysView,
    way: Way,
    text: str,
    actor: User | None,
    key: str,
    after: timedelta,
    since: datetime | None,
) -> Outbound:
    assert seen.account is not None
    assert seen.to is not None
    now, price = clock.now(), price_of(way, text)
    fresh = _KEY.fullmatch(key) and not Outbound.objects.filter(key=key).exists()
    return Outbound.objects.create(
        workspace_id=current_workspace_id(),
        account_id=seen.account,
        thread_id=thread_id,
        to=seen.to,
        key=key if fresh else uuid4().hex,
        visibility=way.visibility,
        text=plain(text),
        subject=_subject(seen.to),
        due_at=now + after,
        created_at=now,
        written_since=since,
        created_by=actor,
        price=price,
        currency=way.currency if price is not None else "",
    )


def _subject(to: int) -> str:
    """Of a message that has a title: the same, said once to be an answer."""
    title = Message.objects.filter(pk=to).values_list("title", flat=True).first() or ""
    return f"Re: {_ANSWERED.sub('', title)}" if title else ""


def _files_again(thread_id: int, ids: Iterable[int]) -> list[Attachment]:
    """Files of earlier answers of the thread, which were taken back or failed."""
    rows = OutboundFile.objects.filter(pk__in=list(ids), outbound__thread_id=thread_id)
    return [Attachment(row.name, row.media_type, bytes(row.content)) for row in rows.order_by("pk")]


def _attach(row: Outbound, files: Sequence[Attachment]) -> None:
    for one in files:
        made = OutboundFile.objects.create(
            workspace_id=row.workspace_id,
            outbound=row,
            name=plain(one.name)[-200:],
            media_type=one.media_type[:100],
            content=one.content,
        )
        row.attachments.append(
            {
                "id": made.pk,
                "name": made.name,
                "media_type": made.media_type,
                "size": len(one.content),
            }
        )
    if files:
        row.save(update_fields=["attachments"])


def _audited(row: Outbound, verb: str, actor: User | None) -> None:
    audit.record(
        verb,
        actor=actor,
        workspace=row.workspace_id,
        target=f"conversation:{row.thread_id}",
        outbound=row.pk,
        visibility=row.visibility,
    )


def _row(outbound_id: int) -> Outbound:
    return Outbound.objects.get(pk=outbound_id)

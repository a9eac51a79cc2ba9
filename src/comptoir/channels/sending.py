"""
Sending: every answer leaves once, or its fate is unknown and said to be.

Three steps, so that a kill at any moment leaves a trace that says where it happened. The
answer is claimed in a transaction of its own; the network is asked outside any transaction;
what it said is written in another. A claim that went stale was held by a worker that died
while it was sending: what became of the answer is unknown, and the network is asked before
anything is tried again.

Within a thread answers leave in the order they were written. Several workers may run.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock, http, jobs, outbox, secrets
from comptoir.base.errors import Problem
from comptoir.base.outbox import Event, consumer
from comptoir.base.scope import every_workspace, scope
from comptoir.channels import bulk
from comptoir.channels.careful import careful
from comptoir.channels.connections import connection_of
from comptoir.channels.connector import (
    AccessLost,
    Attachment,
    CannotTell,
    Connection,
    Connector,
    NotYet,
    Outgoing,
    Rejected,
    Sent,
    TryLater,
    Words,
)
from comptoir.channels.connectors import connector
from comptoir.channels.echoes import became, heard_as
from comptoir.channels.health import trouble, well
from comptoir.channels.incoming import Incoming, Kind
from comptoir.channels.meanwhile import hold
from comptoir.channels.models import (
    ConnectedAccount,
    Message,
    Outbound,
    OutboundFile,
)
from comptoir.channels.outgoing import PERSON, check, unknown_to
from comptoir.channels.services import store
from comptoir.channels.storing import fitting
from comptoir.channels.views import AccountView, Arrived
from comptoir.channels.ways import WaysView, ways_of
from comptoir.channels.wording import kept

log = structlog.get_logger(__name__)

State = Outbound.State
STALE = timedelta(seconds=90)
"""A claim this old was not kept alive: its worker is dead."""
BEAT = 15.0
"""Seconds between two signs of life of a worker that is sending."""
PAUSES: Sequence[float] = (5, 15, 60, 300, 900, 1800, 3600)
"""Seconds before the next attempt when nobody was reached."""
LOOKS: Sequence[float] = (10, 30, 120, 600, 1800)
"""Seconds before each look for an answer of unknown fate; then a person is asked."""
PATIENCE = 60.0
"""Seconds to wait when the network asks for patience without saying how much."""
GIVE_UP = timedelta(days=1)
SENDERS = 3
"""Threads of a worker that send, so that a slow network keeps only its own answers waiting."""
THREAD = 50
_RECORDING = (0.05, 0.2, 1.0, 3.0, 10.0)
_KINDS: dict[str, Kind] = {"comment": "comment", "review": "comment", "email": "email"}
"""How a public answer to a message of each kind is called; "reply" for the others."""

_PATIENCE = _("The network asks for patience: answers wait.")
_LOST = _("The network no longer accepts this account’s access.")
_UNREADABLE = _("What was entered for this account can no longer be read: the key was replaced.")
_CONNECT_AGAIN = _("Connect the account again; answers that wait leave then.")
_UNREACHED = _("The network could not be reached, so the answer has not left.")
_FORBIDDEN = _("This server may not ask the network’s address, so the answer has not left.")
_OURS = _("Comptoir could not prepare the answer, so it has not left. The log says why.")
_BY_ITSELF = _("It is tried again by itself, for a day.")
_GAVE_UP = _("The network could not be reached for a whole day, so the answer has not left.")
_SEND_AGAIN = _("Send it again if it still makes sense.")
_NO_ANSWER = _("The network was told the answer and did not say that it has it.")
_UNFORESEEN = _("Something unforeseen happened while the answer was leaving.")
_STOPPED = _("Comptoir was stopped while the answer was leaving.")
_LOOKING = _("Comptoir looks whether it is there before anything is tried again.")
_CANNOT_TELL = _("Nobody knows whether this answer left: the network does not say.")
_LOOK_YOURSELF = _("Look at the conversation on the network, then say what you found.")


@dataclass(frozen=True, slots=True)
class Claim:
    """An answer that this worker alone now sends, or looks for."""

    id: int
    workspace: int
    account: int
    token: str
    looks: bool


@dataclass(frozen=True, slots=True)
class Task:
    """All that is needed to ask the network."""

    row: Outbound
    asked: Message
    connector: Connector
    connection: Connection
    outgoing: Outgoing


Write = Callable[[Outbound], None]


def send_due(limit: int = 20, stop: threading.Event | None = None) -> int:
    """
    Send what is due, and look for what is unknown; returns how many answers moved.

    stop: begins nothing new once it is set.
    """
    _lose_stale()
    for done in range(limit):
        claim = None if stop is not None and stop.is_set() else _claim()
        if claim is None:
            return done
        with scope(claim.workspace):
            if claim.looks:
                _look(claim)
            else:
                _send(claim)
    return limit


@jobs.beside("sending", threads=SENDERS, pause=0.5)
def _errand(stop: threading.Event) -> int:
    return send_due(stop=stop)


# ── Claiming ───────────────────────────────────────────────────────────────────────────────


def _claim() -> Claim | None:
    """The next answer that is due, taken from all other workers; None when there is none."""
    token = uuid4().hex
    with every_workspace():
        for row in _due(clock.now())[:THREAD]:
            if _take(row, token):
                looks = row.state == State.UNKNOWN
                return Claim(row.pk, row.workspace_id, row.account_id, token, looks)
    return None


def _due(now: datetime) -> "QuerySet[Outbound, Outbound]":
    """Answers that may move now: their account is well, and none before them in the thread."""
    well_ones = ConnectedAccount.objects.filter(
        Q(retry_at=None) | Q(retry_at__lte=now), state=ConnectedAccount.State.ON
    )
    before = Outbound.objects.filter(thread=OuterRef("thread"), pk__lt=OuterRef("pk")).filter(
        Q(state__in=[State.QUEUED, State.SENDING, State.UNKNOWN]) & ~Q(claim=PERSON)
    )
    return (
        Outbound.objects.filter(
            state__in=[State.QUEUED, State.UNKNOWN],
            due_at__lte=now,
            claim="",
            account__in=well_ones.values("account"),
        )
        .filter(Q(state=State.UNKNOWN) | ~Exists(before))
        .order_by("due_at", "pk")
    )


def _take(row: Outbound, token: str) -> bool:
    """Whether this worker got it: one statement, so that two cannot."""
    free = Outbound.objects.filter(pk=row.pk, state=row.state, claim="", due_at=row.due_at)
    if row.state == State.UNKNOWN:
        return bool(free.update(claim=token, claimed_at=clock.now()))
    return bool(
        free.update(
            state=State.SENDING, claim=token, claimed_at=clock.now(), attempts=F("attempts") + 1
        )
    )


def _lose_stale() -> None:
    """What became of answers whose worker died is unknown; whoever looked for one died too."""
    with every_workspace():
        stale = Outbound.objects.filter(
            claimed_at__lt=clock.now() - STALE, state__in=[State.SENDING, State.UNKNOWN]
        ).exclude(claim__in=["", PERSON])
        lost = [Claim(r.pk, r.workspace_id, r.account_id, r.claim, False) for r in stale[:THREAD]]
    for claim in lost:
        log.warning("sending.claim_stale", outbound=claim.id, account=claim.account)
        _record(claim, lambda row: _unknown(row, "killed", _STOPPED, at_once=True))


@contextmanager
def _alive(claim: Claim) -> Iterator[None]:
    """Say every few seconds that this worker is still at it, for as long as the block takes."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(BEAT):
            try:
                with every_workspace():
                    Outbound.objects.filter(pk=claim.id, claim=claim.token).update(
                        claimed_at=clock.now()
                    )
            except (OperationalError, InterfaceError):
                log.exception("sending.beat_failed", outbound=claim.id)
        connection.close()

    heart = threading.Thread(target=beat, daemon=True, name=f"sending-{claim.id}")
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join()


# ── Asking the network ─────────────────────────────────────────────────────────────────────


def _send(claim: Claim) -> None:
    """One attempt. Everything before the request surely did not send; everything after may have."""
    try:
        row = Outbound.objects.get(pk=claim.id)
        why = unknown_to(row)
        if why:
            _record(claim, lambda row: _held(row, why))
            return
        task = _task(row)
        _check_again(task)
    except Problem as problem:
        refused = _as_rejected(problem)
        _record(claim, lambda row: _failed(row, refused))
        return
    except Exception as error:
        log.exception("sending.not_prepared", outbound=claim.id)
        lost = isinstance(error, secrets.Unreadable)
        _record(claim, lambda row: _unreached(row, "not_prepared", _OURS, lost=lost))
        return
    try:
        with _alive(claim):
            sent = task.connector.send(task.connection, task.outgoing, careful())
    except Exception as error:  # noqa: BLE001 whatever it is, the answer may have left
        _record(claim, _consequence(error, claim))
        return
    _record_sent(claim, sent, task)


def _consequence(error: Exception, claim: Claim) -> Write:
    """What a refusal, or the lack of an answer, makes of an answer on its way."""
    if isinstance(error, TryLater):
        after = error.after
        return lambda row: _patience(row, after)
    if isinstance(error, NotYet):
        waits = error
        return lambda row: _not_yet(row, waits)
    if isinstance(error, AccessLost):
        refusal = error
        return lambda row: _access_lost(row, refusal)
    if isinstance(error, Rejected):
        rejected = error
        return lambda row: _failed(row, rejected)
    if isinstance(error, http.Forbidden):
        return lambda row: _unreached(row, "forbidden_address", _FORBIDDEN)
    if isinstance(error, http.NotSent):
        return lambda row: _unreached(row, "not_reached", _UNREACHED)
    if isinstance(error, http.NoAnswer):
        return lambda row: _unknown(row, "no_answer", _NO_ANSWER)
    log.error("sending.unforeseen", outbound=claim.id, exc_info=error)
    return lambda row: _unknown(row, "unforeseen", _UNFORESEEN)


def _task(row: Outbound) -> Task:
    """Read all that the connector needs. Raises Problem "message_gone"."""
    link = ConnectedAccount.objects.select_related("account").get(pk=row.account_id)
    found = connector(link.kind)
    if found is None:
        raise LookupError(f"the connector {link.kind!r} is not installed")
    asked = Message.objects.select_related("author").filter(pk=row.to).first()
    if asked is None:
        raise Problem(
            "message_gone",
            _("The message that this answers is not here any more."),
            _("It was deleted or erased in the meantime."),
        )
    return Task(row, asked, found, connection_of(link), _outgoing(row, asked))


def _outgoing(row: Outbound, asked: Message) -> Outgoing:
    said = Message.objects.filter(thread_id=row.thread_id).order_by("-pk")
    files = OutboundFile.objects.filter(outbound=row).order_by("pk")
    return Outgoing(
        key=row.key,
        text=row.text,
        visibility="private" if row.visibility == "private" else "public",
        to=asked.external_id,
        to_handle=asked.author.handle,
        to_kind=asked.kind,
        thread=tuple(said.values_list("external_id", flat=True)[:THREAD])[::-1],
        subject=row.subject,
        attachments=tuple(Attachment(f.name, f.media_type, bytes(f.content)) for f in files),
        queued_at=row.created_at,
    )


def _check_again(task: Task) -> None:
    """Window and length as they are now: both may have changed since the answer was queued."""
    now = ways_of(task.connector, task.connection, task.asked)
    seen = WaysView(task.row.account_id, task.connection.kind, task.connection.name, None, now)
    check(seen, task.row.visibility, task.row.text, task.outgoing.attachments)


def _look(claim: Claim) -> None:
    """
    Find out whether an answer of unknown fate is there: among what was heard, else by asking.

    Found: sent. Surely absent: queued again. Neither: a person decides.
    """
    try:
        task = _task(Outbound.objects.get(pk=claim.id))
        echo = heard_as(task.row)
        if echo is not None:
            _record(claim, lambda row: became(row, echo))
            return
        with _alive(claim):
            found = task.connector.find(task.connection, task.outgoing, http.guarded())
    except Exception as error:  # noqa: BLE001 whatever it is, nothing is known yet
        _record(claim, _unfound(error, claim))
        return
    if found is None:
        _record(claim, _again)
    else:
        _record_sent(claim, found, task)


def _unfound(error: Exception, claim: Claim) -> Write:
    if isinstance(error, TryLater):
        after = error.after
        return lambda row: _patience(row, after)
    if isinstance(error, AccessLost):
        lost = error
        return lambda row: _access_lost(row, lost)
    if isinstance(error, CannotTell | Problem | Rejected):
        return _ask_somebody
    if not isinstance(error, http.HttpProblem):
        log.error("sending.look_failed", outbound=claim.id, exc_info=error)
    return _look_later


# ── Writing down what became of it ─────────────────────────────────────────────────────────


def _record(claim: Claim, write: Write, *, surely: bool = False) -> None:
    """
    Write the outcome, insisting: an answer that left and is not known to have left is trouble.

    surely: also when this worker was thought dead meanwhile. The account's lock is taken
    first, as by those who store what arrives.
    """
    for pause in (*_RECORDING, None):
        try:
            with scope(claim.workspace), transaction.atomic():
                bulk.lock(claim.account)
                row = Outbound.objects.select_for_update().filter(pk=claim.id).first()
                if row is not None and (row.claim == claim.token or _unsettled(row, surely)):
                    write(row)
            return
        except (OperationalError, InterfaceError):
            log.exception("sending.not_recorded", outbound=claim.id)
            if pause is None:
                raise
            time.sleep(pause)


def _record_sent(claim: Claim, sent: Sent, task: Task) -> None:
    """
    Write that it left. When its message cannot be stored, that it left is written all the same:
    nothing is worse than sending it again.
    """
    try:
        _record(claim, lambda row: _sent(row, sent, task), surely=True)
    except Exception:
        log.exception("sending.message_not_stored", outbound=claim.id)
        _record(claim, lambda row: _sent_alone(row, sent), surely=True)


def _sent_alone(row: Outbound, sent: Sent) -> None:
    row.state = State.SENT
    _save(row, claim="", claimed_at=None, problem={}, sent_at=sent.at, url=sent.url)
    outbox.publish(row.workspace_id, "answer_sent", outbound=row.pk, thread=row.thread_id)


def _unsettled(row: Outbound, surely: bool) -> bool:
    return surely and row.message is None


@consumer("sent_answers", ("answer_sent",), order=16)
def keep_message(event: Event, prepared: Any) -> None:
    """An answer that a receipt proved to be there becomes a message like any other."""
    row = Outbound.objects.select_for_update().filter(pk=event.payload["outbound"]).first()
    if row is None or row.message is not None or not row.external_id:
        return
    try:
        task = _task(row)
    except (Problem, LookupError):
        return  # the question was erased, or the connector is gone: nothing to hang it on
    _sent(row, Sent(row.external_id, row.sent_at or clock.now()), task)


def _sent(row: Outbound, sent: Sent, task: Task) -> None:
    """The network has it: it is a message of the brand's now, unless it was heard already."""
    ConnectedAccount.objects.filter(pk=row.account_id).update(sent_at=clock.now())
    said = _own_message(task, sent)
    link = task.connection
    account = AccountView(row.account_id, link.channel, link.kind, link.name, can_send=True)
    store(row.workspace_id, [Arrived(None, sent.raw, [said])], account)
    name = fitting(said.external_id, 255)
    own = Message.objects.get(account_id=row.account_id, external_id=name)
    well(row.account_id)
    became(row, own, sent.url)


def _own_message(task: Task, sent: Sent) -> Incoming:
    """What the network will call it when it comes back; never before what it answers."""
    row, asked, own = task.row, task.asked, task.connection.own
    return Incoming(
        external_id=sent.external_id,
        channel=task.connection.channel,
        kind=_KINDS.get(asked.kind, "reply") if row.visibility == "public" else _private(asked),
        sent_at=max(sent.at, asked.sent_at + timedelta(milliseconds=1)),
        author_handle=own.get("handle", "") or own.get("id", ""),
        author_name=own.get("name", "") or task.connection.name,
        title=row.subject if asked.kind == "email" else "",
        text=row.text,
        url=sent.url,
        in_reply_to=asked.external_id,
        own=True,
    )


def _private(asked: Message) -> Kind:
    return "email" if asked.kind == "email" else "message"


def _patience(row: Outbound, after: float | None) -> None:
    """It surely was not taken; everything of the account waits."""
    _free(row)
    pause = min(max(PATIENCE if after is None else after, 1.0), GIVE_UP.total_seconds())
    retry_at = clock.now() + timedelta(seconds=pause)
    trouble(row.account_id, "try_later", _PATIENCE, retry_at=retry_at)


def _held(row: Outbound, why: Words) -> None:
    """Its author did not know what happened since they began: they decide; no attempt was made."""
    row.attempts = max(row.attempts - 1, 0)
    row.save(update_fields=["attempts"])
    hold(row, why)


def _not_yet(row: Outbound, refusal: NotYet) -> None:
    """It alone waits, and says why; no attempt was made."""
    row.state, row.attempts = State.QUEUED, max(row.attempts - 1, 0)
    row.due_at = clock.now() + timedelta(seconds=refusal.after)
    is_news = row.problem.get("code") != "not_yet"
    _save(row, claim="", claimed_at=None, problem=_told("not_yet", refusal.sentence, ""))
    if is_news:
        outbox.publish(row.workspace_id, "answer_queued", outbound=row.pk, thread=row.thread_id)


def _access_lost(row: Outbound, refusal: AccessLost) -> None:
    """The account stops; its answers wait, and say so."""
    _free(row)
    trouble(
        row.account_id,
        "access_lost",
        refusal.sentence or _LOST,
        refusal.fix or _CONNECT_AGAIN,
        lost=True,
    )


def _free(row: Outbound) -> None:
    """As if this attempt had not been made."""
    if row.state == State.SENDING:
        row.state, row.attempts = State.QUEUED, max(row.attempts - 1, 0)
    _save(row, claim="", claimed_at=None)


def _unreached(row: Outbound, code: str, sentence: Words, *, lost: bool = False) -> None:
    """It surely was not taken: again after a pause that grows, for a day."""
    now = clock.now()
    if now - row.created_at > GIVE_UP:
        _failed(row, Rejected("gave_up", _GAVE_UP, _SEND_AGAIN))
        return
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
    problem = _told(code, sentence, _BY_ITSELF)
    row.state, row.due_at = State.QUEUED, now + timedelta(seconds=pause)
    _save(row, claim="", claimed_at=None, problem=problem)
    outbox.publish(row.workspace_id, "answer_queued", outbound=row.pk, thread=row.thread_id)
    if lost:
        trouble(row.account_id, "unreadable", _UNREADABLE, _CONNECT_AGAIN, lost=True)


def _failed(row: Outbound, refusal: Rejected) -> None:
    row.state = State.FAILED
    problem = _told(refusal.code, refusal.sentence, refusal.fix)
    _save(row, claim="", claimed_at=None, problem=problem)
    outbox.publish(row.workspace_id, "answer_failed", outbound=row.pk, thread=row.thread_id)


def _unknown(row: Outbound, code: str, sentence: Words, *, at_once: bool = False) -> None:
    """It may have been taken: nothing is tried again before the network was asked."""
    first = timedelta(0) if at_once else timedelta(seconds=LOOKS[0])
    looks = row.problem.get("looks", 0) if row.state == State.UNKNOWN else 0
    row.state, row.due_at = State.UNKNOWN, clock.now() + first
    _save(row, claim="", problem=_told(code, sentence, _LOOKING) | {"looks": looks})
    outbox.publish(row.workspace_id, "answer_unknown", outbound=row.pk, thread=row.thread_id)


def _look_later(row: Outbound) -> None:
    """The network could not be asked; after a few times a person is."""
    looks = row.problem.get("looks", 0) + 1
    if looks >= len(LOOKS):
        _ask_somebody(row)
        return
    row.due_at = clock.now() + timedelta(seconds=LOOKS[looks])
    _save(row, claim="", problem=row.problem | {"looks": looks})


def _ask_somebody(row: Outbound) -> None:
    _save(row, claim=PERSON, problem=_told("cannot_tell", _CANNOT_TELL, _LOOK_YOURSELF))
    outbox.publish(row.workspace_id, "answer_unknown", outbound=row.pk, thread=row.thread_id)


def _again(row: Outbound) -> None:
    """The network surely does not have it."""
    row.state, row.due_at = State.QUEUED, clock.now()
    _save(row, claim="", claimed_at=None, problem={})
    outbox.publish(row.workspace_id, "answer_queued", outbound=row.pk, thread=row.thread_id)


def _told(code: str, sentence: Words, fix: Words) -> dict[str, Any]:
    return {"code": code, "sentence": kept(sentence), "fix": kept(fix)}


def _save(row: Outbound, **changed: Any) -> None:
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "attempts", "due_at", *changed])


def _as_rejected(problem: Problem) -> Rejected:
    """Its words in every language, since whoever reads them is not here yet."""
    return Rejected(
        problem.code,
        lazy(lambda: problem.sentence, str)(),
        lazy(lambda: problem.fix, str)(),
    )

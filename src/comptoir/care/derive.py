"""
What a conversation's messages and labels say about it: its derived columns.

Pure functions of what was heard and of what people decided, so that refreshing twice, or in
another order, gives the same.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comptoir.triage.api import COMPLAINTS, INTENTS

URGENT = 2
"""Urgency from which a waiting conversation is in the view of urgent ones."""

_SNIPPET = 160
_SEEN = 40
_MENTIONS = re.compile(r"^(?:\s*@\w+)+\s+(?=\S)")
_RANK = {name: place for place, name in enumerate(INTENTS)}


@dataclass(frozen=True, slots=True)
class Heard:
    """
    A message with its label, as far as conversations care; read: labelled.

    saw: of an answer sent from here, the newest arrival that its author had before them.
    """

    id: int
    account_id: int
    channel: str
    repost: bool
    author_id: int
    own: bool
    sent_at: datetime
    received_at: datetime
    title: str
    text: str
    to_handle: str
    read: bool = False
    language: str = ""
    tone: int = 0
    intents: tuple[str, ...] = ()
    needs_answer: bool = False
    urgency: int = 0
    saw: datetime | None = None

    @property
    def inbound(self) -> bool:
        """Said by a customer himself: a repost alone makes no work."""
        return not self.own and not self.repost


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided about a conversation; see models.Conversation."""

    state: str = "open"
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None
    settled_until: datetime | None = None
    answered_until: datetime | None = None


Columns = dict[str, Any]


def derive(heard: Sequence[Heard], decided: Decided, leaving: datetime | None = None) -> Columns:
    """
    The derived columns of a thread with at least one message, oldest first.

    leaving: an answer is on its way to what had arrived until then, which waits no longer
    unless the answer fails.

    The state and the snooze are among them: a new question reopens a closed conversation,
    and any new message wakes a snoozed one. first_reply_business_seconds and
    customer_handle are left to the caller.
    """
    inbound = [one for one in heard if one.inbound]
    waiting = [one for one in _waiting(heard, decided) if _after(one, leaving)]
    settled = _settled(inbound, waiting, decided)
    return {
        **_what(heard, inbound),
        **_when(heard, inbound),
        **_work(waiting, settled),
        **settled,
        "complaint": any(not COMPLAINTS.isdisjoint(one.intents) for one in inbound),
    }


def snippet(text: str) -> str:
    """A line of at most 160 characters, without the handles that an answer begins with."""
    line = " ".join(_MENTIONS.sub("", text).split())
    return line if len(line) <= _SNIPPET else line[: _SNIPPET - 1].rstrip() + "…"


def snippet_about(text: str, words: str) -> str:
    """
    The same, begun a little before the first of `words` when a narrow list would cut it off.

    Accents and case are ignored; the words are what was typed, so quotes may surround them.
    """
    line = " ".join(_MENTIONS.sub("", text).split())
    plain = _unmarked(line)
    found = [plain.find(_unmarked(word)) for word in re.findall(r"\w{2,}", words)]
    start = min((place for place in found if place >= 0), default=0)
    if start < _SEEN:
        return snippet(text)
    begin = line.find(" ", start - _SEEN // 2, start) + 1 or start
    return "… " + snippet(line[begin:])


def _unmarked(text: str) -> str:
    """Without accents or case, and as long as it was, so that places stay true."""
    return "".join(unicodedata.normalize("NFD", one)[0].lower()[:1] for one in text)


def first_reply(heard: Sequence[Heard]) -> tuple[datetime, datetime] | None:
    """First customer message and the brand's first answer after it; None without both."""
    asked = next((one for one in heard if one.inbound), None)
    if asked is None:
        return None
    answers = (one for one in heard if one.own and not one.repost and one.id > asked.id)
    answer = next(answers, None)
    return (asked.sent_at, answer.sent_at) if answer else None


def timed_reply(heard: Sequence[Heard]) -> tuple[datetime, datetime] | None:
    """
    As `first_reply`, where the source says when the answer was given.

    Review exports often hold the answer without its date; it is then stored at the moment of
    the review, and nobody answers in no time at all: unknown is not zero.
    """
    reply = first_reply(heard)
    return reply if reply and reply[1] > reply[0] else None


def customer_id(heard: Sequence[Heard]) -> int | None:
    """Author of the first message that is not the brand's, before those who only repost."""
    others = [one for one in heard if not one.own]
    speaking = [one for one in others if not one.repost]
    return next((one.author_id for one in [*speaking, *others]), None)


def addressed(heard: Sequence[Heard]) -> str:
    """Whom the brand answers, when nothing of theirs is here; "" when it addresses nobody."""
    return next((one.to_handle for one in heard if one.own and one.to_handle), "")


def _waiting(heard: Sequence[Heard], decided: Decided) -> list[Heard]:
    """Customer messages after the brand's last answer that nobody answered by hand either."""
    own = [one for one in heard if one.own and not one.repost]
    answered = max((one.id for one in own if one.saw is None), default=0)
    sent = [one for one in own if one.saw is not None]
    return [
        one
        for one in heard
        if one.inbound
        and one.id > answered
        and _after(one, decided.answered_until)
        and not any(answer.id > one.id and not _after(one, answer.saw) for answer in sent)
    ]


def _after(one: Heard, moment: datetime | None) -> bool:
    return moment is None or one.received_at > moment


def _settled(inbound: Iterable[Heard], waiting: Iterable[Heard], decided: Decided) -> Columns:
    """State and snooze once messages that arrived since the person decided are heard."""
    state, closed_at, snoozed = decided.state, decided.closed_at, decided.snoozed_until
    asked = any(one.needs_answer and _after(one, decided.settled_until) for one in waiting)
    if state == "closed" and asked:
        state, closed_at = "open", None
    if snoozed and any(_after(one, decided.settled_until) for one in inbound):
        snoozed = None
    return {"state": state, "closed_at": closed_at, "snoozed_until": snoozed}


def _work(waiting: Sequence[Heard], settled: Mapping[str, Any]) -> Columns:
    needs = any(one.needs_answer for one in waiting)
    urgency = max((one.urgency for one in waiting), default=0)
    unanswered = needs and settled["state"] == "open"
    return {
        "waiting_since": waiting[0].sent_at if waiting else None,
        "needs_answer": needs,
        "urgency": urgency,
        "unanswered": unanswered,
        "urgent": unanswered and urgency >= URGENT,
    }


def _what(heard: Sequence[Heard], inbound: Sequence[Heard]) -> Columns:
    """Who and about what. Reposts are shown only where there is nothing else."""
    told = [one for one in heard if not one.repost] or heard
    opening = inbound[0] if inbound else told[0]
    latest = inbound[-1] if inbound else None
    return {
        "account_id": heard[0].account_id,
        "channel": heard[0].channel,
        "customer_id": customer_id(heard),
        "subject": snippet(opening.title or opening.text),
        "preview": snippet(told[-1].text or told[-1].title),
        "last_message": told[-1].id,
        "language": latest.language if latest else told[-1].language,
        "tone": latest.tone if latest else 0,
        "intents": _union(inbound),
    }


def _when(heard: Sequence[Heard], inbound: Sequence[Heard]) -> Columns:
    own = [one for one in heard if one.own and not one.repost]
    reply, timed = first_reply(heard), timed_reply(heard)
    return {
        "first_in_at": inbound[0].sent_at if inbound else None,
        "last_in_at": inbound[-1].sent_at if inbound else None,
        "last_out_at": own[-1].sent_at if own else None,
        "first_reply_at": reply[1] if reply else None,
        "first_reply_seconds": (timed[1] - timed[0]).total_seconds() if timed else None,
        "received": len(inbound),
        "sent": len(own),
        "heard_until": max((one.received_at for one in heard if one.read), default=None),
    }


def _union(inbound: Iterable[Heard]) -> list[str]:
    """Intents of all messages, the most frequent first; "other" only alone."""
    seen = Counter(name for one in inbound for name in one.intents)
    known = sorted(seen, key=lambda name: (-seen[name], _RANK.get(name, len(_RANK)), name))
    return [name for name in known if name != "other"] or known

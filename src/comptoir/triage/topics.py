"""
What customers speak of in a period, and what is rising: asked for, found by a worker, kept.

Finding topics reads customers' own messages, no reposts, of the period and of the one
before; of more than MOST in either, a fair sample. What was encoded stays encoded, so that
a killed worker is followed by one that goes on. Only numbers, ids and a few frequent words
are kept: messages are shown from where they are, and an erasure takes what it touches.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db.models import Q, QuerySet
from django_tasks import task

from comptoir.analysis import grouping
from comptoir.analysis.text import words as fold_words
from comptoir.base import bulk, clock, ids, jobs
from comptoir.base.erasure import Person, eraser, rule
from comptoir.base.scope import current_workspace_id, every_workspace, scope
from comptoir.channels import api as channels
from comptoir.channels.models import Message
from comptoir.triage import reading, vectors
from comptoir.triage.models import Label
from comptoir.triage.topics_kept import PeriodTopics

log = structlog.get_logger(__name__)

MOST: Final = 2_000
"""Messages read of each of the two periods, at most."""

FEWEST: Final = 20
"""With fewer messages in the period, reading them says more than topics."""

KEPT: Final = 24
"""Periods whose topics a workspace keeps; the oldest go first."""

LOST_AFTER: Final = timedelta(minutes=10)
UNSEEN_AFTER: Final = timedelta(minutes=1)
_STEP: Final = 128

State = PeriodTopics.State


@dataclass(frozen=True, slots=True)
class Days:
    """The period from `start` to before `until`, and the one before it, which begins at `before`."""

    before: datetime
    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Rise:
    """
    A topic against the period before.

    before: messages then. ratio: share now over share then, with its 95 % interval from `low`
    to `high`. rising: believed, false alarms held to one topic in ten.
    """

    before: int
    ratio: float
    low: float
    high: float
    rising: bool


@dataclass(frozen=True, slots=True)
class TopicView:
    """
    share: of the messages read in the period, 0 to 1. tones: negative, neutral, positive;
    messages not labelled yet are in none. shown: ids of representative messages. rise: None
    when nothing was said in the period before.
    """

    title: str
    volume: int
    share: float
    tones: tuple[int, int, int]
    shown: tuple[int, ...]
    rise: Rise | None


@dataclass(frozen=True, slots=True)
class TopicsView:
    """
    The topics of a period, largest first, as far as they are known.

    state: "none" when nobody asked, "few" when there is too little to read, "waiting",
    "working", "found" or "failed". said: messages of the period now; then: when topics were
    found. read: those that topics were found in. said_before, read_before: of the period
    before, when topics were found. done, total: of the encoding under way.
    """

    state: str
    said: int
    then: int = 0
    read: int = 0
    said_before: int = 0
    read_before: int = 0
    topics: tuple[TopicView, ...] = ()
    problem: str = ""
    done: int = 0
    total: int = 0
    finished_at: datetime | None = None

    @property
    def moving(self) -> bool:
        return self.state in (State.WAITING, State.WORKING)

    @property
    def fresh(self) -> int:
        """Messages that came, or went, since topics were found."""
        return abs(self.said - self.then)


rule(PeriodTopics, "erased", "Topics found in the person's messages are forgotten.")


def topics(days: Days) -> TopicsView:
    """The topics of a period; finds nothing itself, see `ask`."""
    said = _said(days.start, days.until).count()
    row = _row(days)
    if row is None or (row.state == State.FOUND and said < FEWEST):
        return TopicsView("few" if said < FEWEST else "none", said)
    view = TopicsView(
        row.state,
        said,
        problem=row.problem,
        done=row.done,
        total=row.total,
        finished_at=row.finished_at,
    )
    return _with_found(view, row.found) if row.state == State.FOUND else view


def ask(days: Days) -> None:
    """Have a worker find the topics of a period, again if need be; asking twice is harmless."""
    key = {"workspace_id": current_workspace_id(), **asdict(days)}
    asked: dict[str, Any] = {
        "state": State.WAITING,
        "asked_at": clock.now(),
        "claimed_at": None,
        "problem": "",
        "done": 0,
        "total": 0,
    }
    row, made = PeriodTopics.objects.get_or_create(**key, defaults=asked)
    resting = PeriodTopics.objects.filter(pk=row.pk, state__in=(State.FOUND, State.FAILED))
    if made or resting.update(**asked):
        find_task.enqueue(row.workspace_id, row.pk)


@task()
def find_task(workspace_id: int, row_id: int) -> None:
    """A worker's turn at what `ask` asked for."""
    with scope(workspace_id):
        find(row_id)


@jobs.recovery
def find_unfinished() -> int:
    """Enqueue again what a killed worker left."""
    now = clock.now()
    lost = Q(claimed_at__lt=now - LOST_AFTER) | Q(claimed_at=None, asked_at__lt=now - UNSEEN_AFTER)
    with every_workspace():
        rows = list(PeriodTopics.objects.filter(lost, state__in=(State.WAITING, State.WORKING)))
        for row in rows:
            PeriodTopics.objects.filter(pk=row.pk).update(claimed_at=now)
            find_task.enqueue(row.workspace_id, row.pk)
    return len(rows)


def find(row_id: int) -> None:
    """
    Find the topics that a row asks for; done again, it finds the same.

    A row that an erasure took meanwhile stays away, and what was found is dropped.
    """
    row = PeriodTopics.objects.filter(pk=row_id).exclude(state__in=(State.FOUND, State.FAILED))
    asked = row.first()
    if asked is None:
        return
    row.update(state=State.WORKING, claimed_at=clock.now())
    ended: dict[str, Any] = {"state": State.FAILED, "problem": "failed"}
    try:
        ended = {"state": State.FOUND, "found": _find(asked, row), "problem": ""}
    except vectors.EncoderMissing as error:
        log.warning("topics.encoder_missing", reason=error.code)
        ended["problem"] = "encoder_missing"
    except Exception:  # told on the page, where a person may ask again
        log.exception("topics.failed")
    row.update(**ended, finished_at=clock.now())
    _forget_oldest()


def space() -> grouping.Space:
    """The space in which messages are compared."""
    return grouping.Space.load()


def _row(days: Days) -> PeriodTopics | None:
    return PeriodTopics.objects.filter(**asdict(days)).first()


def _said(start: datetime, until: datetime) -> QuerySet[Message]:
    """Customers' own words of some days; each has a text or a title."""
    low, high = ids.lowest_at(start), ids.lowest_at(until)
    rows = Message.objects.filter(pk__gte=low, pk__lt=high, own=False)
    return rows.exclude(kind="repost").exclude(text="", title="")


def _find(asked: PeriodTopics, row: QuerySet[PeriodTopics]) -> dict[str, Any]:
    """What is kept of the topics, as JSON."""
    now, before = (
        list(_said(*ends).values_list("pk", flat=True))
        for ends in ((asked.start, asked.until), (asked.before, asked.start))
    )
    sample = [*vectors.scattered(now)[:MOST], *vectors.scattered(before)[:MOST]]
    _encode(sample, row)
    known = vectors.of_messages(sample)
    read = sum(ids.moment_of(one) >= asked.start for one in known.ids)
    found = _told(asked, known) if read >= FEWEST else []
    return {
        "topics": found,
        "then": len(now),
        "read": read,
        "said_before": len(before),
        "read_before": len(known.ids) - read,
    }


def _encode(sample: Sequence[int], row: QuerySet[PeriodTopics]) -> None:
    """Encode what is not kept yet, saying how far it has come."""
    lacking = vectors.missing(sample)
    for start in range(0, len(lacking), _STEP):
        row.update(done=start, total=len(lacking), claimed_at=clock.now())
        vectors.keep(lacking[start : start + _STEP])
    row.update(done=len(lacking), total=len(lacking), claimed_at=clock.now())


def _told(asked: PeriodTopics, known: vectors.Known) -> list[dict[str, Any]]:
    labels = bulk.picked(Label).filter(message_id__in=known.ids)
    heard = {pk: (code, tone) for pk, code, tone in labels.values_list("pk", "language", "tone")}
    tones = [heard[one][1] if one in heard else None for one in known.ids]
    found = grouping.topics(
        known.vectors,
        _texts(known.ids),
        [ids.moment_of(one) for one in known.ids],
        [heard.get(one, ("", None))[0] for one in known.ids],
        grouping.Period(asked.start, asked.until),
        grouping.Period(asked.before, asked.start),
        space=space(),
        tones=tones,
        unnamed=own_words(),
    )
    return [_kept(one, known.ids, tones) for one in found]


def own_words() -> frozenset[str]:
    """The brand's own handles as words: in a title they would say nothing but whom one wrote to."""
    handles = (one.handle.lstrip("@") for one in channels.own_handles())
    return frozenset("".join(fold_words(one)) for one in handles if "@" not in one)


def _texts(message_ids: Sequence[int]) -> list[str]:
    rows = bulk.picked(Message).filter(pk__in=message_ids).values_list("pk", "text", "title")
    said = {pk: reading.whole(text, title) for pk, text, title in rows}
    return [said.get(one, "") for one in message_ids]


def _kept(
    topic: grouping.Topic, message_ids: Sequence[int], tones: Sequence[int | None]
) -> dict[str, Any]:
    felt = Counter(tones[place] for place in topic.members)
    rise = topic.growth
    return {
        "title": topic.title,
        "volume": topic.volume,
        "share": topic.share,
        "tones": [felt[-1], felt[0], felt[1]],
        "shown": [message_ids[place] for place in topic.representatives],
        "rise": rise and asdict(Rise(rise.before, rise.ratio, rise.low, rise.high, rise.rising)),
    }


def _with_found(view: TopicsView, found: Mapping[str, Any]) -> TopicsView:
    counts = {name: found[name] for name in ("then", "read", "said_before", "read_before")}
    return TopicsView(
        view.state,
        view.said,
        **counts,
        topics=tuple(_views(found["topics"])),
        finished_at=view.finished_at,
    )


def _views(kept: Sequence[Mapping[str, Any]]) -> Iterator[TopicView]:
    for one in kept:
        negative, neutral, positive = one["tones"]
        yield TopicView(
            one["title"],
            one["volume"],
            one["share"],
            (negative, neutral, positive),
            tuple(one["shown"]),
            Rise(**one["rise"]) if one["rise"] else None,
        )


def _forget_oldest() -> None:
    resting = PeriodTopics.objects.filter(state__in=(State.FOUND, State.FAILED))
    older = resting.order_by("-finished_at").values_list("pk", flat=True)[KEPT:]
    PeriodTopics.objects.filter(pk__in=list(older)).delete()


@eraser("topics", order=29)
def erase(person: Person) -> int:
    """
    Forget the topics of every period in which the person spoke; they can be found again.

    Before "triage" and "channels", which take the messages themselves.
    """
    with scope(person.workspace_id):
        theirs = Message.objects.filter(author_id=person.author_id)
        touched = [
            row.pk
            for row in PeriodTopics.objects.all()
            if theirs.filter(
                pk__gte=ids.lowest_at(row.before), pk__lt=ids.lowest_at(row.until)
            ).exists()
        ]
        return PeriodTopics.objects.filter(pk__in=touched).delete()[0]

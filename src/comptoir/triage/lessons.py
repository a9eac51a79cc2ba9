"""
Learning from corrections: asked for, done by a worker, adopted only when better.

Twenty fresh corrections ask for it by themselves; so do a person, an erasure and a new
analysis. `Learning` remembers that it was asked for until it is done, and what was encoded
stays encoded, so that a killed worker is followed by one that finishes. Learning the same
again makes nothing.

Corrections are split by a hash of their message, for ever: a part is learnt from, the other
only tests, so that a version is never judged by what it, or the one before it, has seen.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import structlog
from django.db.models import Q
from django_tasks import task

from comptoir.analysis import api as analysis
from comptoir.analysis import learning as fitting
from comptoir.analysis.learning.solver import sigmoid
from comptoir.base import audit, clock, jobs
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import every_workspace, scope
from comptoir.triage import own_intents, vectors, versions
from comptoir.triage.models import BrandVersion, Correction, Learning
from comptoir.triage.standing import FIELDS, Lesson, lessons
from comptoir.triage.taught import LearningView, Measure
from comptoir.triage.taxonomy import INTENTS
from comptoir.triage.vectors import Known

log = structlog.get_logger(__name__)

BATCH: Final = 20
"""Fresh corrections that start the next learning by themselves."""

LOST_AFTER: Final = timedelta(minutes=10)
UNSEEN_AFTER: Final = timedelta(minutes=1)
_OPTIONS: Final[Mapping[str, tuple[Any, ...]]] = {
    "tone": (-1, 0, 1),
    "urgency": (0, 1, 2),
    "needs_answer": (False, True),
    "irony": (False, True),
}


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What learning one label gave: its delta, learnt from how many, and how it did."""

    delta: fitting.Delta
    cases: int
    comparison: fitting.Comparison
    rows: list[list[Any]]


def learning() -> LearningView:
    """How learning stands in this workspace."""
    asked = Learning.objects.first()
    standing, until = lessons(), _until()
    now = versions.active()
    return LearningView(
        corrections=len(standing),
        fresh=sum(one.id > until for one in standing),
        batch=BATCH,
        waiting=asked is not None and asked.asked_at is not None,
        problem=asked.problem if asked else "",
        finished_at=asked.finished_at if asked else None,
        version=versions.stamp(),
        number=now.number if now else None,
    )


def ask(cause: str = BrandVersion.Cause.CORRECTIONS, actor: User | None = None) -> None:
    """
    Have the brand's model learnt by a worker; asking twice is harmless.

    What is asked for while a worker learns is learnt after that.
    """
    with versions.locked() as row:
        if actor is not None:
            audit.record("triage.learning_asked", actor=actor, workspace=row.workspace_id)
        if row.asked_at is None or row.claimed_at is not None:
            row.asked_at, row.cause, row.by, row.claimed_at = clock.now(), cause, actor, None
            row.save(update_fields=["asked_at", "cause", "by", "claimed_at"])
            learn_task.enqueue(row.workspace_id)


def ask_when_due() -> None:
    """Ask once enough fresh corrections stand."""
    until = _until()
    fresh = Correction.objects.filter(undone_at=None, field__in=FIELDS, pk__gt=until)
    if fresh.count() >= BATCH and sum(one.id > until for one in lessons()) >= BATCH:
        ask()


@task()
def learn_task(workspace_id: int) -> None:
    """A worker's turn at what `ask` asked for."""
    with scope(workspace_id):
        learn()


@jobs.recovery
def find_unlearnt() -> int:
    """Enqueue again what a killed worker left, and what a new analysis made needed."""
    now = clock.now()
    with every_workspace():
        lost = Q(claimed_at__lt=now - LOST_AFTER) | Q(
            claimed_at=None, asked_at__lt=now - UNSEEN_AFTER
        )
        found = list(Learning.objects.filter(lost).exclude(asked_at=None))
    for row in found:
        if Learning._base_manager.filter(pk=row.pk, claimed_at=row.claimed_at).update(
            claimed_at=now
        ):
            learn_task.enqueue(row.workspace_id)
    for workspace_id in _outgrown():
        with scope(workspace_id):
            ask()
    return len(found)


def learn() -> BrandVersion | None:
    """
    Learn what was asked for; returns the version that this made, if it made one.

    Without an encoder nothing is learnt, and `learning` says why; the next batch of
    corrections asks again.
    """
    asked = Learning.objects.exclude(asked_at=None).first()
    if asked is None:
        return None
    Learning.objects.filter(pk=asked.pk).update(claimed_at=clock.now())
    problem, made = "", None
    try:
        made = _learn(asked)
    except vectors.EncoderMissing as error:
        log.warning("lessons.encoder_missing", reason=error.code)
        problem = "encoder_missing"
    except Problem as error:
        problem = error.code
    Learning.objects.filter(pk=asked.pk, asked_at=asked.asked_at).update(
        asked_at=None, claimed_at=None, finished_at=clock.now(), problem=problem
    )
    return made


def _learn(asked: Learning) -> BrandVersion | None:
    standing = lessons()
    if own_intents.needs_renewal() or own_intents.spoken_of(standing, after=_until()):
        own_intents.prepare()
        with versions.locked():
            own_intents.renew(asked.by, asked.cause)
    digest = _digest(standing)
    last = BrandVersion.objects.exclude(digest="").order_by("-number").first()
    if not standing or (last and last.digest == digest and last.withdrawn_at is None):
        return None
    known = vectors.of_messages(one.message for one in standing)
    ordinary = own_intents.background()
    now = versions.active()
    before = versions.unpacked(bytes(now.deltas)) if now else {}
    learnt = _by_field(standing, known, ordinary, before)
    from_ids = {*(one.message for one in standing), *ordinary.ids}
    with versions.locked():
        if not vectors.missing(sorted(from_ids)):
            return _kept(asked, standing, digest, from_ids, before, learnt)
    # Somebody was erased meanwhile, and must teach nothing.
    return _learn(asked)


def _by_field(
    standing: Sequence[Lesson], known: Known, ordinary: Known, before: Mapping[str, Any]
) -> dict[str, Learnt]:
    taught: dict[str, list[Lesson]] = defaultdict(list)
    here = set(known.ids)
    for one in standing:
        if one.message in here:
            taught[one.field].append(one)
    found = {}
    for field, theirs in taught.items():
        made = _field(field, theirs, known, ordinary, before.get(_head(field)))
        if made is not None:
            found[field] = made
    return found


def _field(
    field: str, taught: Sequence[Lesson], known: Known, ordinary: Known, before: Any
) -> Learnt | None:
    """Learn one label and test it on what was held out; None with nothing to learn from."""
    place = {one: at for at, one in enumerate(known.ids)}
    aside = fitting.held_out([str(one.message) for one in taught])
    held = [one for one, kept in zip(taught, aside, strict=True) if kept]
    seen = [one for one, kept in zip(taught, aside, strict=True) if not kept]
    if not seen:
        return None
    name = _head(field)
    train = known.only([place[one.message] for one in seen])
    anchors = (ordinary.vectors, ordinary.logits[name]) if ordinary.ids else None
    after = fitting.refit(
        name, train.vectors, train.logits[name], answers(field, seen), anchors=anchors
    )
    test = known.only([place[one.message] for one in held])
    return Learnt(after, len(seen), *_tested(field, held, test, before, after))


def _tested(
    field: str, held: Sequence[Lesson], test: Known, before: Any, after: Any
) -> tuple[fitting.Comparison, list[list[Any]]]:
    """The comparison on what was held out, and each of its rows with what both versions say."""
    name = _head(field)
    base = test.logits[name]
    found = fitting.compare(name, base, before, after, test.vectors, answers(field, held))
    old = before.apply(test.vectors, base) if before else base
    new = after.apply(test.vectors, base)
    rows = zip(held, read_of(field, old), read_of(field, new), strict=True)
    return found, [[one.message, one.right, was, now] for one, was, now in rows]


def _kept(
    asked: Learning,
    standing: Sequence[Lesson],
    digest: str,
    from_ids: set[int],
    before: Mapping[str, Any],
    learnt: Mapping[str, Learnt],
) -> BrandVersion:
    """
    Store what was learnt; labels that did not gain keep what read them before.

    When none gained, the lessons are stored all the same, so that a person may use them.
    """
    better = {field for field, one in learnt.items() if one.comparison.adopt}
    gained = {_head(field): learnt[field].delta for field in better or learnt}
    now = versions.active()
    row = versions.keep(
        cause=asked.cause,
        deltas=versions.packed({**before, **gained}),
        intents=bytes(now.intents) if now else b"",
        corrections=len(standing),
        until=max(one.id for one in standing),
        digest=digest,
        learnt_from={
            "deltas": sorted(from_ids.union(now.learnt_from.get("deltas", []) if now else [])),
            "intents": now.learnt_from.get("intents", []) if now else [],
        },
        figures={field: _figures(field, one, field in better) for field, one in learnt.items()},
        adopted=bool(better),
        active=bool(better),
        by=asked.by,
    )
    audit.record(
        "triage.version_adopted" if better else "triage.version_refused",
        actor=asked.by,
        workspace=row.workspace_id,
        target=f"brand {row.number}",
        corrections=row.corrections,
        fields=sorted(better),
    )
    return row


def _figures(field: str, one: Learnt, adopted: bool) -> dict[str, Any]:
    found = one.comparison
    measure = Measure(
        field=field,
        learnt=one.cases,
        n=found.n,
        accuracy_before=found.accuracy_before,
        accuracy_after=found.accuracy_after,
        low=found.low,
        high=found.high,
        loss_before=found.loss_before,
        loss_after=found.loss_after,
        verdict=found.verdict,
        needed=found.needed,
        adopted=adopted,
    )
    return {"measure": asdict(measure), "rows": one.rows}


def answers(field: str, taught: Sequence[Lesson]) -> Any:
    """What people said, as the analysis learns it: a place among the options, or 0 and 1."""
    if field == "intents":
        table = [[float(name in one.right) for name in INTENTS] for one in taught]
        return np.asarray(table)
    places = [_OPTIONS[field].index(one.right) for one in taught]
    if field in ("needs_answer", "irony"):
        return np.asarray(places, dtype=np.float64)[:, None]
    return np.asarray(places)


def read_of(field: str, logits: Any) -> list[Any]:
    """What a label's logits say, as a correction would write it."""
    if field == "intents":
        return [_intents_of(row) for row in sigmoid(np.asarray(logits))]
    if field in ("needs_answer", "irony"):
        return [bool(row[0] > 0) for row in logits]
    return [_OPTIONS[field][int(row.argmax())] for row in logits]


def _intents_of(chances: Any) -> list[str]:
    """Intents as likely as each must be to be given; the likeliest when none is."""
    given = zip(INTENTS, chances, vectors.least(), strict=True)
    sure = [name for name, chance, least in given if chance >= least]
    if not sure:
        return [list(INTENTS)[int(chances.argmax())]]
    return [name for name in sure if name != "other"] or sure


def _outgrown() -> list[int]:
    """Workspaces whose model was learnt upon another analysis, and nothing upon this one."""
    if analysis.missing() is not None:
        return []
    with every_workspace():
        here = BrandVersion.objects.filter(base=versions.base()).values("workspace_id")
        older = BrandVersion.objects.filter(active=True).exclude(workspace_id__in=here)
        return list(older.values_list("workspace_id", flat=True))


def _head(field: str) -> str:
    """The label's name among the analysis' logits."""
    return "needs" if field == "needs_answer" else field


def _until() -> int:
    """The newest correction that the last learning counted."""
    rows = BrandVersion.objects.exclude(digest="").order_by("-number")
    return rows.values_list("until", flat=True).first() or 0


def _digest(standing: Sequence[Lesson]) -> str:
    """Of all that a version is learnt from: equal digests make equal versions."""
    told = [(one.message, one.field, one.right) for one in standing]
    written = repr((versions.base(), sorted(told, key=lambda one: one[:2])))
    return blake2b(written.encode(), digest_size=16).hexdigest()

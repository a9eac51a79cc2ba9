"""
The versions of a brand's own model: which one reads, and how another takes its place.

A version never changes once it is kept. It holds two things that go their own ways: what
corrections taught (`deltas`), and what reads the brand's own intents (`intents`). A new one
is made whenever either changes, so that a label's "… +brand 3" says exactly what read it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from comptoir import conf
from comptoir.analysis import api as analysis
from comptoir.analysis import learning as fitting
from comptoir.base import audit, clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.triage.models import BrandVersion, Learning
from comptoir.triage.taught import Measure, VersionView

Cause = BrandVersion.Cause


def base() -> str:
    """What reads here beside the brand's model: it differs where the encoder cannot run."""
    return analysis.model_version(conf.current().triage)


def active() -> BrandVersion | None:
    """The version that reads; None while none does, or when it was learnt upon another analysis."""
    return BrandVersion.objects.filter(active=True, base=base()).first()


def stamp() -> str:
    """What labels read now carry as their model's version: "best-1", or "best-1+brand 3"."""
    found = _active_number()
    return f"{base()}+brand {found[0]}" if found else base()


def stamp_of(model: fitting.BrandModel | None) -> str:
    """The same for a model that was loaded before, whatever reads by now."""
    return f"{base()}+{model.version}" if model else base()


def brand_model() -> fitting.BrandModel | None:
    """The model that reads beside the analysis' own, loaded once a version."""
    found = _active_number()
    return _loaded(current_workspace_id(), *found) if found else None


def versions() -> list[VersionView]:
    """All versions, newest first."""
    rows = BrandVersion.objects.defer("deltas", "intents", "learnt_from").select_related("by")
    alike = _taught_alike()
    return [_view(row, row.pk in alike) for row in rows.order_by("-number")]


def version(number: int) -> VersionView:
    """One version; raises Problem "unknown_version"."""
    row = _found(number)
    return _view(row, row.pk in _taught_alike())


def measures(row: BrandVersion) -> tuple[Measure, ...]:
    """What the version's figures say, label by label."""
    return tuple(Measure(**one["measure"]) for one in row.figures.values() if one.get("measure"))


def go_back(number: int, actor: User) -> None:
    """
    Let an earlier version read again; 0 is the analysis alone, without what it was taught.

    The brand's own intents stay as they are today: where the earlier version had others, a
    new version joins its lessons with today's intents. Raises Problem "unknown_version",
    "withdrawn_version", "older_analysis" or "already_active".
    """
    with locked():
        row = _usable(number) if number else None
        now = active()
        deltas = bytes(row.deltas) if row else b""
        intents = bytes(now.intents) if now else b""
        if now is not None and bytes(now.deltas) == deltas:
            raise Problem("already_active", _("This version reads already."))
        if row is not None and bytes(row.intents) == intents:
            activate(row)
        elif deltas or intents:
            _joined(row, now, deltas, intents, actor)
        else:
            activate(None)
        audit.record(
            "triage.version_chosen",
            actor=actor,
            workspace=current_workspace_id(),
            target=f"brand {number}",
        )


def keep(*, active: bool, **fields: Any) -> BrandVersion:
    """Store the next version; make it read when it is `active`. Call it inside `locked`."""
    last = BrandVersion.objects.aggregate(last=Max("number"))["last"] or 0
    row = BrandVersion(workspace_id=current_workspace_id(), number=last + 1)
    for name, value in {"base": base(), "trained_at": clock.now(), **fields}.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    if active:
        activate(row)
    return row


def activate(row: BrandVersion | None) -> None:
    """Let `row` read from now on; None leaves the analysis alone."""
    BrandVersion.objects.filter(active=True).update(active=False)
    if row is not None:
        row.active = True
        row.save(update_fields=["active"])


@contextmanager
def locked() -> Iterator[Learning]:
    """A transaction in which nobody else changes the brand's versions."""
    workspace_id = current_workspace_id()
    with transaction.atomic():
        Learning.objects.get_or_create(workspace_id=workspace_id)
        yield Learning.objects.select_for_update().get(workspace_id=workspace_id)


def packed(deltas: Mapping[str, fitting.Delta]) -> bytes:
    """Deltas by label as bytes; nothing for none."""
    if not deltas:
        return b""
    parts = {field: deltas[field].to_bytes() for field in sorted(deltas)}
    head = json.dumps({field: len(part) for field, part in parts.items()})
    return head.encode() + b"\n" + b"".join(parts.values())


def unpacked(data: bytes) -> dict[str, fitting.Delta]:
    """The reverse of `packed`."""
    if not data:
        return {}
    head, _newline, body = bytes(data).partition(b"\n")
    found, start = {}, 0
    for field, length in json.loads(head).items():
        found[field] = fitting.Delta.from_bytes(body[start : start + length])
        start += length
    return found


def withdraw(message_ids: Iterable[int], with_intents: bool = False) -> list[int]:
    """
    Forget every version that was learnt from one of these messages; returns their numbers.

    with_intents: also every version that reads own intents, whose examples changed. What remains of them is when they were learnt and how well they did. The newest adopted
    version that none of the messages taught reads in their place until the next learning.
    """
    gone = set(message_ids)
    held = BrandVersion.objects.filter(withdrawn_at=None)
    touched = [
        row
        for row in held
        if (with_intents and row.intents)
        or any(not gone.isdisjoint(ids) for ids in row.learnt_from.values())
    ]
    was_active = any(row.active for row in touched)
    for row in touched:
        _forget(row)
    if was_active:
        rest = BrandVersion.objects.filter(adopted=True, withdrawn_at=None, base=base())
        activate(rest.order_by("-number").first())
    return [row.number for row in touched]


def _forget(row: BrandVersion) -> None:
    row.deltas, row.intents, row.learnt_from = b"", b"", {}
    row.figures = {field: {"measure": told.get("measure")} for field, told in row.figures.items()}
    row.withdrawn_at, row.active = clock.now(), False
    row.save(
        update_fields=["deltas", "intents", "learnt_from", "figures", "withdrawn_at", "active"]
    )


def _joined(
    row: BrandVersion | None, now: BrandVersion | None, deltas: bytes, intents: bytes, actor: User
) -> None:
    """An earlier version's lessons with today's own intents, as a version of its own."""
    keep(
        cause=Cause.BACK,
        deltas=deltas,
        intents=intents,
        corrections=row.corrections if row else 0,
        until=max([row.until if row else 0, now.until if now else 0]),
        digest="",
        learnt_from={
            "deltas": row.learnt_from.get("deltas", []) if row else [],
            "intents": now.learnt_from.get("intents", []) if now else [],
        },
        figures=row.figures if row else {},
        adopted=True,
        active=True,
        by=actor,
    )


def _active_number() -> tuple[int, str] | None:
    """Which version reads, and when it was trained. Below the ORM: asked for each batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, trained_at FROM triage_brandversion"
            " WHERE workspace_id = %s AND active AND base = %s",
            [current_workspace_id(), base()],
        )
        row = cursor.fetchone()
    return (row[0], str(row[1])) if row else None


@lru_cache(maxsize=32)
def _loaded(workspace_id: int, number: int, trained_at: str) -> fitting.BrandModel:
    row = BrandVersion.objects.get(workspace_id=workspace_id, number=number)
    head = fitting.IntentHead.from_bytes(bytes(row.intents)) if row.intents else None
    return fitting.BrandModel(head, unpacked(bytes(row.deltas)), f"brand {number}")


def _found(number: int) -> BrandVersion:
    row = BrandVersion.objects.select_related("by").filter(number=number).first()
    if row is None:
        raise Problem("unknown_version", _("There is no such version of the brand’s model."))
    return row


def _usable(number: int) -> BrandVersion:
    row = _found(number)
    if row.withdrawn_at is not None:
        raise Problem(
            "withdrawn_version",
            _("This version was forgotten, because it had learnt from an erased person’s words."),
        )
    if row.base != base():
        raise Problem(
            "older_analysis",
            _("This version was learnt upon an older analysis, which reads no more."),
            _("Learn again from the corrections."),
        )
    return row


def _taught_alike() -> set[int]:
    """The versions whose lessons are those of the one that reads."""
    now = active()
    if now is None or not now.deltas:
        return set()
    rows = BrandVersion.objects.filter(deltas=bytes(now.deltas), base=now.base)
    return set(rows.values_list("pk", flat=True))


def _view(row: BrandVersion, taught_alike: bool) -> VersionView:
    return VersionView(
        number=row.number,
        base=row.base,
        cause=row.cause,
        trained_at=row.trained_at,
        corrections=row.corrections,
        measures=measures(row),
        adopted=row.adopted,
        active=row.active and row.base == base(),
        usable=row.withdrawn_at is None and row.base == base(),
        taught_alike=taught_alike,
        withdrawn_at=row.withdrawn_at,
        by_name=str(row.by) if row.by else "",
    )

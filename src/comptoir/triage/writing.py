"""Keeping readings as labels: thousands a second, and never over a person's word."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from comptoir.analysis.api import Reading
from comptoir.base import bulk, clock
from comptoir.base.scope import current_workspace_id
from comptoir.triage import groups
from comptoir.triage.labels import WITH_CONFIDENCE
from comptoir.triage.models import Label
from comptoir.triage.reading import Read

_COLUMNS = tuple(field.attname for field in Label._meta.concrete_fields)
_UPDATED = tuple(name for name in _COLUMNS if name not in ("message_id", "workspace_id"))


def write(read: Sequence[Read]) -> None:
    """Write the labels of `read`; fields that a person set, and groups, stay as they are."""
    known = bulk.look_up(Label, ("message_id",), "message_id", [one.id for one in read])
    here = bulk.picked(Label).filter(pk__in=[row[0] for row in known]) if known else ()
    stored = {row.message_id: row for row in here}
    grouped = groups.assign([one for one in read if one.id not in stored])
    rows = [_row(one, stored.get(one.id), grouped) for one in read]
    bulk.upsert(
        Label,
        _COLUMNS,
        [[row[name] for name in _COLUMNS] for row in rows],
        key=("message_id",),
        update=_UPDATED,
    )


def _row(one: Read, before: Label | None, grouped: dict[int, int]) -> dict[str, Any]:
    row = _fresh(one)
    if before is None:
        return row | {"group": grouped[one.id]}
    row |= {"group": before.group, "version": before.version + 1, "corrected": before.corrected}
    for name in before.corrected:
        row[name] = getattr(before, name)
        if name in WITH_CONFIDENCE:
            row[f"{name}_confidence"] = getattr(before, f"{name}_confidence")
        row["reasons"] = {**row["reasons"], name: before.reasons.get(name, "")}
    return row


def _fresh(one: Read) -> dict[str, Any]:
    reading = one.reading
    return {
        "message_id": one.id,
        "workspace_id": current_workspace_id(),
        **{name: getattr(reading, name) for name in WITH_CONFIDENCE},
        **{f"{n}_confidence": getattr(reading, f"{n}_confidence") for n in WITH_CONFIDENCE},
        "intents": _intents(reading),
        "aspects": [asdict(one) for one in reading.aspects],
        "entities": _entities(reading),
        "reasons": reading.reasons,
        "group": one.id,
        "model_version": one.version,
        "labelled_at": clock.now(),
        "corrected": [],
        "version": 1,
    }


def _intents(reading: Reading) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "confidence": one.confidence, "reason": one.reason}
        for one in reading.intents
    ]


def _entities(reading: Reading) -> list[dict[str, Any]]:
    return [asdict(one) for one in reading.entities]

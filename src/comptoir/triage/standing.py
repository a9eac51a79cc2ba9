"""The last word of people on each label: what stands of all corrections."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from comptoir.triage.models import Correction

FIELDS: Final = ("tone", "intents", "needs_answer", "urgency", "irony")
"""Labels whose reading is learnt; the language is told by its letters."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """
    A standing correction: the last word of a person on one label of one message.

    said: what the analysis had read; right: what the person says; intents as names.
    by: "" when the person has left.
    """

    id: int
    message: int
    field: str
    said: Any
    right: Any
    at: datetime
    by: str


def lessons() -> list[Lesson]:
    """Every standing correction that can be learnt from, oldest first."""
    rows = Correction.objects.filter(undone_at=None, field__in=FIELDS).order_by("pk")
    last: dict[tuple[int, str], Lesson] = {}
    columns = ("pk", "message_id", "field", "before", "after", "at", "by__name")
    for pk, message, field, before, after, at, by in rows.values_list(*columns):
        earlier = last.get((message, field))
        said = earlier.said if earlier else _plain(before["value"])
        last[message, field] = Lesson(
            pk, message, field, said, _plain(after["value"]), at, by or ""
        )
    return sorted(last.values(), key=lambda one: one.id)


def _plain(value: Any) -> Any:
    """Intents as names."""
    if not isinstance(value, list):
        return value
    return [one["name"] if isinstance(one, dict) else one for one in value]

"""What corrections say of how labels are read: confusions, needs, and the rows of each."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import Problem
from comptoir.triage.models import BrandVersion
from comptoir.triage.standing import FIELDS, Lesson, lessons
from comptoir.triage.taught import Confusion, Need, Tested
from comptoir.triage.taxonomy import choices

ENOUGH: Final = 10
"""Corrections of a value from which learning it begins to make sense."""

NONE: Final = "none"
"""In confusions of intents: what was missing, or what should not have been read."""


def confusions(field: str) -> list[Confusion]:
    """
    How often each value was read as another, most frequent first; confirmations included.

    Intents are several: each one missed or wrongly read counts by itself, against NONE
    unless exactly one was taken for one other.
    """
    counts = Counter(pair for one in lessons() if one.field == field for pair in pairs(one))
    return [Confusion(read, right, count) for (read, right), count in counts.most_common()]


def corrected(field: str, read: str = "", right: str = "") -> list[Lesson]:
    """Standing corrections of a label, newest first, of one cell of its confusions if given."""
    theirs = [one for one in reversed(lessons()) if not field or one.field == field]
    return [one for one in theirs if not (read or right) or (read, right) in pairs(one)]


def pairs(one: Lesson) -> list[tuple[str, str]]:
    """The cells of the confusions that a correction counts in, as (read, right)."""
    if one.field != "intents":
        return [(code(one.said), code(one.right))]
    wrong = [name for name in one.said if name not in one.right]
    missed = [name for name in one.right if name not in one.said]
    agreed = [(name, name) for name in one.right if name in one.said]
    if len(wrong) == len(missed) == 1:
        return [*agreed, (wrong[0], missed[0])]
    return [*agreed, *((name, NONE) for name in wrong), *((NONE, name) for name in missed)]


def needs() -> list[Need]:
    """Every value of every label that is learnt, those with the fewest corrections first."""
    said = Counter((one.field, value) for one in lessons() for value in _values(one.right))
    found = [
        Need(field, code(choice.value), count, max(ENOUGH - count, 0))
        for field in FIELDS
        for choice in choices(field)
        if (field, choice.value) != ("intents", "other")
        for count in [said[field, code(choice.value)]]
    ]
    return sorted(found, key=lambda one: (FIELDS.index(one.field), one.corrections))


def tested(number: int, field: str) -> list[Tested]:
    """The held-out corrections that a version was judged by; erased messages are left out."""
    row = BrandVersion.objects.filter(number=number).only("figures").first()
    if row is None:
        raise Problem("unknown_version", _("There is no such version of the brand’s model."))
    rows = row.figures.get(field, {}).get("rows", [])
    return [
        Tested(message, _told(right), _told(was), _told(now)) for message, right, was, now in rows
    ]


def code(value: Any) -> str:
    """A label's value as addresses and tables write it: "-1", "yes", "refund"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _told(value: Any) -> str:
    return ",".join(code(one) for one in _several(value))


def _values(value: Any) -> Iterable[str]:
    return [code(one) for one in _several(value)]


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

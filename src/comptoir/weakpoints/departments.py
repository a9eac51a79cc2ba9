"""
The departments that complaints are sorted into, and which signals lead to each.

A brand begins with the defaults here; its first change writes them down as its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from comptoir.analysis import complaints
from comptoir.base import audit
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id, forget, remembered
from comptoir.triage import api as triage
from comptoir.weakpoints.models import Sorting

NONE: Final = "none"
"""Where a complaint stands of which no signal leads to a department."""
NOT_A_COMPLAINT: Final = "-"
MOST: Final = 30
LONGEST: Final = 40
_SILENT: Final = frozenset({"complaint", "praise", "thanks", "spam", "other"})
"""Intents that say nothing of what it is about."""

DEFAULTS: Final[Mapping[str, tuple[Promise, tuple[str, ...]]]] = {
    "logistics": (
        pgettext_lazy("department", "Logistics"),
        ("intent:delivery", "intent:damaged_item", "aspect:delivery", "words:logistics"),
    ),
    "product": (
        pgettext_lazy("department", "Product"),
        (
            "intent:product_question", "intent:availability", "intent:product_request",
            "aspect:product", "words:product",
        ),
    ),
    "site": (
        pgettext_lazy("department", "Site and app"),
        ("intent:account_access", "intent:data_security", "aspect:site", "words:site"),
    ),
    "price": (
        pgettext_lazy("department", "Price and billing"),
        ("intent:price_promo", "intent:invoice_payment", "intent:refund", "aspect:price", "words:price"),
    ),
    "service": (
        pgettext_lazy("department", "Customer service"),
        ("intent:withdrawal_return_cancel", "aspect:service", "words:service"),
    ),
    "shop": (pgettext_lazy("department", "Shops"), ("words:shop",)),
    "technical": (
        pgettext_lazy("department", "Technical and network"),
        ("intent:fault", "words:technical"),
    ),
}  # fmt: skip
_SORTING: Final = "weakpoints.sorting"
_UNCLEAR: Final = gettext_lazy("No clear department")
_NOT_ONE: Final = gettext_lazy("Not a complaint about us")


@dataclass(frozen=True, slots=True)
class Department:
    """key: never changes, so that moves and tasks keep their meaning. name: as people read it."""

    key: str
    name: str
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A department as somebody writes it; key "" for a new one."""

    key: str
    name: str


def departments() -> list[Department]:
    """Those in use, in the brand's order."""
    return [_view(one) for one in _rows(sorting()) if not one.get("gone")]


def name_of(key: str) -> str:
    """What people read for a department, one that is gone included."""
    if key == NONE:
        return str(_UNCLEAR)
    if key == NOT_A_COMPLAINT:
        return str(_NOT_ONE)
    return next((_view(one).name for one in _rows(sorting()) if one["key"] == key), key)


def mapping() -> dict[str, str]:
    """signal → key of the department that it leads to."""
    return {signal: one.key for one in departments() for signal in one.signals}


def offered() -> list[str]:
    """Every signal that may lead to a department, the brand's own intents included."""
    intents = [f"intent:{one}" for one in triage.intent_names() if one not in _SILENT]
    return [*intents, *complaints.names()]


def save(drafts: Sequence[Draft], chosen: Mapping[str, str], actor: User) -> None:
    """
    Write down the departments, in this order, and where each signal leads.

    chosen: signal → place of its draft, as text, or "" for none. One that is left out is not
    used any more; it keeps its name for what was moved there. Raises Problem
    "no_department", "too_many_departments", "department_name", "department_twice".
    """
    kept = [Draft(one.key, " ".join(one.name.split())) for one in drafts]
    _check(kept)
    with transaction.atomic():
        row = locked()
        known = {one["key"]: one for one in _rows(row)}
        keys = _keys(kept, known)
        fresh = [
            {
                "key": key,
                "name": _own_name(key, one.name, known.get(key)),
                "signals": [s for s in offered() if chosen.get(s) == str(place)],
            }
            for place, (key, one) in enumerate(zip(keys, kept, strict=True))
        ]
        gone = [
            one | {"gone": True, "signals": []} for key, one in known.items() if key not in keys
        ]
        before, row.departments = mapping(), fresh + gone
        raise_version(row, "departments")
        after = {s: one["key"] for one in fresh for s in one["signals"]}
        changed = {s for s in {*before, *after} if before.get(s) != after.get(s)}
        audit.record(
            "weakpoints.departments_changed",
            actor=actor,
            workspace=row.workspace_id,
            departments=[_view(one).name for one in fresh],
            signals=sorted(f"{s}: {before.get(s, '')} → {after.get(s, '')}" for s in changed),
        )


def sorting() -> Sorting:
    """What the active workspace decided, asked once a page; the defaults where it decided nothing."""
    return remembered(_SORTING, _ask)


def _ask() -> Sorting:
    found = Sorting.objects.filter(pk=current_workspace_id()).first()
    return found or Sorting(workspace_id=current_workspace_id())


def locked() -> Sorting:
    """The same, written down and held until the end of the transaction."""
    Sorting.objects.get_or_create(workspace_id=current_workspace_id())
    return Sorting.objects.select_for_update().get(pk=current_workspace_id())


def raise_version(row: Sorting, *fields: str) -> None:
    """Save these fields, and have everything counted anew."""
    row.version += 1
    row.save(update_fields=[*fields, "version"])
    forget(_SORTING)


def signal_name(signal: str) -> str:
    """What people read for a signal."""
    kind, _colon, name = signal.partition(":")
    if signal == "tone":
        return _("Negative tone")
    if kind == "intent":
        return _("Intent: %(name)s") % {"name": triage.intent_name(name)}
    if kind == "aspect":
        return str(triage.ASPECTS.get((name, False), name))
    known = DEFAULTS.get(name)
    return _("Words about: %(name)s") % {"name": known[0] if known else name}


def _rows(row: Sorting) -> list[dict[str, Any]]:
    if row.departments:
        return list(row.departments)
    return [
        {"key": key, "name": "", "signals": list(signals)}
        for key, (_name, signals) in DEFAULTS.items()
    ]


def _view(one: Mapping[str, Any]) -> Department:
    default = DEFAULTS.get(one["key"])
    name = one["name"] or (str(default[0]) if default else one["key"])
    return Department(one["key"], name, tuple(one["signals"]))


def _check(kept: Sequence[Draft]) -> None:
    if not kept:
        raise Problem("no_department", _("Keep at least one department."))
    if len(kept) > MOST:
        raise Problem("too_many_departments", _("Keep to 30 departments."))
    if any(not one.name or len(one.name) > LONGEST for one in kept):
        raise Problem("department_name", _("Name each department in 1 to 40 characters."))
    if len({one.name.casefold() for one in kept}) < len(kept):
        raise Problem("department_twice", _("Two departments have the same name."))


def _keys(kept: Sequence[Draft], known: Mapping[str, Any]) -> list[str]:
    """A new department's key comes from its name, and is never one that was used before."""
    taken, keys = {*known, NONE, NOT_A_COMPLAINT}, []
    for one in kept:
        key = one.key if one.key in known else _fresh_key(one.name, taken)
        taken.add(key)
        keys.append(key)
    return keys


def _fresh_key(name: str, taken: set[str]) -> str:
    base = slugify(name)[:30] or "department"
    return next(
        key for n in range(1, 1000) if (key := base if n == 1 else f"{base}-{n}") not in taken
    )


def _own_name(key: str, name: str, before: Mapping[str, Any] | None) -> str:
    """ "" where a default keeps its name, so that each reader sees it in his own language."""
    default = DEFAULTS.get(key)
    untouched = before is not None and not before["name"]
    return "" if default and untouched and name == str(default[0]) else name

"""The brand against its rivals: the same counts side by side, and each one's share of voice."""

from collections.abc import Mapping, Sequence
from typing import Final

from comptoir.listening import reputation_methods
from comptoir.listening.models import Folder, SavedQuery
from comptoir.listening.reputation import totals
from comptoir.listening.reputation_heard import heard
from comptoir.listening.reputation_records import Side, Sides, Totals
from comptoir.triage.topics import Days

BASES: Final = ("mentions", "engagement", "reach")
Pair = tuple[Totals, Totals]


def sides(days: Days) -> Sides:
    """
    The folders about the brand, counted as one side, and each folder about a rival.

    A message that speaks of two sides counts for both. A share needs every side to be known:
    engagement that one side's sources do not give is unknown, and so is everybody's share.
    """
    brand, rivals = _queries()
    wanted = {0: brand, **{folder: queries for folder, (_name, queries) in rivals.items()}}
    if not brand or not rivals:
        return Sides((), False, bool(brand), bool(rivals))
    with heard(days, wanted):
        found = totals()
    pairs = {side: found.get(side, (Totals(), Totals())) for side in wanted}
    names = {0: "", **{folder: name for folder, (name, _queries) in rivals.items()}}
    voices = _voices({side: now for side, (now, _before) in pairs.items()})
    earlier = _voices({side: before for side, (_now, before) in pairs.items()})
    every = [query for queries in wanted.values() for query in queries]
    return Sides(
        tuple(
            Side(
                side or None, names[side], tuple(queries), *pairs[side], voices[side], earlier[side]
            )
            for side, queries in wanted.items()
        ),
        reputation_methods.comparable(every, days),
        True,
        True,
    )


def brand_queries() -> list[int]:
    """Ids of the queries in folders about the brand."""
    return _queries()[0]


def _queries() -> tuple[list[int], dict[int, tuple[str, list[int]]]]:
    """Those of the brand, and of each rival's folder that has any: folder → name, queries."""
    rows = SavedQuery.objects.exclude(state=SavedQuery.State.DELETED).select_related("folder")
    brand: list[int] = []
    rivals: dict[int, tuple[str, list[int]]] = {}
    for row in sorted(rows, key=lambda one: (one.folder.name.casefold(), one.pk)):
        if row.folder.kind == Folder.Kind.BRAND:
            brand.append(row.pk)
        elif row.folder.kind == Folder.Kind.RIVAL:
            rivals.setdefault(row.folder_id, (row.folder.name, []))[1].append(row.pk)
    return brand, rivals


def _voices(counted: Mapping[int, Totals]) -> dict[int, dict[str, float | None]]:
    shares = {basis: _shares([_measure(one, basis) for one in counted.values()]) for basis in BASES}
    return {
        side: {basis: shares[basis][place] for basis in BASES} for place, side in enumerate(counted)
    }


def _measure(one: Totals, basis: str) -> int | None:
    """Of a side without any mention all is known: it is nothing."""
    if basis == "mentions" or not one.mentions:
        return one.mentions
    return one.engagement if basis == "engagement" else one.reach


def _shares(measured: Sequence[int | None]) -> list[float | None]:
    known = [one for one in measured if one is not None]
    whole = sum(known)
    if len(known) < len(measured) or not whole:
        return [None] * len(measured)
    return [one / whole for one in known]

"""
The search itself: cheap tests first, then the finders that are worth their time.

Finders claim their characters in turn, the surest ahead: a date is not a phone number, a card
is not a parcel, and what a link holds belongs to the link.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date

from comptoir.analysis.entities import (
    contacts,
    dates,
    money,
    names,
    orders,
    parcels,
    places,
    products,
)
from comptoir.analysis.entities.records import Entity

MAX_FOUND = 200
_PHONE_SHARE = 10  # of the limit: a phone number costs ten times a regular expression

_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_DIGITS6 = re.compile(r"\d(?:[ .\-/()]{0,2}\d){5}")
_DIGITS12 = re.compile(r"(?:[0-9A-Z][ .\xa0-]?){11,}[0-9]", re.I)
_MONEY = ("€", "$", "£", "eur", "balles", "dollar", "chf", "franc", "gbp", "usd", "pound", "quid")
_LOOKED_FOR = contacts.AT_WORDS | dates.WORDS | names.WORDS | places.STREET_WORDS


class _Kept:
    """Entities kept so far, by place, none overlapping another."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.found: list[Entity] = []

    def add(self, entity: Entity) -> None:
        """Keep an entity unless its characters are taken."""
        place = bisect_left(self.starts, entity.start)
        before = place > 0 and self.found[place - 1].end > entity.start
        after = place < len(self.found) and self.starts[place] < entity.end
        if not before and not after:
            self.starts.insert(place, entity.start)
            self.found.insert(place, entity)


def search(
    text: str,
    patterns: Sequence[re.Pattern[str]] = (),
    *,
    catalogue: products.Catalogue | None = None,
    today: date | None = None,
    limit: int = MAX_FOUND,
    links: bool = True,
) -> tuple[Entity, ...]:
    """As `find`, with at most `limit` entities; links=False reads links as any other text."""
    kept = _Kept()
    for found in _finders(text, patterns, catalogue, limit, links):
        for entity in found:
            kept.add(entity)
            if len(kept.found) >= limit:
                return _dated(kept.found, today)
    return _dated(kept.found, today)


def _finders(
    text: str,
    patterns: Sequence[re.Pattern[str]],
    catalogue: products.Catalogue | None,
    limit: int,
    links: bool,
) -> Iterator[Iterator[Entity]]:
    """The searches worth making, those that claim their characters first ahead."""
    lowered = text.lower()
    seen = _LOOKED_FOR.intersection(_WORD.findall(lowered))
    digits = _DIGIT.search(text) is not None
    if links and ("://" in text or "www." in lowered):
        yield contacts.links(text)
    yield from _handles(text, seen)
    if patterns:
        yield orders.custom(text, patterns)
    many = digits and _DIGITS6.search(text) is not None
    if many and _DIGITS12.search(text):
        yield from _long_numbers(text)
    if digits:
        yield places.addresses(text, lowered, seen)
    if digits or seen:
        yield dates.dates(text, seen, digits)
    yield from _numbers(text, lowered, digits, many, limit)
    if digits and any(map(lowered.__contains__, _MONEY)):
        yield money.amounts(text)
    if seen or "M. " in text:
        yield names.names(text, seen)
    if catalogue is not None:
        yield catalogue.find(text)


def _handles(text: str, seen: frozenset[str]) -> Iterator[Iterator[Entity]]:
    if "@" in text:
        yield contacts.emails(text)
    if "@" in text or not contacts.AT_WORDS.isdisjoint(seen):
        yield contacts.veiled_emails(text, seen)
    if "@" in text:
        yield contacts.mentions(text)
    if "#" in text:
        yield contacts.hashtags(text)


def _long_numbers(text: str) -> Iterator[Iterator[Entity]]:
    """Those whose format and check digit leave little doubt."""
    yield money.ibans(text)
    yield money.cards(text)
    yield orders.marketplace(text)
    yield parcels.self_described(text)


def _numbers(
    text: str, lowered: str, digits: bool, many: bool, limit: int
) -> Iterator[Iterator[Entity]]:
    """Those that the words around tell apart. many: six digits stand close together."""
    if many or "gls" in lowered:
        yield parcels.announced(text)
    if digits or orders.LETTERS.search(text):
        yield orders.orders(text, lowered)
    if many:
        yield contacts.phones(text, limit // _PHONE_SHARE)


def _dated(found: Sequence[Entity], today: date | None) -> tuple[Entity, ...]:
    if today is None:
        return tuple(found)
    return tuple(
        Entity("date", dates.known_date(one.value, today), one.start, one.end)
        if one.kind == "date"
        else one
        for one in found
    )

"""What watched pages show to others: frozen, plain, independent of how rows are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comptoir.listening.watching.diffing import Change
from comptoir.listening.watching.readings import Reading


@dataclass(frozen=True, slots=True)
class PageDraft:
    """
    A page as somebody asks to watch it; see models.WatchedPage. every: minutes.

    people: ids of members to mail. accounts: ids of channels of the team's.
    """

    url: str
    name: str = ""
    folder: int | None = None
    wants: tuple[str, ...] = ("price", "offer", "availability")
    selector: str = ""
    phrase: str = ""
    every: int = 1440
    contact: str = ""
    people: tuple[int, ...] = ()
    accounts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceView:
    """A price as it was last read. since: how long it has been so."""

    cents: int | None
    currency: str
    was: int | None
    starting: bool
    availability: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PageView:
    """
    A watched page with how it fares. problem: code and facts of the last visit, {} when well.

    changes: how many were news. turns: how often the same change came back and nobody was told.
    """

    id: int
    draft: PageDraft
    site: str
    folder_name: str
    state: str
    price: PriceView | None
    made_at: datetime
    asked_at: datetime | None
    answered_at: datetime | None
    changed_at: datetime | None
    due_at: datetime | None
    wanted_at: datetime | None
    problem: Mapping[str, Any]
    changes: int
    turns: int
    by_name: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """again: it had happened in the same way lately, so nobody was told."""

    id: int
    page: int
    page_name: str
    at: datetime
    change: Change
    again: bool


@dataclass(frozen=True, slots=True)
class Spell:
    """How long a price stood: from the visit that found it first to the one that found it last."""

    at: datetime
    until: datetime
    cents: int | None
    currency: str
    availability: str
    visits: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be read now. url: after redirects."""

    url: str
    reading: Reading
    problem: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pages:
    """A part of the list. total: of all that fit."""

    rows: Sequence[PageView]
    total: int

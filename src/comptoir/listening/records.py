"""What `listening` shows to others: frozen, plain, independent of how rows are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class FolderView:
    """queries: how many it holds that are not deleted."""

    id: int
    kind: str
    name: str
    queries: int


@dataclass(frozen=True, slots=True)
class QueryView:
    """
    A saved query as it is in use. number: of its version. state: "active" or "paused".

    must, must_not: texts that it has to find, and to leave.
    """

    id: int
    folder: int
    folder_name: str
    name: str
    state: str
    number: int
    text: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    """by_name is "" when that person is gone."""

    number: int
    text: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A query as somebody writes it; folder: id. must, must_not: one text each."""

    name: str
    folder: int
    text: str
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failing:
    """An example that the query treats otherwise than it must: wanted tells how."""

    text: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """
    What changes between two texts of a query: counts in the `read` messages of `total`.

    gained_ids, lost_ids: the newest of each.
    """

    kept: int
    gained: int
    lost: int
    read: int
    total: int
    gained_ids: Sequence[int]
    lost_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Preview:
    """
    What a query would have found lately.

    days: how many it found on each day of the period, in the workspace's zone. found: in what
    was read; read: messages read, newest first, of `total` in the period. ids: the newest found.
    difference: against another text, when there is one.
    """

    days: Sequence[tuple[date, int]]
    found: int
    read: int
    total: int
    ids: Sequence[int]
    difference: Difference | None = None

    @property
    def whole(self) -> bool:
        """Whether all messages of the period were read."""
        return self.read >= self.total


@dataclass(frozen=True, slots=True)
class Searched:
    """
    A stretch of all that was received, read for a query. found: how many, in the `read` messages.

    left: how many are still to be read, below `end`; 0 of both at the end. ids: the newest found.
    """

    found: int
    read: int
    left: int
    ids: Sequence[int]
    end: int


@dataclass(frozen=True, slots=True)
class MentionView:
    """A message that queries found, the newest of them first. queries: their ids."""

    message: int
    queries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PastView:
    """How far a query asked of the past is; share: part of it done, 0 to 1."""

    id: int
    query: int
    number: int
    since: datetime | None
    total: int
    read: int
    found: int
    state: str
    asked_at: datetime
    ended_at: datetime | None

    @property
    def share(self) -> float:
        return min(1.0, self.read / self.total) if self.total else 1.0


@dataclass(frozen=True, slots=True)
class ExclusionView:
    """query: its id, None when no query finds such messages. kind: "site", "author", "alike"."""

    id: int
    query: int | None
    kind: str
    shown: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Excluded:
    """An exclusion that was made; gone: how many mentions went with it."""

    id: int
    gone: int


@dataclass(frozen=True, slots=True)
class TagView:
    """A word the team put on mentions."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class TagChangeView:
    """A tag put on mentions or taken off (`adds` is False); changed: how many were not so before."""

    id: int
    name: str
    adds: bool
    changed: int

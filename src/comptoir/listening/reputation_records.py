"""What a report on reputation says: frozen, plain, in counts that can be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from comptoir.triage.topics import Days


@dataclass(frozen=True, slots=True)
class Totals:
    """
    What is counted of one side in one period.

    read: mentions whose tone is known; negative, neutral and positive add up to it. corrected:
    of these, how many a person set. engagement, reach: sums over the mentions whose source
    gives such counts, None when none does; engagement_known, reach_known: how many do.
    """

    mentions: int = 0
    authors: int = 0
    reposts: int = 0
    read: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    corrected: int = 0
    engagement: int | None = None
    engagement_known: int = 0
    reach: int | None = None
    reach_known: int = 0

    @property
    def net(self) -> float | None:
        """100 × (positive − negative) ÷ read, neutral ones included; None when none is read."""
        return 100 * (self.positive - self.negative) / self.read if self.read else None

    @property
    def share_negative(self) -> float | None:
        return self.negative / self.read if self.read else None

    @property
    def share_positive(self) -> float | None:
        return self.positive / self.read if self.read else None


@dataclass(frozen=True, slots=True)
class Line:
    """
    One key of a breakdown: mentions in the period and in the one before.

    rises: its share grew beyond what chance explains, see `reputation.FALSE_ALARMS`.
    """

    key: Any
    now: int
    before: int
    rises: bool = False


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Lines with the most mentions first, or in the key's own order; total: of all there are."""

    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Report:
    """
    The mentions of some queries in a period and in the one before.

    comparable: whether both are wholly known. days: local
    day → tone → mentions, tone None for what is not read; days_before the same.
    """

    days: Days
    zone: str
    comparable: bool
    now: Totals
    before: Totals
    by_day: Mapping[date, Mapping[int | None, int]]
    by_day_before: Mapping[date, Mapping[int | None, int]]
    breakdowns: Mapping[str, Breakdown]
    methods: "Methods"


@dataclass(frozen=True, slots=True)
class Side:
    """
    The brand or a rival. folder: None for the brand, whose folders are counted as one.

    voice: basis ("mentions", "engagement", "reach") → share among all sides, None where
    unknown; voice_before the same for the period before.
    """

    folder: int | None
    name: str
    queries: tuple[int, ...]
    now: Totals
    before: Totals
    voice: Mapping[str, float | None]
    voice_before: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Sides:
    """The brand first, then its rivals by name; empty unless both have a query."""

    sides: tuple[Side, ...]
    comparable: bool
    has_brand: bool
    has_rival: bool


@dataclass(frozen=True, slots=True)
class QuerySource:
    """
    A search string of the report. since: of the version in use. found: version → mentions of
    the period that it found. missing, missing_before: whether messages of the period, of the
    one before, arrived before the query was saved and it was never asked of them.
    asking: share done of a run on the past that is under way, None when there is none.
    """

    id: int
    name: str
    folder_name: str
    state: str
    number: int
    text: str
    since: datetime
    found: Mapping[int, int]
    missing: bool
    missing_before: bool
    asking: float | None


@dataclass(frozen=True, slots=True)
class Methods:
    """
    Where the figures of a report come from and what they lack.

    models: version of the analysis → mentions that it read. excluded: kind → rules that leave
    messages out. spam: mentions read as spam, which are counted. known_before: whether messages
    are known from the whole of the period before.
    """

    queries: Sequence[QuerySource]
    languages: Sequence[Line]
    models: Sequence[tuple[str, int]]
    networks: Sequence[Line]
    excluded: Mapping[str, int]
    spam: int
    known_before: bool

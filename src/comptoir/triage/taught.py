"""What the brand taught, as triage hands it out: frozen, plain, safe to keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

IntentState = Literal["active", "paused", "deleted"]


@dataclass(frozen=True, slots=True)
class Example:
    """A text that shows an own intent. message: id of the desk's message it is, or None."""

    text: str
    message: int | None = None


@dataclass(frozen=True, slots=True)
class OwnIntentView:
    """slug: its name in labels. by_name: "" when the person has left."""

    id: int
    slug: str
    name: str
    description: str
    examples: tuple[Example, ...]
    state: IntentState
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """A message and how sure it is that it shows the intent, 0 to 1."""

    message_id: int
    chance: float


@dataclass(frozen=True, slots=True)
class Lookalike:
    """
    Something the examples look like: a base intent, or another own one.

    share: of the examples, 0 to 1.
    """

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Preview:
    """
    How an own intent would have sorted the month up to the newest message.

    read: how many messages were looked at, a fair sample when fewer than `total`.
    count: how many of those it would have taken. surest, doubtful: of these, the greatest and
    the least chances; nearly: those just not taken. carried: (intent they carry now, how
    many), most frequent first. repeated: examples left out because another says the same.
    """

    examples: int
    repeated: int
    first: date | None
    last: date | None
    read: int
    total: int
    count: int
    surest: tuple[Placed, ...]
    doubtful: tuple[Placed, ...]
    nearly: tuple[Placed, ...]
    carried: tuple[tuple[str, int], ...]
    lookalikes: tuple[Lookalike, ...]

    @property
    def share(self) -> float | None:
        """Of the messages read; None when there is none."""
        return self.count / self.read if self.read else None

    @property
    def estimate(self) -> int:
        """How many of all the month's messages that makes."""
        return round(self.count * self.total / self.read) if self.read else 0


@dataclass(frozen=True, slots=True)
class Measure:
    """
    One label's comparison, on corrections that neither version learnt from.

    n: how many. Accuracies 0 to 1; low, high: 95 % interval of their difference. Log losses
    in nats; all None with nothing held out. learnt: how many corrections it was learnt from.
    verdict: "better", "not-better" or "too-few"; needed: corrections still to collect before
    anything can be said. adopted: whether the new one reads.
    """

    field: str
    learnt: int
    n: int
    accuracy_before: float | None
    accuracy_after: float | None
    low: float
    high: float
    loss_before: float | None
    loss_after: float | None
    verdict: str
    needed: int
    adopted: bool


@dataclass(frozen=True, slots=True)
class VersionView:
    """
    One version of the brand's model.

    usable: one may go back to it. taught_alike: what its corrections taught reads today, in
    this version or another.
    """

    number: int
    base: str
    cause: str
    trained_at: datetime
    corrections: int
    measures: tuple[Measure, ...]
    adopted: bool
    active: bool
    usable: bool
    taught_alike: bool
    withdrawn_at: datetime | None
    by_name: str


@dataclass(frozen=True, slots=True)
class LearningView:
    """
    How learning stands.

    corrections: standing ones that can be learnt from. fresh: those since the last learning.
    batch: how many fresh ones start the next. waiting: asked for and not done. problem: code
    of what kept it from being done, "" when nothing did. version: what reads now, as labels
    carry it; number: of the brand's version, None while none reads.
    """

    corrections: int
    fresh: int
    batch: int
    waiting: bool
    problem: str
    finished_at: datetime | None
    version: str
    number: int | None

    @property
    def lacking(self) -> int:
        """How many corrections are missing until learning starts by itself."""
        return max(self.batch - self.fresh, 0)


@dataclass(frozen=True, slots=True)
class RelabelView:
    """older: messages an older version read. done, total: of a reading under way, else None."""

    older: int
    total_messages: int
    done: int | None
    total: int | None

    @property
    def running(self) -> bool:
        return self.done is not None


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a label was read as `read` where people say `right`; equal: confirmed."""

    read: str
    right: str
    count: int


@dataclass(frozen=True, slots=True)
class Need:
    """A value of a label and how many corrections say it; wanted: how many more would help."""

    field: str
    value: str
    corrections: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Tested:
    """One held-out correction: what people say, what the versions before and after say."""

    message_id: int
    right: str
    before: str
    after: str


Names = Mapping[str, str]

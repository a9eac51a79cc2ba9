"""
Before and after a task: complaints per 100 conversations in two windows of equal length.

The first ends on the day before the task began, the second begins on the day after it was
done. What changed is told beside what changed in all other complaints of the same
conversations, with intervals. It is said to have changed at the same time, never because.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from comptoir.analysis import rates
from comptoir.analysis.learning import share_interval
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.insight import api as insight
from comptoir.insight.api import Period
from comptoir.weakpoints import asking
from comptoir.weakpoints.tasks import TaskDraft

SHORTEST: Final = 7
"""Days that must have passed since it was done."""
FEW: Final = 30
"""Conversations that each window must have."""
FEWEST: Final = 10
"""Complaints of the filter in both windows together."""


@dataclass(frozen=True, slots=True)
class Side:
    """One window. complaints: of the filter; rest: all others; talks: conversations."""

    period: Period
    complaints: int
    rest: int
    talks: int
    contacts: int

    @property
    def rate(self) -> float | None:
        return self.complaints / self.talks if self.talks else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return share_interval(self.complaints, self.talks) if self.talks else None

    @property
    def rest_rate(self) -> float | None:
        return self.rest / self.talks if self.talks else None


@dataclass(frozen=True, slots=True)
class Measure:
    """
    state: "no_start" before the task began, "not_done", "early" until a week has passed,
    "unknown" where messages are not known for the whole of the window before, "few" where
    there is too little to compare, "so_far" while the window after is not full, "told".

    change, rest: rate after less rate before, with its interval. beyond: how much more the
    filter's complaints changed than the others'.
    """

    state: str
    days: int
    before: Side | None = None
    after: Side | None = None
    change: tuple[float, float, float] | None = None
    rest: tuple[float, float, float] | None = None
    beyond: tuple[float, float, float] | None = None
    from_day: date | None = None

    @property
    def compared(self) -> bool:
        return self.state in ("so_far", "told")


def measure(draft: TaskDraft) -> Measure:
    """Raises Problem where the figures cannot be counted."""
    if draft.started_on is None:
        return Measure("no_start", draft.days)
    span = insight.span()
    zone = Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id())
    if draft.done_on is None or span is None:
        return _alone(draft, zone, span, "not_done")
    last = max(span[1], draft.done_on)
    days = min(draft.days, (last - draft.done_on).days)
    if days < SHORTEST:
        found = _alone(draft, zone, span, "early")
        return Measure(
            found.state, draft.days, found.before,
            from_day=draft.done_on + timedelta(days=SHORTEST),
        )  # fmt: skip
    before = _window(draft.started_on - timedelta(days=days), days, zone)
    after = _window(draft.done_on + timedelta(days=1), days, zone)
    earlier, later = _sides([before, after], draft)
    if span[0] > before.first:
        return Measure("unknown", days, earlier, later)
    return _compared(draft, days, earlier, later)


def _alone(draft: TaskDraft, zone: str, span: tuple[date, date] | None, state: str) -> Measure:
    """What was so before is known as soon as the task has begun."""
    assert draft.started_on is not None
    window = _window(draft.started_on - timedelta(days=draft.days), draft.days, zone)
    if span is None or span[0] > window.first:
        return Measure(state, draft.days)
    return Measure(state, draft.days, _sides([window], draft)[0])


def _compared(draft: TaskDraft, days: int, before: Side, after: Side) -> Measure:
    if min(before.talks, after.talks) < FEW or before.complaints + after.complaints < FEWEST:
        return Measure("few", days, before, after)
    beyond = rates.against_the_rest(
        rates.Window(after.complaints, after.rest, after.talks),
        rates.Window(before.complaints, before.rest, before.talks),
    )
    return Measure(
        "told" if days == draft.days else "so_far",
        days,
        before,
        after,
        rates.change(after.complaints, after.talks, before.complaints, before.talks),
        rates.change(after.rest, after.talks, before.rest, before.talks),
        beyond,
    )


def _window(first: date, days: int, zone: str) -> Period:
    return Period(first, first + timedelta(days=days), zone)


def _sides(windows: list[Period], draft: TaskDraft) -> list[Side]:
    with asking.laid(windows, draft.filter) as open_:
        where, values = open_.where()
        counted = {
            place: rest
            for place, *rest in open_.ask(
                f"SELECT period, count(*) FILTER (WHERE {where}),"  # noqa: S608 our own words
                f" count(*) FILTER (WHERE NOT ({where})),"
                f" coalesce(sum(contacts) FILTER (WHERE {where}), 0)"
                " FROM complaints WHERE certain GROUP BY period",
                [*values, *values, *values],
            )
        }
        talks = dict(
            open_.ask(
                "SELECT period, count(*) FROM (SELECT DISTINCT period, thread, author FROM heard)"
                " GROUP BY period"
            )
        )
    sides = []
    for place, window in enumerate(windows):
        complaints, rest, contacts = counted.get(place, (0, 0, 0))
        sides.append(Side(window, complaints, rest, talks.get(place, 0), int(contacts)))
    return sides

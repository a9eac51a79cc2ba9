"""Which period a page shows: read from the address, or chosen where the data is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from comptoir.insight import api as insight
from comptoir.insight.api import Period, ending, month
from comptoir.triage.topics import Days
from comptoir.web.access import DeskRequest

PRESETS: Final = (7, 28, 90)
DEFAULT: Final = "28"
LONGEST: Final = 3660


@dataclass(frozen=True, slots=True)
class Choice:
    """
    kind: "7", "28", "90", "month" or "custom". anchor: the day that presets end at.

    moved: nothing was heard in the days up to today, so presets end at the newest message.
    wrong: the address asked for days that make no period, and was not followed.
    """

    kind: str
    period: Period
    anchor: date
    moved: bool
    wrong: bool = False

    @property
    def address(self) -> str:
        """The days as a query, so that a link keeps its meaning tomorrow."""
        return urlencode(
            {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        )

    @property
    def stamp(self) -> str:
        """Its days as names of files say them: "2026-03-01 2026-03-28", or the one day."""
        return " ".join(
            dict.fromkeys(day.isoformat() for day in (self.period.first, self.period.last))
        )

    @property
    def presets(self) -> list[tuple[str, str]]:
        """Each preset with its query; the one shown keeps its last day."""
        kept = "" if self.moved else f"&{urlencode({'to': self.period.last.isoformat()})}"
        return [
            (days, f"period={days}{kept if days == self.kind else ''}")
            for days in map(str, PRESETS)
        ]

    @property
    def earlier(self) -> str:
        """The query of the period before."""
        return self._shifted(-1)

    @property
    def later(self) -> str:
        """The query of the period after."""
        return self._shifted(1)

    def _shifted(self, by: int) -> str:
        if self.kind == "month":
            day = self.period.first - timedelta(days=1) if by < 0 else self.period.until
            return urlencode({"period": "month", "month": f"{day:%Y-%m}"})
        last = self.period.last + timedelta(days=by * self.period.days)
        first = last - timedelta(days=self.period.days - 1)
        if self.kind == "custom":
            return urlencode({"from": first.isoformat(), "to": last.isoformat()})
        return urlencode({"period": self.kind, "to": last.isoformat()})


def counted(request: DeskRequest) -> Choice | None:
    """The period that a page of figures is asked for; None while the workspace has no message."""
    zone = request.desk.workspace.zone
    known = insight.span()
    if known is None:
        insight.catch_up()
        known = insight.span()
    return choose(request.GET.dict(), known[1], insight.today(zone), zone) if known else None


def choose(query: Mapping[str, str], newest: date, today: date, zone: str) -> Choice:
    """
    The period that `query` asks for; by default the last 28 days.

    newest: day of the newest message. Where the days up to today hold nothing, a preset
    ends at the newest message instead.
    """
    try:
        return _asked(query, newest, today, zone)
    except ValueError:
        return _preset(DEFAULT, None, newest, today, zone, wrong=True)


def days_of(period: Period) -> Days:
    """Midnights of the workspace's zone: of the period, and of the one before."""
    zone = ZoneInfo(period.zone)
    before, start, until = (
        datetime.combine(day, time(), zone)
        for day in (period.before().first, period.first, period.until)
    )
    return Days(before, start, until)


def _asked(query: Mapping[str, str], newest: date, today: date, zone: str) -> Choice:
    kind = query.get("period", "")
    if kind == "month":
        return _month(query, newest, today, zone)
    if kind in {str(days) for days in PRESETS}:
        return _preset(kind, _day(query.get("to")), newest, today, zone)
    if query.get("from") or query.get("to"):
        return _custom(query, newest, zone)
    return _preset(DEFAULT, None, newest, today, zone)


def _preset(
    kind: str, last: date | None, newest: date, today: date, zone: str, wrong: bool = False
) -> Choice:
    days = int(kind)
    moved = last is None and newest <= today - timedelta(days=days)
    anchor = last or (newest if moved else max(today, newest))
    return Choice(kind, ending(anchor, days, zone), anchor, moved, wrong)


def _month(query: Mapping[str, str], newest: date, today: date, zone: str) -> Choice:
    asked = query.get("month", "")
    moved = not asked and (newest.year, newest.month) < (today.year, today.month)
    day = newest if moved else today
    if asked:
        found = re.fullmatch(r"(\d{4})-(\d{2})", asked)
        if not found:
            raise ValueError("not a month")
        day = date(int(found[1]), int(found[2]), 1)
    period = month(day.year, day.month, zone)
    return Choice("month", period, period.last, moved)


def _custom(query: Mapping[str, str], newest: date, zone: str) -> Choice:
    """Either end may be left out: a day alone, or everything up to the newest message."""
    first, last = _day(query.get("from")), _day(query.get("to"))
    first = first or last
    last = last or max(newest, first or newest)
    if first is None or last < first or (last - first).days > LONGEST:
        raise ValueError("not a period")
    return Choice("custom", Period(first, last + timedelta(days=1), zone), last, False)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    day = date.fromisoformat(text)
    if not 1971 <= day.year <= 2100:
        raise ValueError("outside of what can be counted")
    return day


def page_number(request: HttpRequest) -> int:
    """The page of a list that an address asks for; the first for anything that is no number."""
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), 1_000_000) if text.isascii() and text.isdigit() else 1

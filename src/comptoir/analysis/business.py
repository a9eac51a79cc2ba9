"""
Time elapsed during opening hours, right across clock changes.

A moment is open when the local clock shows a time inside one of the day's openings. So on
the day clocks go back, an opening that covers the repeated hour counts it twice, and on
the day they go forward the missing hour counts for nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Hours = Mapping[int, Sequence[tuple[str, str]]]
"""Openings by weekday, Monday = 0: {0: [("09:00", "12:30"), ("14:00", "18:00")]}."""

_DAY = 86_400
_EPOCH = date(1970, 1, 1)
Spans = list[tuple[int, int]]


def _seconds(clock: str) -> int:
    """Seconds since midnight of "HH:MM"; "24:00" is the end of the day."""
    hour, _, minute = clock.partition(":")
    value = int(hour) * 3600 + int(minute) * 60
    if not 0 <= value <= _DAY or not 0 <= int(minute) < 60:
        raise ValueError(f"not a time of day: {clock!r}")
    return value


def _openings(spans: Sequence[tuple[str, str]]) -> Spans:
    """One day's openings in seconds since midnight, sorted and merged where they touch."""
    merged: Spans = []
    for opens, closes in sorted((_seconds(opens), _seconds(closes)) for opens, closes in spans):
        if closes <= opens:
            raise ValueError("an opening must close after it opens; split it at midnight")
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
        else:
            merged.append((opens, closes))
    return merged


def _midnight(day: date, zone: ZoneInfo) -> int:
    """UTC second at which a local day begins."""
    return int(datetime.combine(day, time(), zone).timestamp())


def _changing_day(day: date, zone: ZoneInfo, openings: Spans) -> Spans:
    """A day on which clocks change, walked minute by minute."""
    spans: Spans = []
    for second in range(_midnight(day, zone), _midnight(day + timedelta(days=1), zone), 60):
        local = datetime.fromtimestamp(second, zone)
        clock = local.hour * 3600 + local.minute * 60
        if any(opens <= clock < closes for opens, closes in openings):
            if spans and spans[-1][1] == second:
                spans[-1] = (spans[-1][0], second + 60)
            else:
                spans.append((second, second + 60))
    return spans


def _day_spans(day: date, zone: ZoneInfo, openings: Spans) -> Spans:
    """UTC seconds during which a local day is open."""
    if not openings:
        return []
    start = _midnight(day, zone)
    if _midnight(day + timedelta(days=1), zone) - start != _DAY:
        return _changing_day(day, zone, openings)
    return [(start + opens, start + closes) for opens, closes in openings]


def _open_spans(first: int, last: int, hours: Hours, zone: ZoneInfo) -> NDArray[np.float64]:
    """Open spans, shape (n, 2), UTC seconds, from the day before `first` to that after `last`."""
    week = {weekday: _openings(spans) for weekday, spans in hours.items()}
    spans: Spans = []
    for number in range(first // _DAY - 1, last // _DAY + 2):
        day = _EPOCH + timedelta(days=number)
        spans.extend(_day_spans(day, zone, week.get(day.weekday(), [])))
    return np.array(spans, dtype=np.float64).reshape(-1, 2)


def _open_before(moments: NDArray[np.float64], spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Open seconds between the first span and each moment."""
    opens, lengths = spans[:, 0], spans[:, 1] - spans[:, 0]
    total = np.concatenate(([0.0], np.cumsum(lengths)))
    index = np.searchsorted(opens, moments, side="right") - 1
    inside = np.minimum(moments - opens[np.maximum(index, 0)], lengths[np.maximum(index, 0)])
    return np.where(index < 0, 0.0, total[np.maximum(index, 0)] + np.maximum(inside, 0.0))


def _utc_seconds(moments: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Seconds since the epoch; NaT becomes nan."""
    seconds = moments.astype("datetime64[us]").astype(np.int64) / 1e6
    return np.where(np.isnat(moments), np.nan, seconds)


def business_seconds_many(
    starts: NDArray[np.datetime64], ends: NDArray[np.datetime64], hours: Hours, zone: str
) -> NDArray[np.float64]:
    """
    Open seconds between each pair of moments, how long a customer waited during hours.

    starts, ends: datetime64 arrays of one shape, UTC. hours: see Hours; days left out are
    closed. zone: IANA name ("Europe/Paris"). A pair with NaT gives nan; an end before its
    start gives a negative number. Raises ValueError on an impossible opening.
    """
    begin, finish = _utc_seconds(starts), _utc_seconds(ends)
    known = ~(np.isnan(begin) | np.isnan(finish))
    result = np.full(begin.shape, np.nan)
    if not known.any():
        return result
    first = int(min(begin[known].min(), finish[known].min()))
    last = int(max(begin[known].max(), finish[known].max()))
    spans = _open_spans(first, last, hours, ZoneInfo(zone))
    if not len(spans):
        result[known] = 0.0
        return result
    result[known] = _open_before(finish[known], spans) - _open_before(begin[known], spans)
    return result


def business_seconds(start: datetime, end: datetime, hours: Hours, zone: str) -> float:
    """
    Open seconds between two aware moments; see `business_seconds_many`.

    >>> business_seconds(datetime(2026, 3, 2, 7, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC),
    ...                  {0: [("09:00", "18:00")]}, "Europe/Paris")
    3600.0
    """
    pair = [np.array([_naive_utc(moment)], dtype="datetime64[us]") for moment in (start, end)]
    return float(business_seconds_many(pair[0], pair[1], hours, zone)[0])


def _naive_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("moments must carry their zone")
    return moment.astimezone(UTC).replace(tzinfo=None)

"""
Reputation: what is said in a period, beside the period before, of some saved queries.

Every figure is a plain count over the mentions laid out by `reputation_heard`; `rows` gives
the very messages that one of them counts. Nothing is estimated: a mention without a tone, an
engagement or a reach is left out of what needs it, and how many were is told.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from comptoir.analysis.grouping import rising
from comptoir.base import ids
from comptoir.base.models import Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.listening import reputation_methods
from comptoir.listening.documents import site_of
from comptoir.listening.reputation_heard import QUARTER, TABLE, ask, heard, inline, words
from comptoir.listening.reputation_records import Breakdown, Line, Report, Totals
from comptoir.triage.topics import Days

LINES: Final = 100
EVERY: Final = 1_000_000
FALSE_ALARMS: Final = 0.1
"""Share of the lines marked as rising that may be chance."""

UNREAD: Final = "unread"
ORDERED: Final = ("hour", "weekday")
Counts = dict[Any, list[int]]
Condition = tuple[str, list[Any]]

_TOTALS: Final = f"""
SELECT side, period, count(*), count(DISTINCT author), COALESCE(sum(repost), 0), count(tone),
    COALESCE(sum(CASE WHEN tone = -1 THEN 1 ELSE 0 END), 0),
    COALESCE(sum(CASE WHEN tone = 0 THEN 1 ELSE 0 END), 0),
    COALESCE(sum(CASE WHEN tone = 1 THEN 1 ELSE 0 END), 0),
    COALESCE(sum(corrected), 0), sum(engagement), count(engagement), sum(reach), count(reach)
FROM {TABLE} GROUP BY side, period"""  # noqa: S608 our own words


def report(queries: Iterable[int], days: Days, limit: int = LINES) -> Report:
    """
    What these queries heard. limit: lines kept of each breakdown, rises judged among these.

    Queries that do not exist hear nothing.
    """
    asked = sorted(set(queries))
    zone = zone_of_workspace()
    with heard(days, {0: asked}):
        now, before = totals().get(0, (Totals(), Totals()))
        times = _times(zone)
        counts = {name: count() for name, count in _COUNTS.items()} | {
            "hour": _by_time(times, lambda moment: moment.hour, range(24)),
            "weekday": _by_time(times, datetime.weekday, range(7)),
        }
        models = _models()
    breakdowns = {
        name: _breakdown(name, found, now, before, limit) for name, found in counts.items()
    }
    methods = reputation_methods.methods(asked, days, counts, models)
    missing = any(one.missing or one.missing_before for one in methods.queries)
    return Report(
        days=days,
        zone=zone.key,
        comparable=methods.known_before and not missing,
        now=now,
        before=before,
        by_day=_by_day(times, 0),
        by_day_before=_by_day(times, 1),
        breakdowns=breakdowns,
        methods=methods,
    )


def rows(
    queries: Iterable[int], days: Days, keys: Mapping[str, str], limit: int, offset: int = 0
) -> tuple[list[int], int]:
    """
    The messages that a figure counts, newest first, and how many there are.

    keys: which line of a breakdown, as an address says it; see KEYS. Raises ValueError on a
    key that there is not, or that makes no sense.
    """
    with heard(days, {0: sorted(set(queries))}):
        narrowed = [_narrowed(key, said) for key, said in keys.items()]
        where = " AND ".join(["period = 0", *(condition for condition, _values in narrowed)])
        values = [value for _condition, some in narrowed for value in some]
        total = ask(f"SELECT count(*) FROM {TABLE} WHERE {where}", values)[0][0]  # noqa: S608 our own words
        found = ask(
            f"SELECT id FROM {TABLE} WHERE {where} ORDER BY id DESC"  # noqa: S608 the same
            f" LIMIT {int(limit)} OFFSET {int(offset)}",
            values,
        )
    return [row[0] for row in found], int(total)


def totals() -> dict[int, tuple[Totals, Totals]]:
    """Of what is laid out: side → the period, the one before."""
    found: dict[int, list[Totals]] = defaultdict(lambda: [Totals(), Totals()])
    for side, period, *counted in ask(_TOTALS):
        mentions, authors, reposts, read, negative, neutral, positive, corrected, *sums = counted
        engagement, engagement_known, reach, reach_known = sums
        found[side][period] = Totals(
            mentions=mentions,
            authors=authors,
            reposts=reposts,
            read=read,
            negative=negative,
            neutral=neutral,
            positive=positive,
            corrected=corrected,
            engagement=None if engagement is None else int(engagement),
            engagement_known=engagement_known,
            reach=None if reach is None else int(reach),
            reach_known=reach_known,
        )
    return {side: (now, before) for side, (now, before) in found.items()}


def zone_of_workspace() -> ZoneInfo:
    return ZoneInfo(Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id()))


def rises(counts: Sequence[tuple[int, int]], total: int, total_before: int) -> list[bool]:
    """
    Of which lines the share grew beyond chance; none when a period holds nothing.

    counts: (now, before). A share that fell is not tested for a rise, yet counts as tested.
    """
    if not total or not total_before:
        return [False] * len(counts)
    chances = [
        rising.chance_of_rise(now, total, before, total_before)
        if now * total_before > before * total
        else 1.0
        for now, before in counts
    ]
    return rising.discoveries(chances, FALSE_ALARMS)


def _breakdown(name: str, counts: Counts, now: Totals, before: Totals, limit: int) -> Breakdown:
    there = [(key, one, then) for key, (one, then) in counts.items() if one or name in ORDERED]
    if name not in ORDERED:
        there.sort(key=lambda line: (-line[1], -line[2], str(line[0])))
    shown = there[:limit]
    rise = rises([(one, then) for _key, one, then in shown], now.mentions, before.mentions)
    lines = (Line(*line, rises=up) for line, up in zip(shown, rise, strict=True))
    return Breakdown(tuple(lines), len(there))


def _column(name: str) -> Callable[[], Counts]:
    def count() -> Counts:
        return _counted(
            ask(f"SELECT {name}, period, count(*) FROM {TABLE} GROUP BY {name}, period")  # noqa: S608 our own words
        )

    return count


def _sites() -> Counts:
    """Addresses up to the host are few; what their site is, is asked of each once."""
    found = ask(f"SELECT place, period, count(*) FROM {TABLE} GROUP BY place, period")  # noqa: S608
    sites = ((site_of(place), period, count) for place, period, count in found)
    return _counted(one for one in sites if one[0])


def _intents() -> Counts:
    name, source = words()["intent"], words()["intents"]
    return _counted(
        ask(f"SELECT {name}, h.period, count(DISTINCT h.id) FROM {source} GROUP BY 1, 2")  # noqa: S608
    )


def _hashtags() -> Counts:
    return _counted((tag, period, 1) for _id, period, tag in _tagged())


def _tagged() -> set[tuple[int, int, str]]:
    """(message, period, hashtag): each once a message, without its sign, whatever its case."""
    found = ask(f"SELECT id, period, hashtags FROM {TABLE} WHERE hashtags IS NOT NULL")  # noqa: S608
    return {
        (message, period, one["value"].lstrip("#＃").casefold())
        for message, period, entities in found
        for one in json.loads(entities)
        if one["kind"] == "hashtag"
    }


def _counted(found: Iterable[tuple[Any, ...]]) -> Counts:
    counts: Counts = defaultdict(lambda: [0, 0])
    for key, period, count in found:
        counts[key][period] += count
    return counts


_COUNTS: Final[dict[str, Callable[[], Counts]]] = {
    "channel": _column("channel"),
    "author": _column("author"),
    "language": _column("language"),
    "site": _sites,
    "intent": _intents,
    "hashtag": _hashtags,
}


def _models() -> list[tuple[str, int]]:
    """Mentions of the period by the version of the analysis that read them, the most first."""
    found = ask(
        f"SELECT model, count(*) FROM {TABLE} WHERE period = 0 AND model IS NOT NULL"  # noqa: S608
        " GROUP BY model ORDER BY 2 DESC, 1"
    )
    return [(model, int(count)) for model, count in found]


Times = list[tuple[datetime, int, int | None, int]]


def _times(zone: ZoneInfo) -> Times:
    """(local quarter of an hour, period, tone, mentions), from the time that an id holds."""
    found = ask(
        f"SELECT {_quarter()}, period, tone, count(*) FROM {TABLE} GROUP BY 1, 2, 3"  # noqa: S608
    )
    return [(_moment(quarter, zone), period, tone, count) for quarter, period, tone, count in found]


def _quarter() -> str:
    return f"(id >> {ids.COUNTER_BITS}) / {QUARTER}"


def _moment(quarter: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(quarter * QUARTER / 1000, UTC).astimezone(zone)


def _by_time(times: Times, key: Callable[[datetime], int], keys: Iterable[int]) -> Counts:
    counts: Counts = {one: [0, 0] for one in keys}
    for moment, period, _tone, count in times:
        counts[key(moment)][period] += count
    return counts


def _by_day(times: Times, wanted: int) -> dict[date, dict[int | None, int]]:
    days: dict[date, Counter[int | None]] = defaultdict(Counter)
    for moment, period, tone, count in times:
        if period == wanted:
            days[moment.date()][tone] += count
    return {day: dict(tones) for day, tones in days.items()}


def _narrowed(key: str, said: str) -> Condition:
    """The condition that one key of an address stands for."""
    if key not in KEYS:
        raise ValueError("a key that mentions have not")
    return KEYS[key](said)


def _among(name: str) -> Callable[[str], Condition]:
    def condition(said: str) -> Condition:
        return (f"{name} IS NULL", []) if said == UNREAD else (f"{name} = %s", [said])

    return condition


def _number(name: str) -> Callable[[str], Condition]:
    def condition(said: str) -> Condition:
        return (f"{name} IS NULL", []) if said == UNREAD else (f"{name} = %s", [_whole(said)])

    return condition


def _whole(said: str) -> int:
    number = int(said)
    if abs(number) >= 2**63:
        raise ValueError("too large a number")
    return number


def _on_site(said: str) -> Condition:
    found = [place for (place,) in ask(f"SELECT DISTINCT place FROM {TABLE}")]  # noqa: S608
    there = [place for place in found if site_of(place) == said]
    return (f"place IN ({', '.join(['%s'] * len(there))})", there) if there else ("1 = 0", [])


def _with_intent(said: str) -> Condition:
    name, source = words()["intent"], words()["intents"]
    return f"id IN (SELECT h.id FROM {source} WHERE {name} = %s)", [said]  # noqa: S608


def _with_hashtag(said: str) -> Condition:
    wanted = said.lstrip("#＃").casefold()
    there = sorted(one for one, _period, tag in _tagged() if tag == wanted)
    return f"id IN ({inline(there)})", []


def _at(key: Callable[[datetime], int]) -> Callable[[str], Condition]:
    def condition(said: str) -> Condition:
        wanted, zone = int(said), zone_of_workspace()
        found = ask(f"SELECT DISTINCT {_quarter()} FROM {TABLE} WHERE period = 0")  # noqa: S608
        fitting = [quarter for (quarter,) in found if key(_moment(quarter, zone)) == wanted]
        return f"{_quarter()} IN ({inline(fitting)})", []

    return condition


def _known(said: str) -> Condition:
    if said not in ("engagement", "reach", "tone"):
        raise ValueError("nothing that is known of mentions")
    return f"{said} IS NOT NULL", []


KEYS: Final[Mapping[str, Callable[[str], Condition]]] = {
    "tone": _number("tone"),
    "known": _known,
    "channel": _among("channel"),
    "language": _among("language"),
    "author": _number("author"),
    "site": _on_site,
    "intent": _with_intent,
    "hashtag": _with_hashtag,
    "hour": _at(lambda moment: moment.hour),
    "weekday": _at(datetime.weekday),
}
"""What rows may be narrowed by: how an address says it → the condition and its values."""

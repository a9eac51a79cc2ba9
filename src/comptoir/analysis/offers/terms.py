"""On what terms: the code to give, and from when until when."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, pairwise
from typing import Final

from comptoir.analysis.entities import dates
from comptoir.analysis.entities.records import Entity
from comptoir.analysis.offers import cues

_WORD: Final = re.compile(r"[^\W\d_]+")
_DAY: Final = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_FROM_DAY: Final = re.compile(
    rf"\b(?:du|from|entre(?: le)?|between)(?: the)?(?: {_DAY})?,? (?P<day>[0-9]{{1,2}})(?:er|st|nd|rd|th)?"
    r" ?(?:au|to|and|et(?: le)?|-|until|till)(?: the)? ?$"
)
_FROM: Final = re.compile(
    r"\b(?:a partir d[eu]|des(?: le)?|du|starts?|starting|from|commence(?:nt)?|debute(?:nt)?|rendez-vous|rdv)"
    r"(?: (?:le|on|ce|this|the))*,? ?$"
)
_UNTIL: Final = re.compile(
    r"\b(?:jusqu'?(?:a|au|en)?|until|till|til|thru|through|avant|before|ends?|ending|fini[rt]?|fin|"
    r"se termine(?:nt)?|expire[sd]?|prend(?:ra)? fin|by|dernier jour|last day|valid to|au)"
    r"(?: (?:le|la|on|ce|this|the|fin|la fin d[eu]|end of|:))*,? ?$"
)
_TO: Final = re.compile(r" ?(?:au|to|until|till|-|jusqu'au|through|et le|and)(?: the| le)? ?")
_HOURS: Final = re.compile(
    r"\b(?:pendant|valables?|plus que|encore|reste|only|for|next|prochaines?|durant|en|derniere?s|last|final|vous avez|ends in|se termine dans)?"
    r" ?(?P<n>[0-9]{1,3}) ?(?P<unit>h|heures?|hours?|hrs?|jours?|days?)\b"
    r"(?! ?/ ?(?:24|7)| ?[0-9])(?P<after> (?:seulement|only|chrono|left|restante?s?|to go|pour))?"
)
_HOURS_CUE: Final = re.compile(
    r"(?:pendant|valable|plus que|reste|only|for|next|prochain|durant|dernier|last|final|ends in|se termine)"
)
_TODAY: Final = re.compile(
    r"\b(?:dernier jour|last day|derniere chance|last chance|dernieres heures|(?:last|final) hours|ends? (?:tonight|today|at midnight)|"
    r"(?:jusqu'a|avant|until|before) (?:ce soir|minuit|midnight|tonight)|(?:aujourd'hui|today) (?:seulement|uniquement|only)|"
    r"(?:seulement|uniquement|only) (?:aujourd'hui|today)|ce soir,? minuit|c'est (?:fini|termine) ce soir)\b"
)
_WEEKEND: Final = re.compile(r"\b(?:ce|this|tout le) week-? ?end\b")
_REACH: Final = 40
_READ: Final = 100


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when, as ISO days, "" where not said; place: in the text."""

    place: int
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class Code:
    value: str
    start: int
    end: int


def codes(text: str, said: str) -> Iterator[Code]:
    """
    Codes to give, as they are written.

    What is in small letters is only a code where it holds a digit, or is quoted or pointed at.
    """
    shouting = sum(map(str.isupper, text)) > 2 * sum(map(str.islower, text))
    for match in islice(cues.CODE.finditer(said), _READ):
        start, end = match.span("code")
        written = text[start:end]
        if cues.CODE_NEVER.search(said, max(0, match.start() - 8), end):
            continue
        if _is_code(written, bool(match["sign"].strip()), "promo" in match.group(), shouting):
            yield Code(written.upper(), match.start(), end)


def _is_code(written: str, pointed: bool, promo: bool, shouting: bool) -> bool:
    if written.lower() in cues.CODE_WORDS:
        return False
    digit = any(map(str.isdigit, written))
    if written.isdigit():
        return promo and pointed
    if shouting or not written.isupper():
        return digit and (promo or pointed or written.isupper())
    return True


def windows(text: str, said: str, written: date | None) -> list[Window]:
    """The times a message tells of, by place; without the day it was written, only whole dates."""
    found = [*_dated(text, said, written), *_running(said, written)]
    return sorted(found, key=lambda one: one.place)


def _dated(text: str, said: str, written: date | None) -> Iterator[Window]:
    named = _dates(text)
    taken: set[int] = set()
    for first, second in pairwise(named):
        between = said[first.end : second.start]
        if _TO.fullmatch(between) and _FROM.search(said, max(0, first.start - _REACH), first.start):
            taken |= {first.start, second.start}
            yield _window(first.start, _day(first, written, False), _day(second, written, True))
    for one in named:
        if one.start in taken:
            continue
        before = said[max(0, one.start - _REACH) : one.start]
        if match := _FROM_DAY.search(before):
            ends = _day(one, written, True)
            yield _window(one.start, _same_month(int(match["day"]), ends), ends)
        elif _UNTIL.search(before):
            yield Window(one.start, "", _day(one, written, True))
        elif _FROM.search(before):
            yield Window(one.start, _day(one, written, False), "")


def _dates(text: str) -> list[Entity]:
    """Those named, by place, the longest where two overlap."""
    seen = dates.WORDS.intersection(_WORD.findall(text.lower()))
    found = dates.dates(text, seen, any(map(str.isdigit, text)))
    kept: list[Entity] = []
    for one in sorted(islice(found, _READ), key=lambda entity: (entity.start, -entity.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _running(said: str, written: date | None) -> Iterator[Window]:
    """Times told from the day of the message on."""
    if written is None:
        return
    today = written.isoformat()
    if match := _TODAY.search(said):
        yield Window(match.start(), "", today)
    if match := _WEEKEND.search(said):
        saturday = written + timedelta(days=max(0, 5 - written.weekday()))
        sunday = written + timedelta(days=6 - written.weekday())
        yield Window(match.start(), saturday.isoformat(), sunday.isoformat())
    for match in islice(_HOURS.finditer(said), _READ):
        if not (match["after"] or _HOURS_CUE.match(match.group().strip())):
            continue
        count = int(match["n"])
        days = count if match["unit"][0] in "jd" else -(-count // 24)
        if 0 < count and days <= 92:
            yield Window(match.start(), "", (written + timedelta(days=days)).isoformat())


def _day(one: Entity, written: date | None, last: bool) -> str:
    """The day meant; last: of a month named alone, its last day rather than its first."""
    value = one.value
    if value.startswith("weekday:"):
        return _weekday(value, written)
    if written is not None:
        value = dates.known_date(value, written)
    try:
        if len(value) == 7 and value[4] == "-" and "W" not in value:
            year, month = int(value[:4]), int(value[5:])
            day = calendar.monthrange(year, month)[1] if last else 1
            return date(year, month, day).isoformat()
        return date.fromisoformat(value).isoformat() if len(value) == 10 else ""
    except ValueError:
        return ""


def _weekday(value: str, written: date | None) -> str:
    """The next such day, the day of the message included: offers look ahead."""
    if written is None:
        return ""
    ahead = (int(value.split(":")[1]) - written.isoweekday()) % 7
    return (written + timedelta(days=ahead)).isoformat()


def _same_month(day: int, ends: str) -> str:
    """The day so numbered at or before `ends`."""
    if not ends:
        return ""
    last = date.fromisoformat(ends)
    month = last if day <= last.day else last.replace(day=1) - timedelta(days=1)
    try:
        return month.replace(day=day).isoformat()
    except ValueError:
        return ""


def _window(place: int, starts: str, ends: str) -> Window:
    """What begins after it ends was read wrongly: its end alone is told."""
    return Window(place, "" if starts and ends and starts > ends else starts, ends)

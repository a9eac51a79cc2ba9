"""
Dates, absolute and relative, in French and English.

Analysis has no clock, so a date is told as far as the text tells it:

    2026-03-03    a day                         2026-03    a month of a year
    --03-03       a day of an unsaid year       --03       a month of an unsaid year
    weekday:2     "mardi" (Monday is 1)         weekday:2:-1, weekday:2:+1   the last, the next
    day:-1        "hier"; day:0 today           week:-1, month:+1, year:-1   likewise

`known_date` gives the calendar date behind such a value once the day of the message is known.
Numbers are read day first ("03/04" is 3 April) unless only month first is possible.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from comptoir.analysis.entities.common import listed
from comptoir.analysis.entities.records import Entity

_MONTH_NAMES = (
    ("janvier", "janv", "january", "jan"),
    ("février", "fevrier", "févr", "fevr", "fév", "february", "feb"),
    ("mars", "march", "mar"),
    ("avril", "avr", "april", "apr"),
    ("mai", "may"),
    ("juin", "june", "jun"),
    ("juillet", "juil", "july", "jul"),
    ("août", "aout", "august", "aug"),
    ("septembre", "sept", "september", "sep"),
    ("octobre", "october", "oct"),
    ("novembre", "nov", "november"),
    ("décembre", "decembre", "déc", "december", "dec"),
)
_MONTHS = {name: place for place, names in enumerate(_MONTH_NAMES, 1) for name in names}
_WEEKDAYS = {
    name: place
    for names in (
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "monday tuesday wednesday thursday friday saturday sunday",
    )
    for place, name in enumerate(names.split(), 1)
}
_COUNTS = {
    name: place
    for names in (
        "un deux trois quatre cinq six sept huit neuf dix",
        "one two three four five six seven eight nine ten",
        "une couple",
        "a",
        "an",
    )
    for place, name in enumerate(names.split(), 1)
}
_UNITS = {
    "jour": "day", "day": "day", "semaine": "week", "week": "week", "mois": "month",
    "month": "month", "an": "year", "année": "year", "annee": "year", "year": "year",
}  # fmt: skip
_DAYS = {
    "aujourd'hui": 0, "aujourdhui": 0, "today": 0, "tonight": 0, "ce matin": 0, "ce soir": 0,
    "cet après-midi": 0, "cet apres-midi": 0, "this morning": 0, "this afternoon": 0,
    "this evening": 0, "hier": -1, "yesterday": -1, "demain": 1, "tomorrow": 1,
    "avant-hier": -2, "avant hier": -2, "après-demain": 2, "apres-demain": 2, "après demain": 2,
    "apres demain": 2,
}  # fmt: skip
_PAST = "dernier|dernière|derniere|passé|passée|passee|last|past|previous"
_NEXT = "prochain|prochaine|next|coming"
_STEP = {**dict.fromkeys(_PAST.split("|"), -1), **dict.fromkeys(_NEXT.split("|"), 1)}


def _any(names: object) -> str:
    return "|".join(sorted(map(str, names), key=len, reverse=True))  # type: ignore[call-overload]


_YEAR = r"(?:19|20)[0-9]{2}"
_MONTH, _WEEKDAY = _any(_MONTHS), _any(_WEEKDAYS)
_INITIALS = "".join(sorted({name[0] for name in _MONTHS}))
_NUMERIC = re.compile(
    rf"(?<![\w/.,-])(?:(?P<y>{_YEAR})-(?P<m>[0-9]{{2}})-(?P<d>[0-9]{{2}})|"
    rf"(?P<a>[0-9]{{1,2}})(?P<sep>[/.-])(?P<b>[0-9]{{1,2}})(?P=sep)(?P<z>{_YEAR}|[0-9]{{2}}))"
    r"(?![\w/€]|[.-][0-9])"
)
_SHORT = re.compile(r"(?<![\w/.,-])(?P<a>[0-9]{1,2})/(?P<b>[0-9]{1,2})(?![\w/€%]|[.,-][0-9])")
_ANNOUNCED = re.compile(
    rf"(?:\b(?:le|du|au|depuis|dès|avant|jusqu'au|on|by|since|before|until|from|{_WEEKDAY})) $",
    re.I,
)
_DAY_FIRST = re.compile(
    r"(?<![\w.,/])(?P<d>[0-9]{1,2}|premier)(?:er|st|nd|rd|th)?(?: of| de)?[ \xa0.-]?"
    rf"(?P<m>{_MONTH})\b(?!['’])\.?(?:[ ,-]{{1,2}}(?P<y>{_YEAR})\b)?",
    re.I,
)
_MONTH_FIRST = re.compile(
    rf"\b(?=[{_INITIALS}])(?P<m>{_MONTH})\b\.?[ -](?:of )?(?:(?P<only>{_YEAR})\b|"
    r"(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?(?![\w/:€%]|[.,][0-9]| ?(?:€|euros?))"
    rf"(?:[ ,]{{1,2}}(?P<y>{_YEAR})\b)?)",
    re.I,
)
_WEEKDAY_BEFORE = re.compile(rf"\b(?:{_WEEKDAY})[ ,]{{1,2}}(?:(?:le|the) )?$", re.I)
_MONTH_ALONE = re.compile(
    rf"\b(?:en|fin|début|debut|mi|courant|depuis|in|since|late|early|until|mois de|mois d['’])[ -]?"
    rf"(?P<month>(?!mar\b)(?:{_MONTH}))\b(?!['’])",
    re.I,
)
_ON_WEEKDAY = re.compile(
    rf"\b(?:(?P<pre>last|past|next|this|coming|ce) )?(?P<day>{_WEEKDAY})\b"
    rf"(?: (?P<post>{_PAST}|{_NEXT})\b)?",
    re.I,
)
_NEAR = re.compile(rf"\b(?:{_any(_DAYS)})\b".replace("'", "['’]"), re.I)
_PERIOD = re.compile(
    rf"\b(?:(?:la |le |l['’])?(?P<fr>semaine|mois|an|année|annee) (?P<post>{_PAST}|{_NEXT})|"
    rf"(?P<pre>{_PAST}|{_NEXT}|this|cette|ce) (?P<en>week|month|year|semaine|mois|année|annee))\b",
    re.I,
)
_COUNT = rf"(?P<n>[0-9]{{1,3}}|{_any(_COUNTS)})"
_UNIT = r"(?P<unit>jours?|days?|semaines?|weeks?|mois|months?|ans?|années?|annees?|years?)"
_AGO = re.compile(
    rf"\b(?:(?P<past>il y a|ya|depuis)|(?P<future>dans|d['’]ici|in|within)) "
    rf"(?:(?:plus de|presque|environ|moins de|about|almost|over) )?{_COUNT} {_UNIT}\b",
    re.I,
)
_UNITS_AGO = re.compile(rf"\b{_COUNT} {_UNIT} ago\b", re.I)

_MONTH_WORDS = frozenset(_MONTHS)
_WEEKDAY_WORDS = frozenset(_WEEKDAYS)
_NEAR_WORDS = listed(
    "hui aujourdhui today tonight matin soir midi morning afternoon evening hier yesterday demain "
    "tomorrow"
)
_PERIOD_WORDS = frozenset({*_PAST.split("|"), *_NEXT.split("|"), "this", "cette", "ce"})
_SINCE_WORDS = listed("il ya depuis dans ici in within")
_UNIT_WORDS = frozenset(word for unit in _UNITS for word in (unit, f"{unit}s"))
WORDS = (
    _MONTH_WORDS
    | _WEEKDAY_WORDS
    | _NEAR_WORDS
    | _PERIOD_WORDS
    | _SINCE_WORDS
    | _UNIT_WORDS
    | {"ago"}
)
"""What `dates` looks for in `seen`."""
_SEPARATED = re.compile("[0-9][/.-][0-9]")


def dates(text: str, seen: frozenset[str] | set[str], digits: bool) -> Iterator[Entity]:
    """
    Dates of a text, by place within each form.

    seen: those of WORDS among its lower-case words. digits: whether it holds any digit.
    """
    separated = digits and _SEPARATED.search(text) is not None
    if separated:
        yield from _numeric(text)
    if not _MONTH_WORDS.isdisjoint(seen):
        yield from _with_months(text, digits)
    if separated and "/" in text:
        yield from _short(text)
    if not _WEEKDAY_WORDS.isdisjoint(seen):
        yield from _weekdays(text)
    if not _NEAR_WORDS.isdisjoint(seen):
        yield from _near(text)
    if not _UNIT_WORDS.isdisjoint(seen):
        yield from _relative(text, seen)


def _numeric(text: str) -> Iterator[Entity]:
    for match in _NUMERIC.finditer(text):
        if match["y"]:
            value = _day(int(match["y"]), int(match["m"]), int(match["d"]))
        else:
            value = _ordered(match["a"], match["b"], match["z"])
        if value:
            yield Entity("date", value, match.start(), match.end())


def _ordered(first: str, second: str, year: str) -> str:
    """Day first, or month first when only that is a date; two digits are a year of this century."""
    whole = int(year) if len(year) == 4 else 2000 + int(year)
    if len(year) == 2 and min(len(first), len(second)) < 2:
        return ""  # "1.2.10" is a version
    return _day(whole, int(second), int(first)) or _day(whole, int(first), int(second))


def _short(text: str) -> Iterator[Entity]:
    """ "12/04": two digits each, or behind a word for dates, so that "4/5" stays a mark."""
    for match in _SHORT.finditer(text):
        first, second = match["a"], match["b"]
        said = _ANNOUNCED.search(text, max(0, match.start() - 16), match.start())
        mark = (second == "10" and int(first) <= 10) or first == second
        if said or (len(first) == len(second) == 2 and not mark):
            value = _day(0, int(second), int(first)) or _day(0, int(first), int(second))
            if value:
                yield Entity("date", value, match.start(), match.end())


def _day(year: int, month: int, day: int) -> str:
    """ISO form of a day, "--03-03" without year (0); "" when there is no such day."""
    try:
        whole = date(year or 2024, month, day)
    except ValueError:
        return ""
    return whole.isoformat() if year else whole.strftime("--%m-%d")


def _with_months(text: str, digits: bool) -> Iterator[Entity]:
    """ "3 mars", then "March 3rd" and "mars 2026", each with its weekday, then "en mars"."""
    for pattern in (_DAY_FIRST, _MONTH_FIRST) if digits or "premier" in text else ():
        for match in pattern.finditer(text):
            if value := _written(match):
                start = match.start()
                weekday = _WEEKDAY_BEFORE.search(text, max(0, start - 16), start)
                yield Entity("date", value, weekday.start() if weekday else start, match.end())
    for match in _MONTH_ALONE.finditer(text):
        value = f"--{_MONTHS[match['month'].lower()]:02}"
        yield Entity("date", value, match.start("month"), match.end())


def _written(match: re.Match[str]) -> str:
    month = _MONTHS[match["m"].lower()]
    if match.re is _MONTH_FIRST and match["only"]:
        return f"{match['only']}-{month:02}"
    day = 1 if match["d"].lower() == "premier" else int(match["d"])
    return _day(int(match["y"] or 0), month, day)


def _weekdays(text: str) -> Iterator[Entity]:
    for match in _ON_WEEKDAY.finditer(text):
        step = _STEP.get((match["post"] or match["pre"] or "").lower(), 0)
        value = f"weekday:{_WEEKDAYS[match['day'].lower()]}" + (f":{step:+}" if step else "")
        yield Entity("date", value, match.start(), match.end())


def _near(text: str) -> Iterator[Entity]:
    for match in _NEAR.finditer(text):
        step = _DAYS[match.group().lower().replace("’", "'")]
        yield Entity("date", _told("day", step), match.start(), match.end())


def _relative(text: str, seen: frozenset[str] | set[str]) -> Iterator[Entity]:
    for pattern, worth in ((_AGO, not _SINCE_WORDS.isdisjoint(seen)), (_UNITS_AGO, "ago" in seen)):
        for match in pattern.finditer(text) if worth else ():
            said = match["n"].lower()
            count = int(said) if said.isdigit() else _COUNTS[said]
            ahead = pattern is _AGO and match["future"]
            value = _told(_unit(match["unit"]), count if ahead else -count)
            yield Entity("date", value, match.start(), match.end())
    for match in _PERIOD.finditer(text) if not _PERIOD_WORDS.isdisjoint(seen) else ():
        step = _STEP.get((match["post"] or match["pre"]).lower(), 0)
        value = _told(_unit(match["fr"] or match["en"]), step)
        yield Entity("date", value, match.start(), match.end())


def _unit(said: str) -> str:
    said = said.lower()
    return _UNITS.get(said) or _UNITS[said.rstrip("s")]


def _told(unit: str, step: int) -> str:
    return f"{unit}:{step:+}" if step else f"{unit}:0"


def known_date(value: str, today: date) -> str:
    """
    The calendar date behind the value of a `date` entity: "2026-03-03", "2026-W10", "2026-03",
    "2026"; the value itself when it cannot be known ("mardi" may be the last or the next).

    A day or month without year is the nearest one to `today`, the day of the message.

    >>> known_date("weekday:2:-1", date(2026, 3, 4)), known_date("--12-24", date(2026, 1, 2))
    ('2026-03-03', '2025-12-24')
    """
    if value.startswith("--"):
        return _nearest(value, today)
    unit, _, rest = value.partition(":")
    if unit == "weekday":
        return _on_weekday(value, rest, today)
    if unit not in ("day", "week", "month", "year"):
        return value
    return _moved(unit, int(rest), today)


def _nearest(value: str, today: date) -> str:
    """Among the years around, the one that brings the day or month closest."""
    parts = [int(part) for part in value[2:].split("-")]
    month, day = parts[0], parts[1] if len(parts) == 2 else 15
    around = (today.year + step for step in (-1, 0, 1))
    whole = (_day(year, month, day) for year in around)
    known = [one for one in whole if one]
    if not known:
        return value  # 29 February, with no leap year around
    best = min(known, key=lambda one: abs((date.fromisoformat(one) - today).days))
    return best if len(parts) == 2 else best[:7]


def _on_weekday(value: str, rest: str, today: date) -> str:
    day, _, step = rest.partition(":")
    if not step:
        return value
    ahead = (int(day) - today.isoweekday()) % 7
    days = (ahead or 7) if step == "+1" else (ahead - 7)
    return (today + timedelta(days=days)).isoformat()


def _moved(unit: str, step: int, today: date) -> str:
    if unit == "day":
        return (today + timedelta(days=step)).isoformat()
    if unit == "week":
        year, week, _ = (today + timedelta(weeks=step)).isocalendar()
        return f"{year}-W{week:02}"
    if unit == "year":
        return f"{today.year + step:04}"
    months = today.year * 12 + today.month - 1 + step
    return f"{months // 12:04}-{months % 12 + 1:02}"

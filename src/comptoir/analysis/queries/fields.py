"""
Fields of a query: what each is compared with, how its values are written, when it holds.

| field | holds when |
| --- | --- |
| author, mention | the whole name or handle is this one, folded, `@` aside; `*` and `?` allowed |
| lang, country, sentiment, channel, intent, is | the value is this one; `lang` without its region |
| site | the host is this one or below it; `www.` aside; `*` allowed |
| url, links | the address holds these characters, in any case |
| followers, engagement, reach, rating | the number compares so |
| published | the day compares so, or the minute when one is given |

Unknown holds of nothing: see `documents.Document`.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from operator import eq, ge, gt, le, lt
from typing import Any

from comptoir.analysis.intents import INTENTS
from comptoir.analysis.queries.documents import ZONES, Document
from comptoir.analysis.queries.problems import QueryError
from comptoir.analysis.queries.tree import Field, Value
from comptoir.analysis.queries.words import fold, holds

SENTIMENTS = ("negative", "neutral", "positive")
KINDS = ("reply", "repost")
"""Values of `is:`."""
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    ">": gt,
    ">=": ge,
    "<": lt,
    "<=": le,
}

_CODE = re.compile("[a-z]{2,3}")
_SITE = re.compile(r"(?:https?://)?(?:www\.)?([\w.*-]+)(?::\d+)?/?")
_NUMBER = re.compile(r"(\d{1,15})(?:[.,](\d{1,6}))?([km])?", re.A)
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_DAY = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?)(?:T(\d\d?):(\d\d))?)?)?", re.A)
_FRENCH_DAY = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})", re.A)


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A field that queries know.

    sort: how its values are written. values: the possible ones; known ones when `open`.
    """

    sort: str
    values: tuple[str, ...] = ()
    open: bool = False


FIELDS: Mapping[str, Kind] = {
    "author": Kind("name"),
    "followers": Kind("number"),
    "lang": Kind("code", ("fr", "en", "es", "it", "de", "pt", "nl"), open=True),
    "country": Kind(
        "code", ("fr", "be", "ch", "lu", "ca", "gb", "us", "de", "es", "it"), open=True
    ),
    "site": Kind("site"),
    "url": Kind("address"),
    "links": Kind("address"),
    "channel": Kind("choice", open=True),
    "mention": Kind("name"),
    "is": Kind("choice", KINDS),
    "engagement": Kind("number"),
    "reach": Kind("number"),
    "sentiment": Kind("choice", SENTIMENTS),
    "intent": Kind("choice", INTENTS, open=True),
    "rating": Kind("number", ("1", "2", "3", "4", "5"), open=True),
    "published": Kind("date"),
}
"""Every field but title: and body:, which hold queries of their own, and raw:."""

NAMES = (*ZONES, *FIELDS, "raw")
"""What may stand before a colon."""

_FRENCH = {
    "auteur": "author", "abonnes": "followers", "langue": "lang", "pays": "country", "titre": "title",
    "corps": "body", "texte": "body", "lien": "links", "liens": "links", "link": "links",
    "canal": "channel", "mentions": "mention", "est": "is", "portee": "reach", "ton": "sentiment",
    "tonalite": "sentiment", "intention": "intent", "note": "rating", "publie": "published",
    "date": "published", "language": "lang", "domain": "site", "domaine": "site", "hashtag": "body",
    "reseau": "channel", "tone": "sentiment", "text": "body",
}  # fmt: skip
_SAME = {
    "negatif": "negative", "negative": "negative", "neutre": "neutral", "positif": "positive",
    "reponse": "reply", "rt": "repost", "retweet": "repost", "partage": "repost",
}  # fmt: skip


def nearest(name: str) -> str:
    """
    The field that a wrong name most likely means; "" when none comes near.

    >>> nearest("auteur"), nearest("folowers"), nearest("xyz")
    ('author', 'followers', '')
    """
    plain = fold(name)
    close = get_close_matches(plain, NAMES, 1, 0.6)
    return _FRENCH.get(plain) or (close[0] if close else "")


def french(begun: str) -> set[str]:
    """
    The fields whose French name begins so.

    >>> french("abon")
    {'followers'}
    """
    plain = fold(begun)
    return {name for word, name in _FRENCH.items() if plain and word.startswith(plain)}


def closest(value: str, known: Iterable[str]) -> str:
    """The known value that a wrong one most likely means; "" when none comes near."""
    close = get_close_matches(value, list(known), 1, 0.6)
    return close[0] if close else ""


def read(name: str, operator: str, written: str, start: int, end: int) -> tuple[str, Any]:
    """
    Operator and value of a comparison from how they are written; QueryError when they are wrong.

    operator: "" when none is written. start, end: the place of the value in the query.
    """
    kind, at = FIELDS[name], (start, end)
    if not written:
        raise QueryError("missing_value", *at, name=name)
    if kind.sort not in ("number", "date"):
        if operator not in ("", "="):
            raise QueryError("no_order", *at, name=name)
        return "=", _text(name, kind, written, at)
    low, dots, high = written.partition("..")
    one = _number if kind.sort == "number" else _dates
    if not dots:
        return _compared(operator or "=", *one(written, at))
    if operator not in ("", "="):
        raise QueryError("no_order", *at, name=name)
    ends = one(low, at)[0], one(high, at)[1]
    if _is_before(ends[1], ends[0]):
        raise QueryError("bad_range", *at, value=written, fix=(*at, f"{high}..{low}"))
    return "..", ends


def _compared(operator: str, first: Any, last: Any) -> tuple[str, Any]:
    """A comparison with something that lasts, such as a month: from its first to its last."""
    if operator == "=":
        return ("=", first) if first == last else ("..", (first, last))
    return operator, first if operator in (">=", "<") else last


def _text(name: str, kind: Kind, written: str, at: tuple[int, int]) -> str:
    if kind.sort == "name":
        return _name(name, written, at)
    if kind.sort == "address":
        return written.casefold()
    if kind.sort == "site":
        site = _SITE.match(written.lower())
        if site and site[1].strip(".*-"):
            return site[1].strip(".")
        raise QueryError("missing_value", *at, name=name)
    value = fold(written).replace(" ", "_")
    if kind.sort == "code":
        code = written.lower().partition("-")[0]
        if not _CODE.fullmatch(code):
            raise QueryError("bad_code", *at, name=name, value=written)
        return code
    return _chosen(name, kind, _SAME.get(value, value), written, at)


def _name(name: str, written: str, at: tuple[int, int]) -> str:
    value = pattern(written)
    if not any(char.isalnum() for char in value):
        raise QueryError("missing_value", *at, name=name)
    return value


def _chosen(name: str, kind: Kind, value: str, written: str, at: tuple[int, int]) -> str:
    if value in kind.values or (kind.open and value):
        return value
    near = closest(value, kind.values)
    fix = (*at, near) if near else None
    raise QueryError("bad_value", *at, name=name, value=written, choices=kind.values, fix=fix)


def _number(written: str, at: tuple[int, int]) -> tuple[float | int, float | int]:
    found = _NUMBER.fullmatch(written.lower())
    if not found:
        raise QueryError("bad_number", *at, value=written, fix=_digits(written, at))
    value = float(f"{found[1]}.{found[2] or 0}") * _TIMES[found[3] or ""]
    # What 2.3k means must not be 2299.9999999999995.
    value = round(value, 6)
    whole = int(value) if value.is_integer() else value
    return whole, whole


def _digits(written: str, at: tuple[int, int]) -> tuple[int, int, str] | None:
    """The number that someone meant by 10_000, 10'000 or 500€."""
    plain = re.sub(r"[\s_'’%€$+-]", "", written)
    return (*at, plain) if _NUMBER.fullmatch(plain.lower()) else None


def _dates(written: str, at: tuple[int, int]) -> tuple[date, date]:
    """The first and the last day of a date, a month or a year; the same minute twice."""
    found = _DAY.fullmatch(written.upper())
    try:
        if found:
            return _days(*(int(part) if part else None for part in found.groups()))
    except ValueError:
        raise QueryError("bad_date", *at, value=written) from None
    raise QueryError("bad_date", *at, value=written, fix=_turned(written, at))


def _days(
    year: int | None, month: int | None, day: int | None, hour: int | None, minute: int | None
) -> tuple[date, date]:
    assert year is not None
    if day is not None and month is not None:
        one = date(year, month, day)
        if hour is not None and minute is not None:
            one = datetime(year, month, day, hour, minute)  # noqa: DTZ001 - as it stands
        return one, one
    last = month or 12
    return date(year, month or 1, 1), date(year, last, monthrange(year, last)[1])


def _turned(written: str, at: tuple[int, int]) -> tuple[int, int, str] | None:
    """31/01/2026 as it must be written."""
    found = _FRENCH_DAY.fullmatch(written)
    if not found:
        return None
    day, month, year = (int(part) for part in found.groups())
    try:
        return (*at, date(year, month, day).isoformat())
    except ValueError:
        return None


def pattern(written: str) -> str:
    """A name folded, its wildcards kept and `@` left out."""
    return " ".join(
        "*".join("?".join(map(fold, part.split("?"))) for part in one.split("*"))
        for one in written.replace("@", " ").split()
    )


def field_holds(field: Field, document: Document) -> bool:
    """Whether a comparison holds of a message; not of what is unknown."""
    kind = FIELDS[field.name]
    if kind.sort in ("number", "date"):
        return _ordered(field, getattr(document, field.name))
    return any(_SORTS[kind.sort](str(field.value), found) for found in _known(field.name, document))


def _known(name: str, document: Document) -> Iterable[str]:
    """What a message says of a field."""
    if name == "is":
        return [kind for kind in KINDS if getattr(document, f"is_{kind}")]
    found = getattr(document, {"mention": "mentions", "intent": "intents"}.get(name, name))
    return filter(None, (found,) if isinstance(found, str) else found)


def _same_name(wanted: str, found: str) -> bool:
    name = fold(found.replace("@", " "))
    return holds(wanted, name) if "*" in wanted or "?" in wanted else wanted == name


def _same_site(wanted: str, found: str) -> bool:
    host = found.lower().removeprefix("www.")
    return holds(wanted, host) or holds(f"*.{wanted}", host)


_SORTS: Mapping[str, Callable[[str, str], bool]] = {
    "name": _same_name,
    "site": _same_site,
    "address": lambda wanted, found: wanted in found.casefold(),
    "code": lambda wanted, found: wanted == found.lower().partition("-")[0],
    "choice": lambda wanted, found: wanted == found.lower(),
}


def _ordered(field: Field, found: Any) -> bool:
    if found is None:
        return False
    if field.operator == "..":
        assert isinstance(field.value, tuple)
        low, high = field.value
        return _compares(">=", found, low) and _compares("<=", found, high)
    return _compares(field.operator, found, field.value)


def _compares(operator: str, found: Any, wanted: Any) -> bool:
    if isinstance(wanted, datetime):
        found = found.replace(tzinfo=None, second=0, microsecond=0)
    elif isinstance(wanted, date):
        found = found.date()
    return OPERATORS[operator](found, wanted)


def _is_before(one: Value, other: Value) -> bool:
    """Whether a bound lies before another; a day and a minute of it are not apart."""
    if isinstance(one, datetime) != isinstance(other, datetime):
        one, other = (end.date() if isinstance(end, datetime) else end for end in (one, other))
    return bool(one < other)  # type: ignore[operator]

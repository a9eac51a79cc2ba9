"""Figures, times and untrusted words as people read them, in the language of the page."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from babel.dates import format_timedelta
from babel.numbers import format_compact_decimal, format_percent
from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

register = template.Library()

DASH: Final = "–"
MINUTE: Final = 60
HOUR: Final = 3600
RELATIVE_FOR: Final = timedelta(days=7)
NEXT_UNIT = 0.99
"""From which part of a larger unit it is said: an hour and a minute is an hour, not 61 minutes."""
MIN_TERM: Final = 2

# Only what a browser would open on the open web; everything else stays words.
URL: Final = r"https?://[^\s<>\"'`\u00a0\u202f«»“”]+"
HANDLE: Final = r"(?<![\w@/.])@\w(?:[\w.]{0,48}\w)?"
HASHTAG: Final = r"(?<![\w#&/])#\w{1,100}"
SPECIAL: Final = re.compile(f"(?P<url>{URL})|(?P<handle>{HANDLE})|(?P<hashtag>{HASHTAG})", re.I)
TRAILING: Final = ".,;:!?…)]}»”'\""
LINE_END: Final = re.compile(r"\r\n|\r|\n|\u2028|\u2029")


def _locale() -> str:
    """Babel's name of the reader's language; English is Europe's, as the pages' spelling is."""
    language = (get_language() or "fr").replace("-", "_")
    return "en_GB" if language == "en" else language


@register.filter
def duration(seconds: float | timedelta | str | None) -> str:
    """
    A length of time in its two largest units: "2 h 05", "3 j 4 h", in English "2 h 5 min", "3 d 4 h".

    seconds: a number, a timedelta, or None, shown as a dash: unknown is not zero.
    """
    if seconds is None or seconds == "":
        return DASH
    length = seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
    sign = "−" if length < 0 else ""
    return sign + _spell(abs(length))


def _spell(length: float) -> str:
    """Each unit is rounded before the next is chosen, so that nothing reads "60 min"."""
    minutes = round(length / MINUTE)
    if round(length) < MINUTE:
        return gettext("%(seconds)d s") % {"seconds": round(length)}
    if minutes < 60:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if minutes < 24 * 60:
        return _hours(*divmod(minutes, 60))
    return _days(*divmod(round(length / HOUR), 24))


def _hours(hours: int, minutes: int) -> str:
    if minutes:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return gettext("%(hours)d h") % {"hours": hours}


def _days(days: int, hours: int) -> str:
    if hours:
        return gettext("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    return gettext("%(days)d d") % {"days": days}


@register.filter
def ago(moment: datetime | None, now: datetime | None = None) -> SafeString:
    """
    A `<time>`: "il y a 5 min" for a week, then the date; the exact local time on hover.

    moment: aware, shown in the current time zone (the workspace's); None is a dash.
    now: what "ago" is counted from; the present by default.
    """
    if not moment:
        return SafeString(DASH)
    local = timezone.localtime(moment)
    present = timezone.localtime(now) if now else timezone.localtime()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "DATETIME_FORMAT"),
        _since(local, present),
    )


def _since(moment: datetime, now: datetime) -> str:
    passed = now - moment
    if timedelta(0) <= passed < timedelta(minutes=1):
        return gettext("just now")
    if abs(passed) < RELATIVE_FOR:
        return format_timedelta(
            -passed, add_direction=True, format="short", threshold=NEXT_UNIT, locale=_locale()
        )
    return date_format(moment, _short_date(moment, now))


def _short_date(moment: datetime, now: datetime) -> str:
    """Django's format of a date; the year is said only when it is another one."""
    if moment.year == now.year:
        # Translators: Django date format of a day of this year, "3 Sep".
        return gettext("j M")
    # Translators: Django date format of a day of another year, "3 Sep 2024".
    return gettext("j M Y")


@register.filter
def percent(ratio: float | str | None, decimals: int = 1) -> str:
    """
    A ratio as a percentage, "12,3 %"; None is a dash. At most `decimals` digits after the comma.
    """
    if ratio is None or ratio == "":
        return DASH
    pattern = f"#,##0.{'#' * decimals}" if decimals else "#,##0"
    space = "\u202f" if _locale().startswith("fr") else ""
    return format_percent(float(ratio), format=f"{pattern}{space}%", locale=_locale())


@register.filter
def compact(number: float | str | None) -> str:
    """A large count in few characters: "12,3 k", "1,2 M"; None is a dash."""
    if number is None or number == "":
        return DASH
    return format_compact_decimal(float(number), locale=_locale(), fraction_digits=1)


@register.filter
def rows_label(count: int) -> str:
    """The sentence of the link from a figure to what it counts: "See the 1 248 messages"."""
    from django.utils.formats import number_format

    return ngettext("See the %(count)s message", "See the %(count)s messages", count) % {
        "count": number_format(count, force_grouping=True)
    }


@register.filter
def highlight(text: str | None, terms: str | Iterable[str] = "") -> SafeString:
    """
    Untrusted text, escaped, with the searched terms in `<mark>` — accents and case ignored.

    terms: what was typed (words, "exact phrases", operators are passed over) or a list of words.
    """
    return _marker(terms)(text or "")


@register.filter
def linkify(text: str | None, terms: str | Iterable[str] = "") -> SafeString:
    """
    Untrusted text as safe HTML: links, handles, hashtags, line breaks, and marked terms.

    Only http and https become links, and they pass no referrer, no opener and no credit.
    """
    mark = _marker(terms)
    lines = LINE_END.split(text or "")
    return format_html_join(SafeString("<br>"), "{}", ((_line(line, mark),) for line in lines))


Marker = Callable[[str], SafeString]


def _line(line: str, mark: Marker) -> SafeString:
    return mark_safe("".join(_pieces(line, mark)))  # noqa: S308  every piece escapes its own text


def _pieces(line: str, mark: Marker) -> Iterator[SafeString]:
    end = 0
    for found in SPECIAL.finditer(line):
        if found.start() < end:
            continue
        stop = found.end()
        if found["url"]:
            stop = found.start() + len(_trimmed(found["url"]))
        yield mark(line[end : found.start()])
        yield _special(found.lastgroup or "", line[found.start() : stop], mark)
        end = stop
    yield mark(line[end:])


def _special(kind: str, words: str, mark: Marker) -> SafeString:
    if kind == "url":
        return format_html(
            '<a href="{}" rel="noopener noreferrer nofollow ugc" target="_blank">{}</a>',
            words,
            mark(words),
        )
    return format_html('<span class="{}">{}</span>', kind, mark(words))


def _trimmed(url: str) -> str:
    """The address without the sentence's punctuation, keeping a parenthesis it opened itself."""
    while url and url[-1] in TRAILING:
        if url[-1] == ")" and url.count("(") >= url.count(")"):
            break
        url = url[:-1]
    return url


def _marker(terms: str | Iterable[str]) -> Marker:
    """A function escaping text and marking the terms in it."""
    words = [_fold(term)[0] for term in _terms(terms)]
    words = sorted({word for word in words if len(word) >= MIN_TERM}, key=len, reverse=True)
    if not words:
        return lambda text: escape(text)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + ")")
    return lambda text: _mark(text, pattern)


def _mark(text: str, pattern: re.Pattern[str]) -> SafeString:
    folded, origins = _fold(text)
    out: list[str] = []
    end = 0
    for found in pattern.finditer(folded):
        start, stop = origins[found.start()], origins[found.end()]
        out += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return mark_safe("".join([*out, escape(text[end:])]))  # noqa: S308  each slice is escaped


def _terms(terms: str | Iterable[str]) -> list[str]:
    if not isinstance(terms, str):
        return list(terms)
    found = re.findall(r'"([^"]+)"|(\S+)', terms)
    return [phrase or word.strip("()*-+\"'") for phrase, word in found if not _operator(word)]


def _operator(word: str) -> bool:
    """Words of a query that are not looked for: AND, from:someone, -excluded."""
    return word in {"AND", "OR", "NOT", "NEAR"} or word.startswith("-") or ":" in word


def _fold(text: str) -> tuple[str, list[int]]:
    """
    The text without accents or case, and for each of its characters (and its end) where it
    stood in the original.
    """
    folded: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(text):
        plain = [
            part
            for part in unicodedata.normalize("NFKD", character).casefold()
            if not unicodedata.combining(part)
        ]
        folded += plain
        origins += [position] * len(plain)
    return "".join(folded), [*origins, len(text)]

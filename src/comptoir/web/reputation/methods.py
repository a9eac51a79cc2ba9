"""Sources and methods in sentences: what a reader must know before believing the figures."""

from collections.abc import Iterable, Iterator

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.listening.reputation_records import Line, QuerySource, Report
from comptoir.triage.api import LANGUAGES
from comptoir.web import wording
from comptoir.web.shell.templatetags.typo import percent


def lines(found: Report) -> Iterator[tuple[str, str]]:
    """(label, words) of each line, in the order it is printed."""
    told = found.methods
    yield _("Dates"), _dates(found)
    for one in told.queries:
        yield _("Search string “%(name)s”") % {"name": f"{one.folder_name} › {one.name}"}, one.text
        yield _("Version of “%(name)s”") % {"name": one.name}, _version(one)
    yield _("Channels"), _counts("channel", told.networks)
    yield _("Languages"), _languages(told.languages)
    yield _("Sentiment coding"), _sentiment(found)
    yield (
        _("Model versions"),
        _joined(f"{model} ({wording.number(count)})" for model, count in told.models),
    )
    yield _("Bot filter"), _bots(found)
    yield _("Engagement"), _known(found.now.engagement_known, found.now.mentions)
    yield _("Reach"), _known(found.now.reach_known, found.now.mentions)
    yield (
        _("Uncertainty"),
        _(
            "Intervals are 95% intervals (Wilson for shares, Newcombe for their change): they tell how"
            " far chance alone may carry a figure, taking mentions as drawn at random. They do not"
            " cover what was not heard, nor mistakes of the analysis."
        ),
    )
    yield _("Causes"), _("None is claimed: figures that change together need not cause each other.")
    for words in missing(found):
        yield _("Missing"), words


def missing(found: Report) -> Iterator[str]:
    """What the report lacks, one sentence each; none when nothing is known to be missing."""
    for one in found.methods.queries:
        yield from _never_asked(one)
        if one.state == "paused":
            yield _("“%(name)s” is paused: what arrives now is not counted.") % {"name": one.name}
    if unread := found.now.mentions - found.now.read:
        yield ngettext(
            "%(count)s mention was not read by the analysis yet.",
            "%(count)s mentions were not read by the analysis yet.",
            unread,
        ) % {"count": wording.number(unread)}
    if not found.methods.known_before:
        yield _("No message is known from the whole of the period before.")


def _never_asked(one: QuerySource) -> Iterator[str]:
    name = {"name": one.name}
    if one.missing:
        yield (
            _(
                "“%(name)s” was saved after messages of this period had arrived, and was not asked of"
                " them."
            )
            % name
        )
    if one.missing_before:
        yield (
            _(
                "“%(name)s” was saved after messages of the period before had arrived, and was not"
                " asked of them."
            )
            % name
        )
    if one.asking is not None:
        yield _("“%(name)s” is being asked of the past: %(share)s done.") % {
            **name,
            "share": percent(one.asking, 0),
        }


def _dates(found: Report) -> str:
    days = found.days
    return _("From %(start)s to before %(until)s, beside the time since %(before)s; %(zone)s.") % {
        "start": date_format(localtime(days.start), "SHORT_DATETIME_FORMAT"),
        "until": date_format(localtime(days.until), "SHORT_DATETIME_FORMAT"),
        "before": date_format(localtime(days.before), "SHORT_DATETIME_FORMAT"),
        "zone": found.zone,
    }


def _version(one: QuerySource) -> str:
    words = _("Version %(number)s, in use since %(since)s.") % {
        "number": one.number,
        "since": date_format(localtime(one.since), "SHORT_DATETIME_FORMAT"),
    }
    found = [
        ngettext(
            "Version %(number)s found %(count)s message of the period.",
            "Version %(number)s found %(count)s messages of the period.",
            count,
        )
        % {"number": number, "count": wording.number(count)}
        for number, count in sorted(one.found.items(), reverse=True)
    ]
    return " ".join([words, *found])


def _languages(heard: Iterable[Line]) -> str:
    known = _joined(str(name) for code, name in LANGUAGES.items() if code != "und")
    return _("Heard: %(heard)s. The analysis tells apart: %(known)s.") % {
        "heard": _counts("language", heard),
        "known": known,
    }


def _sentiment(found: Report) -> str:
    return _(
        "Negative, neutral or positive, one tone for each message, read by the analysis:"
        " %(read)s of %(mentions)s mentions, of which a person set %(corrected)s. Net sentiment"
        " keeps neutral mentions in the denominator."
    ) % {
        "read": wording.number(found.now.read),
        "mentions": wording.number(found.now.mentions),
        "corrected": wording.number(found.now.corrected),
    }


def _bots(found: Report) -> str:
    excluded = found.methods.excluded
    return _(
        "Accounts are not judged automatic or human. A repost counts once per author and period;"
        " %(spam)s mentions read as spam are counted. Left out by the team’s rules: %(sites)s"
        " sites, %(authors)s authors, %(alike)s kinds of alike messages."
    ) % {
        "spam": wording.number(found.methods.spam),
        "sites": wording.number(excluded.get("site", 0)),
        "authors": wording.number(excluded.get("author", 0)),
        "alike": wording.number(excluded.get("alike", 0)),
    }


def _known(count: int, mentions: int) -> str:
    return _(
        "As the networks count it, known of %(count)s of %(mentions)s mentions; nothing is"
        " multiplied or estimated, and unknown is not zero."
    ) % {"count": wording.number(count), "mentions": wording.number(mentions)}


def _counts(key: str, heard: Iterable[Line]) -> str:
    return _joined(f"{wording.key(key, one.key, {})} ({wording.number(one.now)})" for one in heard)


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or wording.DASH

"""Sources and methods of a rival's report in sentences."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.listening.reputation_methods import sources
from comptoir.listening.rivals import api
from comptoir.listening.rivals.api import Complaints, Published, RivalView
from comptoir.web.shell.words import CHANNELS
from comptoir.web.wording import DASH, bucket, number


def lines(rival: RivalView, found: Published, heard: Complaints) -> Iterator[tuple[str, str]]:
    """(label, words) of each line, in the order it is printed."""
    yield _("Dates"), _dates(found)
    yield _("Its own messages"), _accounts(rival)
    yield _("Posts"), _posts(found)
    yield _("Compared with"), _compared(found)
    for one in sources(list(rival.queries), found.days):
        yield _("Search string “%(name)s”") % {"name": one.name}, one.text
    yield (
        _("Pressure"),
        _(
            "Five signs in the words of a post, in French and English: an offer, urgency, a call to"
            " buy, a raised voice, another brand named. Pressure is their number, 0 to 5, on"
            " average. Irony, pictures and sounds are not read."
        ),
    )
    yield (
        _("Offers"),
        _(
            "Read from the words of posts; each carries its confidence, and below 50% none is told."
            " Days are told from the day of the post on."
        ),
    )
    yield (
        _("Verdicts"),
        _(
            "“More than usual” needs a 95% interval wholly above the habit and a rate above nine in"
            " ten of at least six earlier stretches. The interval is as wide as the rival’s own"
            " past was irregular. A brand that changes nothing is still said to in up to 5 of 100"
            " periods, for each measure."
        ),
    )
    yield _("Complaints"), _complaints(heard)
    yield _("Causes"), _("None is claimed: figures that change together need not cause each other.")
    for words in missing(rival, found, heard):
        yield _("Missing"), words


def missing(rival: RivalView, found: Published, heard: Complaints) -> Iterator[str]:
    """What the report lacks, one sentence each."""
    if found.habit.left_out:
        yield _(
            "Left out of the comparison, because heard too late: %(sources)s. Their posts count"
            " in the other figures."
        ) % {"sources": ", ".join(found.habit.left_out)}
    if rival.accounts and found.habit.compared < api.FEWEST:
        yield (
            ngettext(
                "Only %(count)s stretch before the period is known; six are needed to compare.",
                "Only %(count)s stretches before the period are known; six are needed to compare.",
                found.habit.compared,
            )
            % {"count": found.habit.compared}
        )
    if not found.habit.whole:
        yield _("Of very many posts, the newest %(count)s were read.") % {
            "count": number(found.habit.read)
        }
    if unread := heard.said - heard.read:
        yield (
            ngettext(
                "%(count)s message about the rival was not read by the analysis yet.",
                "%(count)s messages about the rival were not read by the analysis yet.",
                unread,
            )
            % {"count": number(unread)}
        )
    if rival.queries and heard.said and not heard.comparable:
        yield _(
            "Complaints are not compared with the period before: it is not wholly known, or the"
            " queries were not asked of it."
        )
    if not rival.queries:
        yield _("No query listens for this rival, hence no complaints.")


def _dates(found: Published) -> str:
    return _("From %(start)s to before %(until)s; %(zone)s.") % {
        "start": date_format(localtime(found.days.start), "SHORT_DATETIME_FORMAT"),
        "until": date_format(localtime(found.days.until), "SHORT_DATETIME_FORMAT"),
        "zone": found.zone,
    }


def _accounts(rival: RivalView) -> str:
    named = [
        _("%(network)s: %(handle)s") % {"network": CHANNELS[one.channel], "handle": f"@{one.value}"}
        if one.kind == "handle" and one.channel in CHANNELS
        else (one.value if one.kind == "site" else f"@{one.value}")
        for one in api.accounts(rival.id)
    ]
    return ", ".join(named) or DASH


def _posts(found: Published) -> str:
    return _(
        "%(posts)s posts; besides, %(replies)s answers and %(reposts)s reposts, which are not read"
        " for offers and pressure."
    ) % {
        "posts": number(found.posts),
        "replies": number(found.replies),
        "reposts": number(found.reposts),
    }


def _compared(found: Published) -> str:
    known = found.habit.stretches
    if not known:
        return DASH
    return _("%(count)s stretches as long as the period, %(days)s.") % {
        "count": number(len(known)),
        "days": bucket(known[-1][0], known[0][1]),
    }


def _complaints(heard: Complaints) -> str:
    return _(
        "%(negative)s of %(read)s messages about the rival by others are negative, of which"
        " %(named)s name a subject. At the brand: %(brand_negative)s of %(brand_read)s."
    ) % {
        "negative": number(heard.negative),
        "read": number(heard.read),
        "named": number(heard.named),
        "brand_negative": number(heard.brand_negative),
        "brand_read": number(heard.brand_read),
    }

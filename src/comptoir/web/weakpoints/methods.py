"""Sources and methods: what a reader must know before believing the figures."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from comptoir.weakpoints import api
from comptoir.weakpoints.api import Weak
from comptoir.web import wording as figures
from comptoir.web.weakpoints import wording


def lines(found: Weak, zone: str) -> Iterator[tuple[str, str]]:
    """(label, words) of each line, in the order it is printed."""
    yield (
        _("Dates"),
        _("%(days)s, %(zone)s") % {"days": _days(found), "zone": zone},
    )
    yield (
        _("Channels"),
        _counted((figures.key("channel", code, {}), n) for code, n in found.channels),
    )
    yield (
        _("Languages"),
        _counted((figures.key("language", code, {}), n) for code, n in found.languages),
    )
    yield (
        _("What a complaint is"),
        _(
            "A customer’s conversation in which a message has a negative tone, an intent of"
            " complaint, warning, threat, fault or damage, or dislikes something. Five messages of"
            " one customer in one conversation are one complaint and five contacts. Reposts are"
            " none. A conversation that goes on over two periods counts in each."
        ),
    )
    yield (
        _("Unsure"),
        _("Below a confidence of %(sure)s a complaint is counted apart. %(unsure)s in this period.")
        % {"sure": wording.confidence(api.SURE), "unsure": wording.counted(found.whole.unsure)},
    )
    yield (
        _("Department"),
        _(
            "The one that intents, dislikes and words point to most surely; below a confidence of"
            " %(clear)s none is clear. People moved %(moved)s of these complaints."
        )
        % {"clear": wording.confidence(api.CLEAR), "moved": figures.number(found.moved)},
    )
    yield (
        _("Rate"),
        _(
            "Complaints divided by all conversations of the same channels and languages, with"
            " Wilson’s 95% interval; its change has Newcombe’s. They tell how far chance alone may"
            " carry a figure, not the analysis’ mistakes."
        ),
    )
    yield (
        _("Trend"),
        _(
            "Told from %(talks)s conversations in each period and %(complaints)s complaints in both."
            " “Rising” holds false alarms to one line in ten."
        )
        % {"talks": api.FEW, "complaints": api.FEWEST},
    )
    yield (
        _("Causes"),
        _("None is claimed: figures that change together need not cause each other."),
    )
    for words in missing(found):
        yield _("Missing"), words


def missing(found: Weak) -> Iterator[str]:
    if not found.whole.known[1]:
        yield _("No message is known from the whole of the period before.")


def _days(found: Weak) -> str:
    return figures.period(found.periods[0].first, found.periods[0].last)


def _counted(pairs: object) -> str:
    parts = [f"{name} ({figures.number(count)})" for name, count in pairs]  # type: ignore[attr-defined]
    return ", ".join(parts) or figures.DASH

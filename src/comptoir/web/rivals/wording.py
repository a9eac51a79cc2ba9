"""Measures, signs, offers and verdicts of rivals in words."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.analysis.offers import Offer
from comptoir.analysis.pressure import Comparison
from comptoir.triage.api import ASPECTS, intent_name
from comptoir.web.wording import DASH, money, number, shown

SIGNS: Final = {
    "offer": gettext_lazy("An offer"),
    "urgency": gettext_lazy("Urgency"),
    "call": gettext_lazy("A call to buy"),
    "loud": gettext_lazy("A raised voice"),
    "names": gettext_lazy("Another brand named"),
    "any": gettext_lazy("Any sign of pressure"),
}
KINDS: Final = {
    "post": gettext_lazy("Posts"),
    "reply": gettext_lazy("Answers"),
    "repost": gettext_lazy("Reposts"),
}
VERDICTS: Final = {
    "more": gettext_lazy("More than usual"),
    "less": gettext_lazy("Less than usual"),
    "usual": gettext_lazy("As usual"),
    "few": gettext_lazy("Too little to compare"),
}
CHANGES: Final = {
    ("frequency", "more"): gettext_lazy("It publishes more often than usual"),
    ("frequency", "less"): gettext_lazy("It publishes less often than usual"),
    ("pressure", "more"): gettext_lazy("Its communication presses harder than usual"),
    ("pressure", "less"): gettext_lazy("Its communication presses less than usual"),
    ("offer", "more"): gettext_lazy("More of its posts make an offer"),
    ("offer", "less"): gettext_lazy("Fewer of its posts make an offer"),
    ("urgency", "more"): gettext_lazy("More of its posts say that time or stock is short"),
    ("urgency", "less"): gettext_lazy("Fewer of its posts say that time or stock is short"),
    ("call", "more"): gettext_lazy("More of its posts call to buy"),
    ("call", "less"): gettext_lazy("Fewer of its posts call to buy"),
    ("loud", "more"): gettext_lazy("More of its posts raise their voice"),
    ("loud", "less"): gettext_lazy("Fewer of its posts raise their voice"),
    ("names", "more"): gettext_lazy("More of its posts name another brand"),
    ("names", "less"): gettext_lazy("Fewer of its posts name another brand"),
}


def rate(measure: str, value: float | None) -> str:
    """A measure's value as people read it."""
    if value is None:
        return DASH
    return number(value, 2) if measure in ("frequency", "pressure") else shown(value, "ratio")


def times(value: float | None) -> str:
    """ "×1.6"; a dash when unknown."""
    return DASH if value is None else f"×{number(value, 1 if value >= 0.95 else 2)}"


def against(measure: str, found: Comparison, days: int) -> str:
    """How a changed measure stands against the rival's own past, in one sentence."""
    rank = found.above if found.verdict == "more" else found.below
    words = {
        "rank": rank,
        "of": found.of,
        "days": days,
        "now": rate(measure, found.rate),
        "usual": rate(measure, found.median),
        "ratio": times(found.ratio),
        "low": times(found.low),
        "high": times(found.high),
    }
    if found.verdict == "more":
        if days == 7:
            return (
                _(
                    "More than in %(rank)s of the %(of)s weeks before: %(now)s, usually %(usual)s;"
                    " %(ratio)s its habit (95%% interval: %(low)s to %(high)s)."
                )
                % words
            )
        return (
            _(
                "More than in %(rank)s of the %(of)s stretches of %(days)s days before: %(now)s,"
                " usually %(usual)s; %(ratio)s its habit (95%% interval: %(low)s to %(high)s)."
            )
            % words
        )
    if days == 7:
        return (
            _(
                "Less than in %(rank)s of the %(of)s weeks before: %(now)s, usually %(usual)s;"
                " %(ratio)s its habit (95%% interval: %(low)s to %(high)s)."
            )
            % words
        )
    return (
        _(
            "Less than in %(rank)s of the %(of)s stretches of %(days)s days before: %(now)s,"
            " usually %(usual)s; %(ratio)s its habit (95%% interval: %(low)s to %(high)s)."
        )
        % words
    )


def sum_of(value: str) -> str:
    """ "19.99 EUR" as people write it."""
    amount, _space, currency = value.partition(" ")
    return money(Decimal(amount), currency, brief=True)


def offer(one: Offer) -> str:
    """What an offer gives, in a few words."""
    if one.kind == "percent":
        words = {"percent": number_format(float(one.value), 0 if "." not in one.value else 1)}
        return _("Up to %(percent)s%% off") % words if one.up_to else _("%(percent)s%% off") % words
    if one.kind == "amount":
        return _("%(sum)s off") % {"sum": sum_of(one.value)}
    if one.kind == "price":
        return _price(one)
    if one.kind == "bundle":
        return _bundle(one.value)
    if one.kind == "gift":
        return _("Given: %(gift)s") % {"gift": one.value}
    return _("Free delivery") if one.kind == "delivery" else _("A code")


def _price(one: Offer) -> str:
    words = {"price": sum_of(one.value), "was": sum_of(one.was) if one.was else ""}
    if one.was:
        return _("%(price)s instead of %(was)s") % words
    return _("From %(price)s") % words if one.starting else _("Price: %(price)s") % words


def _bundle(value: str) -> str:
    if ":" in value:
        nth, percent = value.split(":")
        return _("Number %(nth)s at %(percent)s%% off") % {"nth": nth, "percent": percent}
    bought, given = value.split("+")
    return _("%(bought)s bought, %(given)s given") % {"bought": bought, "given": given}


def terms(one: Offer) -> list[str]:
    """On what terms, one line each."""
    found = []
    if one.code and one.kind:
        found.append(_("Code %(code)s") % {"code": one.code})
    if one.minimum:
        found.append(_("From %(sum)s spent") % {"sum": sum_of(one.minimum)})
    if one.starts and one.ends:
        found.append(
            _("%(starts)s to %(ends)s") % {"starts": _day(one.starts), "ends": _day(one.ends)}
        )
    elif one.ends:
        found.append(_("Until %(day)s") % {"day": _day(one.ends)})
    elif one.starts:
        found.append(_("From %(day)s on") % {"day": _day(one.starts)})
    return found


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "SHORT_DATE_FORMAT")


def subject(key: str) -> str:
    """A subject of complaints as people call it."""
    kind, _colon, name = key.partition(":")
    if kind == "aspect" and (name, False) in ASPECTS:
        return str(ASPECTS[name, False])
    return intent_name(name)

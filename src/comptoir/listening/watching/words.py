"""Prices, changes and problems of watched pages, in the reader's language."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from comptoir.listening.watching import diffing
from comptoir.listening.watching.diffing import Change

AVAILABILITIES: Final[Mapping[str, Promise]] = {
    "in_stock": pgettext_lazy("availability", "in stock"),
    "limited": pgettext_lazy("availability", "few left"),
    "preorder": pgettext_lazy("availability", "to be ordered ahead"),
    "out_of_stock": pgettext_lazy("availability", "out of stock"),
    "ended": pgettext_lazy("availability", "no longer sold"),
}
_SIGNS: Final = {"EUR": "€", "GBP": "£", "USD": "$"}
PROBLEMS: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "robots": (
        gettext_lazy(
            "%(host)s asks programs not to read this page (“%(line)s” in its robots.txt). We obey."
        ),
        gettext_lazy(
            "Watch another page of the site, ask its owner for leave, or follow its newsletter or"
            " its feed. The rules are read again every day."
        ),
    ),
    "robots_unknown": (
        gettext_lazy("%(host)s could not say what programs may read (its robots.txt fails)."),
        gettext_lazy("Nothing to do: it is asked again in an hour, and nothing else until then."),
    ),
    "gone": (
        gettext_lazy("%(host)s says that this page does not exist (HTTP %(status)s)."),
        gettext_lazy("Open it in a browser: if it has moved, change its address here."),
    ),
    "refused": (
        gettext_lazy("%(host)s does not show this page to programs (HTTP %(status)s)."),
        gettext_lazy(
            "It may ask visitors to sign in, which is never done here. Watch a page that anybody"
            " can open, or ask the site’s owner."
        ),
    ),
    "challenge": (
        gettext_lazy("The site checks whether its visitors are human before it shows this page."),
        gettext_lazy("That is a refusal, and it is respected. Watch another page, or look yourself."),
    ),
    "busy": (
        gettext_lazy("%(host)s asks for patience (HTTP %(status)s)."),
        gettext_lazy("Nothing to do: it is left alone as long as it asks, then tried again."),
    ),
    "error": (
        gettext_lazy("%(host)s answers with an error (HTTP %(status)s)."),
        gettext_lazy("Open it in a browser. If it works there, it will work here at the next visit."),
    ),
    "not_reached": (
        gettext_lazy("%(host)s did not answer in time."),
        gettext_lazy("It is tried again, less and less often."),
    ),
    "slow": (
        gettext_lazy("%(host)s takes too long to answer."),
        gettext_lazy("It is tried again, less and less often."),
    ),
    "name_unknown": (
        gettext_lazy("Nobody knows the name %(host)s."),
        gettext_lazy("Look for a typing mistake in the address."),
    ),
    "insecure": (
        gettext_lazy("%(host)s could not prove who it is: its certificate is not valid."),
        gettext_lazy("Open it in a browser. The site’s owner has to renew the certificate."),
    ),
    "forbidden": (
        gettext_lazy("%(host)s is not on the public Internet, so this server does not ask it."),
        gettext_lazy(
            "If it is yours, whoever runs this installation can allow it: see “private_hosts” in"
            " the guide."
        ),
    ),
    "too_large": (
        gettext_lazy("The page of %(host)s is larger than 3 MB."),
        gettext_lazy("Watch a page that shows less: a product instead of a whole catalogue."),
    ),
    "not_html": (
        gettext_lazy("What %(host)s sends is no web page (%(type)s)."),
        gettext_lazy("Give the address of a page that a browser shows as text."),
    ),
    "moves": (
        gettext_lazy("%(host)s sends from address to address without end."),
        gettext_lazy("Open it in a browser and copy the address where it ends."),
    ),
    "part_missing": (
        gettext_lazy("The part “%(part)s” is not on the page."),
        gettext_lazy("Look at the page, then change the part, or watch the whole page."),
    ),
    "no_price": (
        gettext_lazy("No price could be read on this page."),
        gettext_lazy(
            "The site may show it with JavaScript, which is not executed. Choose the part that"
            " holds the price, or watch the text."
        ),
    ),
    "doubt": (
        gettext_lazy("What was read before is all gone: it may be a page that failed."),
        gettext_lazy("It is looked at again within the hour before anybody is told."),
    ),
    "unreadable": (
        gettext_lazy("Something unforeseen happened while reading the page; the log says what."),
        gettext_lazy("It is read again at the next visit."),
    ),
}  # fmt: skip


def sum_of(cents: int | None, currency: str) -> str:
    """
    A price as people of the language write it; whole euros as “1 299 €” only in French.

    >>> sum_of(129990, "EUR"), sum_of(None, "EUR")
    ('€1,299.90', 'no price')
    """
    if cents is None:
        return _("no price")
    figure = number_format(cents / 100, decimal_pos=2 if cents % 100 else 0, force_grouping=True)
    sign = _SIGNS.get(currency, currency)
    if (get_language() or "").startswith("fr"):
        return f"{figure}\u00a0{sign}" if sign else figure
    return f"{sign}{figure}" if len(sign) == 1 else f"{sign} {figure}".strip()


def said(change: Change) -> str:
    """A change in one line: “49,90 € → 39,90 € (−20 %)”."""
    before, after = change.before or {}, change.after or {}
    name = (after or before).get("name", "")
    told = {"name": name or _("the product")}
    if change.kind == diffing.PRICE:
        return _price(change, told)
    if change.kind == diffing.BEGAN:
        told["price"] = sum_of(after.get("cents"), after.get("currency", ""))
        return _("New: %(name)s, %(price)s") % told
    if change.kind == diffing.ENDED:
        told["price"] = sum_of(before.get("cents"), before.get("currency", ""))
        return _("No longer on the page: %(name)s (%(price)s)") % told
    if change.kind == diffing.AVAILABILITY:
        told |= {"before": state_of(before.get("state")), "after": state_of(after.get("state"))}
        return _("%(name)s: %(before)s → %(after)s") % told
    if change.kind == diffing.PROMO_BEGAN:
        return _("Offer began: %(text)s") % {"text": after.get("text", "")}
    if change.kind == diffing.PROMO_ENDED:
        return _("Offer ended: %(text)s") % {"text": before.get("text", "")}
    if change.kind == diffing.GONE:
        return _("The watched part is gone.") if change.key == "part" else _("The page is gone.")
    return _lines(before, after)


def state_of(code: Any) -> str:
    return str(AVAILABILITIES.get(str(code), code or _("unknown")))


def percent(value: int) -> str:
    """
    A rise or a fall, with its sign.

    >>> percent(-20), percent(5)
    ('−20%', '+5%')
    """
    sign = "−" if value < 0 else "+"
    french = (get_language() or "").startswith("fr")
    return f"{sign}{abs(value)}\u202f%" if french else f"{sign}{abs(value)}%"


def problem(kept: Mapping[str, Any]) -> tuple[str, str]:
    """The sentence and what to do, of a problem as it is kept; "" for none."""
    if not kept:
        return "", ""
    sentence, fix = PROBLEMS.get(kept["code"], PROBLEMS["unreadable"])
    facts = {"host": "", "line": "", "status": "", "type": "", "part": ""} | dict(kept)
    return str(sentence) % facts, str(fix)


def reason(facts: Mapping[str, Any]) -> str:
    """Why an alert about a page went off: its first change, and how many more."""
    told = [
        Change(one["kind"], one["key"], one["before"], one["after"]) for one in facts["changes"]
    ]
    first = said(told[0]) if told else ""
    more = int(facts.get("count", len(told))) - 1
    sentence = _("%(page)s: %(change)s") % {"page": facts["name"], "change": first}
    if more < 1:
        return sentence
    rest = ngettext("and %(count)s more change", "and %(count)s more changes", more)
    return f"{sentence} {rest % {'count': more}}"


def all_said(facts: Mapping[str, Any]) -> list[str]:
    """Every change that a firing keeps, one line each."""
    return [
        said(Change(one["kind"], one["key"], one["before"], one["after"]))
        for one in facts["changes"]
    ]


def _price(change: Change, told: dict[str, Any]) -> str:
    before, after = change.before or {}, change.after or {}
    told["before"] = sum_of(before.get("cents"), before.get("currency", ""))
    told["after"] = sum_of(after.get("cents"), after.get("currency", ""))
    if change.percent is None:
        return _("%(name)s: %(before)s → %(after)s") % told
    told["percent"] = percent(change.percent)
    return _("%(name)s: %(before)s → %(after)s (%(percent)s)") % told


def _lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    gone, came = before.get("lines", ()), after.get("lines", ())
    if came and gone:
        return _("The text changed: “%(after)s” instead of “%(before)s”") % {
            "after": came[0][:120],
            "before": gone[0][:120],
        }
    if came:
        return _("New in the text: “%(after)s”") % {"after": came[0][:160]}
    return _("Gone from the text: “%(before)s”") % {"before": gone[0][:160] if gone else ""}

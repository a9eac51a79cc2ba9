"""
What a weak point calls for: a table of rules, each with the reason it was chosen.

A rule looks at how many of the complaints hold a signal, or stay without an answer. It says
what usually helps where that is said, never what caused it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.weakpoints import departments
from comptoir.weakpoints.figures import Weak
from comptoir.weakpoints.models import Task

FEWEST: Final = 5
LEAST: Final = 0.2
MOST: Final = 4
UNANSWERED: Final = "unanswered"
Kind = Task.Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """signal: what complaints must hold, or "unanswered". title: of the task proposed."""

    signal: str
    kind: str
    title: str | Promise
    why: str | Promise


RULES: Final = (
    Rule("aspect:service", Kind.TRAINING, _("Train the team on how it answers"),
         _("Customers complain of the service itself: go through real answers together.")),
    Rule("words:service", Kind.TRAINING, _("Train the team on following up"),
         _("Customers speak of waiting, of being sent on or of getting no answer.")),
    Rule(UNANSWERED, Kind.PROCESS, _("See to it that complaints are answered"),
         _("These complaints have no answer of the brand’s in the period.")),
    Rule("intent:withdrawal_return_cancel", Kind.TEXT, _("Write how to return or cancel"),
         _("Customers who want to leave or return ask how.")),
    Rule("intent:delivery", Kind.PROCESS, _("Tell customers of delays before they ask"),
         _("Customers ask where their parcel is, or complain that it is late or lost.")),
    Rule("intent:damaged_item", Kind.PROCESS, _("Go over packaging with logistics"),
         _("Customers receive what is damaged, incomplete or wrong.")),
    Rule("intent:fault", Kind.PRODUCT, _("Have recurring faults mended"),
         _("Customers say that something does not work.")),
    Rule("words:technical", Kind.TEXT, _("Write a page on known incidents"),
         _("Customers speak of outages, connection or technicians.")),
    Rule("aspect:product", Kind.PRODUCT, _("Take this up with the makers of the product"),
         _("Customers dislike the product itself.")),
    Rule("intent:product_question", Kind.TEXT, _("Complete the product’s page or manual"),
         _("Complaints come with questions on use or features.")),
    Rule("intent:availability", Kind.SITE, _("Show stock and dates on the site"),
         _("Customers complain of what is not available, or not when.")),
    Rule("intent:account_access", Kind.SITE, _("Mend signing in and the customer’s space"),
         _("Customers cannot reach their account.")),
    Rule("aspect:site", Kind.SITE, _("Mend what stops people on the site or in the app"),
         _("Customers dislike the site or the app.")),
    Rule("intent:data_security", Kind.PROCESS, _("Go over how data is protected, and say so"),
         _("Customers worry about their data.")),
    Rule("intent:invoice_payment", Kind.PROCESS, _("Check billing, and explain the invoice"),
         _("Customers contest what was billed or debited.")),
    Rule("intent:refund", Kind.PROCESS, _("Shorten refunds, and say when they arrive"),
         _("Customers ask for their money back.")),
    Rule("aspect:price", Kind.TEXT, _("Write what the price stands for"),
         _("Customers find it too dear, or a rise unjust.")),
    Rule("words:shop", Kind.TRAINING, _("Train the shops’ teams"),
         _("Customers speak of shops or of those who sell there.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """hits: complaints that hold the signal, of `total`."""

    kind: str
    title: str
    why: str
    signal: str
    hits: int
    total: int


def suggestions(found: Weak, department: str) -> list[Suggestion]:
    """
    What the complaints shown call for, what most of them hold first.

    department: key, "" for all. A signal that leads to another department proposes nothing here.
    """
    total = found.whole.now
    if total < FEWEST:
        return []
    mapping = departments.mapping()
    made = [
        Suggestion(rule.kind, str(rule.title), str(rule.why), rule.signal, hits, total)
        for rule, hits in _held(found)
        if hits >= FEWEST
        and hits >= LEAST * total
        and (not department or rule.signal == UNANSWERED or mapping.get(rule.signal) == department)
    ]
    made.sort(key=lambda one: -one.hits)
    return made[:MOST]


def _held(found: Weak) -> Iterator[tuple[Rule, int]]:
    for rule in RULES:
        if rule.signal == UNANSWERED:
            yield rule, found.unanswered
        else:
            yield rule, found.signals.get(rule.signal, 0)

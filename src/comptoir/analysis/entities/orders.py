"""Order numbers: announced by a word, in a marketplace's form, or in the shop's own."""

import re
from collections.abc import Iterator, Sequence

from comptoir.analysis.entities.contacts import phone
from comptoir.analysis.entities.records import Entity

_NUMBER = r"(?P<number>(?=[A-Z]{0,6}-?\d)[A-Z]{0,6}-?\d{3,20}(?:-[0-9A-Z]{1,10}){0,3}"
_NOT_AN_ORDER = r"(?![\w/€%]|[.,:]\d|[ \xa0\u202f]?(?:€|(?i:euros?|eur|h|mbps|mo|go|jours?|mois|ans|heures?|mn|min|km|fois)\b))"
_LINKING = r"(?:(?i:n[°ºo]|num[ée]ro|number|no|id|is|est|de commande|de|suivante?|du)[ .:#°]{1,3}|[ .:#°(]){0,6}"
_ORDER = re.compile(
    r"(?<!\w)(?<!to )(?i:commandes?|cmd|cde|orders?|purchase|achat|r[ée]f(?:[ée]rence)?s?|dossier|ticket|"
    rf"facture|invoice|contrat|booking){_LINKING}{_NUMBER}|[A-Z]{{9}}){_NOT_AN_ORDER}"
)
_ORDER_SIGN = re.compile(
    rf"(?<![\w&])(?:(?i:n[°º]|num[ée]ro|nr)[ .:]{{0,3}}|#){_NUMBER}){_NOT_AN_ORDER}"
)
_ANNOUNCES = ("command", "cmd", "cde", "order", "achat", "purchase", "ref", "réf", "dossier",
              "ticket", "facture", "invoice", "contrat", "booking")  # fmt: skip
_SIGNS = ("#", "n°", "nº", "num", "nr")
LETTERS = re.compile("[A-Z]{9}")
"""An order number without digits."""
_MARKETPLACE = re.compile(r"(?<![\w-])\d{3}-\d{7}-\d{7}(?![\w-])")


def custom(text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[Entity]:
    """A shop's own order numbers: the first group when there is one, else the whole match."""
    for pattern in patterns:
        for match in pattern.finditer(text):
            group = 1 if pattern.groups and match.group(1) else 0
            if match.group(group):
                yield Entity("order", match.group(group).upper(), match.start(group), match.end(group))  # fmt: skip


def orders(text: str, lowered: str) -> Iterator[Entity]:
    """
    Numbers announced by a word (order, invoice, file…), then long ones behind "n°" or "#".

    text: one that holds digits or LETTERS; lowered: its lower case.
    """
    announced = any(map(lowered.__contains__, _ANNOUNCES))
    signed = any(map(lowered.__contains__, _SIGNS))
    for match in _ORDER.finditer(text) if announced else ():
        if not _is_year(match["number"]):
            yield Entity("order", match["number"], match.start("number"), match.end("number"))
    for match in _ORDER_SIGN.finditer(text) if signed else ():
        if len(match["number"]) > 4 and not phone(match["number"]):
            yield Entity("order", match["number"], match.start("number"), match.end("number"))


def marketplace(text: str) -> Iterator[Entity]:
    """Amazon's order numbers, 3-7-7 digits, which need no word to announce them."""
    for match in _MARKETPLACE.finditer(text):
        yield Entity("order", match.group(), match.start(), match.end())


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in {"19", "20"}

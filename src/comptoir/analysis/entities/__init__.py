"""
What a message names: orders, parcels, addresses, numbers, links, tags, amounts.

Cheap tests come first (is there a digit, an @, a "http"?), since most messages hold none.
Where a format has a check digit it is verified, so an invented number is not shown as a
parcel; formats without one are only believed next to a word that announces them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import phonenumbers

from comptoir.analysis.text import fold

REGIONS = ("FR", "BE", "CH", "GB")
KINDS = ("link", "email", "mention", "hashtag", "parcel", "order", "phone", "amount")
_MAX_FOUND = 200
_MAX_PHONES = 20


@dataclass(frozen=True, slots=True)
class Entity:
    """
    Something named between `start` and `end` (excluded) of the text, in characters.

    value is normalised: lower-case e-mail, E.164 phone, folded tag, "12.50 EUR", parcel
    and order numbers in capitals without spaces. detail: the carrier of a parcel.
    """

    kind: str
    value: str
    start: int
    end: int
    detail: str = ""


_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"«»]+", re.I)
_AT_DOMAIN = re.compile(r"@[\w-]+\.")
_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[a-z]{2,24}\b", re.I)
_MENTION = re.compile(r"(?<![\w@#/.])@(\w{1,64}(?:[.@-]\w+)*)")
_HASHTAG = re.compile(r"(?<![\w#&/])#(\w{1,100})")
_DIGITS6 = re.compile(r"(?:\d[ .\-/()]{0,2}){6}")
_PHONE = re.compile(r"(?<![\w+])(?:\+|\(0|0)\d?[\d .\-()/]{6,20}\d(?!\w)")
_CODE = re.compile(r"(?<!\w)(?:[A-Z]{2} ?\d{3} ?\d{3} ?\d{3} ?[A-Z]{2}|1Z ?(?:[0-9A-Z] ?){16}|\d[A-Z] ?(?:\d ?){11})(?!\w)")  # fmt: skip
_CARRIER = re.compile(
    r"\b(mondial[ -]?relay|chronopost|colissimo|dpd|gls|ups|relais[ -]?colis|colis|suivi|"
    r"tracking|parcel|shipment)\b[^\d\n]{0,30}?(?<!\d)(\d(?:[ ]?\d){7,14})(?!\d)",
    re.I,
)
_NUMBER = r"(?P<number>(?=[A-Z]{0,6}-?\d)[A-Z]{0,6}-?\d{3,20}(?:-\d{1,10}){0,3}"
_NOT_AN_ORDER = r"(?![\w/€%]|[.,:]\d|[ \xa0\u202f]?(?:€|(?i:euros?|eur|h|mbps|mo|go|jours?|mois|ans|heures?|mn|min|km|fois)\b))"
_LINKING = r"(?:(?i:n[°ºo]|num[ée]ro|number|no|id|is|est|de commande|de|suivante?|du)[ .:#°]{1,3}|[ .:#°(]){0,6}"
_ORDER = re.compile(
    r"(?<!\w)(?i:commandes?|cmd|orders?|purchase|achat|r[ée]f(?:[ée]rence)?s?|dossier|ticket|"
    rf"facture|invoice|contrat|booking){_LINKING}{_NUMBER}|[A-Z]{{9}}){_NOT_AN_ORDER}"
)
_ORDER_SIGN = re.compile(
    rf"(?<![\w&])(?:(?i:n[°º]|num[ée]ro|nr)[ .:]{{0,3}}|#){_NUMBER}){_NOT_AN_ORDER}"
)
_AMOUNT = re.compile(
    r"(?P<before>[€$£]) ?(?P<a>\d{1,3}(?:[  .,]\d{3})*(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)(?!\d)|"
    r"(?<![\w.,])(?P<b>\d{1,3}(?:[  .]\d{3})+(?:,\d{1,2})?|\d{1,7}(?:[.,]\d{1,2})?) ?"
    r"(?P<after>€(?P<cents>\d{2}(?!\d))?|\$|£|euros?\b|eur\b|balles\b|dollars?\b|chf\b|gbp\b)",
    re.I,
)
_CURRENCY = {"€": "EUR", "$": "USD", "£": "GBP", "c": "CHF", "g": "GBP", "d": "USD"}


def _luhn_like_ups(code: str) -> bool:
    """UPS: digits (letters become digits) alternately weighted 1 and 2, modulo 10."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in code[2:]]
    total = sum(values[0:15:2]) + 2 * sum(values[1:15:2])
    return (10 - total % 10) % 10 == values[15]


def s10_is_valid(code: str) -> bool:
    """Universal postal number (two letters, nine digits, country): check digit, UPU S10."""
    digits = [int(char) for char in code[2:11]]
    rest = 11 - sum(d * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=False)) % 11
    return digits[8] == {10: 0, 11: 5}.get(rest, rest)


def _carrier_of(code: str) -> str:
    """Carrier of a self-describing parcel number; "" when it is not one."""
    if code.startswith("1Z"):
        return "ups" if len(code) == 18 and _luhn_like_ups(code) else ""
    if code[0].isdigit():
        return "colissimo"
    if not s10_is_valid(code):
        return ""
    if code[11:] not in {"FR", "JB", "TS"}:
        return "postal"
    return "chronopost" if code[0] == "X" or code[11:] in {"JB", "TS"} else "colissimo"


def _links(text: str) -> Iterator[Entity]:
    if "://" not in text and "www." not in text.lower():
        return
    for match in _LINK.finditer(text):
        value = match.group().rstrip(".,;:!?)…]}'’")
        yield Entity("link", value, match.start(), match.start() + len(value))


def _emails(text: str) -> Iterator[Entity]:
    if _AT_DOMAIN.search(text):
        for match in _EMAIL.finditer(text):
            yield Entity("email", match.group().lower(), match.start(), match.end())


def _mentions(text: str) -> Iterator[Entity]:
    if "@" in text:
        for match in _MENTION.finditer(text):
            yield Entity("mention", match.group(1).lower(), match.start(), match.end())


def _hashtags(text: str) -> Iterator[Entity]:
    if "#" in text:
        for match in _HASHTAG.finditer(text):
            if any(char.isalpha() for char in match.group(1)):
                value = fold("#" + match.group(1)).lstrip("#")
                yield Entity("hashtag", value, match.start(), match.end())


def _parcels(text: str) -> Iterator[Entity]:
    for match in _CODE.finditer(text):
        code = match.group().replace(" ", "")
        if carrier := _carrier_of(code):
            yield Entity("parcel", code, match.start(), match.end(), carrier)
    for match in _CARRIER.finditer(text):
        code = match.group(2).replace(" ", "")
        said = fold(match.group(1)).replace(" ", "_")
        known = said if said in {"mondial_relay", "chronopost", "colissimo", "dpd", "gls"} else ""
        if not (code.startswith("0") and len(code) == 10):  # a French phone number
            yield Entity("parcel", code, match.start(2), match.end(2), known)


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in {"19", "20"}


def _orders(text: str) -> Iterator[Entity]:
    """Numbers announced by a word (order, invoice, file…), then long ones behind "n°" or "#"."""
    for match in _ORDER.finditer(text):
        if not _is_year(match["number"]):
            yield Entity("order", match["number"], match.start("number"), match.end("number"))
    for match in _ORDER_SIGN.finditer(text):
        if len(match["number"]) > 4 and not _phone(match["number"]):
            yield Entity("order", match["number"], match.start("number"), match.end("number"))


def _phones(text: str) -> Iterator[Entity]:
    for count, match in enumerate(_PHONE.finditer(text)):
        if count == _MAX_PHONES:
            return
        if number := _phone(match.group()):
            yield Entity("phone", number, match.start(), match.end())


def _phone(written: str) -> str:
    """E.164 form of the first region in which the number is valid; "" for none."""
    for region in (None,) if written.startswith("+") else REGIONS:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return ""


def _amounts(text: str) -> Iterator[Entity]:
    for match in _AMOUNT.finditer(text):
        written = match["a"] or match["b"]
        if match["cents"]:
            written = f"{written},{match['cents']}"
        sign = (match["before"] or match["after"]).lower()[0]
        value = f"{_decimal(written)} {_CURRENCY.get(sign, 'EUR')}"
        yield Entity("amount", value, match.start(), match.end())


def _decimal(written: str) -> str:
    """ "1 234,5" → "1234.50": the last separator is decimal when one or two digits follow it."""
    head, cents = written, ""
    if match := re.search(r"[.,](\d{1,2})$", written):
        head, cents = written[: match.start()], match.group(1)
    return f"{int(re.sub(r'[^0-9]', '', head))}.{cents.ljust(2, '0')}"


def _custom(text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[Entity]:
    """A shop's own order numbers: the first group when there is one, else the whole match."""
    for pattern in patterns:
        for match in pattern.finditer(text):
            group = 1 if pattern.groups and match.group(1) else 0
            if match.group(group):
                yield Entity("order", match.group(group).upper(), match.start(group), match.end(group))  # fmt: skip


_ANNOUNCES = ("command", "cmd", "order", "achat", "purchase", "ref", "réf", "dossier", "ticket",
              "facture", "invoice", "contrat", "booking", "n°", "nº", "num", "nr", "#")  # fmt: skip
_MONEY = ("€", "$", "£", "eur", "balles", "dollar", "chf", "gbp")


def _finders(text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[Iterator[Entity]]:
    """The searches worth making, those that claim their characters first ahead."""
    yield _links(text)
    yield _emails(text)
    yield _mentions(text)
    yield _hashtags(text)
    yield _custom(text, patterns)
    lowered = text.lower()
    many_digits = _DIGITS6.search(text) is not None
    if many_digits:
        yield _parcels(text)
    if any(word in lowered for word in _ANNOUNCES):
        yield _orders(text)
    if many_digits:
        yield _phones(text)
    if any(sign in lowered for sign in _MONEY):
        yield _amounts(text)


def find(text: str, patterns: Sequence[re.Pattern[str]] = ()) -> tuple[Entity, ...]:
    """
    Everything named in a text, ordered by place, without overlap, at most 200.

    patterns: compiled expressions for a shop's own order numbers.

    >>> [(e.kind, e.value) for e in find("Commande n° 48213 à 12,50 € jamais reçue @Boutik")]
    [('order', '48213'), ('amount', '12.50 EUR'), ('mention', 'boutik')]
    """
    kept: list[Entity] = []
    for found in _finders(text, patterns):
        for entity in found:
            if not any(entity.start < other.end and other.start < entity.end for other in kept):
                kept.append(entity)
            if len(kept) >= _MAX_FOUND:
                break
    return tuple(sorted(kept, key=lambda entity: entity.start))

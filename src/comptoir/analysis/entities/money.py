"""Sums of money, and what they are paid with: bank accounts and cards."""

import re
from collections.abc import Iterator

from comptoir.analysis.entities import checks
from comptoir.analysis.entities.records import Entity

_GROUPED = r"[0-9]{1,3}(?:[ \xa0\u202f.][0-9]{3}){1,4}(?:,[0-9]{1,2})?|[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]{1,2})?"
_PLAIN = r"[0-9]{1,9}(?:[.,][0-9]{1,2})?"
_AMOUNT = re.compile(
    r"(?P<before>[€$£]|\b(?:eur|usd|gbp|chf)\b) ?"
    rf"(?P<a>(?:{_GROUPED})(?![0-9])|{_PLAIN})(?![0-9])(?! ?(?:[mk]|bn|[mb]illions?)\b)|"
    rf"(?<![\w.,])(?P<b>(?:{_GROUPED})(?![0-9.,])|{_PLAIN})[ \xa0\u202f]?"
    r"(?P<after>€(?P<cents>[0-9]{2}(?![0-9]))?|\$|£|euros?\b|eur\b|balles\b|dollars?\b|usd\b|chf\b|francs?\b|gbp\b|pounds?\b|quid\b)",
    re.I,
)
_CURRENCY = {
    "$": "USD", "£": "GBP", "usd": "USD", "dollar": "USD", "dollars": "USD", "chf": "CHF",
    "franc": "CHF", "francs": "CHF", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP",
}  # fmt: skip
_IBAN_START = re.compile(r"(?<![^\W_])[A-Z]{2}[0-9]{2}(?=[ \xa0.-]?[0-9A-Z])", re.I)
_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
    "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18,
    "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24,
}  # fmt: skip
_CARD = re.compile(r"(?<![0-9+])(?:[0-9][ .\xa0-]?){12,18}[0-9](?![0-9])")
_CARD_NETWORKS = (
    (re.compile(r"4[0-9]{15}"), "visa"),
    (
        re.compile(
            r"(?:5[1-5][0-9][0-9]|222[1-9]|22[3-9][0-9]|2[3-6][0-9][0-9]|27[01][0-9]|2720)[0-9]{12}"
        ),
        "mastercard",
    ),
    (re.compile(r"3[47][0-9]{13}"), "amex"),
    (re.compile(r"6(?:011|5[0-9][0-9])[0-9]{12}"), "discover"),
)


def amounts(text: str) -> Iterator[Entity]:
    for match in _AMOUNT.finditer(text):
        written = match["a"] or match["b"]
        if match["cents"]:
            written = f"{written},{match['cents']}"
        sign = (match["before"] or match["after"]).lower()
        value = f"{_decimal(written)} {_CURRENCY.get(sign, 'EUR')}"
        yield Entity("amount", value, match.start(), match.end())


def _decimal(written: str) -> str:
    """ "1 234,5" → "1234.50": the last separator is decimal when one or two digits follow it."""
    head, cents = written, ""
    if match := re.search(r"[.,]([0-9]{1,2})$", written):
        head, cents = written[: match.start()], match.group(1)
    return f"{int(re.sub(r'[^0-9]', '', head))}.{cents.ljust(2, '0')}"


def ibans(text: str) -> Iterator[Entity]:
    """Bank accounts of the countries around, as long as theirs are and with a right key."""
    for match in _IBAN_START.finditer(text):
        country = match.group()[:2].upper()
        code, end = _taken(text, match.start(), _IBAN_LENGTHS.get(country, 0))
        if code and checks.iban_is_valid(code):
            yield Entity("iban", f"{country}…{code[-4:]}", match.start(), end)


def _taken(text: str, start: int, length: int) -> tuple[str, int]:
    """The next `length` letters and digits, at most one separator between two, and their end."""
    code, place, gap = "", start, 0
    while length and len(code) < length and place < len(text) and gap < 2:
        char = text[place]
        gap = gap + 1 if char in " \xa0\u202f.-" else 0
        if gap == 0:
            if not (char.isascii() and char.isalnum()):
                break
            code += char.upper()
        place += 1
    whole = len(code) == length > 0 and not text[place : place + 1].isalnum()
    return (code, place) if whole else ("", start)


def cards(text: str) -> Iterator[Entity]:
    """Payment cards: a network's first digits and length, and a right last digit."""
    for match in _CARD.finditer(text):
        code = re.sub(r"[^0-9]", "", match.group())
        network = next((name for form, name in _CARD_NETWORKS if form.fullmatch(code)), "")
        if network and checks.luhn_is_valid(code):
            yield Entity("card", code[-4:], match.start(), match.end(), network)

"""Prices as pages write them, in whole cents."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from comptoir.analysis.entities import money

HIGHEST: Final = 10**12
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’]")
_SIGNS: Final = {"€": "EUR", "£": "GBP", "$": "USD"}
_CODE = re.compile(r"[A-Z]{3}")
_SWISS = re.compile(r"(?<=[0-9])['’](?=[0-9]{3}(?![0-9]))")
_NUMBER = re.compile(r"[0-9][0-9.,]*")


def cents(value: object) -> int | None:
    """
    A price out of structured data: a number, or a number as people write it.

    Three digits after a lone comma are thousands; after a lone point they are what schema.org
    says: decimals.

    >>> cents("49,90"), cents("1 299,00 €"), cents("1.299,00"), cents("1,299.50"), cents(12)
    (4990, 129900, 129900, 129950, 1200)
    >>> cents(""), cents("sur devis"), cents(-3), cents(True)
    (None, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    written = _NUMBER.search(_SPACES.sub("", str(value)))
    if written is None or str(value).strip().startswith(("-", "−")):
        return None
    if isinstance(value, float):
        return _whole(f"{value:.4f}")
    return _whole(_plain(written[0].rstrip(".,")))


def currency(value: object) -> str:
    """
    The code of a currency, "" where none is said.

    >>> currency("eur"), currency("€"), currency("12,90 €"), currency(None)
    ('EUR', 'EUR', 'EUR', '')
    """
    said = str(value or "").strip().upper()
    if _CODE.fullmatch(said):
        return said
    return next((code for sign, code in _SIGNS.items() if sign in said), "")


def sums(text: str) -> list[tuple[int, str, int, int]]:
    """
    Every sum of money in a text: cents, currency, start, end.

    >>> sums("49,90 € au lieu de 1\u202f299 €")
    [(4990, 'EUR', 0, 7), (129900, 'EUR', 19, 26)]
    """
    found = []
    for one in money.amounts(_SWISS.sub(" ", text)):
        figure, code = one.value.split()
        if (value := _whole(figure)) is not None:
            found.append((value, code, one.start, one.end))
    return found


def _plain(written: str) -> str:
    """Thousands taken out, a point for decimals."""
    comma, point = written.rfind(","), written.rfind(".")
    if comma > point:
        groups = point < 0 and re.fullmatch(r"[1-9][0-9]{0,2}(,[0-9]{3})+", written)
        return written.replace(",", "") if groups else _decimal(written, ",")
    if written.count(".") > 1 and comma < 0:
        return written.replace(".", "")
    return _decimal(written, ".")


def _decimal(written: str, sign: str) -> str:
    head, _sign, tail = written.rpartition(sign)
    return f"{re.sub('[.,]', '', head)}.{tail}" if head else tail


def _whole(written: str) -> int | None:
    try:
        value = int((Decimal(written) * 100).quantize(Decimal(1), "ROUND_HALF_UP"))
    except (InvalidOperation, ValueError):
        return None
    return value if 0 <= value < HIGHEST else None

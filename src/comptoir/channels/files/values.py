"""Cells to numbers, stars and clean text."""

import html
import re
from collections.abc import Iterable
from typing import Any, Final

NULLS: Final = ("", "null", "NULL", "Null", "N/A", "n/a", "NA", "None", "none", "nan", "NaN", "\\N", "-", "—", "#N/A")  # fmt: skip
# A customer may be called None or write "N/A": in what people type only these mean "nothing".
TEXT_NULLS: Final = frozenset({"", "null", "NULL", "\\N"})

_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009']+")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_AMOUNT: Final = re.compile(r"(\d+(?:[.,]\d+)?)([kKmM]?)\+?")
_POWER: Final = {"": 1, "k": 1_000, "m": 1_000_000}
_OUT_OF: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:/|sur|out of|of|von)\s*(\d+)", re.I)
_PERCENT: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
_LEADING: Final = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(?:\*|★|⭐|étoiles?|etoiles?|stars?|points?|pts)?\s*$", re.I
)
_WORDS: Final = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "un": 1.0, "deux": 2.0, "trois": 3.0, "quatre": 4.0, "cinq": 5.0}  # fmt: skip
_ENTITY: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ESCAPE: Final = re.compile(r"\\(r\\n|[nrt])")


def read_count(value: Any) -> int:
    """
    A whole number of something, French or English: "1 234", "1,234", "1,2 k", "3M".

    Raises ValueError, also for what is below zero.
    """
    if isinstance(value, str):
        if value.isdecimal():
            return int(value)
        number = _amount(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = value
    else:
        raise ValueError(value)
    if not 0 <= number < 1e15:
        raise ValueError(value)
    return int(number)


def _amount(text: str) -> float:
    plain = _SPACES.sub("", text)
    if _GROUPED.fullmatch(plain):
        return float(re.sub("[.,]", "", plain))
    found = _AMOUNT.fullmatch(plain)
    if not found:
        raise ValueError(text)
    # Rounded: 1.2 × 1000 must not come out as 1199.
    return round(float(found[1].replace(",", ".")) * _POWER[found[2].lower()], 3)


def read_stars(value: Any, scale: float) -> float:
    """
    Stars out of five. `scale` is what the column counts up to (5, 10, 20, 100).

    "4/5", "80 %" and "★★★★☆" say their own scale. Raises ValueError, also out of range.

    >>> read_stars("8,5", 10)
    4.25
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _out_of_five(value, scale)
    if not isinstance(value, str):
        raise ValueError(value)
    text = value.strip()
    if found := _OUT_OF.search(text):
        return _out_of_five(_decimal(found[1]), float(found[2]))
    if found := _PERCENT.search(text):
        return _out_of_five(_decimal(found[1]), 100)
    if found := _LEADING.match(text):
        return _out_of_five(_decimal(found[1]), scale)
    full = text.count("★") + text.count("⭐")
    if full:
        return _out_of_five(full + 0.5 * text.count("½"), max(5, full))
    if text.lower() in _WORDS:
        return _out_of_five(_WORDS[text.lower()], scale)
    raise ValueError(value)


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))


def _out_of_five(number: float, scale: float) -> float:
    if not (scale > 0 and 0 <= number <= scale):
        raise ValueError(number)
    return round(number * 5 / scale, 2)


def scale_of(values: Iterable[Any], column: str = "") -> tuple[float, bool]:
    """
    (what a rating column counts up to, True when the sample does not prove it).

    The column's name may say it ("note sur 10"); otherwise the smallest usual scale that holds
    every value of the sample.
    """
    if named := re.search(r"(?:/|sur|out of|_)\s*(5|10|20|100)\b", column, re.I):
        return float(named[1]), False
    numbers = [number for value in values if (number := _bare(value)) is not None]
    top = max(numbers, default=0.0)
    for scale in (5.0, 10.0, 20.0, 100.0):
        if top <= scale:
            return scale, bool(numbers) and top < scale
    return 100.0, True


def _bare(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = _LEADING.match(value.strip()) if isinstance(value, str) else None
    return _decimal(found[1]) if found else None


def unescaped_entities(text: str) -> str:
    """
    &amp; &gt; and their like, once: only whole entities, so that "?a=1&copy=2" stays.
    """
    return _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\0", ""), text)


def unescaped_newlines(text: str) -> str:
    r"""Line breaks and tabs that the exporter wrote as \n, \r\n and \t."""
    return _ESCAPE.sub(lambda found: "\t" if found[1] == "t" else "\n", text)


def as_text(value: Any) -> str:
    """Any cell as text; unknown is ""."""
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

"""Files written for people to open in a spreadsheet, without letting cells act as formulas."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Protocol

from .messages import SENTENCES

# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Reject(Protocol):
    """What a file of rejects needs to know of a row."""

    @property
    def line(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def raw(self) -> str: ...
    @property
    def fields(self) -> dict[str, object]: ...


def safe_cell(value: Any) -> Any:
    """
    A text that a spreadsheet would run as a formula gets a leading apostrophe.

    Numbers stay numbers, also when negative.

    >>> safe_cell("=1+1"), safe_cell(-3)
    ("'=1+1", -3)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def write_csv(rows: Iterable[Iterable[Any]], french: bool = False) -> Iterator[str]:
    """
    Pieces of a CSV file, header included in `rows`; encode as UTF-8.

    french: what a French Excel opens by a double click: byte-order mark, semicolons, decimal
    comma. Otherwise a plain RFC 4180 file.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if french else ",")
    if french:
        buffer.write("\ufeff")
    for row in rows:
        writer.writerow([_written(cell, french) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _written(value: Any, french: bool) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if french and isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    return safe_cell(value)


def sentence(code: str, fields: dict[str, object]) -> str:
    """The English sentence of a code; a field nobody gave shows as "…"."""
    return SENTENCES[code].format_map(_Blanks(fields))


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def write_rejects(path: Path | str, rejects: Iterable[Reject], french: bool = False) -> int:
    """A file with line, code, reason and raw text of each reject; gives how many there were."""
    written = 0
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        file.writelines(write_csv([("line", "code", "reason", "raw")], french))
        for each in rejects:
            written += 1
            row = (each.line, each.code, sentence(each.code, each.fields), each.raw)
            file.writelines(piece.lstrip("\ufeff") for piece in write_csv([row], french))
    return written

"""Tables as files for spreadsheets: CSV and Excel, in French conventions for the French."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

import xlsxwriter

from comptoir.channels.files.export import write_csv

EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
SHEET_NAME: Final = 31
MOST_ROWS: Final = 100_000

Table = Iterable[Sequence[Any]]


def as_csv(rows: Table, french: bool) -> Iterator[bytes]:
    """
    Pieces of a CSV file, header included; times are the workspace's.

    french: byte-order mark, semicolons and decimal comma, as a French Excel opens by a
    double click. Cells that a spreadsheet would run as a formula are neutralised.
    """
    return (piece.encode() for piece in write_csv((_plain(row) for row in rows), french))


def as_excel(rows: Table, title: str) -> bytes:
    """One sheet with a bold header that stays; numbers and dates are real ones, text only text."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        formats = {
            "header": book.add_format({"bold": True, "bottom": 1}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        widths: dict[int, int] = {}
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, formats)
                widths[column] = max(widths.get(column, 8), min(len(str(value)) + 2, 60))
        for column, width in widths.items():
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, formats: dict[Any, Any]) -> None:
    if row == 0:
        sheet.write_string(row, column, str(value), formats["header"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, _naive(value), formats[type(value)])
    elif isinstance(value, bool | int | float):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, str(value))


def _sheet_name(title: str) -> str:
    """Excel refuses some signs and more than 31 letters in the name of a sheet."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)[:SHEET_NAME] or "Sheet"


def _plain(row: Sequence[Any]) -> list[Any]:
    return ["" if value is None else _naive(value) for value in row]


def _naive(value: Any) -> Any:
    """Spreadsheets know no zones: a moment is given as the local clock showed it."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value

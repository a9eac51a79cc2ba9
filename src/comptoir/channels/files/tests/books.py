"""Workbooks for the tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter


def book(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    """An .xlsx whose sheets hold the given rows, text kept as text."""
    options = {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path

"""Excel and OpenDocument workbooks, through calamine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook

from .problems import FileProblem
from .rows import MAX_CELL, BadRow, Row, clipped, unique_names


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    One sheet of a workbook and where its table lies.

    first: sheet row of the header, from 1. others: names of further sheets with content,
    which are not read.
    """

    data: CalamineSheet
    columns: list[str]
    first: int
    others: list[str]


def open_sheet(path: Path) -> Sheet:
    """
    The first sheet that holds a table.

    The library holds the whole sheet in memory (a workbook cannot be streamed otherwise):
    archives.check_archive must have bounded it before. Raises FileProblem.
    """
    sheets = _opened(path)
    for position, sheet in enumerate(sheets):
        for number, cells in enumerate(sheet.iter_rows(), 1):
            if sum(1 for cell in cells if isinstance(cell, str) and cell.strip()) >= 2:
                names = unique_names([_title(cell) for cell in cells])
                others = [s.name for s in sheets[position + 1 :] if s.height > 1]
                return Sheet(sheet, names, number, others)
    raise FileProblem("not_a_table" if sheets else "no_rows", kind="workbook")


def _opened(path: Path) -> list[CalamineSheet]:
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_index(n) for n in range(len(book.sheet_names))]
        return [sheet for sheet in sheets if sheet.height]
    except BaseException as error:
        raise _problem(error) from error


def _problem(error: BaseException) -> BaseException:
    """The library's own panics are not Exceptions; interruptions stay what they are."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        return error
    if "password" in str(error).lower() or "encrypt" in str(error).lower():
        return FileProblem("encrypted_workbook")
    return FileProblem("unreadable", reason=str(error))


def sheet_rows(sheet: Sheet, size: int) -> Iterator[Row | BadRow]:
    """Rows below the header; blank ones are passed over. size: bytes of the file."""
    width, total = len(sheet.columns), max(1, sheet.data.total_height)
    for line, cells in enumerate(sheet.data.iter_rows(), 1):
        if line <= sheet.first:
            continue
        values = [_cell(cell) for cell in cells[:width]]
        if all(value is None for value in values):
            continue
        values += [None] * (width - len(values))
        raw = json.dumps(values, ensure_ascii=False, default=_as_text)
        offset = size * min(line, total) // total
        if len(raw) > MAX_CELL and any(isinstance(v, str) and len(v) > MAX_CELL for v in values):
            yield BadRow(line, "cell_too_big", clipped(raw), {"limit": MAX_CELL}, offset)
        else:
            yield Row(line, values, raw, offset)


def _cell(value: Any) -> Any:
    """Empty cells are None; whole numbers lose the ".0" that workbooks give them."""
    if value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.replace("\0", "") if isinstance(value, str) else value


def _as_text(value: object) -> str:
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _title(value: Any) -> str:
    return str(_cell(value) or "")

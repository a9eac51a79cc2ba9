"""One way to read rows, whatever the file: `open_table(path).rows()`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .delimited import DelimitedRows, dialect_of
from .gplus import COLUMNS as POSTED
from .json_rows import json_columns, json_rows, objects_by_line, objects_in_array
from .rows import BadRow, Row
from .sniff import Format, Sniffed, sniff
from .takeouts import other_files, takeout_rows
from .transcripts import COLUMNS, transcript_rows
from .workbooks import open_sheet, sheet_rows

__all__ = ["BadRow", "Row", "Table", "open_table"]


@dataclass(frozen=True, slots=True)
class Table:
    """
    An opened file: what it is, its columns, and its rows as often as wanted.

    encoding and delimiter are "" where the format has none. size in bytes. header is False
    when the file has no header row and the columns were numbered. warnings: codes with fields.
    """

    path: Path
    format: Format
    encoding: str
    delimiter: str
    columns: list[str]
    size: int
    header: bool
    warnings: list[tuple[str, dict[str, object]]]
    _read: Callable[[], Iterator[Row | BadRow]] = field(repr=False)

    def rows(self, start_line: int = 0) -> Iterator[Row | BadRow]:
        """
        Rows that start at `start_line` or after, in the file's order.

        Rows before it are parsed and dropped, never seeked over, so that a line inside a
        quoted cell cannot be taken for a row. Raises only OSError, from the file itself.
        """
        return (
            (row for row in self._read() if row.line >= start_line) if start_line else self._read()
        )


def open_table(path: Path | str) -> Table:
    """The file as a table. Raises FileProblem when it is not one."""
    path = Path(path)
    sniffed = sniff(path)
    openers = {
        "csv": _delimited,
        "jsonl": _json,
        "json": _json,
        "excel": _excel,
        "transcript": _transcript,
        "takeout": _takeout,
    }
    table = openers[sniffed.format](path, sniffed)
    if sniffed.mixed:
        table.warnings.append(("mixed_encoding", {"encoding": sniffed.encoding}))
    return table


def _delimited(path: Path, sniffed: Sniffed) -> Table:
    dialect = dialect_of(path, sniffed)
    return Table(
        path, "csv", sniffed.encoding, dialect.delimiter, dialect.columns, sniffed.size,
        dialect.header, [] if dialect.header else [("no_header", {})],
        lambda: iter(DelimitedRows(path, sniffed, dialect)),
    )  # fmt: skip


def _json(path: Path, sniffed: Sniffed) -> Table:
    objects = objects_by_line if sniffed.format == "jsonl" else objects_in_array
    columns = json_columns(objects(path, sniffed))
    return Table(
        path, sniffed.format, sniffed.encoding, "", columns, sniffed.size, True, [],
        lambda: json_rows(objects(path, sniffed), columns),
    )  # fmt: skip


def _transcript(path: Path, sniffed: Sniffed) -> Table:
    return Table(
        path, "transcript", sniffed.encoding, "", list(COLUMNS), sniffed.size, True, [],
        lambda: transcript_rows(path, sniffed),
    )  # fmt: skip


def _takeout(path: Path, sniffed: Sniffed) -> Table:
    left = other_files(path)
    return Table(
        path, "takeout", sniffed.encoding, "", list(POSTED), sniffed.size, True,
        [("other_files", {"count": left})] if left else [],
        lambda: takeout_rows(path, sniffed),
    )  # fmt: skip


def _excel(path: Path, sniffed: Sniffed) -> Table:
    sheet = open_sheet(path)
    warnings: list[tuple[str, dict[str, object]]] = []
    if sheet.others:
        warnings.append(
            ("other_sheets", {"sheet": sheet.data.name, "others": ", ".join(sheet.others)})
        )
    return Table(
        path, "excel", "", "", sheet.columns, sniffed.size, True, warnings,
        lambda: sheet_rows(sheet, sniffed.size),
    )  # fmt: skip

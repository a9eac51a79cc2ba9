"""Files to messages: `inspect` to show a guess, `read` to import. Other packages enter here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from comptoir.channels.incoming import Incoming

from .convert import Convert, converter
from .dates import order_of
from .detect import Guess, Warned, guess
from .export import safe_cell, sentence, write_csv, write_rejects
from .mapping import CHANNELS, FIELDS, PROFILES, Field, Mapping
from .messages import SENTENCES
from .problems import FILE_CODES, ROW_CODES, FileProblem, RowProblem
from .readers import Table, open_table
from .rows import BadRow, Row, clipped
from .takeouts import pack_posts

__all__ = [
    "CHANNELS",
    "FIELDS",
    "FILE_CODES",
    "PROFILES",
    "ROW_CODES",
    "SENTENCES",
    "Converted",
    "Field",
    "FileProblem",
    "Guess",
    "Inspection",
    "Mapping",
    "Rejected",
    "inspect",
    "pack_posts",
    "preview",
    "read",
    "safe_cell",
    "sentence",
    "write_csv",
    "write_rejects",
]

SAMPLE_ROWS: Final = 5_000
SAMPLE_BYTES: Final = 16 << 20
SHOWN: Final = 10
FURTHER: Final = 200_000
# Clocks disagree and zones are mistaken by at most a day; a date beyond is a wrong order.
_AHEAD: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Converted:
    """A row that became messages. line, raw and offset (bytes read) as in `rows.Row`."""

    line: int
    raw: str
    offset: int
    messages: list[Incoming]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that did not: code of ROW_CODES, and the fields of its sentence."""

    line: int
    raw: str
    code: str
    fields: dict[str, object] = field(default_factory=dict)
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Inspection:
    """
    What a person confirms before an import.

    size in bytes. rows: how many there are, exact when `rows_exact`, else estimated from the
    sample. first: the first rows as the guess would import them; empty when the guess lacks a
    required column, and `problem` then says which. values: the first cells, column by column.
    """

    path: Path
    format: str
    encoding: str
    delimiter: str
    columns: list[str]
    size: int
    rows: int
    rows_exact: bool
    guess: Guess
    first: list[Converted | Rejected]
    values: list[list[str]]
    warnings: list[Warned]
    problem: FileProblem | None = None


def inspect(path: Path | str, zone: str = "Europe/Paris") -> Inspection:
    """
    Look at a file without importing it. Raises FileProblem when it is not a table with rows.

    zone: IANA name for times without offset.
    """
    table = open_table(path)
    sample, exact = _sample(table)
    rows = [each for each in sample if isinstance(each, Row)]
    if not sample:
        raise FileProblem("no_rows")
    found = guess(table.columns, [row.values for row in rows], zone)
    if not exact:
        found = _settled(table, found)
    first, problem = _first(table, sample, found.mapping)
    return Inspection(
        path=Path(path),
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns=table.columns,
        size=table.size,
        rows=len(sample) if exact else _estimate(table, sample),
        rows_exact=exact,
        guess=found,
        first=first,
        values=[["" if c is None else str(c) for c in row.values] for row in rows[:SHOWN]],
        warnings=[*table.warnings, *found.warnings],
        problem=problem,
    )


def preview(path: Path | str, mapping: Mapping, rows: int = SHOWN) -> list[Converted | Rejected]:
    """The first rows under a corrected mapping. Raises FileProblem, also for the mapping."""
    return list(islice(read(path, mapping), rows))


def read(path: Path | str, mapping: Mapping, start_line: int = 0) -> Iterator[Converted | Rejected]:
    """
    Every row of the file, in its order, as messages or with the reason why not.

    start_line: rows that start before it are passed over; give the line of the last row that
    was kept, plus one, to go on after an interruption.
    Raises FileProblem at once; the iterator itself raises only OSError.
    """
    table = open_table(path)
    change = converter(mapping, table.columns, datetime.now(UTC) + _AHEAD)
    return _converted(table.rows(start_line), change)


def _converted(rows: Iterator[Row | BadRow], change: Convert) -> Iterator[Converted | Rejected]:
    for row in rows:
        if isinstance(row, BadRow):
            yield Rejected(row.line, row.raw, row.code, row.fields, row.offset)
            continue
        line, values, raw, offset = row
        try:
            yield Converted(line, raw, offset, change(values))
        except RowProblem as problem:
            yield Rejected(line, clipped(raw), problem.code, problem.fields, offset)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            # Nothing known gets here; should it, one row is listed instead of an import lost.
            yield Rejected(line, clipped(raw), "bad_row", {}, offset)


def _sample(table: Table) -> tuple[list[Row | BadRow], bool]:
    """The first rows, and whether they are all there is."""
    sample: list[Row | BadRow] = []
    for row in table.rows():
        if len(sample) >= SAMPLE_ROWS or (sample and row.offset > SAMPLE_BYTES):
            return sample, False
        sample.append(row)
    return sample, True


def _settled(table: Table, found: Guess) -> Guess:
    """A look further down for a date that tells day from month, when the sample has none."""
    doubts = [w for w in found.warnings if w[0] == "date_ambiguous"]
    for doubt in doubts:
        at = table.columns.index(str(doubt[1]["column"]))
        further = (row.values[at] for row in islice(table.rows(), FURTHER) if isinstance(row, Row))
        order, ambiguous, _ = order_of(str(cell).strip() for cell in further)
        if not ambiguous:
            warnings = [w for w in found.warnings if w is not doubt]
            mapping = replace(found.mapping, date_order=order)
            found = replace(found, mapping=mapping, warnings=warnings)
    return found


def _estimate(table: Table, sample: Sequence[Row | BadRow]) -> int:
    return int(len(sample) * table.size / max(1, sample[-1].offset))


def _first(
    table: Table, sample: list[Row | BadRow], mapping: Mapping
) -> tuple[list[Converted | Rejected], FileProblem | None]:
    try:
        change = converter(mapping, table.columns, datetime.now(UTC) + _AHEAD)
    except FileProblem as problem:
        return [], problem
    return list(_converted(iter(sample[:SHOWN]), change)), None

"""Delimited text: any delimiter, any encoding, rows of several lines, flat memory."""

import codecs
import csv
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from .encodings import line_decoder
from .problems import FileProblem
from .rows import MAX_CELL, MAX_ROW, BadRow, Row, clipped, unique_names
from .sniff import Sniffed, is_wide

DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_ROWS: Final = 300
# Messages typed without quotes spill over their cells: the header then still decides.
_FAIR: Final = 0.3
_BACKSLASHED: Final = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
_BLOCK: Final = 1 << 18
_LOOKAHEAD: Final = 32 << 20
_DATA: Final = re.compile(r"[+-]?\d+$|\d{1,4}[-/.]\d{1,2}[-/.]\d|@\w+$|\S+@\S+\.\w+$")
# The parser may see no cell longer than this; the process-wide limit of the csv module is
# raised once, to the same figure for everybody.
csv.field_size_limit(MAX_CELL)

Line = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class Dialect:
    """
    How the cells of a file are told apart.

    backslash: quotes inside a quoted cell are written \\" instead of "".
    first: physical line of the first data row. header: False when columns had to be numbered.
    """

    delimiter: str
    columns: list[str]
    first: int
    header: bool = True
    backslash: bool = False


def physical_lines(path: Path, sniffed: Sniffed) -> Iterator[Line]:
    """
    (line number from 1, text with its ending, bytes read so far) for each line of the file.

    A line longer than MAX_ROW is cut: its beginning is given as a CutLine (or as a text still
    longer than MAX_ROW) and the rest is skipped.
    """
    with path.open("rb") as file:
        file.seek(sniffed.start)
        if is_wide(sniffed.encoding) or sniffed.newline == "\r":
            yield from _decoded_blocks(file, sniffed)
        else:
            yield from _decoded_lines(file, sniffed)


def _decoded_lines(file: BinaryIO, sniffed: Sniffed) -> Iterator[Line]:
    encoding, errors = line_decoder(sniffed.encoding)
    offset, number = sniffed.start, 0
    readline = file.readline
    while data := readline(MAX_ROW):
        number += 1
        offset += len(data)
        text = data.decode(encoding, errors)
        if len(data) == MAX_ROW and not data.endswith(b"\n"):
            text = CutLine(text)
            while data and not data.endswith(b"\n"):
                data = readline(MAX_ROW)
                offset += len(data)
        elif "\0" in text:
            text = text.replace("\0", "")
        yield number, text, offset


def _decoded_blocks(file: BinaryIO, sniffed: Sniffed) -> Iterator[Line]:
    """For text whose lines cannot be cut as bytes: UTF-16, UTF-32, lone carriage returns."""
    encoding, errors = line_decoder(sniffed.encoding)
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    width = {"utf-16": 2, "utf-32": 4}.get(sniffed.encoding[:6], 1)
    ending, number, offset, rest = sniffed.newline, 0, sniffed.start, ""
    while data := file.read(_BLOCK):
        lines = (rest + decoder.decode(data)).replace("\0", "").split(ending)
        rest = lines.pop()
        if len(rest) > MAX_ROW + _BLOCK:
            rest = rest[: MAX_ROW + _BLOCK]
        for line in lines:
            number += 1
            offset = min(offset + (len(line) + 1) * width, file.tell())
            yield number, line + "\n", offset
    if rest:
        yield number + 1, rest, file.tell()


def dialect_of(path: Path, sniffed: Sniffed) -> Dialect:
    """The dialect under which most of the first rows have the same number of cells."""
    lines = _first_lines(path, sniffed)
    if declared := re.fullmatch(r'"?sep=(.)"?\s*', lines[0] if lines else "", re.I):
        return _dialect(lines[1:], declared[1], 1) or _refused()
    found = [d for c in DELIMITERS if (d := _dialect(lines, c, 0))]
    return max(found, key=lambda d: _fit(lines, d), default=None) or _refused()


def _first_lines(path: Path, sniffed: Sniffed) -> list[str]:
    """Enough lines to judge by, and never more than a few megabytes of them."""
    lines: list[str] = []
    size = 0
    for _, text, _ in islice(physical_lines(path, sniffed), _SAMPLE_ROWS):
        lines.append(text)
        size += len(text)
        if size > MAX_ROW:
            break
    return lines


def _refused() -> Dialect:
    raise FileProblem("not_a_table", kind="text")


def _fit(lines: list[str], dialect: Dialect) -> tuple[float, int]:
    rows = [row for row in _parsed(lines, dialect.delimiter, dialect.backslash) if any(row)]
    width = len(dialect.columns)
    return round(sum(len(row) == width for row in rows) / len(rows), 1), width


def _dialect(lines: list[str], delimiter: str, skipped: int) -> Dialect | None:
    """None when the delimiter does not cut most rows in the same number of cells."""
    plain = _parsed(lines, delimiter, backslash=False)
    slashed = _parsed(lines, delimiter, backslash=True) if any('\\"' in s for s in lines) else []
    width, share = _width(plain)
    other, other_share = _width(slashed)
    backslash = other_share > share
    if backslash:
        width, share = other, other_share
    if width < 2 or share < _FAIR:
        return None
    return _with_header(lines, delimiter, width, skipped, backslash)


def _width(rows: list[list[str]]) -> tuple[int, float]:
    """
    (cells in a row, share of the rows that have them).

    The first row decides when a fair part of the others agrees, delimiters at the end of
    lines apart; otherwise it is a title, and the commonest width is the table's.
    """
    filled = [row for row in rows if any(row)]
    if not filled:
        return 0, 0.0
    first = len(filled[0])
    share = sum(len(_trimmed(row, first)) == first for row in filled) / len(filled)
    if first > 1 and share >= _FAIR:
        return first, share
    width, often = Counter(len(row) for row in filled).most_common(1)[0]
    return width, often / len(filled)


def _with_header(
    lines: list[str], delimiter: str, width: int, skipped: int, backslash: bool
) -> Dialect:
    """Titles above the table are passed over; a first row that looks like data is data."""
    fitting = (
        (last, _trimmed(row, width))
        for last, row in _numbered(lines, delimiter, backslash)
        if len(_trimmed(row, width)) == width
    )
    last, row = next(fitting)
    if looks_like_data(row):
        names = [f"column {n}" for n in range(1, width + 1)]
        return Dialect(delimiter, names, skipped + 1, header=False, backslash=backslash)
    return Dialect(delimiter, unique_names(row), skipped + last + 1, backslash=backslash)


def looks_like_data(cells: list[str]) -> bool:
    """Headers hold words: a number, a date or a very long cell among them means data."""
    return any(len(cell) > 200 or _DATA.match(cell.strip()) for cell in cells)


def _fed(lines: list[str], backslash: bool) -> Iterator[str]:
    return (_BACKSLASHED.sub(r'\1""', s) for s in lines) if backslash else iter(lines)


def _parsed(lines: list[str], delimiter: str, backslash: bool) -> list[list[str]]:
    return [row for _, row in _numbered(lines, delimiter, backslash)]


def _numbered(lines: list[str], delimiter: str, backslash: bool) -> Iterator[tuple[int, list[str]]]:
    """(last line of the row, cells) of the rows that parse."""
    reader = csv.reader(_fed(lines, backslash), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
        yield reader.line_num, row


def _trimmed(cells: list[str], width: int) -> list[str]:
    """Without the empty cells that a delimiter at the end of each line adds."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


class CutLine(str):
    """The beginning of a physical line longer than MAX_ROW."""

    __slots__ = ()


class _Broken(Exception):
    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


class DelimitedRows:
    """
    Rows of a delimited file, good and bad, in one pass.

    A row that does not parse and runs over several lines is looked at again: when the lines
    after its first one make a good row by themselves, a stray quote swallowed them, and only
    the first line is rejected.
    """

    def __init__(self, path: Path, sniffed: Sniffed, dialect: Dialect) -> None:
        self.width = len(dialect.columns)
        self.delimiter = dialect.delimiter
        self.backslash = dialect.backslash
        self.first = dialect.first
        self.lines = physical_lines(path, sniffed)
        self.again: deque[Line] = deque()
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[Row | BadRow]:
        for _ in range(self.first - 1):
            next(self.lines, None)
        while True:
            try:
                yield from self._run()
            except _Broken as broken:
                yield self._recover(broken)
            else:
                return

    def _feed(self) -> Iterator[str]:
        """The parser's food: lines put back come first."""
        taken, again, lines, backslash = self.taken, self.again, self.lines, self.backslash
        size = 0
        while True:
            line = again.popleft() if again else next(lines, None)
            if line is None:
                return
            text = line[1]
            size = size + len(text) if taken else len(text)
            taken.append(line)
            if size > MAX_ROW or type(text) is CutLine:
                raise _Broken("cell_too_big", limit=MAX_CELL)
            yield _BACKSLASHED.sub(r'\1""', text) if backslash else text

    def _run(self) -> Iterator[Row]:
        """Good rows until one breaks; returns at the end of the file."""
        width, taken = self.width, self.taken
        taken.clear()
        for values in self._reader(self._feed()):
            if len(values) != width:
                if not any(values):
                    taken.clear()
                    continue
                values = _trimmed(values, width)
                if len(values) != width:
                    raise _Broken("wrong_columns", found=len(values), expected=width)
            line, text, offset = taken[0]
            if len(taken) > 1:
                text = "".join([each[1] for each in taken])
                offset = taken[-1][2]
            yield Row(line, values, text.rstrip("\r\n"), offset)
            taken.clear()

    def _reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        try:
            yield from csv.reader(lines, delimiter=self.delimiter, strict=True)
        except csv.Error as error:
            raise _broken_by(error) from error

    def _recover(self, broken: _Broken) -> BadRow:
        """The rejected part of what was taken; the rest is put back to be read again."""
        taken, rest = self.taken[:], self.taken[1:]
        if broken.code == "bad_quote" and rest and self._is_good(rest):
            self.again.extendleft(reversed(rest))
            del taken[1:]
        offset = taken[-1][2]
        if broken.code == "cell_too_big" and type(taken[-1][1]) is not CutLine:
            ending = self._ending(taken)
            if ending is None:
                broken = _Broken("bad_quote")
                del taken[1:]
            offset = ending or taken[0][2]
        raw = "".join(text for _, text, _ in taken).rstrip("\r\n")
        return BadRow(taken[0][0], broken.code, clipped(raw), broken.fields, offset)

    def _is_good(self, lines: list[Line]) -> bool:
        fed = _fed([text for _, text, _ in lines], self.backslash)
        try:
            values = next(csv.reader(fed, delimiter=self.delimiter, strict=True), [])
        except csv.Error:
            return False
        return len(values) == self.width and any(values)

    def _ending(self, taken: list[Line]) -> int | None:
        """
        Bytes read at the end of an oversized row; None when a stray quote opened it.

        The row goes on to the line where its quotes balance. When the quote found there is
        not followed by a delimiter it opens a cell of another row: the first was a stray, and
        every line after it is put back.
        """
        odd = sum(text.count('"') for _, text, _ in taken) % 2 == 1
        after: list[Line] = []
        size = 0
        while odd and (line := self.again.popleft() if self.again else next(self.lines, None)):
            size += len(line[1])
            # What is dropped need not be kept; a cell that large is no stray quote's doing.
            if size > _LOOKAHEAD:
                after.clear()
            after.append(line)
            odd = line[1].count('"') % 2 == 0
        ended = not odd and (not after or self._closes(after[-1][1]))
        if ended or size > _LOOKAHEAD:
            return (after or taken)[-1][2]
        self.again.extendleft(reversed([*taken[1:], *after]))
        return None

    def _closes(self, text: str) -> bool:
        """The first lone quote of the line ends a cell."""
        closing = rf'(?:[^"]|"")*"\s*(?:{re.escape(self.delimiter)}|$)'
        return re.match(closing, text) is not None


def _broken_by(error: csv.Error) -> _Broken:
    message = str(error)
    if "field limit" in message:
        return _Broken("cell_too_big", limit=MAX_CELL)
    return _Broken("bad_row" if "new-line" in message else "bad_quote")

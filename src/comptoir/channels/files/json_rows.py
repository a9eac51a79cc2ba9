"""JSON Lines, and arrays of JSON objects read piece by piece."""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from .delimited import CutLine, physical_lines
from .encodings import line_decoder
from .problems import FileProblem
from .rows import MAX_CELL, MAX_ROW, BadRow, Row, clipped
from .sniff import ARRAY_START, Sniffed

_SAMPLE_ROWS: Final = 1_000
_BLOCK: Final = 1 << 18
_DEPTH: Final = 6
_NEXT_OBJECT: Final = re.compile(r"\}\s*,\s*(?=\{)")
_SPACE_OR_COMMA: Final = re.compile(r"[\s,]*")
# Half of a surrogate pair, or a NUL, written as an escape: no database can keep either.
_UNSTORABLE: Final = re.compile("[\ud800-\udfff\0]")

Found = tuple[int, dict[str, Any] | None, str, int]


def json_columns(found: Iterator[Found]) -> list[str]:
    """Keys of the first objects in order of appearance, nested ones joined by a dot."""
    columns: dict[str, None] = {}
    for _, values, _, _ in islice(found, _SAMPLE_ROWS):
        columns.update(dict.fromkeys(values or ()))
    if not columns:
        raise FileProblem("not_a_table", kind="json")
    return list(columns)


def json_rows(found: Iterator[Found], columns: list[str]) -> Iterator[Row | BadRow]:
    """One row per object, aligned on the columns; a missing key is None."""
    for line, values, raw, offset in found:
        if values is None:
            code = "cell_too_big" if len(raw) > MAX_CELL else "bad_json"
            yield BadRow(line, code, clipped(raw), {"limit": MAX_CELL}, offset)
            continue
        get = values.get
        cells = [get(column) for column in columns]
        if len(raw) > MAX_CELL and any(isinstance(c, str) and len(c) > MAX_CELL for c in cells):
            yield BadRow(line, "cell_too_big", clipped(raw), {"limit": MAX_CELL}, offset)
        else:
            yield Row(line, cells, raw, offset)


def objects_by_line(path: Path, sniffed: Sniffed) -> Iterator[Found]:
    """(line, flat object or None when it is not one, raw, bytes read) for JSON Lines."""
    for line, text, offset in physical_lines(path, sniffed):
        raw = text.strip()
        if type(text) is CutLine or len(text) > MAX_ROW:
            yield line, None, text, offset
        elif raw:
            yield line, flat_object(raw), raw, offset


def flat_object(raw: str) -> dict[str, Any] | None:
    """The object with nested keys joined by a dot; None when it is not a JSON object."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return flattened(value, raw) if isinstance(value, dict) else None


def flattened(value: dict[str, Any], raw: str) -> dict[str, Any]:
    """Nested objects spread over dotted keys, lists kept as JSON text."""
    flat = value
    if any(isinstance(cell, dict | list) for cell in value.values()):
        flat = {}
        _spread(value, "", flat, _DEPTH)
    if "\\u" in raw:
        flat = {k: _UNSTORABLE.sub("", v) if isinstance(v, str) else v for k, v in flat.items()}
    return flat


def _spread(value: dict[str, Any], prefix: str, flat: dict[str, Any], depth: int) -> None:
    for key, cell in value.items():
        if isinstance(cell, dict) and depth:
            _spread(cell, f"{prefix}{key}.", flat, depth - 1)
        elif isinstance(cell, dict | list):
            flat[prefix + key] = json.dumps(cell, ensure_ascii=False) if cell else None
        else:
            flat[prefix + key] = cell


class ArrayReader:
    """Elements of a JSON array, holding only a few in memory."""

    def __init__(self, file: BinaryIO, sniffed: Sniffed) -> None:
        encoding, errors = line_decoder(sniffed.encoding)
        self.file = file
        self.decoder = codecs.getincrementaldecoder(encoding)(errors)
        self.buffer, self.at, self.line = "", 0, 1
        self.ended = False
        self.scan = json.JSONDecoder().raw_decode
        file.seek(sniffed.start)

    def __iter__(self) -> Iterator[Found]:
        self._more()
        start = ARRAY_START.match(self.buffer)
        self._advance(start.end() if start else 0)
        while self._to_element():
            yield self._element()

    def _more(self) -> bool:
        """Reads a block after dropping what was consumed; False at the end of the file."""
        if self.ended:
            return False
        data = self.file.read(_BLOCK)
        self.ended = not data
        self.buffer = self.buffer[self.at :] + self.decoder.decode(data, final=self.ended)
        self.at = 0
        return True

    def _advance(self, to: int) -> None:
        self.line += self.buffer.count("\n", self.at, to)
        self.at = to

    def _to_element(self) -> bool:
        while True:
            space = _SPACE_OR_COMMA.match(self.buffer, self.at)
            self._advance(space.end() if space else self.at)
            if self.at < len(self.buffer):
                return self.buffer[self.at] != "]"
            if not self._more():
                return False

    def _element(self) -> Found:
        while True:
            try:
                value, end = self.scan(self.buffer, self.at)
            except (ValueError, RecursionError):
                if len(self.buffer) - self.at < MAX_ROW and self._more():
                    continue
                return self._bad_element()
            return self._good_element(value, end)

    def _good_element(self, value: object, end: int) -> Found:
        line, raw = self.line, self.buffer[self.at : end]
        self._advance(end)
        flat = flattened(value, raw) if isinstance(value, dict) else None
        return line, flat, raw.replace("\0", ""), self._offset()

    def _bad_element(self) -> Found:
        """Skips to what looks like the next object, or to the end."""
        line, raw = self.line, ""
        while not (found := _NEXT_OBJECT.search(self.buffer, self.at)):
            raw = raw or self.buffer[self.at :]
            self._advance(max(self.at, len(self.buffer) - 64))
            if not self._more():
                self._advance(len(self.buffer))
                return line, None, raw, self._offset()
        raw = raw or self.buffer[self.at : found.start() + 1]
        self._advance(found.end())
        return line, None, raw.replace("\0", ""), self._offset()

    def _offset(self) -> int:
        """Bytes behind the current element; exact for ASCII, a little more otherwise."""
        return max(0, self.file.tell() - (len(self.buffer) - self.at))


def objects_in_array(path: Path, sniffed: Sniffed) -> Iterator[Found]:
    """(line, flat object or None, raw, bytes read) for each element of a JSON array."""
    with path.open("rb") as file:
        yield from ArrayReader(file, sniffed)

"""What `comptoir triage` reads: messages of a file or a stream, and small tables of examples."""

import io
import json
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from comptoir.analysis.api import Product, Text
from comptoir.channels.files.api import FileProblem, sentence
from comptoir.channels.files.encodings import bom_of, line_decoder, wide_without_bom
from comptoir.channels.files.readers import BadRow, open_table
from comptoir.channels.files.sniff import ARRAY_START

STDIN = "-"
LONGEST_LINE = 8 << 20
"""Characters of a line of JSON; a longer one is rejected without being kept."""
_HEAD = 1 << 20
_LINES = 20
_YES = frozenset({"1", "1.0", "true", "yes", "y", "oui", "o", "vrai", "x"})
_LABELS = ("intent", "label", "category", "class")
_TEXTS = ("text", "example", "message")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that is no message: the line where it starts, from 1, and a sentence."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Named:
    """A row by the names of its columns, in small letters."""

    line: int
    values: Mapping[str, Any]


Rows = Iterator[Named | Wrong]


def messages(source: str) -> Iterator[Text | Wrong]:
    """
    The messages of a CSV, JSON Lines, JSON or workbook file, or of standard input for "-".

    JSON Lines are read as they come; other formats must end before their first row is given.
    Raises FileProblem when there is no table or no column of ids and texts, OSError when the
    file cannot be opened.
    """
    with opened(source) as rows:
        for row in rows:
            yield row if isinstance(row, Wrong) else _message(row)


def examples(path: Path) -> dict[str, list[str]]:
    """
    Texts by label, from a table with columns such as intent,text or text,category.

    Rows without label or text are passed over. Raises FileProblem when columns are missing,
    OSError when the file cannot be opened.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for values in _table(path, _LABELS, _TEXTS):
        label, text = _first(values, _LABELS), _first(values, _TEXTS)
        if label and text:
            found[label].append(text)
    return dict(found)


def products(path: Path) -> list[Product]:
    """The products of a table with columns id, name and perhaps aliases, "|" between these."""
    return [
        Product(values["id"], values["name"], tuple(_parts(values.get("aliases", ""))))
        for values in _table(path, ("id",), ("name",))
        if values["id"] and values["name"]
    ]


def _parts(aliases: str) -> Iterator[str]:
    return (alias.strip() for alias in aliases.split("|") if alias.strip())


def _table(path: Path, *needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Rows as text by column, of a table that has at least one name of each of `needed`."""
    with opened(str(path)) as rows:
        for row in rows:
            if isinstance(row, Wrong):
                continue
            values = {name: written(value) or "" for name, value in row.values.items()}
            absent = [names[0] for names in needed if not any(name in values for name in names)]
            if absent:
                raise FileProblem("missing_columns", columns=", ".join(absent))
            yield values


def _first(values: Mapping[str, str], names: Iterable[str]) -> str:
    return next((values[name].strip() for name in names if values.get(name)), "")


def _message(row: Named) -> Text | Wrong:
    identifier, text = written(row.values.get("id")), written(row.values.get("text"))
    if not identifier or not identifier.strip():
        return Wrong(row.line, "There is no id.")
    if text is None:
        return Wrong(row.line, "There is no text.")
    return Text(
        identifier,
        text,
        lang=written(row.values.get("lang")) or "",
        in_reply_to=written(row.values.get("in_reply_to")) or "",
        author=written(row.values.get("author")) or "",
        own=(written(row.values.get("own")) or "").strip().lower() in _YES,
        rating=_rating(written(row.values.get("rating"))),
    )


def written(value: Any) -> str | None:
    """A value as its text; None for nothing and for what has parts."""
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def _rating(said: str | None) -> float | None:
    """1 to 5; anything else is no rating."""
    try:
        value = float((said or "").replace(",", "."))
    except ValueError:
        return None
    return value if 1 <= value <= 5 else None


@contextmanager
def opened(source: str) -> Iterator[Rows]:
    """The rows of a source, whatever its format."""
    with _stream(source) as (stream, path):
        head = _head(stream)
        if _is_json_lines(head):
            yield _json_lines(_Joined(head, stream))
        elif path is not None:
            yield _table_rows(path)
        else:
            with _put_aside(head, stream) as kept:
                yield _table_rows(kept)


@contextmanager
def _stream(source: str) -> Iterator[tuple[BinaryIO, Path | None]]:
    """The bytes, and their path when they can be read more than once."""
    if source == STDIN:
        yield sys.stdin.buffer, None
        return
    path = Path(source)
    with path.open("rb") as stream:
        yield stream, path if path.is_file() else None


def _head(stream: BinaryIO) -> bytes:
    """What is there at once: a pipe is not waited for."""
    read = getattr(stream, "read1", stream.read)
    head: bytes = read(_HEAD)
    while head and not head.strip() and (more := read(_HEAD)):
        head += more
    return head


def _is_json_lines(head: bytes) -> bool:
    """Whether one of the first lines is an object, or a line too long to be seen begins one."""
    text = _decoded(head).lstrip()
    lines = text.split("\n", _LINES)[:_LINES]
    if any(isinstance(_parsed(line), dict) for line in lines if line.lstrip().startswith("{")):
        return not _is_wrapped(text)
    cut = "\n" not in text and len(head) == _HEAD
    return cut and text.startswith("{") and not ARRAY_START.match(text)


def _is_wrapped(text: str) -> bool:
    """One object alone that holds the array of rows: {"data": [{…}, {…}]}."""
    only, _, rest = text.partition("\n")
    found = _parsed(only) if not rest.strip() and ARRAY_START.match(text) else None
    return isinstance(found, dict) and "id" not in {str(name).strip().lower() for name in found}


def _decoded(head: bytes) -> str:
    encoding, start = _encoding(head)
    name, errors = line_decoder(encoding)
    return head[start:].decode(name, errors)


def _encoding(head: bytes) -> tuple[str, int]:
    """Of JSON: what its mark says, else UTF-16 when it looks so, else UTF-8 with stray bytes."""
    encoding, start = bom_of(head)
    return encoding or wide_without_bom(head[:4096]) or "utf-8", start


class _Joined(io.RawIOBase):
    """A stream whose first bytes were already taken."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self.head, self.stream = head, stream

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As for any raw stream."""
        if not self.head:
            self.head = getattr(self.stream, "read1", self.stream.read)(len(buffer))
        given, self.head = self.head[: len(buffer)], self.head[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


def _json_lines(joined: _Joined) -> Rows:
    """Objects, one a line; digits of numbers are kept as they are written."""
    encoding, start = _encoding(joined.head)
    joined.head = joined.head[start:]
    name, errors = line_decoder(encoding)
    text = io.TextIOWrapper(io.BufferedReader(joined), name, errors, newline="\n")
    for line, written in enumerate(_lines(text), 1):
        if written is None:
            yield Wrong(line, f"The line holds more than {LONGEST_LINE} characters.")
        elif written.strip():
            found = _parsed(written)
            if isinstance(found, dict):
                yield Named(line, {key.strip().lower(): value for key, value in found.items()})
            else:
                yield Wrong(line, sentence("bad_json", {}))


def _lines(text: io.TextIOWrapper) -> Iterator[str | None]:
    """Lines; None for one that is too long."""
    while line := text.readline(LONGEST_LINE):
        whole = line.endswith("\n") or len(line) < LONGEST_LINE
        yield line if whole else None
        while not whole:
            rest = text.readline(LONGEST_LINE)
            whole = rest.endswith("\n") or not rest


def _parsed(line: str) -> Any:
    """None when the line is not JSON."""
    try:
        return json.loads(line, strict=False, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _table_rows(path: Path) -> Rows:
    if path.stat().st_size == 0:
        return
    table = open_table(path)
    names = [name.strip().lower() for name in table.columns]
    for row in table.rows():
        if isinstance(row, BadRow):
            yield Wrong(row.line, sentence(row.code, row.fields))
        else:
            yield Named(row.line, dict(zip(names, row.values, strict=True)))


@contextmanager
def _put_aside(head: bytes, stream: BinaryIO) -> Iterator[Path]:
    """A stream as a file of our own: what it is can only be told by reading it twice."""
    with tempfile.NamedTemporaryFile(prefix="comptoir-triage-") as kept:
        kept.write(head)
        shutil.copyfileobj(stream, kept)
        kept.flush()
        yield Path(kept.name)

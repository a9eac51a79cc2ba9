"""What a file is, decided by its content and never by its name."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from .archives import Book, book_kind, check_archive, holds_posts
from .cues import is_transcript
from .encodings import WIDE, bom_of, encoding_of, wide_without_bom
from .gplus import is_post
from .problems import FileProblem

Format = Literal["csv", "jsonl", "json", "excel", "transcript", "takeout"]

SAMPLE: Final = 256 * 1024
_SPREAD: Final = 8
_PIECE: Final = 32 * 1024
_MAGIC: Final = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"\x7fELF", "ELF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"PAR1", "Parquet"),
)
# An X archive wraps its array in an assignment, several services wrap theirs in one object.
ARRAY_START: Final = re.compile(r'\s*(?:window\.[\w.]+\s*=\s*|\{\s*"[\w.-]+"\s*:\s*)?\[')
_CONTROL: Final = bytes(set(range(32)) - {0, 9, 10, 12, 13, 26, 27})


@dataclass(frozen=True, slots=True)
class Sniffed:
    """
    size in bytes; `start` is where the text begins after a byte-order mark; `mixed` when some
    lines are in another encoding.
    """

    format: Format
    size: int
    encoding: str = ""
    start: int = 0
    newline: str = "\n"
    book: Book | None = None
    mixed: bool = False


def sniff(path: Path) -> Sniffed:
    """
    Format, encoding and line ending of a file; raises FileProblem for what is not a table.

    A workbook is checked against bombs here, so that a Sniffed one is safe to open.
    """
    size = _size(path)
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    if not head.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\x00"):
        raise FileProblem("empty_file")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        return _workbook(path, size, head)
    return _text(path, size, head)


def _size(path: Path) -> int:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileProblem("unreadable", reason=error.strerror or str(error)) from error
    if size == 0:
        raise FileProblem("empty_file")
    return size


def _workbook(path: Path, size: int, head: bytes) -> Sniffed:
    if head.startswith(b"PK") and holds_posts(path):
        return Sniffed("takeout", size, "utf-8")
    kind = book_kind(path, head)
    if kind is None:
        raise FileProblem("not_a_table", kind="zip")
    check_archive(path, kind)
    return Sniffed("excel", size, book=kind)


def _text(path: Path, size: int, head: bytes) -> Sniffed:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            raise FileProblem("binary_file", kind=name)
    encoding, start = bom_of(head)
    mixed = False
    encoding = encoding or wide_without_bom(head[:4096])
    if not encoding:
        _refuse_binary(head)
        encoding, mixed = encoding_of(_whole_lines(head, size) + _elsewhere(path, size))
    text = head[start:].decode(encoding, "replace")
    newline = "\r" if "\r" in text and "\n" not in text else "\n"
    return Sniffed(_text_format(text), size, encoding, start, newline, mixed=mixed)


def _refuse_binary(head: bytes) -> None:
    """Text has hardly any control characters; a stray NUL or two is forgiven."""
    controls = len(head) - len(head.translate(None, _CONTROL))
    if controls > 0.01 * len(head) + 8 or head.count(0) > 0.02 * len(head) + 8:
        raise FileProblem("binary_file", kind="?")


def _whole_lines(head: bytes, size: int) -> bytes:
    """Without the last line when the sample cut it, and perhaps a letter, in two."""
    if len(head) == size:
        return head
    return head[: head.rfind(b"\n") + 1] or head


def _elsewhere(path: Path, size: int) -> bytes:
    """Whole lines from further down, where accents may appear for the first time."""
    if size < 2 * SAMPLE:
        return b""
    pieces = []
    with path.open("rb") as file:
        for step in range(1, _SPREAD + 1):
            file.seek(SAMPLE + (size - SAMPLE - _PIECE) * step // _SPREAD)
            pieces.append(file.read(_PIECE).partition(b"\n")[2].rpartition(b"\n")[0])
    return b"\n" + b"\n".join(pieces)


def _text_format(text: str) -> Format:
    if is_transcript(text):
        return "transcript"
    if is_post(text):
        return "takeout"
    start = text.lstrip()
    if not start.startswith(("{", "[", "window.")):
        return "csv"
    if not start.startswith("{"):
        return "json" if ARRAY_START.match(start) else "csv"
    first, _, rest = start.partition("\n")
    if not ARRAY_START.match(start):
        return "jsonl"
    return "jsonl" if rest.strip() and _is_object(first) else "json"


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def is_wide(encoding: str) -> bool:
    """True when a character takes two bytes or more, so lines cannot be cut as bytes."""
    return encoding in WIDE

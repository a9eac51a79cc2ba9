"""Workbooks and exports are archives: looked into before anything unpacks them."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

from .gplus import is_post_name
from .problems import FileProblem

Book = Literal["xlsx", "xlsb", "ods", "xls"]

MAX_MEMBERS: Final = 10_000
# A full sheet of 1,048,576 rows unpacks to about 600 MB.
MAX_UNPACKED: Final = 1 << 30
# Sheets compress 5 to 40 times; bombs 1,000 times. Small members may compress more.
MAX_RATIO: Final = 200
RATIO_FROM: Final = 16 << 20
# The reader lays a sheet out as a full rectangle, so two far corners would claim the memory of
# all that lies between them.
MAX_AREA: Final = 60_000_000
_BLOCK: Final = 1 << 20
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_REPEATED_ROW = re.compile(
    rb'<table:table-row[^>]*number-rows-repeated="(\d+)"[^>]*>(.*?)</table:table-row>', re.S
)
_REPEATED_CELL = re.compile(
    rb'<table:table-cell[^>]*(?:value-type[^>]*number-columns-repeated="(\d+)"'
    rb'|number-columns-repeated="(\d+)"[^>]*value-type)'
)


def book_kind(path: Path, head: bytes) -> Book | None:
    """Which kind of workbook an archive holds; None when it holds something else."""
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound_kind(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _zip_kind(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FileProblem("unreadable", reason=str(error)) from error


def holds_posts(path: Path) -> bool:
    """Whether an archive is one of Google+, of any size: only its posts are ever unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(is_post_name(member.filename) for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileProblem("unreadable", reason=str(error)) from error


def _compound_kind(path: Path) -> Book:
    """An encrypted .xlsx is an old-style compound file around an encrypted package."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(1 << 20)
        file.seek(max(0, size - (1 << 20)))
        edges = head + file.read()
    if "EncryptedPackage".encode("utf-16-le") in edges:
        raise FileProblem("encrypted_workbook")
    return "xls"


def _zip_kind(archive: zipfile.ZipFile) -> Book | None:
    names = {member.filename for member in archive.infolist()[: MAX_MEMBERS + 1]}
    if len(names) > MAX_MEMBERS:
        raise FileProblem("zip_bomb", reason="members")
    if any(member.flag_bits & 1 for member in archive.infolist()):
        raise FileProblem("encrypted_workbook")
    if any(name.startswith("xl/workbook.bin") for name in names):
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    return "ods" if "content.xml" in names else None


def check_archive(path: Path, kind: Book) -> None:
    """
    Refuse an archive that would fill the memory, by really unpacking it piece by piece.

    What the archive declares is not trusted: members are inflated here and thrown away, and
    the unpacking stops at the first limit. Raises FileProblem zip_bomb or encrypted_workbook.
    """
    if kind == "xls":
        return
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            members = archive.infolist()
            _check_declared(members, path.stat().st_size)
            total = 0
            for member in members:
                total += _check_member(file, member, kind, MAX_UNPACKED - total)
    except (zipfile.BadZipFile, OSError, zlib.error, struct.error, ValueError) as error:
        raise FileProblem("unreadable", reason=str(error)) from error


def _check_declared(members: list[zipfile.ZipInfo], size: int) -> None:
    declared = sum(member.file_size for member in members)
    if declared > MAX_UNPACKED or (declared > RATIO_FROM and declared > MAX_RATIO * size):
        raise FileProblem("zip_bomb", unpacked=declared, size=size)
    # Overlapping members share the same compressed bytes.
    if sum(member.compress_size for member in members) > size:
        raise FileProblem("zip_bomb", unpacked=declared, size=size)


def _check_member(file: BinaryIO, member: zipfile.ZipInfo, kind: Book, budget: int) -> int:
    """Bytes the member really holds; its cells are looked at on the way."""
    area = _Area()
    watch = _watcher(kind, member.filename, area)
    unpacked = 0
    tail = b""
    for block in inflated(file, member):
        unpacked += len(block)
        ratio_broken = unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(1, member.compress_size)
        if unpacked > budget or ratio_broken or unpacked > member.file_size + _BLOCK:
            raise FileProblem("zip_bomb", unpacked=unpacked, size=member.compress_size)
        if watch:
            watch(tail + block)
            tail = block[-64:]
        if b"manifest:encryption-data" in block and member.filename == "META-INF/manifest.xml":
            raise FileProblem("encrypted_workbook")
    return unpacked


def inflated(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's real content in blocks of at most 1 MiB, whatever size it declares."""
    file.seek(member.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("bad local header")
    name, extra = struct.unpack("<HH", header[26:30])
    file.seek(name + extra, 1)
    left = member.compress_size
    engine = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    if engine is None and member.compress_type != zipfile.ZIP_STORED:
        raise zipfile.BadZipFile("unusual compression")
    while left > 0:
        packed = file.read(min(left, 1 << 16))
        if not packed:
            return
        left -= len(packed)
        if engine is None:
            yield packed
            continue
        while packed and not engine.eof:
            yield engine.decompress(packed, _BLOCK)
            packed = engine.unconsumed_tail


@dataclass(slots=True)
class _Area:
    """How far a sheet's cells reach, and how many there are."""

    row: int = 0
    column: int = 0
    cells: int = 0

    def see_xlsx(self, block: bytes) -> None:
        for letters, digits in set(_CELL.findall(block)):
            self.row = max(self.row, int(digits))
            self.column = max(self.column, _column_number(letters))
        self.cells += block.count(b"<c ")
        area = self.row * self.column
        if area > MAX_AREA and area > 20 * self.cells:
            raise FileProblem("zip_bomb", reason="area")

    def see_ods(self, block: bytes) -> None:
        for rows, content in _REPEATED_ROW.findall(block):
            if int(rows) > 5_000 and b"value-type" in content:
                raise FileProblem("zip_bomb", reason="area")
        for before, after in _REPEATED_CELL.findall(block):
            if int(before or after) > 5_000:
                raise FileProblem("zip_bomb", reason="area")


def _watcher(kind: Book, name: str, area: _Area) -> Callable[[bytes], None] | None:
    if kind == "xlsx" and name.startswith("xl/worksheets/"):
        return area.see_xlsx
    return area.see_ods if kind == "ods" and name == "content.xml" else None


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

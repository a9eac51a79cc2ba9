"""
A Google+ archive as rows: a ZIP as Takeout gave it, or one of its posts, or several in one JSON.

A row's line is its number among the messages of the archive, in the order of the files' names,
which is the order of their days.
"""

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from .archives import inflated
from .gplus import NotAPost, is_post_name, read_object, read_post
from .json_rows import objects_by_line, objects_in_array
from .rows import MAX_ROW, BadRow, Row, clipped
from .sniff import Sniffed

_TOTAL: Final = 1 << 30
Document = tuple[str | None, str, int]


def other_files(path: Path) -> int:
    """How many files of an archive hold no post: photos, circles, the log of activities."""
    if not zipfile.is_zipfile(path):
        return 0
    with zipfile.ZipFile(path) as archive:
        files = [one.filename for one in archive.infolist() if not one.is_dir()]
    return sum(not is_post_name(name) for name in files)


def takeout_rows(path: Path, sniffed: Sniffed) -> Iterator[Row | BadRow]:
    """A row a post and a row a comment, each post before what was said below it."""
    line = 0
    for text, name, offset in _documents(path, sniffed):
        try:
            if text is None:
                raise ValueError(name)
            said = read_post(text)
        except NotAPost:
            continue
        except (ValueError, RecursionError):
            line += 1
            raw = f"{name}\n{text or ''}".strip()
            yield BadRow(line, "bad_post", clipped(raw), {"file": name}, offset)
            continue
        for values, raw in said:
            line += 1
            yield Row(line, values, raw.replace("\0", ""), offset)


def _documents(path: Path, sniffed: Sniffed) -> Iterator[Document]:
    """Each post's text (None when it cannot be had), whence it is, and the bytes read by then."""
    if zipfile.is_zipfile(path):
        return _members(path, sniffed.size)
    return _texts(path, sniffed)


def _members(path: Path, size: int) -> Iterator[Document]:
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        found = [one for one in archive.infolist() if is_post_name(one.filename)]
        weight = sum(one.compress_size for one in found) or 1
        done = total = 0
        for one in sorted(found, key=lambda one: one.filename):
            done += one.compress_size
            text = None
            if one.file_size <= MAX_ROW and total < _TOTAL and not one.flag_bits & 1:
                text = _unpacked(file, one)
            total += len(text or "")
            yield text, one.filename, size * done // weight


def _unpacked(file: BinaryIO, member: zipfile.ZipInfo) -> str | None:
    """What a member really holds, whatever it declares; None past the limit or when broken."""
    content = b""
    try:
        for block in inflated(file, member):
            content += block
            if len(content) > MAX_ROW:
                return None
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError):
        return None
    return content.decode("utf-8-sig", "replace")


def _texts(path: Path, sniffed: Sniffed) -> Iterator[Document]:
    """One post, or posts that somebody put together: a JSON array, or one on each line."""
    if sniffed.size <= MAX_ROW:
        text = path.read_bytes()[sniffed.start :].decode(sniffed.encoding, "replace")
        if text.lstrip().startswith("<") or _is_one(text):
            yield text, path.name, sniffed.size
            return
    array = _begins_with(path, sniffed) == "["
    for line, _flat, raw, offset in (objects_in_array if array else objects_by_line)(path, sniffed):
        yield raw, f"{path.name}:{line}", offset


def _is_one(text: str) -> bool:
    try:
        read_object(json.loads(text), text)
    except (ValueError, RecursionError):
        return False
    return True


def _begins_with(path: Path, sniffed: Sniffed) -> str:
    with path.open("rb") as file:
        file.seek(sniffed.start)
        head = file.read(4_096)
    return head.decode(sniffed.encoding, "replace").lstrip()[:1]


def pack_posts(folder: Path, packed: Path) -> int:
    """
    Write the posts of an unpacked archive as a ZIP, the same bytes each time; returns how many.
    """
    base = folder.resolve()
    inside = (one for one in base.rglob("*") if one.is_file())
    named = {f"{base.name}/{one.relative_to(base).as_posix()}": one for one in inside}
    found = {name: one for name, one in named.items() if is_post_name(name)}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(found):
            archive.writestr(zipfile.ZipInfo(name), found[name].read_bytes(), zipfile.ZIP_DEFLATED)
    return len(found)

"""
Outlook's winmail.dat: the files wrapped in it ([MS-OXTNEF]).

Only names and contents are read; whatever else the wrapping holds is left alone.
"""

import struct
from collections.abc import Iterator

SIGNATURE = 0x223E9F78
_BODY = 0x0002800C
_NEXT = 0x00069002
_TITLE = 0x00018010
_DATA = 0x0006800F


def unwrapped(content: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """
    The plain text and the files (name, content) inside; nothing of what is broken.
    """
    text, files = "", []
    name, data = "", None
    for attribute, value in _attributes(content):
        if attribute == _BODY:
            text = _text(value)
        elif attribute == _NEXT:
            if data is not None:
                files.append((name, data))
            name, data = "", None
        elif attribute == _TITLE:
            name = _text(value)
        elif attribute == _DATA:
            data = value
    if data is not None:
        files.append((name, data))
    return text, files


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    if len(content) < 6 or struct.unpack_from("<I", content)[0] != SIGNATURE:
        return
    place = 6
    while place + 9 <= len(content):
        _level, attribute, length = struct.unpack_from("<BII", content, place)
        place += 9
        if place + length > len(content):
            return
        yield attribute, content[place : place + length]
        place += length + 2  # a checksum follows


def _text(value: bytes) -> str:
    return value.rstrip(b"\0").decode("cp1252", "replace")

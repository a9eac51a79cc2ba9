"""Which encoding a file is written in, and decoding that never loses a byte."""

import codecs
from typing import Final

from charset_normalizer import from_bytes

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE: Final = frozenset({"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})
# Letters and signs that Western European text uses outside ASCII. Decoding with the wrong
# one-byte encoding turns them into others (é becomes Ž or Ú), which are not in this list.
_WESTERN: Final = frozenset("éèêëàâäáãåùûüúôöòóõîïíìçñœæßÉÈÊËÀÂÄÁÃÙÛÜÚÔÖÓÎÏÍÇÑŒÆ«»’‘“”…–—•€°²³ºª£§©®™·×¡¿\u00a0\u202f")  # fmt: skip
_ONE_BYTE: Final = ("cp1252", "mac_roman", "cp850")
_OTHERS: Final = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "koi8_r", "mac_roman", "mac_cyrillic",
    "shift_jis", "euc_jp", "euc_kr", "cp949", "big5", "gb18030",
]  # fmt: skip


def bom_of(head: bytes) -> tuple[str, int]:
    """The encoding a byte-order mark announces and the mark's length; ("", 0) without one."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return name, len(mark)
    return "", 0


def wide_without_bom(sample: bytes) -> str:
    """UTF-16 written without a mark shows as a NUL in nearly every other byte; "" if not."""
    if len(sample) < 8:
        return ""
    even, odd = sample[0::2], sample[1::2]
    nulls = (even.count(0) / len(even), odd.count(0) / len(odd))
    if nulls[1] > 0.4 and nulls[0] < 0.1:
        return "utf-16-le"
    return "utf-16-be" if nulls[0] > 0.4 and nulls[1] < 0.1 else ""


def encoding_of(sample: bytes) -> tuple[str, bool]:
    """
    (encoding, mixed) of a sample made of whole lines, without a byte-order mark.

    UTF-8 wins when most of the non-ASCII lines are UTF-8: the others are repaired one by one
    by `decode`. Plain ASCII counts as UTF-8.
    """
    high = [line for line in sample.splitlines() if not line.isascii()]
    good = sum(1 for line in high if _is_utf8(line))
    if good * 2 >= len(high):
        return "utf-8", good < len(high)
    bad = b"\n".join(line for line in high if not _is_utf8(line))
    best = max(_ONE_BYTE, key=lambda name: _western_share(bad, name))
    if _western_share(bad, best) >= 0.9:
        return best, good > 0
    found = from_bytes(bad, cp_isolation=_OTHERS).best()
    return (found.encoding if found else best), good > 0


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _western_share(sample: bytes, encoding: str) -> float:
    """Share of the non-ASCII characters that a Western European text would use, 0 to 1."""
    high = [c for c in sample.decode(encoding, "replace") if c > "\x7f"]
    return sum(1 for c in high if c in _WESTERN) / len(high) if high else 1.0


def repairer(encoding: str) -> str:
    """
    Name of a decoding error handler that reads bytes that are not UTF-8 as `encoding`.

    Files glued together from several programs mix encodings, even inside one line. Bytes
    unknown to `encoding` are read as latin-1, which knows all of them.
    """
    name = f"comptoir-{encoding}"

    def repair(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        piece = error.object[error.start : error.end]
        try:
            return piece.decode(encoding), error.end
        except UnicodeDecodeError:
            return piece.decode("latin-1"), error.end

    codecs.register_error(name, repair)
    return name


def line_decoder(encoding: str) -> tuple[str, str]:
    """
    The (encoding, error handler) that decode one line of a file found to be `encoding`.

    One-byte encodings are read as UTF-8 with their own bytes repaired: accented text of theirs
    is practically never valid UTF-8, and lines that are UTF-8 come out right too.
    """
    if encoding in WIDE:
        return encoding, "replace"
    if encoding in {"shift_jis", "euc_jp", "euc_kr", "cp949", "big5", "gb18030"}:
        repairer("cp1252")
        return encoding, "comptoir-cp1252"
    return "utf-8", repairer("cp1252" if encoding == "utf-8" else encoding)

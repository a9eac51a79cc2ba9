import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from comptoir.channels.files.archives import RATIO_FROM
from comptoir.channels.files.problems import FileProblem
from comptoir.channels.files.readers import open_table
from comptoir.channels.files.tests.books import book
from comptoir.channels.files.tests.test_readers import cells

ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
 <table:table table:name="A">{rows}</table:table></office:spreadsheet></office:body>
 </office:document-content>"""


def archive(path: Path, members: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def ods(path: Path, rows: str) -> Path:
    return archive(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": ODS.format(rows=rows),
        },
    )


def ods_row(*texts: str, attributes: str = "") -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"{attributes}><text:p>{t}</text:p></table:table-cell>'
        for t in texts
    )
    return f"<table:table-row>{cells}</table:table-row>"


def refusal(path: Path) -> str:
    with pytest.raises(FileProblem) as caught:
        open_table(path)
    return caught.value.code


def test_a_bomb_renamed_to_a_workbook_is_not_unpacked(tmp_path: Path) -> None:
    """
    20 kB that unpack to 20 MB of zeros: refused before the workbook library sees them.
    """
    bomb: dict[str, str | bytes] = {
        "xl/workbook.xml": "<workbook/>",
        "xl/worksheets/sheet1.xml": b"0" * (RATIO_FROM + 4_000_000),
    }

    assert "zip_bomb" == refusal(archive(tmp_path / "bomb.xlsx", bomb))


def test_a_bomb_that_lies_about_its_size_is_caught_while_unpacking(tmp_path: Path) -> None:
    """
    Declared sizes are written by whoever made the file.
    """
    path = archive(tmp_path / "liar.xlsx", {"xl/worksheets/s.xml": b"0" * (RATIO_FROM + 4_000_000)})
    content = bytearray(path.read_bytes())
    central = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, central + 24, 1000)
    path.write_bytes(content)

    assert "zip_bomb" == refusal(path)


def test_two_far_corners_are_a_bomb_too(tmp_path: Path) -> None:
    """
    The library would lay out the 17 billion cells between A1 and XFD1048576.
    """
    path = book(tmp_path / "wide.xlsx", s=[["a", "b"]])
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    members["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", far)

    assert "zip_bomb" == refusal(archive(path, members))


def test_an_ordinary_workbook_passes(tmp_path: Path) -> None:
    """
    The same checks let a plain workbook through.
    """
    path = book(tmp_path / "plain.xlsx", s=[[f"a{n}", "b"] for n in range(500)])

    assert 499 == len(list(open_table(path).rows()))


def test_opendocument_sheets_are_read(tmp_path: Path) -> None:
    """
    LibreOffice pads sheets with huge repeated empty rows; they hold nothing and cost nothing.
    """
    padding = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    path = ods(
        tmp_path / "s.ods", ods_row("date", "texte") + ods_row("2024-09-01", "été") + padding
    )

    assert [["2024-09-01", "été"]] == cells(path)


def test_an_opendocument_cell_repeated_a_million_times_is_a_bomb(tmp_path: Path) -> None:
    """
    A few bytes of XML may stand for millions of cells.
    """
    wide = ods_row("x", attributes=' table:number-columns-repeated="16384"')
    tall = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'

    assert "zip_bomb" == refusal(ods(tmp_path / "wide.ods", ods_row("a", "b") + wide))
    assert "zip_bomb" == refusal(ods(tmp_path / "tall.ods", ods_row("a", "b") + tall))


def test_protected_workbooks_say_so(tmp_path: Path) -> None:
    """
    An encrypted .xlsx is an old-style compound file holding an "EncryptedPackage".
    """
    path = tmp_path / "secret.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 600
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 600
    )
    manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    sheet = archive(tmp_path / "s.ods", {"content.xml": b"\x01", "META-INF/manifest.xml": manifest})

    assert "encrypted_workbook" == refusal(path)
    assert "encrypted_workbook" == refusal(sheet)


def test_an_archive_of_something_else_is_not_a_table(tmp_path: Path) -> None:
    """
    A zipped CSV or a text document is told apart from a broken workbook.
    """
    assert "not_a_table" == refusal(archive(tmp_path / "a.zip", {"export.csv": "a,b\n1,2\n"}))


def test_a_damaged_workbook_is_unreadable(tmp_path: Path) -> None:
    """
    A download cut in half ends in a sentence, not in a crash.
    """
    path = book(tmp_path / "half.xlsx", s=[["a", "b"]])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert "unreadable" == refusal(path)

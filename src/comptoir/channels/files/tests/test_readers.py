import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.channels.files.problems import FileProblem
from comptoir.channels.files.readers import BadRow, Row, Table, open_table
from comptoir.channels.files.rows import MAX_RAW
from comptoir.channels.files.tests.books import book


def written(tmp_path: Path, content: str | bytes, name: str = "export.dat") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def good(table: Table) -> list[Row]:
    return [row for row in table.rows() if isinstance(row, Row)]


def cells(path: Path) -> list[list[Any]]:
    return [row.values for row in good(open_table(path))]


def bad(path: Path) -> list[tuple[int, str]]:
    return [(row.line, row.code) for row in open_table(path).rows() if isinstance(row, BadRow)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_content(tmp_path: Path, delimiter: str) -> None:
    """
    Commas inside French sentences must not win over the real delimiter.
    """
    lines = [["date", "texte"], ["2024-09-01", "Oui, vraiment, merci"], ["2024-09-02", "Non, rien"]]
    text = "\n".join(delimiter.join(f'"{c}"' if delimiter == "," else c for c in r) for r in lines)
    table = open_table(written(tmp_path, text))

    assert delimiter == table.delimiter
    assert ["date", "texte"] == table.columns
    assert lines[1:] == [row.values for row in good(table)]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"],
)
def test_every_usual_encoding_gives_the_same_text(tmp_path: Path, encoding: str) -> None:
    """
    Excel on Windows, Excel on Mac and old shop software each write accents differently.
    """
    text = "date;auteur;texte\r\n2024-09-01;Zoé;Déçue : colis abîmé, « très » cher à l’arrivée\r\n"
    text += "2024-09-02;Noël;Ça va, merci\r\n"
    path = written(tmp_path, text.encode(encoding))

    assert ["2024-09-01", "Zoé", "Déçue : colis abîmé, « très » cher à l’arrivée"] == cells(path)[0]
    assert "Ça va, merci" == cells(path)[1][2]


def test_lines_in_another_encoding_are_repaired(tmp_path: Path) -> None:
    """
    Two exports pasted together mix UTF-8 and cp1252; neither may lose a letter.
    """
    good = "2024-09-01,déjà reçu\n".encode()
    path = written(
        tmp_path, b"date,texte\n" + good * 9 + "2024-09-02,cassé à 5 €\n".encode("cp1252")
    )

    assert [["2024-09-01", "déjà reçu"]] * 9 + [["2024-09-02", "cassé à 5 €"]] == cells(path)


def test_cyrillic_is_left_to_the_detector(tmp_path: Path) -> None:
    """
    Not everything that is not UTF-8 is French.
    """
    text = "дата,текст\n2024-09-01,Очень хороший магазин и быстрая доставка\n" * 5

    assert (
        "Очень хороший магазин и быстрая доставка"
        == cells(written(tmp_path, text.encode("cp1251")))[0][1]
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "binary_file"),
        (bytes(range(256)) * 99, "binary_file"),
        (b"%PDF-1.7\n1 0 obj", "binary_file"),
        (b"PK\x03\x04 this is no archive", "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "unreadable"),
        (b"Dear team\nthis is a letter\nand not a table\n", "not_a_table"),
        (b"[1, 2, 3]", "not_a_table"),
    ],
)
def test_what_is_not_a_table_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, code: str
) -> None:
    """
    Each refusal has its own code, because each has its own remedy.
    """
    with pytest.raises(FileProblem) as caught:
        open_table(written(tmp_path, content))

    assert code == caught.value.code


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    """
    A path that was mistyped is a problem to show, not a crash.
    """
    with pytest.raises(FileProblem) as caught:
        open_table(tmp_path / "nowhere.csv")

    assert "unreadable" == caught.value.code


def test_a_huge_cell_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    """
    One cell of 10 MB costs one row, and its raw text is clipped.
    """
    content = "date,texte\n1/1/2024,a\n2/1/2024," + "x" * 10_000_000 + "\n3/1/2024,c\n"
    path = written(tmp_path, content)
    rows = list(open_table(path).rows())

    assert [Row, BadRow, Row] == [type(row) for row in rows]
    assert isinstance(rows[1], BadRow)
    assert (3, "cell_too_big") == (rows[1].line, rows[1].code)
    assert MAX_RAW < len(rows[1].raw) < MAX_RAW + 100
    assert (4, len(content)) == (rows[2].line, rows[2].offset)


def test_a_huge_cell_of_many_lines_is_one_reject(tmp_path: Path) -> None:
    """
    The lines of an oversized cell must not be taken for rows.
    """
    content = 'date,texte\n1/1/2024,a\n2/1/2024,"' + "un, deux\n" * 300_000 + '"\n3/1/2024,c\n'
    rows = list(open_table(written(tmp_path, content)).rows())

    assert ["1/1/2024", "2/1/2024", "3/1/2024"] == [
        getattr(r, "values", ["2/1/2024"])[0] for r in rows
    ]
    assert isinstance(rows[1], BadRow)
    assert (3, "cell_too_big") == (rows[1].line, rows[1].code)
    assert 300_004 == rows[2].line


def test_a_stray_quote_costs_one_line(tmp_path: Path) -> None:
    """
    A quote opened by accident swallows lines up to the next quote; only its own is rejected.
    """
    path = written(tmp_path, 'a,b\n1,"oops\n2,fine\n3,"also ""fine"""\n4,end\n')

    assert [(2, "bad_quote")] == bad(path)
    assert [["2", "fine"], ["3", 'also "fine"'], ["4", "end"]] == cells(path)


def test_a_quote_never_closed_costs_one_line(tmp_path: Path) -> None:
    """
    Without another quote the rest of the file would be one cell.
    """
    path = written(tmp_path, 'a,b\n1,"oops\n' + "2,fine\n" * 500)

    assert [(2, "bad_quote")] == bad(path)
    assert 500 == len(cells(path))


def test_rows_with_other_widths_are_rejected_with_their_line(tmp_path: Path) -> None:
    """
    Line numbers are those a text editor shows, also after cells of several lines.
    """
    path = written(tmp_path, 'a,b\n"one\ntwo",2\nonly\n\n3,4,5\n6,7,,\n8,9\n')

    assert [(4, "wrong_columns"), (6, "wrong_columns")] == bad(path)
    assert [["one\ntwo", "2"], ["6", "7"], ["8", "9"]] == cells(path)
    assert [2, 4, 6, 7, 8] == [row.line for row in open_table(path).rows()]
    assert '"one\ntwo",2' == next(iter(open_table(path).rows())).raw


def test_nul_characters_are_dropped(tmp_path: Path) -> None:
    """
    No database keeps a NUL, and a broken export may hold a few.
    """
    path = written(tmp_path, "a,b\n1,te\0xt\n2,ok\n3,ok\n")

    assert ["1", "text"] == cells(path)[0]


def test_lines_of_old_macs_and_titles_above_the_table_are_understood(tmp_path: Path) -> None:
    """
    A lone carriage return ends a line; a title is not a header.
    """
    path = written(
        tmp_path, "Export du service\rdate;texte\r2024-09-01;bonjour\r2024-09-02;merci\r"
    )
    table = open_table(path)

    assert ["date", "texte"] == table.columns
    assert [3, 4] == [row.line for row in table.rows()]


def test_backslashed_quotes_are_understood(tmp_path: Path) -> None:
    """
    MySQL writes \\" inside a quoted cell.
    """
    path = written(tmp_path, 'a,b\n1,"dit \\"non\\", puis oui"\n2,"rien"\n')

    assert [["1", 'dit "non", puis oui'], ["2", "rien"]] == cells(path)


def test_a_file_without_header_keeps_its_first_row(tmp_path: Path) -> None:
    """
    The first message must not be eaten as column names.
    """
    table = open_table(written(tmp_path, "2024-09-01,Léa,bonjour\n2024-09-02,Max,merci\n"))

    assert not table.header
    assert ["column 1", "column 2", "column 3"] == table.columns
    assert 2 == len(list(table.rows()))


def test_column_names_are_made_unique(tmp_path: Path) -> None:
    """
    Two columns with one name must both be choosable.
    """
    assert ["date", "text", "text (2)", "column 4"] == open_table(
        written(tmp_path, "date,text,text,\nx,y,z,w\n")
    ).columns


def test_the_separator_line_of_excel_is_obeyed(tmp_path: Path) -> None:
    """
    "sep=;" is an instruction to Excel and no header.
    """
    table = open_table(written(tmp_path, "sep=;\ndate;texte\nun;deux, trois\n"))

    assert ["date", "texte"] == table.columns
    assert [(3, ["un", "deux, trois"])] == [(r.line, r.values) for r in good(table)]


def test_reading_goes_on_from_a_line(tmp_path: Path) -> None:
    """
    An interrupted import starts again after its last row, whatever the cells hold.
    """
    path = written(tmp_path, 'a,b\n1,"x\ny,z"\n2,w\n3,v\n')

    assert [4, 5] == [row.line for row in open_table(path).rows(start_line=3)]


def test_json_lines_reject_what_is_not_an_object(tmp_path: Path) -> None:
    """
    Nested keys are joined by dots; later keys nobody announced are only kept in the raw row.
    """
    path = written(
        tmp_path, '{"id": 1, "user": {"name": "Léa"}}\n{broken\n\n[1]\n{"id": 2, "tags": ["a"]}\n'
    )

    assert ["id", "user.name", "tags"] == open_table(path).columns
    assert [[1, "Léa", None], [2, None, '["a"]']] == cells(path)
    assert [(2, "bad_json"), (4, "bad_json")] == bad(path)


@pytest.mark.parametrize("before", ["[", "window.YTD.tweets.part0 = [", '{"reviews": ['])
def test_json_arrays_are_read_piece_by_piece(tmp_path: Path, before: str) -> None:
    """
    An array with a broken element loses that element and no other.
    """
    after = "]}" if before.startswith("{") else "]"
    text = (
        before + '\n {"id": 1, "t": "é]"},\n {"id": 2 "t": "?"},\n {"id": 3,\n "t": "c"}\n' + after
    )
    path = written(tmp_path, text)

    assert "json" == open_table(path).format
    assert [(2, [1, "é]"]), (4, [3, "c"])] == [
        (row.line, row.values) for row in open_table(path).rows() if isinstance(row, Row)
    ]
    assert [(3, "bad_json")] == bad(path)


def test_a_long_json_array_does_not_fit_in_one_block(tmp_path: Path) -> None:
    """
    Elements cut by the end of a block are whole again with the next one.
    """
    rows = [{"id": n, "text": "é" * 900} for n in range(1_500)]
    path = written(tmp_path, json.dumps(rows, ensure_ascii=False, indent=1))

    assert [[row["id"], row["text"]] for row in rows] == cells(path)
    offsets = [row.offset for row in open_table(path).rows()]
    assert sorted(offsets) == offsets
    assert offsets[-1] <= path.stat().st_size


def test_half_characters_of_json_are_dropped(tmp_path: Path) -> None:
    """
    Half an emoji written as an escape cannot be stored as UTF-8.
    """
    path = written(tmp_path, '{"a": "x\\ud83d", "b": "\\ud83d\\ude00\\u0000"}\n')

    assert [["x", "😀"]] == cells(path)


def test_workbooks_keep_dates_and_whole_numbers(tmp_path: Path) -> None:
    """
    A workbook renamed .csv is still a workbook; blank rows above and between are passed over.
    """
    table = open_table(
        book(
            tmp_path / "book.csv",
            s=[
                [],
                ["id", "date", "texte"],
                [],
                [12, datetime(2024, 9, 1, 10), "=not a formula"],
            ],
        )
    )

    assert ("excel", ["id", "date", "texte"]) == (table.format, table.columns)
    rows = list(good(table))
    assert (4, [12, datetime(2024, 9, 1, 10), "=not a formula"]) == rows[0][:2]
    assert [12, "2024-09-01 10:00:00", "=not a formula"] == json.loads(rows[0].raw)


def test_other_sheets_are_mentioned(tmp_path: Path) -> None:
    """
    A sheet that is not read must not be lost in silence.
    """
    sheets = {"Avis": [["a", "b"], ["1", "2"]], "Suite": [["a", "b"], ["3", "4"]]}
    table = open_table(book(tmp_path / "b.xlsx", **sheets))

    assert [("other_sheets", {"sheet": "Avis", "others": "Suite"})] == table.warnings


cell = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x85\u2028\u2029\ufeff"),
    max_size=12,
) | st.sampled_from(["a\nb", 'say "x"', "a,b;c\td|e", "é€", "l1\r\nl2"])


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(cell, cell, cell).filter(any), min_size=1, max_size=12),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_csv_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    delimiter: str,
    encoding: str,
) -> None:
    """
    Any text survives the journey, under any delimiter, in any Unicode encoding.
    """
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
        [("a", "b", "c"), *rows]
    )
    path = tmp_path_factory.mktemp("csv") / "f"
    path.write_bytes(buffer.getvalue().encode(encoding))

    assert delimiter == open_table(path).delimiter
    assert [list(row) for row in rows] == cells(path)


def test_a_stray_quote_before_a_megabyte_of_rows_costs_one_line(tmp_path: Path) -> None:
    """
    The cell it opens grows past the limit before any other quote is met.
    """
    path = written(tmp_path, 'a,b\n1,"oops\n' + "2,fine day\n" * 150_000 + '"3","end"\n')

    assert [(2, "bad_quote")] == bad(path)
    assert 150_001 == len(cells(path))


def test_mixed_encodings_are_announced(tmp_path: Path) -> None:
    """
    The repair is a guess, so a person hears of it.
    """
    path = written(tmp_path, b"date,texte\n1/1/2024,\xc3\xa9t\xc3\xa9\n2/1/2024,\xe9t\xe9\n")

    assert [("mixed_encoding", {"encoding": "utf-8"})] == open_table(path).warnings
    assert ["été", "été"] == [row[1] for row in cells(path)]


def test_delimiters_at_the_end_of_lines_are_not_columns(tmp_path: Path) -> None:
    """
    Some shops end every line but the header with one more delimiter.
    """
    table = open_table(written(tmp_path, "date;texte\n1/1/2024;a;\n2/1/2024;b;\n3/1/2024;c;\n"))

    assert ["date", "texte"] == table.columns
    assert ["a", "b", "c"] == [row.values[1] for row in good(table)]

import csv
import io
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from comptoir.channels.files import api
from comptoir.channels.files.convert import converter
from comptoir.channels.files.detect import guess
from comptoir.channels.files.problems import FILE_CODES, ROW_CODES, FileProblem, RowProblem
from comptoir.channels.incoming import Incoming

X_HEADER = "id,created_at,full_text,screen_name,in_reply_to,retweeted_status,quoted_status,favorite_count,views_count"


def written(tmp_path: Path, text: str | bytes, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def imported(path: Path, **columns: str) -> list[Incoming]:
    mapping = api.inspect(path, "Europe/Paris").guess.mapping.with_columns(**columns)
    return [
        m for row in api.read(path, mapping) if isinstance(row, api.Converted) for m in row.messages
    ]


def rejected(path: Path) -> list[tuple[int, str]]:
    mapping = api.inspect(path, "Europe/Paris").guess.mapping
    return [(r.line, r.code) for r in api.read(path, mapping) if isinstance(r, api.Rejected)]


def x_file(tmp_path: Path, *rows: Sequence[str]) -> Path:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return written(tmp_path, X_HEADER + "\n" + buffer.getvalue())


def x_row(
    number: int = 1,
    text: str = "bonjour",
    author: str = "lea",
    parent: str = "null",
    repost: str = "null",
    quote: str = "null",
    likes: str = "3",
) -> tuple[str, ...]:
    return (f"18000000000000000{number:02}", "2024-09-01 10:00:00 +02:00", text, author, parent, repost, quote, likes, "null")  # fmt: skip


def test_an_x_export_is_recognised_and_its_messages_are_whole(tmp_path: Path) -> None:
    """
    Kinds, parents, links, literal line breaks and entities, as X exports write them.
    """
    path = x_file(
        tmp_path,
        x_row(1, r"Panne\nà Lyon &gt; &amp; rien"),
        x_row(2, "RT @free: Bonne nouvelle", repost="1700000000000000001"),
        x_row(3, "@free alors ?", parent="1700000000000000002"),
        x_row(4, "@free alors ?"),
        x_row(5, "voyez", quote="1700000000000000003"),
        x_row(6, "oui", parent="@Free"),
    )
    found = api.inspect(path, "Europe/Paris")
    messages = imported(path)

    assert ("x_export", []) == (found.guess.profile, found.warnings)
    assert ["post", "repost", "reply", "reply", "quote", "reply"] == [m.kind for m in messages]
    assert "Panne\nà Lyon > & rien" == messages[0].text
    assert "https://x.com/lea/status/1800000000000000001" == messages[0].url
    assert datetime(2024, 9, 1, 8, tzinfo=UTC) == messages[0].sent_at
    assert (3, None) == (messages[0].likes, messages[0].views)
    assert "1700000000000000001" == messages[1].repost_of
    assert ("1700000000000000002", "") == (messages[2].in_reply_to, messages[2].in_reply_to_handle)
    assert ("", "free") == (messages[3].in_reply_to, messages[3].in_reply_to_handle)
    assert "1700000000000000003" == messages[4].quote_of
    assert ("", "Free") == (messages[5].in_reply_to, messages[5].in_reply_to_handle)


def test_text_is_kept_as_text_and_a_handle_may_be_an_emoji(tmp_path: Path) -> None:
    """
    Markup is somebody's words; what to do with it is decided where it is shown.
    """
    path = x_file(tmp_path, x_row(1, "<script>alert('x')</script> =1+1", author="@🦄"))

    assert ["<script>alert('x')</script> =1+1"] == [m.text for m in imported(path)]
    assert ["🦄"] == [m.author_handle for m in imported(path)]


def test_failed_rows_say_why_and_the_others_are_imported(tmp_path: Path) -> None:
    """
    Nothing is lost: every row is either a message or a reject with its line.
    """
    good = ["1800000000000000009", "2024-09-01 10:00:00 +02:00", "ok", "lea", "", "", "", "1", "1"]
    bad = {"bad_date": (1, "avant-hier"), "missing_date": (1, ""), "future_date": (1, "2124-01-01"), "missing_text": (2, ""), "missing_author": (3, ""), "bad_number": (7, "beaucoup")}  # fmt: skip
    rows = [good] * 5 + [[*good[:at], value, *good[at + 1 :]] for at, value in bad.values()]
    path = x_file(tmp_path, *rows)

    assert list(zip(range(7, 13), bad, strict=True)) == rejected(path)
    assert 5 == len(imported(path))


def test_a_review_with_an_answer_is_two_messages(tmp_path: Path) -> None:
    """
    The brand's answer carries its own date, so that response times are real.
    """
    path = written(
        tmp_path,
        "Date de l'avis;Note;Titre;Commentaire;Nom du client;Réponse du marchand;Date de réponse\n"
        "25/09/2024;4/5;Bien;Colis reçu;Léa;Merci Léa !;26/09/2024 09:00\n"
        "24/09/2024;2/5;;Déçu;Max;;\n"
        "23/09/2024;5/5;;;;;\n",
    )
    found = api.inspect(path, "Europe/Paris")
    review, answer, second, third = imported(path)

    assert "reviews" == found.guess.profile
    assert (4.0, "Bien", "Colis reçu", "Léa", None) == (
        review.rating,
        review.title,
        review.text,
        review.author_handle,
        review.own,
    )
    assert (review.external_id + "#reply", review.external_id, True) == (
        answer.external_id,
        answer.in_reply_to,
        answer.own,
    )
    assert datetime(2024, 9, 26, 7, tzinfo=UTC) == answer.sent_at
    assert ("review", "reply", "review") == (review.kind, answer.kind, second.kind)
    assert (5.0, "") == (third.rating, third.author_handle)
    assert ("no_id", {}) in found.warnings


def test_rows_without_id_keep_the_same_made_up_one(tmp_path: Path) -> None:
    """
    A file imported twice, or re-sorted, must not double its messages.
    """
    rows = ["2024-09-01,Léa,bonjour\n", "2024-09-02,Max,merci\n"]
    first = imported(written(tmp_path, "date,auteur,texte\n" + "".join(rows)))
    second = imported(written(tmp_path, "date,auteur,texte\n" + "".join(reversed(rows))))

    assert {m.external_id for m in first} == {m.external_id for m in second}
    assert 2 == len({m.external_id for m in first})


def test_mail_is_recognised_with_its_threads(tmp_path: Path) -> None:
    """
    Addresses, display names and message ids come out of their headers' punctuation.
    """
    path = written(
        tmp_path,
        "Message-ID,From,To,Subject,Date,Body,In-Reply-To\n"
        '<a@x>,"Léa Roy <Lea@Example.org>",sav@shop.example,Colis,"Sun, 1 Sep 2024 10:00:00 +0200",Où est-il ?,\n'
        '<b@x>,sav@shop.example,lea@example.org,Re: Colis,"Mon, 2 Sep 2024 10:00:00 +0200",En route,<a@x>\n',
    )
    first, second = imported(path)

    assert ("email", "email", "a@x") == (first.channel, first.kind, first.external_id)
    assert ("lea@example.org", "Léa Roy", "Colis") == (
        first.author_handle,
        first.author_name,
        first.title,
    )
    assert ("b@x", "a@x") == (second.external_id, second.in_reply_to)


@pytest.mark.parametrize(
    ("header", "profile", "columns"),
    [
        ("Review ID,Review Created (UTC),Consumer Username,Review Title,Review Content,Review Stars,Company Reply Date (UTC),Company Reply Text", "reviews", {"external_id": "Review ID", "rating": "Review Stars", "text": "Review Content", "title": "Review Title", "author_name": "Consumer Username"}),
        ("starRating,comment,createTime,reviewer.displayName,reviewReply.comment,reviewReply.updateTime,reviewId", "reviews", {"rating": "starRating", "text": "comment", "sent_at": "createTime", "author_name": "reviewer.displayName", "reply_text": "reviewReply.comment", "reply_date": "reviewReply.updateTime", "external_id": "reviewId"}),
        ("Identifiant de l’avis,Date avis,Note,Avis,Auteur,Réponse,Date réponse", "reviews", {"rating": "Note", "text": "Avis", "sent_at": "Date avis", "author_name": "Auteur", "reply_text": "Réponse", "reply_date": "Date réponse"}),
        ("tweet.id_str,tweet.created_at,tweet.full_text,tweet.favorite_count,tweet.in_reply_to_status_id_str,tweet.in_reply_to_screen_name", "x_export", {"text": "tweet.full_text", "external_id": "tweet.id_str", "in_reply_to": "tweet.in_reply_to_status_id_str", "in_reply_to_handle": "tweet.in_reply_to_screen_name", "likes": "tweet.favorite_count"}),
        ("Horodatage,Pseudo,Verbatim,Canal", "generic", {"sent_at": "Horodatage", "author_handle": "Pseudo", "text": "Verbatim", "channel": "Canal"}),
        ("Date,De,À,Objet,Corps du message", "mail", {"sent_at": "Date", "author_handle": "De", "title": "Objet", "text": "Corps du message"}),
    ],
)  # fmt: skip
def test_usual_exports_are_recognised_by_their_columns(
    header: str, profile: str, columns: dict[str, str]
) -> None:
    """
    Names seen in exports of review sites, X and shops, in French and English.
    """
    names = header.split(",")
    values = {
        "rating": "4",
        "sent_at": "2024-09-01T10:00:00Z",
        "reply_date": "2024-09-02T10:00:00Z",
    }
    by_name = {name: values.get(key, "") for key, name in columns.items()}
    found = guess(names, [[by_name.get(name, "") for name in names]], "Europe/Paris")

    assert profile == found.profile
    assert columns == {key: found.mapping.columns.get(key) for key in columns}
    assert set(found.confidence) == set(found.mapping.columns)


def test_columns_that_say_nothing_are_told_by_their_cells(tmp_path: Path) -> None:
    """
    A headerless file still shows its dates, handles and sentences, less surely.
    """
    line = "2024-09-0{n} 10:00,@lea{n},Bonjour je n'ai toujours pas reçu mon colis numéro {n}\n"
    found = api.inspect(written(tmp_path, "".join(line.format(n=n) for n in range(1, 9))))

    assert {
        "sent_at": "column 1",
        "author_handle": "column 2",
        "text": "column 3",
    } == found.guess.mapping.columns
    assert max(found.guess.confidence.values()) <= 0.6
    assert {"no_header", "no_id", "no_zone"} == {code for code, _ in found.warnings}


def test_missing_columns_are_named_before_anything_is_read(tmp_path: Path) -> None:
    """
    The inspection still shows the file, so that a person can choose; reading refuses.
    """
    path = written(tmp_path, "couleur,taille\nrouge,M\nbleu,L\n")
    found = api.inspect(path)

    assert found.problem
    assert ("missing_columns", "sent_at, text") == (
        found.problem.code,
        found.problem.fields["columns"],
    )
    assert [["rouge", "M"], ["bleu", "L"]] == found.values
    with pytest.raises(FileProblem):
        api.read(path, found.guess.mapping)


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    """
    An empty export is told from a broken one.
    """
    with pytest.raises(FileProblem) as caught:
        api.inspect(written(tmp_path, "date,text\n"))

    assert "no_rows" == caught.value.code


def test_identifiers_rounded_by_a_spreadsheet_are_not_used(tmp_path: Path) -> None:
    """
    1,80E+18 is the same for every message of a year: importing by it would merge them all.
    """
    rows = "".join(f'"1,80{n}E+18",2024-09-0{n},léa,texte {n}\n' for n in range(1, 9))
    found = api.inspect(written(tmp_path, "id,date,auteur,texte\n" + rows))

    assert "external_id" not in found.guess.mapping.columns
    assert {"rounded_ids", "no_id"} == {code for code, _ in found.warnings}


def test_ambiguous_dates_and_scales_are_asked_about(tmp_path: Path) -> None:
    """
    A wrong guess here would be wrong in every row, so a person confirms it.
    """
    path = written(tmp_path, "date,note,avis,auteur\n03/04/2024,4,bien,Léa\n05/04/2024,3,bof,Max\n")
    warnings = dict(api.inspect(path).warnings)

    assert {"column": "date", "order": "dmy"} == warnings["date_ambiguous"]
    assert {"column": "note", "scale": 5} == warnings["scale_ambiguous"]


def test_five_forms_of_date_in_one_column_are_all_read(tmp_path: Path) -> None:
    """
    Rows collected by hand from several sites.
    """
    forms = ["2024-09-25T10:00:00+02:00", "25/09/2024 10:00", "1727251200", "Wed, 25 Sep 2024 10:00:00 +0200", "25 septembre 2024 à 10h00"]  # fmt: skip
    text = "date\tauteur\ttexte\n" + "".join(
        f"{d}\tléa\tbonjour {n}\n" for n, d in enumerate(forms)
    )

    assert Counter({datetime(2024, 9, 25, 8, tzinfo=UTC): 5}) == Counter(
        m.sent_at for m in imported(written(tmp_path, text))
    )


def test_a_mapping_survives_its_json(tmp_path: Path) -> None:
    """
    Saved mappings are plain data; one written by an unknown version is refused.
    """
    mapping = api.Mapping("reviews", {"sent_at": "date"}, {"text": "x"}, scale=10, nulls=("", "-"))

    assert mapping == api.Mapping.from_json(mapping.to_json())
    wrongs: list[Any] = [{"version": 2}, [], {"colour": 1}, {"scale": "5"}, {"columns": {"a": 1}}]
    for wrong in wrongs:
        with pytest.raises(FileProblem) as caught:
            api.Mapping.from_json(wrong)
        assert "bad_mapping" == caught.value.code


@pytest.mark.parametrize(
    "change",
    [{"zone": "Europe/Pariss"}, {"zone": "../etc"}, {"scale": 0}, {"date_form": "x"}, {"date_order": "ymd"}, {"columns": {"sent_at": "date", "text": "t", "mood": "t"}}, {"constants": {"likes": "many"}}],
)  # fmt: skip
def test_mappings_with_nonsense_are_refused(change: dict[str, Any]) -> None:
    """
    A mapping comes from a form or a file, so every option is checked before the first row.
    """
    good = api.Mapping(columns={"sent_at": "date", "text": "t"})

    converter(good, ["date", "t"])
    with pytest.raises(FileProblem) as caught:
        converter(replace(good, **change), ["date", "t"])
    assert "bad_mapping" == caught.value.code


def test_reading_goes_on_after_an_interruption(tmp_path: Path) -> None:
    """
    The line of the last row kept, plus one, gives exactly the rows after it.
    """
    path = x_file(tmp_path, x_row(1, "un\ndeux"), x_row(2), x_row(3))
    mapping = api.inspect(path).guess.mapping
    whole = list(api.read(path, mapping))

    assert whole[1:] == list(api.read(path, mapping, start_line=whole[0].line + 1))


def test_cells_that_could_be_formulas_are_disarmed() -> None:
    """
    Spreadsheets run what starts with = + - @, a tab or a carriage return.
    """
    assert ["'=1+1", "'+33 1", "'-2", "'@x", "'\tx", "'\rx", "a=1", -2, 1.5, None] == [
        api.safe_cell(v) for v in ["=1+1", "+33 1", "-2", "@x", "\tx", "\rx", "a=1", -2, 1.5, None]
    ]


def test_french_files_open_in_a_french_excel() -> None:
    """
    Byte-order mark, semicolons, decimal comma; the plain form has none of them.
    """
    rows = [("Nom", "Note"), ("=Léa", -4.5)]

    assert "\ufeffNom;Note\r\n'=Léa;-4,5\r\n" == "".join(api.write_csv(rows, french=True))
    assert "Nom,Note\r\n'=Léa,-4.5\r\n" == "".join(api.write_csv(rows))


def test_rejects_are_written_with_line_reason_and_raw(tmp_path: Path) -> None:
    """
    A person corrects the raw text and imports that file again.
    """
    rejects = [api.Rejected(7, "=x;y", "bad_date", {"column": "date", "value": "hier"})]
    path = tmp_path / "rejects.csv"

    assert 1 == api.write_rejects(path, rejects)
    with path.open(newline="", encoding="utf-8") as file:
        assert [
            ["line", "code", "reason", "raw"],
            ["7", "bad_date", "“hier” in “date” could not be read as a date.", "'=x;y"],
        ] == list(csv.reader(file))


def test_every_code_has_a_sentence() -> None:
    """
    A code without words would reach a person as a code.
    """
    assert FILE_CODES | ROW_CODES <= set(api.SENTENCES)


def test_odd_cells_give_row_problems_and_nothing_else() -> None:
    """
    JSON may put anything anywhere; the iterator must not raise anything unforeseen.
    """
    columns = [field.key for field in api.FIELDS]
    for profile in api.PROFILES:
        change = converter(api.Mapping(profile, {c: c for c in columns}), columns)
        for odd in (
            True,
            3,
            2.5,
            float("nan"),
            float("inf"),
            10**400,
            datetime(2024, 1, 1),
            "x",
            "",
            None,
            "\\",
            "@",
            "<>",
        ):
            for at in range(len(columns)):
                values: list[Any] = ["2024-01-01" if f.kind == "date" else "3" for f in api.FIELDS]
                values[at] = odd
                with suppress(RowProblem):
                    assert change(values)


def test_the_order_of_dates_is_sought_beyond_the_sample(tmp_path: Path) -> None:
    """
    An export sorted by day may show only the first twelve of a month for thousands of rows.
    """
    days = ["03/04/2024"] * api.SAMPLE_ROWS + ["04/25/2024"]
    path = written(
        tmp_path, "date,auteur,texte\n" + "".join(f"{d},léa,mot {n}\n" for n, d in enumerate(days))
    )
    found = api.inspect(path)

    assert "mdy" == found.guess.mapping.date_order
    assert "date_ambiguous" not in dict(found.warnings)

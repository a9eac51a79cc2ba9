"""Transcripts of calls, as any telephone system may write them."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comptoir.channels.files.api import Converted, inspect, preview
from comptoir.channels.files.readers import open_table
from comptoir.channels.incoming import Incoming

VTT = """WEBVTT

NOTE 2026-03-04 09:12

00:00:01.000 --> 00:00:04.000
<v Agent>Atelier Citron, bonjour.</v>

2
00:00:05.500 --> 00:00:09.000 align:start
<v Mme Ravel>Bonjour, ma commande
n'est pas arrivée.</v>
"""
SRT = """1
00:00:01,000 --> 00:00:04,000
Agent : Atelier Citron, bonjour.

2
00:00:05,500 --> 00:00:09,000
Mme Ravel : Bonjour, ma commande
n'est pas arrivée.
"""
PLAIN = """Appel du 2026-03-04 09:12
[00:01] Agent: Atelier Citron, bonjour.
[00:05] Mme Ravel: Bonjour, ma commande n'est pas arrivée.
"""


def heard(path: Path) -> list[Incoming]:
    found = inspect(path)
    assert found.problem is None
    rows = list(preview(path, found.guess.mapping))
    assert all(isinstance(row, Converted) for row in rows)
    return [message for row in rows if isinstance(row, Converted) for message in row.messages]


@pytest.mark.parametrize(
    ("content", "name"),
    [(VTT, "x.vtt"), (SRT, "2026-03-04_09-12.srt"), (PLAIN, "x.txt"), ("\ufeff" + VTT, "b.vtt")],
)
def test_every_kind_tells_the_same_call(tmp_path: Path, content: str, name: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", newline="\r\n" if name == "x.vtt" else None)
    hello, plaint = heard(path)

    assert "transcript" == open_table(path).format
    assert ("Agent", "Atelier Citron, bonjour.") == (hello.author_handle, hello.text)
    assert "Bonjour, ma commande n'est pas arrivée." == plaint.text
    assert ("Mme Ravel", hello.external_id) == (plaint.author_handle, plaint.in_reply_to)
    assert {"phone"} == {hello.channel, plaint.channel}
    assert datetime(2026, 3, 4, 9, 12, 5, tzinfo=UTC) == plaint.sent_at.replace(microsecond=0)


def test_call_without_a_date_takes_that_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "appel.srt"
    path.write_text(SRT, encoding="utf-8")
    os.utime(path, (1_772_611_200, 1_772_611_200))

    assert datetime(2026, 3, 4, 8, 0, 1, tzinfo=UTC) == heard(path)[0].sent_at


def test_same_call_imported_twice_has_the_same_ids(tmp_path: Path) -> None:
    for name in ("a.vtt", "b.vtt"):
        (tmp_path / name).write_text(VTT, encoding="utf-8")

    first, second = heard(tmp_path / "a.vtt"), heard(tmp_path / "b.vtt")
    assert [one.external_id for one in first] == [one.external_id for one in second]


def test_empty_cues_are_listed_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.vtt"
    path.write_text(VTT + "\n00:00:10.000 --> 00:00:11.000\n\n", encoding="utf-8")
    rows = list(open_table(path).rows())

    assert [False, False, True] == [hasattr(row, "code") for row in rows]


@pytest.mark.parametrize(
    "content",
    [
        "date,text\n2026-03-04 09:12,Agent: bonjour\n2026-03-04 09:13,oui\n",
        "id;time;text\n1;09:12;a\n2;09:13;b\n",
    ],
)
def test_tables_with_times_stay_tables(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")

    assert "csv" == open_table(path).format

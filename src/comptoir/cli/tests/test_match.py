"""`comptoir match`: two files in, pairs out, nothing lost over a wrong line."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from comptoir.cli.app import load

QUERIES = [
    {"id": "panne", "query": "panne* -blague"},
    {"id": "prix", "query": "(prix OR tarif*) NEAR/3 (hausse OR augment*)"},
    {"id": "suivis", "query": "free followers:>1000 sentiment:negative"},
    {"id": "lien", "query": "links:free.fr OR mention:free"},
    {"id": "tous", "query": "raw:Free OR is:reply"},
]
MESSAGES: list[dict[str, object]] = [
    {"id": "m1", "text": "Une PANNE chez Free", "followers": 1500, "sentiment": "negative"},
    {"id": "m2", "text": "Le tarif de @free augmente, cf https://www.free.fr/x."},
    {"id": "m3", "text": "blague de panne", "followers": "many"},
    {"id": "m4", "text": "free", "followers": 2000, "sentiment": "negative", "is_reply": True},
    {"id": "m5", "text": ""},
]
PAIRS = ["m1 panne", "m1 suivis", "m1 tous", "m2 prix", "m2 lien", "m4 suivis", "m4 tous"]


def lines(rows: Sequence[Mapping[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    queries, messages = tmp_path / "queries.jsonl", tmp_path / "messages.jsonl"
    queries.write_text(lines(QUERIES), encoding="utf-8")
    messages.write_text(lines(MESSAGES), encoding="utf-8")
    return queries, messages


def run(*words: object, given: str | None = None) -> Result:
    return CliRunner().invoke(load(), ["match", *map(str, words)], input=given)


def pairs(result: Result) -> list[str]:
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return [f"{one['message']} {one['query']}" for one in found]


def test_pairs_come_in_the_order_of_messages_then_queries(files: tuple[Path, Path]) -> None:
    result = run(*files)

    assert 0 == result.exit_code
    assert pairs(result) == PAIRS
    assert ["message", "query"] == list(json.loads(result.stdout.splitlines()[0]))


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_the_batch_changes_nothing(files: tuple[Path, Path], batch: int) -> None:
    assert pairs(run(*files, "--batch", batch)) == PAIRS


def test_a_value_that_makes_no_sense_counts_as_unknown(files: tuple[Path, Path]) -> None:
    assert "messages.jsonl, line 3: “followers” cannot be read" in run(*files).stderr


def test_messages_come_from_standard_input_and_tables(files: tuple[Path, Path]) -> None:
    given = lines(MESSAGES)
    table = "id;text;intents\na;panne;fault|complaint\n"

    assert pairs(run(files[0], "-", given=given)) == PAIRS
    assert pairs(run(files[0], "-", given=table)) == ["a panne"]


def test_wrong_lines_are_told_and_the_rest_goes_on(files: tuple[Path, Path]) -> None:
    with files[0].open("a", encoding="utf-8") as more:
        more.write(
            '{"id": "faux", "query": "free OR (sfr"}\nrubbish\n{"id": "panne", "query": "x"}\n'
        )
        more.write('{"query": "x"}\n{"id": "y"}\n')
    with files[1].open("a", encoding="utf-8") as more:
        more.write('{"text": "panne"}\n[\n{"id": "m9", "text": "panne"}\n')

    result = run(*files, "--words", "fr")

    assert 0 == result.exit_code
    assert pairs(result) == [*PAIRS, "m9 panne"]
    assert (
        "queries.jsonl, line 6: caractère 9: Cette parenthèse n’est jamais fermée." in result.stderr
    )
    assert "Essayez\u00a0: free OR (sfr)" in result.stderr
    assert "line 8: The id panne is that of line 1." in result.stderr
    assert "messages.jsonl, line 6: There is no id." in result.stderr
    assert "7 lines were wrong and passed over; 5 queries and 6 messages read." in result.stderr
    assert 1 == run(*files, "--strict").exit_code


def test_without_a_query_or_a_file_it_ends_with_a_sentence(files: tuple[Path, Path]) -> None:
    files[0].write_text('{"id": "a", "query": "NOT b"}\n', encoding="utf-8")

    for result in (run(*files), run("absent.jsonl", files[1]), run("-", "-", given="")):
        assert 1 == result.exit_code
        assert result.stderr
        assert "Traceback" not in result.stderr
    assert "Try: lang:fr AND NOT b" in run(*files).stderr


def test_without_django_nor_an_installation(files: tuple[Path, Path], tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from comptoir.cli.app import load\n"
        "load()(sys.argv[1:], standalone_mode=False)\n"
        "sys.stderr.write(str('django' in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "match", *map(str, files)],
        capture_output=True,
        check=True,
        env={"HOME": str(tmp_path / "home")},
    )

    assert len(PAIRS) == len(done.stdout.splitlines())
    assert done.stderr.decode().endswith("False")
    assert not (tmp_path / "home").exists()

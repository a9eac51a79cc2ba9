import json
from pathlib import Path

import pytest
from django.test import override_settings
from typer.testing import CliRunner, Result

from comptoir.base import outbox
from comptoir.base.models import Workspace
from comptoir.base.scope import scope
from comptoir.channels import api
from comptoir.cli.app import load

ROWS = """id,created_at,full_text,screen_name,in_reply_to
10000001,2024-03-04 12:00:00 +01:00,"@citron où est mon colis ?",lea,null
10000002,2024-03-04 13:00:00 +01:00,"@lea il arrive",citron,10000001
10000003,jamais,"perdu",max,null
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, db: None):  # type: ignore[no-untyped-def]
    with override_settings(HOME=tmp_path / "home"):
        yield


def run(*words: object) -> Result:
    return CliRunner().invoke(load(), ["import", *map(str, words)])


def totals(result: Result) -> dict[str, float]:
    assert 0 == result.exit_code, result.stderr
    return dict(json.loads(result.stdout))


def test_unattended_it_prints_one_json_object_and_makes_the_workspace(export: Path) -> None:
    """
    Scripts read standard output; everything for people goes to standard error.
    """
    found = totals(
        run(export, "--workspace", "atelier-citron", "--own", "citron", "--yes", "--json")
    )

    seconds = found.pop("seconds")
    assert {"read": 3, "imported": 2, "duplicates": 0, "rejected": 1, "conversations": 1} == found
    assert seconds > 0
    brand = Workspace.objects.get(slug="atelier-citron")
    assert "Atelier Citron" == brand.name
    with scope(brand):
        assert ["citron"] == [each.handle for each in api.own_handles()]


def test_running_it_again_doubles_nothing(export: Path) -> None:
    command = (export, "--workspace", "citron", "--yes", "--json")
    totals(run(*command))

    again = totals(run(*command))

    assert (3, 0, 2, 1) == (
        again["read"],
        again["imported"],
        again["duplicates"],
        again["rejected"],
    )


def test_conversations_are_counted_though_a_worker_sorts_them(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Beside a running server there is nothing for the command to do at times, long before the end.
    """
    drain, at_it = outbox.drain, [True, False, True]
    monkeypatch.setattr(
        outbox, "drain", lambda limit=None: 0 if at_it and at_it.pop() else drain(limit)
    )

    found = totals(run(export, "--workspace", "citron", "--own", "citron", "--yes", "--json"))

    assert 1 == found["conversations"]


def test_it_can_stop_once_rows_are_stored(export: Path) -> None:
    """
    Labels take longer than rows; a server that runs does them in its own time.
    """
    found = totals(run(export, "--workspace", "citron", "--yes", "--json", "--store-only"))

    assert (2, 0) == (found["imported"], found["conversations"])


def test_a_saved_mapping_is_used_by_name(export: Path, workspace: Workspace) -> None:
    guess = api.inspect_file(export).guess.mapping
    api.save_mapping("titres", guess.with_columns(title="full_text"))
    totals(run(export, "--workspace", workspace.slug, "--map", "titres", "--yes", "--json"))

    assert {"@citron où est mon colis ?", "@lea il arrive"} == {
        each.title for each in api.messages(api.message_ids())
    }


@pytest.mark.parametrize(
    ("content", "words", "told"),
    [
        (ROWS, ["--workspace", "Pas Une Adresse", "--yes"], "pas-une-adresse"),
        (ROWS, ["--workspace", "citron", "--map", "absent", "--yes"], "absent"),
        (ROWS, ["--yes"], "--workspace"),
        (ROWS, ["--workspace", "citron"], "--yes"),
        ("", ["--workspace", "citron", "--yes"], "empty"),
        ("\0\1\2" * 1000, ["--workspace", "citron", "--yes"], "file"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_fix(
    tmp_path: Path, content: str, words: list[str], told: str
) -> None:
    """
    A sentence and a way out on standard error, never a traceback; nothing imported.
    """
    path = tmp_path / "file.csv"
    path.write_text(content, encoding="utf-8")

    result = run(path, *words)

    assert 1 == result.exit_code
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert "" == result.stdout


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run(tmp_path / "absent.csv", "--workspace", "citron", "--yes")

    assert 1 == result.exit_code
    assert "absent.csv" in result.stderr

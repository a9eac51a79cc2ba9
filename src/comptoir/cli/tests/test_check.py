"""`comptoir check` and `comptoir user`: true, complete, and no secret in sight."""

import json
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from typer.testing import CliRunner

from comptoir import conf
from comptoir.base.models import OutboxCursor, User
from comptoir.cli import check
from comptoir.cli.app import load

RUN = CliRunner()


def _lines(*arguments: str) -> dict[str, dict[str, str]]:
    result = RUN.invoke(load(), ["check", "--json", *arguments])
    return {line["name"]: line for line in json.loads(result.output)["checks"]}


def test_a_fresh_installation_can_work_and_says_what_is_missing(db: None) -> None:
    result = RUN.invoke(load(), ["check", "--json"])
    lines = {line["name"]: line["state"] for line in json.loads(result.output)["checks"]}

    assert 0 == result.exit_code
    assert ("ok", "ok") == (lines["database"], lines["migrations"])
    assert ("warn", "warn") == (lines["brands"], lines["people"])


def test_plain_output_has_a_mark_a_line(owner: User) -> None:
    result = RUN.invoke(load(), ["check"])

    assert 0 == result.exit_code
    assert "✓ database" in result.output
    assert "0 to mend" in result.output


def test_a_failing_consumer_fails_the_check(owner: User) -> None:
    OutboxCursor.objects.create(consumer="triage", failures=3)

    result = RUN.invoke(load(), ["check"])

    assert 1 == result.exit_code
    assert "triage" in result.output


def test_owners_without_a_second_factor_are_counted(owner: User) -> None:
    assert "warn" == _lines()["two factors"]["state"]

    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")

    assert "ok" == _lines()["two factors"]["state"]


def test_an_unreachable_database_is_one_finding(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines that need it would only repeat the same trouble."""

    def broken() -> check.Finding:
        raise ConnectionError("refused")

    monkeypatch.setattr(check, "_database", broken)

    lines = check._about_data()

    assert [("database", "fail")] == [(line.name, line.state) for line in lines]
    assert "refused" in lines[0].sentence


def test_a_password_is_not_shown() -> None:
    shown = check._shown("database_url", "postgresql://me:hunter2@db:5432/comptoir")

    assert "postgresql://…@db:5432/comptoir" == shown


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"COMPTOIR_PORT": "9"}, "COMPTOIR_PORT"),
        ({}, "comptoir.toml"),
    ],
)
def test_a_setting_says_where_it_comes_from(
    tmp_path: Path, environ: dict[str, str], said: str
) -> None:
    (tmp_path / "comptoir.toml").write_text("port = 9000\n")

    assert said == check.source("port", tmp_path, environ)
    assert "default" == check.source("host", tmp_path, environ)


def test_open_to_others_without_encryption_is_warned_about(tmp_path: Path) -> None:
    lines = list(check._about_settings(conf.Settings(home=tmp_path, host="0.0.0.0")))
    behind = conf.Settings(home=tmp_path, host="0.0.0.0", public_url="https://crm.example")

    assert "warn" in {line.state for line in lines}
    assert {"ok"} == {line.state for line in check._about_settings(behind)}


def test_a_folder_that_others_read_is_warned_about(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert "warn" == check._folder(tmp_path)[0]

    tmp_path.chmod(0o700)
    assert "ok" == check._folder(tmp_path)[0]


def test_a_reset_link_is_printed_and_nothing_else(owner: User) -> None:
    """So that a script can hand it on."""
    result = RUN.invoke(load(), ["user", "reset-password", "OWNER@example.com"])

    assert 0 == result.exit_code
    assert 1 == len(result.output.split())
    assert "/account/password/new/" in result.output


def test_a_lost_second_factor_is_dropped_when_asked(owner: User) -> None:
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    RUN.invoke(load(), ["user", "reset-password", owner.email])
    assert check._two_factors()[0] == "ok"

    RUN.invoke(load(), ["user", "reset-password", owner.email, "--drop-second-factor"])

    assert check._two_factors()[0] == "warn"


def test_an_unknown_person_is_a_sentence(db: None) -> None:
    result = RUN.invoke(load(), ["user", "reset-password", "nobody@example.com"])

    assert 1 == result.exit_code
    assert "nobody@example.com" in result.output


def test_people_are_listed_with_their_roles(owner: User) -> None:
    result = RUN.invoke(load(), ["user", "list"])

    assert "owner@example.com  atelier (owner)" in result.output

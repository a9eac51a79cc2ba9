"""The command that reads kept deliveries again."""

from pathlib import Path

import pytest
from acme_comptoir.tests.fixtures import acme
from acme_comptoir.tests.simulator import VALUES, AcmeSimulator, body_of, review
from pytest_django import Settings
from typer.testing import CliRunner

from comptoir.base.models import Workspace
from comptoir.channels import api
from comptoir.channels.models import ConnectedAccount
from comptoir.channels.tests.calling import call
from comptoir.cli.app import load

__all__ = ["acme"]


@pytest.fixture
def token(acme: AcmeSimulator, workspace: Workspace, settings: Settings, tmp_path: Path) -> str:
    """The address of a connected shop."""
    settings.HOME = tmp_path / "home"
    account = api.connect("acme", "Boutique", VALUES, actor=None)
    return ConnectedAccount.objects.get(pk=account.id).token


def test_the_command_reads_deliveries_of_a_brand(
    token: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told in words, with the state in its exit code."""
    monkeypatch.setattr("comptoir.cli.replay.django", lambda: None)
    for event in (review(1), "nonsense"):
        call(token, body_of(event))
        api.understand()
    runner, command = CliRunner(), load()

    aside = runner.invoke(command, ["replay", "--workspace", workspace.slug, "--set-aside"])
    named = runner.invoke(
        command, ["replay", "--workspace", workspace.slug, "--account", "Boutique", "--since", "2026-01-01"]
    )  # fmt: skip
    unknown = runner.invoke(
        command, ["replay", "--workspace", workspace.slug, "--account", "other"]
    )
    lacking = runner.invoke(command, ["replay", "--set-aside"])
    events = runner.invoke(command, ["replay"])

    assert (1, 1, 1, 1, 0) == tuple(
        one.exit_code for one in (aside, named, unknown, lacking, events)
    )
    assert "Read again: 1. New messages: 0. Set aside: 1." in aside.output
    assert "Read again: 2." in named.output
    assert "Boutique" in unknown.output
    assert "Still set aside: 0." in events.output

import json

from typer.testing import CliRunner

from comptoir.base import outbox
from comptoir.base.models import Workspace
from comptoir.channels import api as channels
from comptoir.cli.app import load
from comptoir.demo.simulation import simulate
from comptoir.demo.tests.test_install import END


def _store(workspace: Workspace) -> str:
    """A few days of the simulated shop on X; returns a customer's handle."""
    heard = [one for one in simulate(end=END, scale=0.1).messages if one.channel == "x"][:60]
    channels.set_own_handles([("x", "tilleulbraise")])
    channels.store(workspace.pk, [channels.Arrived(None, one.text, (one,)) for one in heard])
    outbox.drain()
    return next(one.author_handle for one in heard if not one.own)


def test_erasing_a_person_leaves_no_word_of_theirs(workspace: Workspace) -> None:
    """
    The right to erasure reaches every store; running it again finds nobody.
    """
    handle = _store(workspace)
    command = ["erase", f"@{handle}", "--workspace", workspace.slug, "--channel", "x", "--yes"]

    first = CliRunner().invoke(load(), command)
    again = CliRunner().invoke(load(), command)

    assert 0 == first.exit_code, first.output
    assert json.loads(first.stdout)["channels"] > 0
    assert 1 == again.exit_code
    assert channels.find_author("x", handle) is None


def test_the_brand_itself_cannot_be_erased(workspace: Workspace) -> None:
    """
    A typing slip must not take the brand's own answers away.
    """
    _store(workspace)

    refused = CliRunner().invoke(
        load(), ["erase", "tilleulbraise", "--workspace", workspace.slug, "--channel", "x", "--yes"]
    )

    assert 1 == refused.exit_code
    assert channels.find_author("x", "tilleulbraise") is not None

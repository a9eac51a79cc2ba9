"""A connector of somebody else: found by its entry point, with nothing edited elsewhere."""

from pathlib import Path

import pytest
from acme_comptoir.tests.installing import install
from acme_comptoir.tests.simulator import VALUES, AcmeSimulator, body_of, review

from comptoir.base.models import Workspace
from comptoir.channels import api
from comptoir.channels.connectors import connector, connectors
from comptoir.channels.models import ConnectedAccount, Message
from comptoir.channels.tests.calling import call


def test_installing_the_package_is_all_it_takes(acme: AcmeSimulator, brand: Workspace) -> None:
    """Connected, heard and shown, from the package alone."""
    view = api.connect("acme", "Boutique", VALUES, actor=None)
    call(ConnectedAccount.objects.get().token, body_of(review(1)))
    api.understand()

    assert ["review-1"] == list(Message.objects.values_list("external_id", flat=True))
    assert (view.kind, True) == ("acme", view.can_send)


def test_without_the_package_there_is_no_such_connector() -> None:
    connectors.cache_clear()

    assert connector("acme") is None


def test_a_package_that_does_not_load_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's mistake must not silence the shop's channels."""
    folder = install(tmp_path / "packages")
    points = next(folder.glob("*.dist-info")) / "entry_points.txt"
    points.write_text(points.read_text().replace("AcmeReviews", "Missing"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    connectors.cache_clear()

    found = connectors()
    connectors.cache_clear()

    assert "acme" not in found
    assert "feeds" in found

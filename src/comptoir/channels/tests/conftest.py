from pathlib import Path

import pytest
from acme_comptoir.tests.fixtures import acme
from pytest_django import Settings

from comptoir.base.models import Workspace
from comptoir.channels.models import OwnHandle

__all__ = ["acme"]


@pytest.fixture
def brand(workspace: Workspace) -> Workspace:
    """A workspace that speaks as @citron on every channel."""
    OwnHandle.objects.create(workspace=workspace, channel="", handle="Citron", key="citron")
    return workspace


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    """Each test keeps its files in a folder of its own."""
    settings.HOME = tmp_path / "home"
    return tmp_path / "home"

import pytest

from comptoir.base.models import Workspace
from comptoir.channels.models import OwnHandle


@pytest.fixture
def brand(workspace: Workspace) -> Workspace:
    """A workspace that speaks as @citron on every channel."""
    OwnHandle.objects.create(workspace=workspace, channel="", handle="Citron", key="citron")
    return workspace

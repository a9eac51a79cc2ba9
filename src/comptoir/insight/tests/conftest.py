import pytest

from comptoir.base.models import Workspace
from comptoir.insight.tests.factory import Town


@pytest.fixture
def town(workspace: Workspace) -> Town:
    return Town(workspace)

import pytest
from acme_comptoir.tests.fixtures import acme
from acme_comptoir.tests.simulator import VALUES, AcmeSimulator

from comptoir.base.models import User, Workspace
from comptoir.channels import api

__all__ = ["acme"]


@pytest.fixture
def path(acme: AcmeSimulator, workspace: Workspace, owner: User) -> str:
    """Where Acme delivers."""
    webhook = api.connect("acme", "", VALUES, actor=owner).webhook
    return webhook[webhook.index("/hooks/") :]

"""The simulated network, connected or not, and people who may or may not touch it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from comptoir.base.models import User, Workspace
from comptoir.channels import api as channels
from comptoir.channels.connectors import connectors
from comptoir.web.channels.tests.pigeonnier.connector import Pigeonnier
from comptoir.web.channels.tests.town import Bell, Town

VALUES = {"server": "https://loft.example", "token": "roucoule-7", "plumage": "grey"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    settings.HOME = tmp_path / "home"
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulators among the installed connectors, and only for the length of a test."""
    for made in (Pigeonnier(), Town(), Bell()):
        monkeypatch.setitem(connectors(), made.kind, made)


@pytest.fixture
def loft(workspace: Workspace, owner: User) -> channels.ConnectedView:
    """The brand's loft, connected by its owner."""
    return channels.connect("pigeonnier", "Loft of Citron", VALUES, actor=owner)


@pytest.fixture
def signed_in(person: Callable[..., User]) -> Callable[..., Client]:
    """A browser of somebody with a role: signed_in("manager", "fr")."""

    def make(role: str, language: str = "en") -> Client:
        user = User.objects.filter(email=f"{role}@example.com").first() or person(role)
        user.language = language
        user.save(update_fields=["language"])
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def manager(signed_in: Callable[..., Client]) -> Client:
    return signed_in("manager")

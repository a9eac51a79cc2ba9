"""Browsers of people of the team, for tests of pages; a conftest.py imports what it needs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comptoir.base.models import User


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """sign_in(user) opens a browser in English."""

    def enter(user: User) -> Client:
        User.objects.filter(pk=user.pk).update(language="en")
        client = Client()
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def analyst(person: Callable[..., User]) -> User:
    return person("analyst")


@pytest.fixture
def browser(analyst: User, sign_in: Callable[[User], Client]) -> Client:
    """Signed in as an analyst."""
    return sign_in(analyst)


def url(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"slug": "atelier", **kwargs})


def text(response: Any, status: int = 200) -> str:
    """A page's words, with white space as one space."""
    assert status == response.status_code
    return " ".join(response.content.decode().split())

"""A shop, a clock, and browsers of the team."""

from collections.abc import Callable

import pytest
from django.test import Client

from comptoir.base.models import User
from comptoir.listening.watching.tests.conftest import look, shop, time, watch
from comptoir.web.tests.signed_in import analyst, browser, sign_in

__all__ = ["analyst", "browser", "look", "shop", "sign_in", "time", "watch"]


@pytest.fixture
def reader(person: Callable[..., User], sign_in: Callable[[User], Client]) -> Client:
    return sign_in(person("reader"))

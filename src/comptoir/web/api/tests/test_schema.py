"""The API against its own description, by somebody else's tool: schemathesis."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from comptoir.base.models import User, Workspace
from comptoir.web.api import door, keys
from comptoir.web.limits import Limit
from comptoir.web.wsgi import application

OPERATIONS = [
    ("POST", "/messages"),
    ("GET", "/messages"),
    ("GET", "/conversations"),
    ("GET", "/conversations/{conversation}"),
    ("POST", "/conversations/{conversation}/answers"),
    ("POST", "/conversations/{conversation}/assign"),
    ("POST", "/conversations/{conversation}/notes"),
    ("POST", "/webhooks"),
    ("DELETE", "/webhooks/{webhook}"),
]
EXAMPLES = 12


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The application gives connections up as it does in service; a test's is its transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def key(workspace: Workspace, owner: User, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(door, "ASKING", Limit(100_000, 60))
    return keys.make(workspace, "Test", list(keys.SCOPES), actor=owner)[1]


@cache
def told() -> Any:
    """As the server tells it, to anybody."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def schema(key: str) -> Any:
    return told()


def test_the_description_tells_every_operation(schema: Any) -> None:
    found = {(method.upper(), path) for path, methods in schema.raw_schema["paths"].items() for method in methods}  # fmt: skip

    assert {(method, f"/api/v1{path}") for method, path in OPERATIONS} <= found


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_fits_the_description_is_answered_as_it_says(
    schema: Any, key: str, method: str, path: str
) -> None:
    """No request that schemathesis invents fails the server or gets an undescribed answer."""
    operation = schema[f"/api/v1{path}"][method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        response = case.call(headers={"Authorization": f"Bearer {key}"})
        assert response.status_code < 500
        case.validate_response(
            response,
            checks=[
                not_a_server_error,
                checks.status_code_conformance,
                checks.content_type_conformance,
                checks.response_schema_conformance,
            ],
        )

    check()

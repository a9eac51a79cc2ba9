"""Calls as a network makes them, for tests."""

from collections.abc import Mapping

from acme_comptoir.tests.simulator import signed

from comptoir.base import clock
from comptoir.channels.api import Reply, Request, receive


def call(
    token: str,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Reply:
    """Deliver to an address of Acme's, signed unless `headers` are given."""
    return receive(
        token,
        Request(
            method="POST",
            url=f"https://comptoir.example/hooks/{token}/",
            query=query or {},
            headers=signed(body) if headers is None else headers,
            body=body,
            at=clock.now(),
        ),
    )

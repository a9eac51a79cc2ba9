"""
Every connector that is installed: ours and other packages', found by the same entry points.

A package adds one by declaring, in its own pyproject.toml:

    [project.entry-points."comptoir.connectors"]
    acme = "acme_comptoir.connector:Acme"
"""

from functools import cache
from importlib.metadata import entry_points

import structlog

from comptoir.channels.connector import Connector

GROUP = "comptoir.connectors"
log = structlog.get_logger(__name__)


@cache
def connectors() -> dict[str, Connector]:
    """By kind, in the order of kinds. One that cannot be loaded is logged and left out."""
    found: dict[str, Connector] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            found[point.name] = point.load()()
        except Exception:  # somebody else's package must not stop the others
            log.exception("connector.not_loaded", kind=point.name, value=point.value)
    return found


def connector(kind: str) -> Connector | None:
    """The connector of this kind; None when it is not installed (any more)."""
    return connectors().get(kind)

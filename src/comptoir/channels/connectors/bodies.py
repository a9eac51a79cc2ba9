"""JSON as networks send it."""

import json
from collections.abc import Mapping
from typing import Any

from comptoir.base.http import Response
from comptoir.channels.connector import Unrecognised


def json_of(body: bytes | str) -> Any:
    """
    What a body says. Raises Unrecognised; also for JSON nested deeper than can be read.

    >>> json_of(b'[{"id": 1}]')
    [{'id': 1}]
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unrecognised(f"not JSON: {error}") from error


def object_of(body: bytes | str) -> dict[str, Any]:
    """The same, where it must be an object."""
    found = json_of(body)
    if not isinstance(found, dict):
        raise Unrecognised("not an object")
    return found


def list_of(said: Mapping[str, Any], name: str) -> list[Any]:
    """The list that stands under a name. Raises Unrecognised where there is none."""
    found = said.get(name)
    if not isinstance(found, list):
        raise Unrecognised(f"“{name}” is not a list")
    return found


def object_in(response: Response) -> dict[str, Any]:
    """The object that an answer holds, for the words of an error; {} for anything else."""
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

"""A simulated network for connectors' tests: answers in turn and remembers what it was asked."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comptoir.base.http import Response
from comptoir.channels.connector import (
    Connection,
    Connector,
    Heard,
    Raw,
    Read,
    Unrecognised,
    Unsupported,
)
from comptoir.channels.incoming import Incoming


@dataclass
class Asked:
    method: str
    url: str
    details: dict[str, Any]


@dataclass
class Network:
    """What it answers, in turn: a Response, or an exception to raise."""

    answers: Iterator[Response | Exception]
    asked: list[Asked] = field(default_factory=list)

    def request(self, method: str, url: str, **details: Any) -> Response:
        self.asked.append(Asked(method, url, details))
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


def network(*answers: Response | Exception) -> Network:
    return Network(iter(answers))


def said(body: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer; underscores in the names of headers stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, json.dumps(body).encode())


def recorded(test_file: str, name: str) -> bytes:
    """A fixture beside the tests of a connector."""
    return (Path(test_file).parent.parent / "fixtures" / name).read_bytes()


def read(
    connector: Connector, connection: Connection, body: bytes
) -> tuple[list[Read], list[str], list[str]]:
    """What a delivery says, the entries that are unsupported, and those not recognised."""
    found: list[Read] = []
    skipped: list[str] = []
    strange: list[str] = []
    for entry in connector.split(connection, Raw(body)):
        try:
            found += connector.parse(connection, entry)
        except Unsupported as reason:
            skipped.append(str(reason))
        except Unrecognised as reason:
            strange.append(str(reason))
    return found, skipped, strange


def messages(found: Sequence[Read]) -> list[Incoming]:
    return [message for one in found if isinstance(one, Heard) for message in one.messages]

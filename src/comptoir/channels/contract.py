"""
What a connector tells the tests that all connectors share; see docs/channels.

It lies in `tests/contract.py` beside the connector, as `CONTRACT`. The shared tests then hold
the connector to it: the same state whatever the order, refusals with their consequences,
signatures. Nothing of this runs in service.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qs

from comptoir.base.http import Http, Response
from comptoir.channels.connector import Asked, Connection, Outgoing, Raw, Request

Situation = Literal["busy", "broken", "expired", "revoked"]
"""The network asks for patience (for 7 seconds); fails; the token ended; a right was withdrawn."""

ANSWERS: Mapping[Situation, Response] = {
    "busy": Response(429, {"retry-after": "7"}),
    "broken": Response(503),
    "expired": Response(401),
    "revoked": Response(403),
}

Sign = Callable[[Connection, bytes, datetime], Request]
Provoke = Callable[[Connection, Situation], AbstractContextManager[Http]]


@dataclass(frozen=True)
class Contract:
    """
    values, own, cursor: of a connected account, secrets invented.
    deliveries: whole deliveries or polled pages as documented, from `fixtures`; at least two,
        and among them what belongs together (a message, an answer to it, its removal).
    hears: external ids of the messages that are there once all of them were understood.
    sign: a request as the network would make it at a moment; None for one that never calls.
    asks: False for one that speaks to no network (a chat on the shop's own site).
    signs_body, signs_time: False where the network signs less (a secret in a header).
    outgoing: an answer to one of the messages; None for one that cannot be answered.
    closed: a message whose window is shut; None where the network knows no window.
    answers: what the network says in each situation, where that is not the usual status.
    provoke: for one that does not speak HTTP: a context in which the situation holds.
    """

    values: Mapping[str, str]
    deliveries: Sequence[Raw] = ()
    hears: frozenset[str] = frozenset()
    own: Mapping[str, str] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    asks: bool = True
    sign: Sign | None = None
    signs_body: bool = True
    signs_time: bool = True
    outgoing: Outgoing | None = None
    closed: Asked | None = None
    answers: Mapping[Situation, Response] = field(default_factory=dict)
    provoke: Provoke | None = None


class Always:
    """A network that gives every request the same answer."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer
        self.asked = 0

    def request(self, method: str, url: str, **details: Any) -> Response:
        self.asked += 1
        return self.answer


def form_of(content_type: str, body: bytes) -> Mapping[str, Sequence[str]]:
    """The fields of a form body; none of what is no form."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return {}
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=1_000)
    except ValueError:
        return {}

"""
Pigeon: a network that exists in tests alone, and remembers what really reached it.

It does nothing about keys, as most networks: what is sent twice is there twice. Its failures
are scripted, before or after it took the answer.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from comptoir.base.http import Http
from comptoir.channels.connector import (
    Asked,
    CannotTell,
    Connection,
    Connector,
    Outgoing,
    Sent,
    Way,
)

WINDOW = timedelta(hours=24)


@dataclass
class Network:
    """
    taken: what reached it, in order. script: for each request to come, an error and whether
    it is raised before or after the network took the answer; nothing left means all is well.
    finding: an error raised instead of looking.
    """

    taken: list[Outgoing] = field(default_factory=list)
    acted: list[tuple[str, str]] = field(default_factory=list)
    script: deque[tuple[str, Exception]] = field(default_factory=deque)
    finding: deque[Exception] = field(default_factory=deque)
    acting: deque[Exception] = field(default_factory=deque)
    looked: int = 0
    during: Callable[[], None] = lambda: None

    def fail(self, when: str, error: Exception) -> None:
        self.script.append((when, error))

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.taken]


class Pigeon(Connector):
    """Public comments of 280, private messages within a day, priced when they hold a link."""

    kind = "pigeon"
    channel = "pigeon"
    label = "Pigeon"
    summary = "Pigeon, for tests."
    sends = True
    actions = ("hide", "unhide", "delete", "like")

    def __init__(self, network: Network | None = None) -> None:
        self.network = network or Network()

    def ways(self, connection: Connection, asked: Asked) -> Sequence[Way]:
        public = Way(
            "public",
            "Public reply",
            max_length=280,
            price=15_000,
            price_with_link=200_000,
            currency="USD",
        )
        private = self._private(asked)
        return [private] if asked.kind == "message" else [public, private]

    def _private(self, asked: Asked) -> Way:
        since = asked.last_private_at or asked.sent_at
        shut = "" if asked.now < since + WINDOW else "24 hours have passed since they wrote."
        return Way(
            "private",
            "Private message",
            max_length=1000,
            closes_at=since + WINDOW,
            closed=shut,
            attachments=True,
        )

    def length(self, text: str) -> int:
        """Pigeon counts bytes in UTF-8."""
        return len(text.encode())

    def send(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent:
        when, error = self.network.script.popleft() if self.network.script else ("", None)
        if error is not None and when == "before":
            raise error
        self.network.taken.append(outgoing)
        self.network.during()
        if error is not None:
            raise error
        return self._sent(len(self.network.taken) - 1)

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        self.network.looked += 1
        if self.network.finding:
            raise self.network.finding.popleft()
        for place, one in enumerate(self.network.taken):
            if one.key == outgoing.key:
                return self._sent(place)
        return None

    def act(self, connection: Connection, action: str, external_id: str, http: Http) -> None:
        if self.network.acting:
            raise self.network.acting.popleft()
        self.network.acted.append((action, external_id))

    def _sent(self, place: int) -> Sent:
        at = self.network.taken[place].queued_at or datetime.now(UTC)
        return Sent(
            f"pigeon-{place}", at + timedelta(seconds=20), url=f"https://pigeon.example/{place}"
        )


class Silent(Pigeon):
    """The same network, which never says what it has."""

    def find(self, connection: Connection, outgoing: Outgoing, http: Http) -> Sent | None:
        self.network.looked += 1
        raise CannotTell("pigeon")

"""Where simulated messages are gathered: identifiers, counts, and what each was meant to say."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from comptoir.channels.incoming import Incoming, Kind
from comptoir.demo.calendar import PARIS
from comptoir.demo.people import Person
from comptoir.demo.shop import SHOP

PUBLIC = ("x", "facebook", "instagram")
X_EPOCH_MS = 1_288_834_974_657


@dataclass(frozen=True, slots=True)
class Truth:
    """
    What the simulation meant by a message, to test triage against — never a measure of quality.

    The brand's own messages and reposts carry no intent and need no answer. urgency: 0–2.
    """

    intents: tuple[str, ...] = ()
    tone: str = "neutral"
    needs_answer: bool = False
    urgency: int = 0
    irony: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks on a channel, as the message will show it."""

    handle: str
    name: str
    followers: int
    language: str
    own: bool


def voice_of(person: Person, channel: str, language: str = "") -> Voice:
    """A person's voice on one of their channels."""
    return Voice(
        person.handles[channel],
        person.names[channel],
        person.followers,
        language or person.language,
        False,
    )


def brand_voice(channel: str, language: str = "fr") -> Voice:
    """The brand's own voice on a channel."""
    return Voice(SHOP.handles[channel], SHOP.name, 9_400, language, True)


def awake(at: datetime) -> datetime:
    """The instant itself, or past seven when it falls between one and seven at night in Paris."""
    wall = at.astimezone(PARIS)
    if not 1 <= wall.hour < 7:
        return at
    return at + timedelta(hours=7 - wall.hour, minutes=wall.minute % 17)


@dataclass(slots=True)
class Stage:
    """Messages said so far. Nothing is said at or after `end`: such a message is dropped (None)."""

    rng: Random
    end: datetime
    messages: list[Incoming] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)
    _serial: int = 0

    def say(
        self,
        voice: Voice,
        channel: str,
        kind: Kind,
        at: datetime,
        text: str,
        meant: Truth,
        *,
        parent: Incoming | None = None,
        shared: Incoming | None = None,
        title: str = "",
        rating: float | None = None,
        heat: float = 1.0,
    ) -> Incoming | None:
        """
        Add a message and what it meant; None when it would come too late.

        shared: the message reposted or quoted. heat multiplies how far it is seen.
        """
        at = (at if voice.own or kind == "repost" else awake(at)).replace(microsecond=0)
        if at >= self.end:
            return None
        said = Incoming(
            external_id=self._identifier(channel, at),
            channel=channel,
            kind=kind,
            sent_at=at,
            author_handle=voice.handle,
            author_name=voice.name,
            text=text,
            title=title,
            in_reply_to=parent.external_id if parent else "",
            in_reply_to_handle=parent.author_handle if parent else "",
            repost_of=shared.external_id if shared and kind == "repost" else "",
            quote_of=shared.external_id if shared and kind == "quote" else "",
            language=voice.language,
            rating=rating,
            own=voice.own,
        )
        said = self._seen(said, voice, heat)
        self.messages.append(said)
        self.truth[said.external_id] = meant
        return said

    def _identifier(self, channel: str, at: datetime) -> str:
        self._serial += 1
        ms = int(at.timestamp()) * 1000
        if channel == "x":
            return str(((ms - X_EPOCH_MS) << 22) | self._serial)
        if channel == "facebook":
            return f"100064200417_{ms * 1000 + self._serial}"
        if channel == "instagram":
            return f"179{ms // 1000}{self._serial:05d}"
        if channel == "reviews":
            return f"avis-{self._serial:05d}"
        if channel == "email":
            return f"<{ms // 1000}.{self._serial}@courriel.example>"
        return f"chat-{ms // 1000}-{self._serial}"

    def _seen(self, said: Incoming, voice: Voice, heat: float) -> Incoming:
        """The message with likes, and views and followers where the network tells them."""
        if said.channel not in PUBLIC or said.kind in ("message", "repost"):
            return said
        share = 0.35 if said.kind in ("post", "quote") else 0.05
        seen = int((voice.followers * share + 20) * heat * (0.4 + self.rng.random()))
        draw = self.rng.random()
        return replace(
            said,
            likes=int(seen * 0.045 * draw * draw + 0.3 * draw),
            views=seen if said.channel == "x" else None,
            followers=voice.followers if said.channel != "facebook" else None,
        )

    def finished(self) -> list[Incoming]:
        """All messages in order of time, with the replies, reposts and quotes each received."""
        replies = _received(m.in_reply_to for m in self.messages)
        reposts = _received(m.repost_of for m in self.messages)
        quotes = _received(m.quote_of for m in self.messages)
        counted = [
            replace(m, replies=replies[m.external_id], reposts=reposts[m.external_id], quotes=quotes[m.external_id])
            if m.likes is not None
            else m
            for m in self.messages
        ]  # fmt: skip
        return sorted(counted, key=lambda m: (m.sent_at, m.external_id))


def _received(targets: Iterable[str]) -> Counter[str]:
    return Counter(target for target in targets if target)

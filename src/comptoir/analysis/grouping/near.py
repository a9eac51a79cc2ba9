"""Near-duplicates in memory: the same rule as `comptoir.triage.groups`, without a database."""

from dataclasses import dataclass, field
from typing import NamedTuple

from comptoir.analysis.similar import SAME, similarity


class Found(NamedTuple):
    """A group and how alike the words are, 0 to 1."""

    group: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Keys:
    """What `comptoir.analysis.similar` makes of a text; all empty when it has no words."""

    fingerprint: str = ""
    signature: bytes = b""
    bands: tuple[int, ...] = ()


NO_KEYS = Keys()


@dataclass
class Near:
    """
    leader_of: fingerprint or band key → the first message that had it.
    group_of, signature_of: of such a message.

    Texts are only compared with first messages: small edits never chain.
    """

    leader_of: dict[int, int] = field(default_factory=dict)
    group_of: dict[int, int] = field(default_factory=dict)
    signature_of: dict[int, bytes] = field(default_factory=dict)

    def find(self, keys: Keys) -> Found | None:
        """The group of the most similar first message, the earliest of equals; None: none is."""
        same = self.leader_of.get(_exact(keys.fingerprint)) if keys.fingerprint else None
        if same is not None:
            return Found(self.group_of[same], 1.0)
        leaders = {self.leader_of[key] for key in keys.bands if key in self.leader_of}
        scored = [
            (-(similarity(keys.signature, self.signature_of.get(one, b"")) or 0.0), one)
            for one in leaders
        ]
        best = min(scored, default=None)
        return Found(self.group_of[best[1]], -best[0]) if best and -best[0] >= SAME else None

    def add(self, message: int, group: int, keys: Keys) -> None:
        """Let later texts find `group` through this message."""
        if not keys.fingerprint:
            return
        self.leader_of.setdefault(_exact(keys.fingerprint), message)
        self.group_of[message] = group
        if keys.signature:
            self.signature_of[message] = keys.signature
        for key in keys.bands:
            self.leader_of.setdefault(key, message)


def _exact(fingerprint: str) -> int:
    """As a signed number of 64 bits, as databases keep it."""
    number = int(fingerprint, 16)
    return number - (1 << 64) if number >> 63 else number

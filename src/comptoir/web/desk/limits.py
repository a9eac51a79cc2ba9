"""How long an answer may be on each channel; the networks change it, so it is dated data."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limit:
    """
    characters: the most a message may have, 0 when nobody says. link: what any link counts
    for, 0 for its own length.
    """

    characters: int = 0
    link: int = 0


def limit_of(channel: str) -> Limit:
    """
    The limit of a channel; none for one that we know nothing of.

    >>> limit_of("x").characters, limit_of("email").characters
    (280, 0)
    """
    return _limits().get(channel, Limit())


@cache
def _limits() -> dict[str, Limit]:
    path = Path(__file__).parent / "data" / "limits.json"
    stored = json.loads(path.read_text(encoding="utf-8"))["channels"]
    return {channel: Limit(**limit) for channel, limit in stored.items()}

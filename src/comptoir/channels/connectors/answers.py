"""Finding an answer again whose fate is unknown."""

from datetime import datetime, timedelta

from comptoir.channels.connector import Outgoing

_CLOCKS = timedelta(minutes=1)
"""How far a network's clock may be from ours."""


def is_ours(outgoing: Outgoing, text: str, at: datetime) -> bool:
    """Whether what the brand said at a moment is this answer: the same words, since queued."""
    if outgoing.queued_at and at < outgoing.queued_at - _CLOCKS:
        return False
    return text.split() == outgoing.text.split()

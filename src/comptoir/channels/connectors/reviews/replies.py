"""The one public reply below a review, which Google and Trustpilot have alike."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir.channels.connector import CannotTell, Connection, Outgoing, Sent, Way
from comptoir.channels.connectors.times import moment
from comptoir.channels.incoming import Incoming

_LENGTH = 4096


def way() -> Way:
    note = _("One public reply; a second replaces the first.")
    return Way("public", _("Public reply"), _LENGTH, note=note)


def key(review: str) -> str:
    """A reply has no id of its own: there is one below a review."""
    return f"{review}:reply"


def heard(connection: Connection, review: str, text: str, at: datetime) -> Incoming:
    return Incoming(
        external_id=key(review),
        channel=connection.channel,
        kind="reply",
        sent_at=at,
        author_handle=connection.own.get("handle", ""),
        text=text,
        in_reply_to=review,
        own=True,
    )


def found(outgoing: Outgoing, reply: Mapping[str, Any] | None, text: str, time: str) -> Sent | None:
    """
    Whether the reply below a review is our answer; text, time: where it keeps its words and time.

    Raises CannotTell when there are other words: those of before, or somebody's of after.
    """
    if not reply:
        return None
    if str(reply.get(text, "")).split() != outgoing.text.split():
        raise CannotTell("the review carries another reply")
    return Sent(key(outgoing.to), moment(reply.get(time)), raw=json.dumps(reply))

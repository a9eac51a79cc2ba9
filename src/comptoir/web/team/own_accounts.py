"""The names a brand speaks under: rows of a form that grows and shrinks without JavaScript."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import pgettext_lazy

from comptoir.base.models import User
from comptoir.channels import api as channels
from comptoir.web.shell.words import CHANNELS

Row = tuple[str, str]

OFFERED = [
    *("x", "facebook", "instagram", "youtube", "tiktok", "linkedin", "mastodon", "bluesky"),
    *("reddit", "whatsapp", "telegram", "email", "sms", "phone", "chat"),
    *("review", "trustpilot", "google", "forum", "blog"),
]


def choices() -> dict[str, Any]:
    """Channels by code; "" stands for all of them."""
    everywhere = pgettext_lazy("channels of an account", "Everywhere")
    return {"": everywhere} | {code: CHANNELS[code] for code in OFFERED}


def stored() -> list[Row]:
    """The active workspace's own accounts as (channel, handle)."""
    return [(one.channel, one.handle) for one in channels.own_handles()]


def read(data: QueryDict) -> list[Row]:
    """
    The rows as they are in the form after its add and remove buttons.

    The button "rows" sends "add", or "remove:" and a row's place.
    """
    rows = list(zip(data.getlist("channel"), data.getlist("handle"), strict=False))
    action, _colon, place = data.get("rows", "").partition(":")
    if action == "add":
        rows.append(("", ""))
    if action == "remove" and place.isdigit() and int(place) < len(rows):
        del rows[int(place)]
    return rows


def save(rows: Sequence[Row], actor: User) -> None:
    """Keep the rows that name somebody; each once, unknown channels left out."""
    known = choices()
    named = [(channel, handle.strip()[:200]) for channel, handle in rows if channel in known]
    channels.set_own_handles(list(dict.fromkeys(row for row in named if row[1])), actor)

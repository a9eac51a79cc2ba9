"""What the composer shows before anything is typed: ways, windows, lengths, prices."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.base import clock, ids
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.web.desk.templatetags.desk import price

ICONS = {"public": "globe", "private": "lock"}


@dataclass(frozen=True, slots=True)
class Choice:
    """
    One way of answering as the composer offers it.

    window: until when it is open; "" where it never shuts. cost: what an answer costs.
    """

    visibility: str
    icon: str
    label: str
    closed: str
    note: str
    window: str
    cost: str
    most: int | None
    attachments: bool
    chosen: bool


def composer_context(
    found: care.ConversationView, draft: care.AnswerView | None, to: str
) -> dict[str, Any]:
    """
    Everything of the composer. to: outside id of the message to answer, "" for the newest.

    key: tells this sending from another, so that a form sent twice is one answer. begun: when
    the page was made; what others do after it holds the answer back.
    """
    begun = marked(clock.now())
    named = ids.reveal("message", to) if to else None
    capability = care.capabilities(found, named)
    seen, text = capability.ways, draft.text if draft else ""
    offered = choices(seen)
    return {
        "capability": capability,
        "choices": offered,
        "chosen": next((one for one in offered if one.chosen), None),
        "takes_files": any(one.attachments for one in offered if not one.closed),
        "measured": measured(seen, _visibility(draft, offered), text),
        "to": ids.conceal("message", seen.to) if named and seen.to == named else "",
        "answered": _answered(seen.to) if named and seen.to == named else None,
        "key": uuid4().hex,
        "begun": begun,
        "kept_files": draft.outbound.files if draft and draft.outbound else (),
    }


def marked(moment: datetime) -> str:
    """
    A moment as forms carry it.

    >>> moment_of(marked(datetime(2026, 3, 4, 12, tzinfo=UTC))).isoformat()
    '2026-03-04T12:00:00+00:00'
    """
    return str(int(moment.timestamp() * 1000))


def moment_of(mark: str) -> datetime | None:
    """The moment behind a mark; None for none, and for what is no mark."""
    if not mark.isdecimal() or len(mark) > 14:
        return None
    return datetime.fromtimestamp(int(mark) / 1000, UTC)


def choices(seen: channels.WaysView) -> list[Choice]:
    usual = next(iter(seen.open), None)
    return [_choice(way, chosen=way is usual) for way in seen.ways]


def measured(seen: channels.WaysView, visibility: str, text: str) -> dict[str, Any]:
    """The text as the network counts it, and what it would charge, in words."""
    found = channels.measure(seen, visibility, text)
    return {
        "used": found.used,
        "most": found.most,
        "over": found.too_long,
        "cost": price(found.price, found.currency),
    }


def _choice(way: channels.Way, *, chosen: bool) -> Choice:
    return Choice(
        visibility=way.visibility,
        icon=ICONS[way.visibility],
        label=str(way.label),
        closed=str(way.closed),
        note=str(way.note),
        window="" if way.closed else _window(way),
        cost=_cost(way),
        most=way.max_length,
        attachments=way.attachments,
        chosen=chosen,
    )


def _window(way: channels.Way) -> str:
    """Until when, with how long that is: "Open until 14:05, 40 minutes more"."""
    if way.closes_at is None:
        return ""
    left, local = way.closes_at - clock.now(), timezone.localtime(way.closes_at)
    today = local.date() == timezone.localtime(clock.now()).date()
    until = date_format(local, "TIME_FORMAT" if today else _("l j F, H:i"))
    if left >= timedelta(hours=2):
        return _("Open until %(until)s") % {"until": until}
    minutes = max(int(left.total_seconds() // 60), 1)
    return ngettext(
        "Open until %(until)s, %(minutes)s minute more",
        "Open until %(until)s, %(minutes)s minutes more",
        minutes,
    ) % {"until": until, "minutes": minutes}


def _cost(way: channels.Way) -> str:
    plain, linked = price(way.price, way.currency), price(way.price_with_link, way.currency)
    if linked and linked != plain:
        return _("%(price)s an answer, %(linked)s with a link") % {
            "price": plain or _("Free"),
            "linked": linked,
        }
    return _("%(price)s an answer") % {"price": plain} if plain else ""


def _visibility(draft: care.AnswerView | None, offered: list[Choice]) -> str:
    return next((one.visibility for one in offered if one.chosen), "public")


def _answered(message: int | None) -> channels.MessageView | None:
    return next(iter(channels.messages([message])), None) if message else None

"""Every connector that is installed, by family; and what networks do not allow at all."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from comptoir.base.api import Permission
from comptoir.channels import api as channels
from comptoir.channels.connector import Connector
from comptoir.channels.connectors import connectors
from comptoir.web import troubles
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.channels import words
from comptoir.web.channels.networks import NETWORKS, Network
from comptoir.web.shell.templatetags.shell import CHANNEL_ICONS, initials
from comptoir.web.shell.words import CHANNELS


@dataclass(frozen=True, slots=True)
class Entry:
    """A connector as the gallery shows it. can: what it can do, as (icon, words)."""

    kind: str
    label: str
    summary: str
    channel: str
    mark: dict[str, str]
    can: list[tuple[str, str]]
    connected: int


@dataclass(frozen=True, slots=True)
class Family:
    title: str
    entries: list[Entry] = field(default_factory=list)


@require_GET
@desk_view(Permission.CONNECT)
def gallery(request: DeskRequest) -> HttpResponse:
    """What can be connected, found by name or by what it brings."""
    asked = request.GET.get("q", "").strip()[:80]
    found = families(asked)
    context = {
        "asked": asked,
        "families": found,
        "count": sum(len(one.entries) for one in found),
        "networks": _networks(request, asked),
    }
    fragment = "#found" if request.headers.get("HX-Request") == "true" else ""
    return render(request, f"channels/gallery.html{fragment}", context)


def families(asked: str = "") -> list[Family]:
    """The connectors that match, family by family; families without any are left out."""
    connected = Counter(one.kind for one in channels.connected())
    made = {key: Family(str(title)) for key, (title, _channels) in words.FAMILIES.items()}
    for kind, connector in connectors().items():
        if connector.by_itself:
            continue
        entry = _entry(kind, connector, connected[kind])
        if _matches(asked, (entry.label, entry.summary, str(CHANNELS.get(entry.channel, "")))):
            made[_family(connector)].entries.append(entry)
    for (_title, known), family in zip(words.FAMILIES.values(), made.values(), strict=True):
        family.entries.sort(key=lambda one: (_place(one, known), _folded(one.label)))
    return [family for family in made.values() if family.entries]


def _place(entry: Entry, known: tuple[str, ...]) -> int:
    """The most used first; what nobody placed comes after, by name."""
    return min(
        (known.index(one) for one in (entry.channel, entry.kind) if one in known), default=99
    )


def _entry(kind: str, connector: Connector, connected: int) -> Entry:
    return Entry(
        kind=kind,
        label=str(connector.label),
        summary=str(connector.summary),
        channel=connector.channel,
        mark=mark(connector.channel, str(connector.label)),
        can=abilities(connector),
        connected=connected,
    )


def abilities(connector: Connector) -> list[tuple[str, str]]:
    """What a connector can do, in a word or two each."""
    found = []
    if connector.alerts:
        found.append(("bell", pgettext("what a channel can do", "Carries alerts")))
    if troubles.hears(connector):
        found.append(_hearing(connector))
    if connector.sends:
        found.append(("reply", pgettext("what a channel can do", "Answers")))
    for action, label in words.ACTIONS.items():
        if action in connector.actions:
            found.append((words.ACTION_ICONS[action], str(label)))
    return found


def _hearing(connector: Connector) -> tuple[str, str]:
    """How fast it hears: at once where the network calls or holds a line open, else when asked."""
    at_once = connector.pushes or type(connector).wait is not Connector.wait
    if at_once and connector.every:
        return "bolt", _at_once_or_within(connector.every)
    if connector.every:
        return "refresh", _every(connector.every)
    return "bolt", pgettext("what a channel can do", "Hears at once")


def _at_once_or_within(seconds: float) -> str:
    """Networks that deliver by themselves where they can, and are asked besides."""
    minutes = max(round(seconds / 60), 1)
    said = ngettext(
        "Hears at once, or within %(count)d minute",
        "Hears at once, or within %(count)d minutes",
        minutes,
    )
    return said % {"count": minutes}


def _every(seconds: float) -> str:
    """How often a network is asked."""
    if seconds < 90:
        return pgettext("what a channel can do", "Looks every minute")
    minutes = round(seconds / 60)
    if minutes < 60:
        said = ngettext("Looks every %(count)d minute", "Looks every %(count)d minutes", minutes)
        return said % {"count": minutes}
    hours = round(minutes / 60)
    return ngettext("Looks every %(count)d hour", "Looks every %(count)d hours", hours) % {
        "count": hours
    }


def mark(channel: str, name: str) -> dict[str, str]:
    """The sign of a network: its drawing, or two letters for one that nobody drew."""
    drawn = CHANNEL_ICONS.get(channel, "")
    return {"icon": drawn, "letters": "" if drawn else initials(name)}


def _family(connector: Connector) -> str:
    if connector.alerts:
        return "alerts"
    for key, (_title, known) in words.FAMILIES.items():
        if connector.channel in known or connector.kind in known:
            return key
    return "other"


def _networks(request: DeskRequest, asked: str) -> list[dict[str, Any]]:
    """The table of what is not allowed, each line with the way that remains."""
    return [
        {"network": one, "way": _way(request, one)}
        for one in NETWORKS
        if _matches(asked, (str(one.label), str(one.denied)))
    ]


def _way(request: DeskRequest, network: Network) -> tuple[str, str] | None:
    """Where what remains is done, as (address, words)."""
    slug = request.desk.workspace.slug
    fitting = [kind for kind, one in connectors().items() if one.channel == network.code]
    if fitting:
        url = reverse("channel_connect", kwargs={"slug": slug, "kind": fitting[0]})
        return url, _("Connect")
    if network.way == "imports":
        return reverse("imports", kwargs={"slug": slug}), _("Import a file")
    if network.way == "feeds" and "feeds" in connectors():
        url = reverse("channel_connect", kwargs={"slug": slug, "kind": "feeds"})
        return url, _("Connect a feed")
    return None


def _matches(asked: str, texts: Iterable[str]) -> bool:
    told = _folded(" ".join(texts))
    return all(part in told for part in _folded(asked).split())


def _folded(text: str) -> str:
    """Without accents or case, as people search."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in plain if not unicodedata.combining(one))

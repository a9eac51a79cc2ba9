"""Where somebody is in the mentions: whose, which, from where on; as addresses say it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, QueryDict
from django.urls import reverse

from comptoir.base.api import ids
from comptoir.insight.api import Period
from comptoir.listening import api as listening
from comptoir.listening import reputation_sides
from comptoir.web.access import DeskRequest
from comptoir.web.choice import days_of
from comptoir.web.listening import finding

BRAND: Final = "brand"
UNTAGGED: Final = "none"
TOPIC: Final = "topic"
CONCEALED: Final = {"author": "author", TOPIC: "message"}
"""Lines of a report that are ids, and the kind of each."""

_TONES: Final = {"negative": -1, "neutral": 0, "positive": 1}


@dataclass(frozen=True, slots=True)
class Place:
    """
    Which mentions are read: of one query, of a folder, of the brand, or all; with the filters.

    tags: ids; untagged: those without any. first, last: days, both included. counted: only what
    a figure of a report counts; key, said: the line of its table, see `listening.Figure`.
    """

    query: listening.QueryView | None = None
    folder: listening.FolderView | None = None
    brand: bool = False
    within: str = ""
    tones: tuple[str, ...] = ()
    channel: str = ""
    own: bool = False
    tags: tuple[int, ...] = ()
    untagged: bool = False
    first: date | None = None
    last: date | None = None
    counted: bool = False
    key: str = ""
    said: str = ""
    before: int | None = None

    @property
    def source(self) -> str:
        """Whose mentions, as the address says it; "" for all."""
        if self.query is not None:
            return ids.conceal("query", self.query.id)
        if self.folder is not None:
            return ids.conceal("listening-folder", self.folder.id)
        return BRAND if self.brand else ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The address's query, so that links keep the place."""
        line = CONCEALED.get(self.key)
        pairs = [
            ("query", self.source),
            ("within", self.within),
            *(("tone", one) for one in self.tones),
            ("channel", self.channel),
            ("own", "1" if self.own else ""),
            *(("tag", ids.conceal("mention-tag", one)) for one in self.tags),
            ("tag", UNTAGGED if self.untagged else ""),
            ("from", self.first.isoformat() if self.first else ""),
            ("to", self.last.isoformat() if self.last else ""),
            ("counted", "1" if self.counted else ""),
            ("by", self.key),
            ("is", ids.conceal(line, int(self.said)) if line and self.said else self.said),
            ("before", ids.conceal("message", self.before) if self.before else ""),
        ]
        return [(name, value) for name, value in pairs if value]

    @property
    def address(self) -> str:
        return urlencode(self.parameters)

    @property
    def narrows(self) -> bool:
        """Whether more than whose mentions is chosen."""
        return self != Place(self.query, self.folder, self.brand, own=self.own, before=self.before)

    @property
    def asked(self) -> list[listening.QueryView]:
        """The queries whose mentions are read."""
        if self.query is not None:
            return [self.query]
        if self.brand:
            about = set(reputation_sides.brand_queries())
            return [one for one in listening.queries() if one.id in about]
        return listening.queries(self.folder.id if self.folder else None)

    def filter(self, zone: str) -> listening.Filter:
        return listening.Filter(
            within=self.within,
            tones=tuple(_TONES[one] for one in self.tones),
            channel=self.channel,
            own=self.own,
            tags=self.tags,
            untagged=self.untagged,
            since=_midnight(self.first, zone) if self.first else None,
            until=_midnight(self.last + timedelta(days=1), zone) if self.last else None,
            figure=self._figure(zone),
        )

    def _figure(self, zone: str) -> listening.Figure | None:
        if not self.counted or self.first is None or self.last is None:
            return None
        period = Period(self.first, self.last + timedelta(days=1), zone)
        return listening.Figure(days_of(period), self.key, self.said)


def read(asked: QueryDict) -> Place:
    """
    The place that an address names; Http404 where it names a query or folder of nobody's.

    Days that make no sense are left out, and with them what a figure counts.
    """
    query, folder = None, None
    # One list offers them all, and a browser sends each under the list's one name.
    outside = asked.get("query", "") or asked.get("folder", "")
    if outside and outside != BRAND:
        query = finding.query(outside)
        folder = None if query else finding.folder(outside)
        if query is None and folder is None:
            raise Http404
    first, last = _day(asked.get("from", "")), _day(asked.get("to", ""))
    if first and last and last < first:
        first, last = last, first
    counted = bool(asked.get("counted") and first and last)
    key = asked.get("by", "") if counted else ""
    tags = [ids.reveal("mention-tag", one) for one in asked.getlist("tag")]
    return Place(
        query=query,
        folder=folder,
        brand=outside == BRAND,
        within=asked.get("within", "").strip()[:2000],
        tones=tuple(one for one in _TONES if one in asked.getlist("tone")),
        channel=asked.get("channel", ""),
        own="own" in asked,
        tags=tuple(one for one in tags if one is not None),
        untagged=UNTAGGED in asked.getlist("tag"),
        first=first,
        last=last,
        counted=counted,
        key=key,
        said=_said(key, asked.get("is", "")),
        before=ids.reveal("message", asked.get("before", "")),
    )


def url(request: DeskRequest, place: Place) -> str:
    """Its address."""
    path = reverse("mentions", kwargs={"slug": request.desk.workspace.slug})
    return f"{path}?{place.address}" if place.address else path


def cleared(place: Place) -> Place:
    """The same queries' mentions, without any filter."""
    return Place(place.query, place.folder, place.brand)


def uncounted(place: Place) -> Place:
    """The same mentions whether or not a figure counts them."""
    return replace(place, counted=False, key="", said="", before=None)


def _said(key: str, said: str) -> str:
    if not key or not said:
        return ""
    if key not in CONCEALED:
        return said[:300]
    identifier = ids.reveal(CONCEALED[key], said)
    if identifier is None:
        raise Http404
    return str(identifier)


def _day(said: str) -> date | None:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    return found if 1971 <= found.year <= 2100 else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))

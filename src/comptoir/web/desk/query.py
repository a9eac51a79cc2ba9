"""Filters as they stand in an address: read, written, and shown one by one as chips."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from comptoir.base import ids
from comptoir.care import api as care
from comptoir.triage import api as triage
from comptoir.web.shell.words import CHANNELS, STATUSES, TONES

TONE_CODES: Final[Mapping[str, int]] = {"negative": -1, "neutral": 0, "positive": 1}
TONE_NAMES: Final[Mapping[int, str]] = {value: name for name, value in TONE_CODES.items()}
STATES: Final = ("open", "closed")
LONGEST_SEARCH: Final = 300
ME: Final = "me"
NOBODY: Final = "nobody"

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where somebody is in the inbox.

    cursor: opaque, of one page of the list. saved: id of the saved view they came by.
    typing: the last word of the search is still being typed.
    """

    slug: str
    user_id: int
    filters: care.Filters
    cursor: str = ""
    saved: int | None = None

    def url(self, cursor: str = "") -> str:
        """The list itself, at the beginning unless a cursor is given."""
        path = reverse("inbox", kwargs={"slug": self.slug})
        return _address(path, replace(self, cursor=cursor).pairs())

    def conversation_url(self, thread_id: int) -> str:
        """One conversation beside this same list."""
        path = reverse(
            "conversation",
            kwargs={"slug": self.slug, "conversation": ids.conceal("conversation", thread_id)},
        )
        return _address(path, self.pairs())

    def at(self, **changes: Any) -> "Place":
        """The same place with other filters, from its beginning, under no saved name."""
        return Place(self.slug, self.user_id, replace(self.filters, **changes))

    def pairs(self) -> Pairs:
        """What follows "?" in the address, in a fixed order so that equal places are equal text."""
        found = written(self.filters, self.user_id)
        if self.saved is not None:
            found.append(("saved", ids.conceal("view", self.saved)))
        if self.cursor:
            found.append(("cursor", self.cursor))
        return found

    @property
    def query(self) -> str:
        return urlencode(self.pairs())

    @property
    def watched(self) -> str:
        """What the list's stream is asked for; "" where news cannot be told to fit without a search."""
        return "" if self.cursor or self.filters.narrows else self.query


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force and the address without it."""

    label: str
    url: str


def read(params: QueryDict, slug: str, user_id: int) -> Place:
    """
    The place that an address names. What cannot be understood is left out: an old link still
    opens. Without a view, a search looks everywhere and anything else at what waits.
    """
    known_intents = triage.intent_names() if params.get("intent") else {}
    words = params.get("q", "").strip()[:LONGEST_SEARCH]
    filters = care.Filters(
        view=_view(params.get("view", ""), words),
        user_id=user_id,
        words=words,
        channels=_plain(params.getlist("channel")),
        languages=_plain(params.getlist("language")),
        tones=tuple(TONE_CODES[one] for one in params.getlist("tone") if one in TONE_CODES),
        intents=tuple(one for one in params.getlist("intent") if one in known_intents),
        states=tuple(one for one in params.getlist("state") if one in STATES),
        assignees=_known(params.getlist("assignee"), lambda one: _person(one, user_id)),
        tags=_known(params.getlist("tag"), lambda one: ids.reveal("tag", one)),
        since=_day(params.get("from", "")),
        until=_day(params.get("to", "")),
    )
    saved = ids.reveal("view", params.get("saved", ""))
    return Place(slug, user_id, filters, params.get("cursor", "")[:200], saved)


def written(filters: care.Filters, user_id: int) -> Pairs:
    """Filters as the parameters that `read` understands."""
    return [
        ("view", filters.view),
        *([("q", filters.words)] if filters.words else []),
        *(("channel", one) for one in filters.channels),
        *(("language", one) for one in filters.languages),
        *(("tone", TONE_NAMES[one]) for one in filters.tones),
        *(("intent", one) for one in filters.intents),
        *(("state", one) for one in filters.states),
        *(("assignee", person_code(one, user_id)) for one in filters.assignees),
        *(("tag", ids.conceal("tag", one)) for one in filters.tags),
        *([("from", filters.since.isoformat())] if filters.since else []),
        *([("to", filters.until.isoformat())] if filters.until else []),
    ]


def person_code(member: int, user_id: int) -> str:
    """How an address names a person: "me", "nobody", or an id that cannot be guessed."""
    if member == care.NOBODY:
        return NOBODY
    return ME if member == user_id else ids.conceal("member", member)


def chips(
    place: Place, people: Iterable[care.PersonView], tags: Iterable[care.TagView]
) -> list[Chip]:
    """Every filter in force beside the view and the words, in the order of the form."""
    f = place.filters
    names = {one.id: one.name for one in people} | {care.NOBODY: _("Nobody")}
    tag_names = {one.id: one.name for one in tags}
    found = [
        *_each(place, "channels", f.channels, lambda c: str(CHANNELS.get(c, c))),
        *_each(place, "languages", f.languages, language),
        *_each(place, "tones", f.tones, lambda t: str(TONES[TONE_NAMES[t]])),
        *_each(place, "intents", f.intents, triage.intent_name),
        *_each(place, "states", f.states, lambda s: str(STATUSES[s])),
        *_each(place, "assignees", f.assignees, lambda a: names.get(a, _("Somebody who left"))),
        *_each(place, "tags", f.tags, lambda t: tag_names.get(t, _("A deleted tag"))),
    ]
    if f.since:
        found.append(Chip(_("From %(day)s") % {"day": _shown(f.since)}, place.at(since=None).url()))
    if f.until:
        found.append(Chip(_("To %(day)s") % {"day": _shown(f.until)}, place.at(until=None).url()))
    return found


def language(code: str) -> str:
    """A language's name as the reader says it; its code where we have no name."""
    return str(triage.LANGUAGES.get(code, code.upper()))


def cleared(place: Place) -> str:
    """The address of the same view without words or filters."""
    return Place(place.slug, place.user_id, care.Filters(place.filters.view, place.user_id)).url()


def _view(code: str, words: str) -> care.View:
    fallback: care.View = "everything" if words else "unanswered"
    return next((one for one in care.VIEWS if one == code), fallback)


def _each(
    place: Place, name: str, values: tuple[Any, ...], label: Callable[[Any], str]
) -> Iterable[Chip]:
    for value in values:
        rest = tuple(one for one in values if one != value)
        yield Chip(label(value), place.at(**{name: rest}).url())


def _address(path: str, pairs: Pairs) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _plain(values: Iterable[str]) -> tuple[str, ...]:
    """Codes that can be a facet; anything else matches nothing and is left out."""
    return tuple(one for one in dict.fromkeys(values) if one.isascii() and one.isidentifier())


def _known(values: Iterable[str], find: Callable[[str], int | None]) -> tuple[int, ...]:
    found = (find(one) for one in dict.fromkeys(values))
    return tuple(one for one in found if one is not None)


def _person(code: str, user_id: int) -> int | None:
    if code == NOBODY:
        return care.NOBODY
    return user_id if code == ME else ids.reveal("member", code)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _shown(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")

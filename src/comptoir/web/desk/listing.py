"""Everything the left pane needs: rows, views, filters, and what to say when there is nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from comptoir.base import ids
from comptoir.base.api import Permission
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.triage import api as triage
from comptoir.web.access import DeskRequest
from comptoir.web.desk import query, rows
from comptoir.web.desk.query import Place
from comptoir.web.shell.words import CHANNELS, STATUSES, TONES

PAGE = 50
VIEW_NAMES = {
    "unanswered": pgettext_lazy("view of the inbox", "Unanswered"),
    "mine": pgettext_lazy("view of the inbox", "Mine"),
    "urgent": pgettext_lazy("view of the inbox", "Urgent"),
    "complaints": pgettext_lazy("view of the inbox", "Complaints"),
    "snoozed": pgettext_lazy("view of the inbox", "Snoozed"),
    "everything": pgettext_lazy("view of the inbox", "Everything"),
}
NOTHING_LEFT = {
    "unanswered": (
        gettext_lazy("Everybody has an answer"),
        gettext_lazy("New messages that need one will appear here."),
    ),
    "mine": (
        gettext_lazy("Nothing is assigned to you"),
        gettext_lazy("Open a conversation and press A to take it."),
    ),
    "urgent": (
        gettext_lazy("Nothing is urgent"),
        gettext_lazy("Threats to leave, dangers and long silences would stand here."),
    ),
    "complaints": (
        gettext_lazy("No open complaint"),
        gettext_lazy("Complaints stay here until their conversation is closed."),
    ),
    "snoozed": (
        gettext_lazy("Nothing is snoozed"),
        gettext_lazy("Press S in a conversation to see it again later."),
    ),
    "everything": (
        gettext_lazy("No conversation yet"),
        gettext_lazy("Messages will appear here as they arrive."),
    ),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One value that a filter may take."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one filter. name: of its parameter."""

    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class ViewLink:
    code: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class SavedLink:
    """A saved view. own: the reader may rename or delete it."""

    outside: str
    name: str
    url: str
    shared: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says, and the way out."""

    icon: str
    title: str
    text: str
    url: str = ""
    action: str = ""


def place_of(request: DeskRequest) -> Place:
    desk = request.desk
    return query.read(request.GET, desk.workspace.slug, desk.user.pk)


def list_context(request: DeskRequest, place: Place, current: int | None = None) -> dict[str, Any]:
    """
    The left pane, in a number of queries that does not grow with its rows.

    current: id of the conversation that is open.
    """
    page = care.inbox(place.filters, place.cursor, PAGE)
    people, tags = care.assignees(), care.tags()
    return {
        "place": place,
        "page": page,
        "rows": rows.rows(page.items, place, current),
        "views": _views(place),
        "saved_views": _saved(place),
        "chips": query.chips(place, people, tags),
        "groups": _groups(place, people, tags),
        "people": people,
        "all_tags": tags,
        "older": place.url(page.next_cursor) if page.next_cursor else "",
        "newer": place.url(page.previous_cursor) if page.previous_cursor else "",
        "clear_url": query.cleared(place),
        "pending": triage.pending(),
        "empty": None if page.items else _empty(request, place),
        "may_answer": request.desk.can(Permission.ANSWER),
        "may_correct": request.desk.can(Permission.CORRECT),
    }


def _views(place: Place) -> list[ViewLink]:
    return [
        ViewLink(
            code,
            str(label),
            place.at(view=code).url(),
            code == place.filters.view and place.saved is None,
        )
        for code, label in VIEW_NAMES.items()
    ]


def _saved(place: Place) -> list[SavedLink]:
    return [
        SavedLink(
            ids.conceal("view", one.id),
            one.name,
            Place(place.slug, place.user_id, one.filters, saved=one.id).url(),
            one.shared,
            one.id == place.saved,
        )
        for one in care.saved_views(place.user_id)
    ]


def _groups(
    place: Place, people: Iterable[care.PersonView], tags: Iterable[care.TagView]
) -> list[Group]:
    f = place.filters
    return [
        _group("channel", _("Channel"), _channels(), f.channels),
        _group("tone", _("Tone"), TONES.items(), [query.TONE_NAMES[t] for t in f.tones]),
        _group("intent", _("Intent"), triage.intent_names().items(), f.intents),
        _group("state", _("Status"), [(one, STATUSES[one]) for one in query.STATES], f.states),
        _group(
            "assignee",
            _("Assigned to"),
            _assignees(place, people),
            [query.person_code(one, place.user_id) for one in f.assignees],
        ),
        _group("language", _("Language"), triage.LANGUAGES.items(), f.languages),
        _group(
            "tag",
            _("Tag"),
            [(ids.conceal("tag", one.id), one.name) for one in tags],
            [ids.conceal("tag", one) for one in f.tags],
        ),
    ]


def _group(name: str, label: str, values: Iterable[tuple[str, Any]], chosen: Any) -> Group:
    return Group(
        name, label, [Option(value, str(words), value in chosen) for value, words in values]
    )


def _channels() -> list[tuple[str, Any]]:
    known = dict.fromkeys(one.channel for one in channels.accounts())
    return [(one, CHANNELS.get(one, one)) for one in known]


def _assignees(place: Place, people: Iterable[care.PersonView]) -> list[tuple[str, str]]:
    others = [(query.person_code(one.id, place.user_id), one.name) for one in people]
    named = [(query.ME, _("Me")), *(one for one in others if one[0] != query.ME)]
    return [*named, (query.NOBODY, _("Nobody"))]


def _empty(request: DeskRequest, place: Place) -> Empty:
    f = place.filters
    if channels.span() is None:
        return _no_message(request)
    if f.narrows and f.view != "everything":
        return Empty(
            "search",
            _("Nothing found in this view"),
            _("What you look for may stand in another view."),
            place.at(view="everything").url(),
            _("Search everywhere"),
        )
    if f.narrows:
        return Empty(
            "search",
            _("Nothing found"),
            _("Try fewer words, or other filters."),
            query.cleared(place),
            _("Clear search and filters"),
        )
    title, text = NOTHING_LEFT[f.view]
    sign = "check-circle" if f.view in ("unanswered", "urgent", "complaints") else "inbox"
    return Empty(sign, str(title), str(text))


def _no_message(request: DeskRequest) -> Empty:
    if not request.desk.can(Permission.IMPORT):
        return Empty("inbox", _("No message yet"), _("Ask a manager of this brand to import some."))
    return Empty(
        "upload",
        _("No message yet"),
        _("Import a file of what people said to you: within a minute it is sorted here."),
        reverse("imports", kwargs={"slug": request.desk.workspace.slug}),
        _("Import a file"),
    )

"""What queries found, newest first: read, searched, handed over to the inbox, left out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.analysis.queries import Query, QueryError, parse
from comptoir.base.api import Permission, Problem, ids
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.listening import api as listening
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import finding, marking, trying, words
from comptoir.web.shell.words import CHANNELS, TONES

PAGE: Final = 30
MOST: Final = 200
_TONES: Final = {"negative": -1, "neutral": 0, "positive": 1}


@dataclass(frozen=True, slots=True)
class Place:
    """Which mentions are read: of one query, of a folder, or all; with the filters."""

    query: listening.QueryView | None
    folder: listening.FolderView | None
    within: str
    tones: tuple[str, ...]
    channel: str
    own: bool
    before: int | None

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The address's query, so that links keep the place."""
        pairs = [
            ("query", ids.conceal("query", self.query.id) if self.query else ""),
            ("folder", ids.conceal("listening-folder", self.folder.id) if self.folder else ""),
            ("within", self.within),
            *(("tone", one) for one in self.tones),
            ("channel", self.channel),
            ("own", "1" if self.own else ""),
            ("before", ids.conceal("message", self.before) if self.before else ""),
        ]
        return [(name, value) for name, value in pairs if value]

    @property
    def address(self) -> str:
        return urlencode(self.parameters)

    @property
    def narrows(self) -> bool:
        return bool(self.within or self.tones or self.channel)

    @property
    def filter(self) -> listening.Filter:
        return listening.Filter(
            self.within, tuple(_TONES[one] for one in self.tones), self.channel, self.own
        )

    @property
    def asked(self) -> list[listening.QueryView]:
        """The queries whose mentions are read."""
        if self.query is not None:
            return [self.query]
        return listening.queries(self.folder.id if self.folder else None)


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """A page of mentions, or why there is none."""
    place = _place(request.GET)
    asked = place.asked
    context = _frame(request, place)
    try:
        found = listening.mentions(
            [one.id for one in asked], place.filter, place.before, limit=PAGE
        )
    except QueryError as problem:
        wrong = {
            "sentence": words.say(problem),
            "expected": words.expectation(problem),
            "marked": marking.query(place.within, problem),
            "url": _url(request, replace(place, within=problem.suggestion, before=None))
            if problem.suggestion
            else "",
            "suggestion": problem.suggestion,
        }
        return render(request, "listening/mentions.html", context | {"wrong": wrong}, status=422)
    context |= {
        "asked": asked,
        "found": found,
        "cards": _cards(request, found.mentions, asked, place.within),
        "older": _url(request, replace(place, before=found.before)) if found.before else "",
        "total": sum(listening.counts(one.id for one in asked).values()),
    }
    return render(request, "listening/mentions.html", context)


@require_POST
@desk_view(Permission.ANSWER)
def hand_over(request: DeskRequest) -> HttpResponse:
    """Tag the conversations of the chosen mentions, give them to somebody, open them again."""
    place = _place(QueryDict(request.POST.get("back", "")))
    try:
        sentence, undo = _handed(request)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, sentence, extra_tags=undo)
    return redirect(_url(request, place))


def _handed(request: DeskRequest) -> tuple[str, str]:
    """What was done, and the address that takes the last of it back."""
    chosen = [ids.reveal("conversation", one) or 0 for one in request.POST.getlist("thread")[:MOST]]
    threads = [one.id for one in care.conversations(dict.fromkeys(chosen))]
    if not threads:
        raise Problem(
            "nothing_chosen",
            gettext_lazy("No mention is chosen."),
            gettext_lazy("Tick some first."),
        )
    actor, tag = request.desk.user, request.POST.get("tag", "").strip()
    person = request.POST.get("person", "")
    assignee = ids.reveal("member", person) if person else None
    if person and assignee is None:
        raise Problem("unknown_person", gettext_lazy("This person is not in the team any more."))
    if not tag and assignee is None:
        raise Problem(
            "nothing_to_do",
            gettext_lazy("Say how the inbox is to find them."),
            gettext_lazy("Give a tag, or somebody who takes them."),
        )
    made = [care.reopen(threads, actor=actor)]
    if assignee is not None:
        made.append(care.assign(threads, assignee, actor=actor))
    if tag:
        made.append(care.tag(threads, tag, actor=actor))
    sentence = ngettext(
        "%(count)s conversation is handed over to the inbox.",
        "%(count)s conversations are handed over to the inbox.",
        len(threads),
    ) % {"count": len(threads)}
    done = [one for one in made if one.threads]
    if not done:
        return _("They were handed over so already."), ""
    kwargs = {"slug": request.desk.workspace.slug, "action": ids.conceal("action", done[-1].id)}
    return sentence, reverse("desk_undo", kwargs=kwargs)


def place_of(sent: str) -> Place:
    """The place that a form carries along."""
    return _place(QueryDict(sent))


def url(request: DeskRequest, place: Place) -> str:
    """Its address."""
    return _url(request, place)


def _place(asked: QueryDict) -> Place:
    query, folder = None, None
    # One list offers both, and a browser sends either under the list's one name.
    if outside := asked.get("query", "") or asked.get("folder", ""):
        query = finding.query(outside)
        folder = None if query else finding.folder(outside)
        if query is None and folder is None:
            raise Http404
    return Place(
        query=query,
        folder=folder,
        within=asked.get("within", "").strip()[:2000],
        tones=tuple(one for one in _TONES if one in asked.getlist("tone")),
        channel=asked.get("channel", ""),
        own="own" in asked,
        before=ids.reveal("message", asked.get("before", "")),
    )


def _url(request: DeskRequest, place: Place) -> str:
    path = reverse("mentions", kwargs={"slug": request.desk.workspace.slug})
    return f"{path}?{place.address}" if place.address else path


def _frame(request: DeskRequest, place: Place) -> dict[str, Any]:
    """What stands around the mentions: where they come from, filters, what may be done."""
    may_answer = request.desk.can(Permission.ANSWER)
    nothing = replace(place, within="", tones=(), channel="", own=False, before=None)
    known = dict.fromkeys(one.channel for one in channels.accounts())
    held = listening.queries()
    return {
        "place": place,
        "sources": _sources(held),
        "source": place.parameters[0][1] if place.query or place.folder else "",
        "queries": held,
        "tones": [(one, label, one in place.tones) for one, label in TONES.items()],
        "channels": [(one, CHANNELS.get(one, one)) for one in known],
        "clear_url": _url(request, nothing),
        "newest_url": _url(request, replace(place, before=None)) if place.before else "",
        "may_answer": may_answer,
        "may_listen": request.desk.can(Permission.LISTEN),
        "people": [
            (ids.conceal("member", one.id), one.name, one.id == request.desk.user.pk)
            for one in care.assignees()
        ]
        if may_answer
        else [],
        "tags": care.tags() if may_answer else [],
    }


def _sources(held: Sequence[listening.QueryView]) -> list[dict[str, Any]]:
    """Folders with their queries, to choose whose mentions to read."""
    return [
        {
            "outside": ids.conceal("listening-folder", folder.id),
            "name": folder.name,
            "queries": [
                (ids.conceal("query", one.id), one.name) for one in held if one.folder == folder.id
            ],
        }
        for folder in listening.folders()
    ]


def _cards(
    request: DeskRequest,
    found: Sequence[listening.MentionView],
    asked: Sequence[listening.QueryView],
    within: str,
) -> list[dict[str, Any]]:
    """Each mention with what was found in it, and every query that found it."""
    parsed = _parsed(asked)
    wanted = [parse(within)] if within else []
    whole = [one.message for one in found]
    by = {one.message: one.queries for one in found}
    used = {query for one in found for query in one.queries}
    reading = [parsed[one] for one in used if one in parsed]
    named = listening.found_by(whole)
    cards = trying.cards(request, whole, [*reading, *wanted])
    for card in cards:
        message = card["message"].id
        known = dict(named.get(message, [])) | {
            one.id: one.name for one in asked if one.id in by[message]
        }
        card["queries"] = [
            {"name": name, "outside": ids.conceal("query", one)} for one, name in known.items()
        ]
        card["query"] = ids.conceal("query", by[message][0]) if by[message] else ""
    return cards


def _parsed(asked: Sequence[listening.QueryView]) -> dict[int, Query]:
    """The queries as trees; one that this version no longer understands marks nothing."""
    found: dict[int, Query] = {}
    for one in asked:
        try:
            found[one.id] = parse(one.text)
        except QueryError:
            continue
    return found

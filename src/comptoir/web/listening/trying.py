"""What a query would do, told while it is written: mistakes, examples, findings, changes."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from comptoir.analysis import queries
from comptoir.analysis.queries import Query, QueryError
from comptoir.base.api import Permission, ids
from comptoir.channels import api as channels
from comptoir.listening import api as listening
from comptoir.triage import api as triage
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import finding, forms, marking, words
from comptoir.web.listening.forms import Written

SHOWN = 10
OFFERED = 12
HURRY, STRETCH = 0.15, 0.5
"""Seconds that the first answer of a search reads for at most, and each that follows it."""
TONES = {-1: "negative", 0: "neutral", 1: "positive"}


@dataclass(frozen=True, slots=True)
class SoFar:
    """A search under way. before: id below which it goes on. shown: messages on the page."""

    before: int | None = None
    found: int = 0
    read: int = 0
    shown: int = 0


FIRST = SoFar()


@require_POST
@desk_view(Permission.LISTEN)
def check(request: DeskRequest) -> HttpResponse:
    """Highlighting, what is wrong or doubtful, and the examples; quick."""
    context = checked(forms.sent(request.POST))
    return render(request, "listening/parts/checked.html", context | {"oob": True})


@require_POST
@desk_view(Permission.LISTEN)
def preview(request: DeskRequest) -> HttpResponse:
    """What it would have found lately; of a saved query also what would change."""
    context = previewed(
        request, forms.sent(request.POST), finding.query(request.POST.get("query", ""))
    )
    return render(request, "listening/parts/preview.html", context)


@require_POST
@desk_view(Permission.LISTEN)
def search(request: DeskRequest) -> HttpResponse:
    """
    What it finds in all that was received: a first page at once, then the rest bit by bit.

    Each answer says where it ended, and the page asks on from there.
    """
    if "before" not in request.POST:
        context = searched(request, forms.sent(request.POST).text)
        return render(request, "listening/parts/search.html", context)
    context = searched(request, request.POST.get("asked", ""), _so_far(request.POST))
    return render(request, "listening/parts/searched.html", context | {"goes_on": True})


@require_POST
@desk_view(Permission.LISTEN)
def complete(request: DeskRequest) -> JsonResponse:
    """What could be typed at the cursor; places are counted as browsers do, in UTF-16."""
    text = request.POST.get("text", "")
    try:
        cursor = _from_browser(text, int(request.POST.get("cursor", "")))
    except ValueError:
        cursor = len(text)
    found = queries.complete(text, cursor, words.known())
    return JsonResponse(
        {
            "options": [
                {
                    "text": one.text,
                    "hint": words.hint(one),
                    "kind": one.kind,
                    "start": _to_browser(text, one.start),
                    "end": _to_browser(text, one.end),
                }
                for one in found[:OFFERED]
            ]
        }
    )


def checked(written: Written) -> dict[str, Any]:
    """What a page says of a query as it stands; nothing wrong with one not begun."""
    context: dict[str, Any] = {"written": written, "mirror": marking.query(written.text)}
    if not written.text.strip():
        return context
    try:
        read = queries.parse(written.text, words.known())
        failing = listening.failing(written.text, written.wanted, written.unwanted)
    except QueryError as problem:
        return context | _broken(written, problem)
    failed = {(one.text, one.wanted) for one in failing}
    return context | {
        "read": read,
        "warnings": [
            {"sentence": words.say(one), "suggestion": one.suggestion} for one in read.warnings
        ],
        "examples": [
            {"text": text, "wanted": wanted, "passes": (text, wanted) not in failed}
            for texts, wanted in ((written.wanted, True), (written.unwanted, False))
            for text in texts
        ],
        "failing": len(failing),
    }


def previewed(
    request: DeskRequest, written: Written, it: listening.QueryView | None
) -> dict[str, Any]:
    """What the query would have found lately, with the newest messages; and against `it`."""
    if not written.text.strip():
        return {"waits": True}
    before = _against(written, it)
    try:
        read = queries.parse(written.text)
        found = listening.preview(written.text, against=before.text if before else None)
    except QueryError as problem:
        return {"broken": words.say(problem)}
    context: dict[str, Any] = {
        "found": found,
        "bars": bars(found.days),
        "cards": cards(request, found.ids[:SHOWN], [read]),
        "last": found.days[-1][0],
    }
    if before is None or found.difference is None:
        return context
    return context | _differing(request, found.difference, before, read)


def _against(written: Written, it: listening.QueryView | None) -> Query | None:
    """The text in use, where another is written and it can still be read."""
    if it is None or written.text.strip() == it.text:
        return None
    try:
        return queries.parse(it.text)
    except QueryError:
        return None


def searched(
    request: DeskRequest, text: str, so_far: SoFar = FIRST, patience: float | None = None
) -> dict[str, Any]:
    """The next stretch of all that was received, with what was found before it."""
    wanted = SHOWN - so_far.shown
    seconds = patience if patience is not None else STRETCH if so_far.before else HURRY
    enough = SHOWN if so_far.before is None else None
    try:
        read = queries.parse(text)
        part = listening.search(text, so_far.before, seconds, enough=enough)
    except QueryError as problem:
        return {"broken": words.say(problem)}
    new = cards(request, part.ids[: max(0, wanted)], [read])
    now = SoFar(
        part.end, so_far.found + part.found, so_far.read + part.read, so_far.shown + len(new)
    )
    before = ids.conceal("message", part.end) if part.end else ""
    counted = asdict(now) | {"before": before, "asked": text}
    return {
        "searched": now,
        "values": json.dumps(counted),
        "total": now.read + part.left,
        "cards": new,
        "next": before,
    }


def _so_far(post: QueryDict) -> SoFar:
    before = ids.reveal("message", post.get("before", ""))
    counts = [post.get(name, "") for name in ("found", "read", "shown")]
    if before is None or not all(one.isascii() and one.isdigit() for one in counts):
        raise Http404
    return SoFar(before, *(int(one[:18]) for one in counts))


def compared(request: DeskRequest, old: str, new: str) -> dict[str, Any]:
    """What the new text gains and loses against the old one, with messages of each."""
    try:
        before, after = queries.parse(old), queries.parse(new)
        found = listening.difference(old, new)
    except QueryError as problem:
        return {"broken": words.say(problem)}
    return _differing(request, found, before, after)


def _differing(
    request: DeskRequest, found: listening.Difference, before: Query, after: Query
) -> dict[str, Any]:
    return {
        "difference": found,
        "gained": cards(request, found.gained_ids[:SHOWN], [after]),
        "lost": cards(request, found.lost_ids[:SHOWN], [before]),
    }


def cards(
    request: DeskRequest, message_ids: Iterable[int], asked: Iterable[Query]
) -> list[dict[str, Any]]:
    """Messages to show, what was found in them marked; those erased meanwhile are left out."""
    wanted, parsed = list(message_ids), list(asked)
    known = {one.id: one for one in channels.messages(wanted)}
    read = {int(one.id): one for one in listening.documents(wanted)}
    labels = triage.labels(wanted)
    return [
        _card(request, known[one], labels.get(one), marking.places(parsed, read[one]))
        for one in wanted
        if one in known and one in read
    ]


def bars(days: Iterable[tuple[Any, int]]) -> dict[str, Any]:
    """A small column for each day: its place, height and label."""
    counted = list(days)
    most = max((count for _day, count in counted), default=0)
    return {
        "width": len(counted) * 10,
        "columns": [
            {
                "day": day,
                "count": count,
                "x": place * 10 + 1,
                "height": max(round(56 * count / most), 2) if count else 0,
                "y": 60 - (max(round(56 * count / most), 2) if count else 0),
            }
            for place, (day, count) in enumerate(counted)
        ],
        "first": counted[0][0] if counted else None,
        "last": counted[-1][0] if counted else None,
        "most": most,
        "peak": max(counted, key=lambda one: one[1])[0] if most else None,
    }


def _card(
    request: DeskRequest,
    message: channels.MessageView,
    label: triage.LabelView | None,
    places: dict[str, list[marking.Span]],
) -> dict[str, Any]:
    outside = ids.conceal("conversation", message.thread)
    slug = request.desk.workspace.slug
    return {
        "message": message,
        "outside": ids.conceal("message", message.id),
        "thread": outside,
        "url": reverse("conversation", kwargs={"slug": slug, "conversation": outside}),
        "author": words.author(message),
        "handle": words.handle(message),
        "site": listening.site_of(message.url),
        "title": marking.message(message.title, places["title"]) if message.title else "",
        "text": marking.message(message.text, places["body"]),
        "tone": TONES[label.tone] if label else "",
        "intents": [one.name for one in label.intents if one.name != "other"] if label else [],
        "language": triage.LANGUAGES.get(label.language, "") if label else "",
    }


def _broken(written: Written, problem: QueryError) -> dict[str, Any]:
    return {
        "mirror": marking.query(written.text, problem),
        "problem": {
            "sentence": words.say(problem),
            "expected": words.expectation(problem),
            "suggestion": problem.suggestion,
            "place": _to_browser(written.text, problem.position),
            "end": _to_browser(written.text, problem.end),
            "column": problem.position + 1,
        },
    }


def _to_browser(text: str, place: int) -> int:
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2


def _from_browser(text: str, place: int) -> int:
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * max(place, 0)]
    return len(units.decode("utf-16-le", "ignore"))

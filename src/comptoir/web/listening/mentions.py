"""What queries found, newest first: read, searched, narrowed to what a figure counts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from comptoir.analysis.queries import Query, QueryError, parse
from comptoir.base.api import Permission, ids
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.listening import api as listening
from comptoir.web import defined, wording
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import marking, places, trying, words
from comptoir.web.listening.places import Place
from comptoir.web.shell.words import CHANNELS, TONES

PAGE: Final = 30
MOST_TAGGED: Final = 10_000
"""Mentions that are counted, and tagged, at once."""


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """A page of mentions, or why there is none."""
    place = places.read(request.GET)
    asked, context = place.asked, _frame(request, place)
    queries, wanted = [one.id for one in asked], place.filter(request.desk.workspace.zone)
    try:
        found = listening.mentions(queries, wanted, place.before, limit=PAGE)
    except ValueError as error:
        raise Http404 from error
    except QueryError as problem:
        wrong = {
            "sentence": words.say(problem),
            "expected": words.expectation(problem),
            "marked": marking.query(place.within, problem),
            "url": places.url(request, replace(place, within=problem.suggestion, before=None))
            if problem.suggestion
            else "",
            "suggestion": problem.suggestion,
        }
        return render(request, "listening/mentions.html", context | {"wrong": wrong}, status=422)
    context |= {
        "asked": asked,
        "found": found,
        "cards": _cards(request, found.mentions, asked, place.within),
        "older": places.url(request, replace(place, before=found.before)) if found.before else "",
        "total": listening.count(queries, wanted, MOST_TAGGED),
        "most": MOST_TAGGED,
    }
    return render(request, "listening/mentions.html", context)


def _frame(request: DeskRequest, place: Place) -> dict[str, Any]:
    """What stands around the mentions: where they come from, filters, what may be done."""
    may_answer = request.desk.can(Permission.ANSWER)
    known = dict.fromkeys(one.channel for one in channels.accounts())
    held = listening.queries()
    return {
        "place": place,
        "sources": _sources(held),
        "source": place.source,
        "brand": any(one.kind == "brand" and one.queries for one in listening.folders()),
        "queries": held,
        "tones": [(one, label, one in place.tones) for one, label in TONES.items()],
        "channels": [(one, CHANNELS.get(one, one)) for one in known],
        "first": place.first.isoformat() if place.first else "",
        "last": place.last.isoformat() if place.last else "",
        "figure": _figure(request, place),
        "tags": [
            (ids.conceal("mention-tag", one.id), one.name, one.id in place.tags)
            for one in listening.tags()
        ],
        "clear_url": places.url(request, places.cleared(place)),
        "newest_url": places.url(request, replace(place, before=None)) if place.before else "",
        "may_answer": may_answer,
        "may_tag": request.desk.can(Permission.CORRECT),
        "may_listen": request.desk.can(Permission.LISTEN),
        "people": [
            (ids.conceal("member", one.id), one.name, one.id == request.desk.user.pk)
            for one in care.assignees()
        ]
        if may_answer
        else [],
        "inbox_tags": care.tags() if may_answer else [],
    }


def _figure(request: DeskRequest, place: Place) -> dict[str, Any]:
    """
    What a figure's mentions are called, its definition, and where else they are read.

    Empty without a figure; Http404 for a line that no report has.
    """
    if not place.counted or place.first is None or place.last is None:
        return {}
    try:
        line = words.line(place.key, place.said)
        told = defined.told(measure(place.key))
    except (ValueError, KeyError) as error:
        raise Http404 from error
    days = urlencode({"from": place.first.isoformat(), "to": place.last.isoformat()})
    of = {"slug": request.desk.workspace.slug, "subject": _subject(place)}
    rows = {**of, "measure": measure(place.key)}
    one = f"&{urlencode({place.key: place.said})}" if place.key else ""
    reported = bool(of["subject"])
    return {
        "period": wording.period(place.first, place.last),
        "line": line,
        "told": told,
        "definition_url": defined.address(measure(place.key)),
        "hidden": [pair for pair in place.parameters if pair[0] in ("counted", "by", "is")],
        "report_url": f"{reverse('reputation_of', kwargs=of)}?{days}" if reported else "",
        "rows_url": f"{reverse('reputation_rows', kwargs=rows)}?{days}{one}"
        if reported and place.key != places.TOPIC
        else "",
        "all_url": places.url(request, places.uncounted(place)),
    }


def measure(key: str) -> str:
    """The figure whose table has lines of this key."""
    special = {
        "": "mentions.by_day_and_tone",
        "tone": "mentions.by_day_and_tone",
        "known": "mentions.volume",
        "channel": "mentions.by_network",
        places.TOPIC: "mentions.topics",
    }
    return special.get(key, f"mentions.by_{key}")


def _subject(place: Place) -> str:
    """The report's name in addresses; "" when there is none of all queries together."""
    if place.query is not None:
        return f"query-{place.source}"
    return f"folder-{place.source}" if place.folder is not None else place.source


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
    named, tags = listening.found_by(whole), listening.tags_of(whole)
    cards = trying.cards(request, whole, [*reading, *wanted])
    for card in cards:
        message = card["message"].id
        known = dict(named.get(message, [])) | {
            one.id: one.name for one in asked if one.id in by[message]
        }
        card["queries"] = [
            {"name": name, "outside": ids.conceal("query", one)} for one, name in known.items()
        ]
        card["tags"] = [
            {"name": one.name, "outside": ids.conceal("mention-tag", one.id)}
            for one in tags.get(message, [])
        ]
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

"""One conversation: its thread, its customer's past, and its place in the list."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from comptoir.base import ids, live
from comptoir.base.api import Permission
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.triage import api as triage
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.desk import bubbles, rows
from comptoir.web.desk.composer import composer_context
from comptoir.web.desk.limits import limit_of
from comptoir.web.desk.listing import list_context, place_of
from comptoir.web.desk.moments import PRESETS
from comptoir.web.desk.query import Place

EARLIER = 100
OTHERS = 12


@require_GET
@desk_view(Permission.READ)
def conversation(request: DeskRequest, conversation: str) -> HttpResponse:
    """The whole page; the thread alone, or its earlier messages, where htmx asks for them."""
    since, found = live.newest(), find(conversation)
    place = place_of(request)
    if request.headers.get("HX-Target") == "earlier":
        return render(request, "desk/thread.html#messages", thread_context(request, found, place))
    if request.headers.get("HX-Target") == "list-body":
        return _list_alone(request, place, found)
    context = conversation_context(request, found, place)
    if request.headers.get("HX-Target") == "thread":
        return render(request, "desk/fragment.html", context)
    listed = list_context(request, place, found.id)
    context |= listed | {
        "pane": "conversation",
        "next": _next(listed["rows"], found.id),
        "since": since,
    }
    return render(request, "desk/page.html", context)


@require_GET
@desk_view(Permission.READ)
def similar(request: DeskRequest, message: str) -> HttpResponse:
    """The messages that say or ask the same as one, newest first, with their conversations."""
    identifier = message_id(message)
    read = triage.labels([identifier]).get(identifier)
    members = triage.group_members(read.group, 100) if read else []
    place = place_of(request)
    said = [
        {"message": one, "url": place.conversation_url(one.thread), "here": one.id == identifier}
        for one in channels.messages(members)
    ]
    template = "desk/similar.html#dialog" if by_script(request) else "desk/similar.html"
    return render(request, template, {"said": said, "place": place})


def conversation_context(
    request: DeskRequest, found: care.ConversationView, place: Place
) -> dict[str, Any]:
    """The middle and right panes, in a number of queries that no message adds to."""
    desk = request.desk
    may_answer = desk.can(Permission.ANSWER)
    draft = care.draft(found.id, desk.user.pk) if may_answer else None
    composer = composer_context(found, draft, request.GET.get("to", ""))
    ways = composer["capability"].ways if may_answer else None
    return (
        thread_context(request, found, place, ways)
        | composer
        | {
            "place": place,
            "open": rows.row(found, place, found.id),
            "handle": rows.handle_of(found.customer),
            "about": _about(found),
            "limit": limit_of(found.channel),
            "draft": draft,
            "answering": "answering" in request.GET,
            "past": past(found, place),
            "people": care.assignees(),
            "all_tags": care.tags(),
            "snoozes": PRESETS,
            "earliest_snooze": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
            "may_answer": may_answer,
            "may_correct": desk.can(Permission.CORRECT),
        }
    )


def thread_context(
    request: DeskRequest,
    found: care.ConversationView,
    place: Place,
    ways: channels.WaysView | None = None,
) -> dict[str, Any]:
    """
    One page of the thread, the newest unless the address asks for what came before.

    ways: how messages there can be answered and treated, asked for when not given.
    """
    may_answer = request.desk.can(Permission.ANSWER)
    if ways is None and may_answer:
        ways = channels.ways(found.id)
    timeline = care.timeline(found.id, request.GET.get("before", ""), EARLIER)
    url = place.conversation_url(found.id)
    return {
        "place": place,
        "open": rows.row(found, place, found.id),
        "items": bubbles.items(
            timeline, ways.actions if ways else (), sends=bool(ways and ways.open)
        ),
        "may_answer": may_answer,
        "earlier": f"{url}&before={timeline.earlier}" if timeline.earlier else "",
        "may_correct": request.desk.can(Permission.CORRECT),
    }


def past(found: care.ConversationView, place: Place) -> dict[str, Any] | None:
    """The customer's other conversations and figures; None for somebody unknown."""
    known = care.history(found.id, OTHERS)
    if known is None:
        return None
    all_here = known.total <= len(known.conversations) + 1
    everything = [found, *known.conversations]
    return {
        "history": known,
        "tones": [known.tones.get(one, 0) for one in (-1, 0, 1)],
        "others": rows.rows(known.conversations, place),
        "more": max(known.total - 1 - len(known.conversations), 0),
        "intents": rows.named(known.intents)[:5],
        "first": min(_began(one) for one in everything) if all_here else None,
        "last": max(one.last_at for one in everything),
        "strip": [
            rows.row(one, place, found.id) for one in sorted(everything, key=lambda c: c.last_at)
        ],
    }


def find(outside: str) -> care.ConversationView:
    """The conversation behind an id of an address; Http404 when there is none here."""
    identifier = ids.reveal("conversation", outside)
    found = care.conversation(identifier) if identifier is not None else None
    if found is None:
        raise Http404
    return found


def by_script(request: DeskRequest) -> bool:
    """Whether htmx asks, and a fragment is the answer."""
    return request.headers.get("HX-Request") == "true"


def message_id(outside: str) -> int:
    """The message behind an id of an address; Http404 when it is none of ours."""
    identifier = ids.reveal("message", outside)
    if identifier is None:
        raise Http404
    return identifier


def _began(one: care.ConversationView) -> Any:
    return one.first_in_at or one.last_at


def _about(found: care.ConversationView) -> channels.MessageView | None:
    """The brand's post that the conversation hangs under."""
    thread = channels.threads([found.id]).get(found.id)
    if thread is None or thread.about is None:
        return None
    return next(iter(channels.messages([thread.about])), None)


def _list_alone(request: DeskRequest, place: Place, found: care.ConversationView) -> HttpResponse:
    return render(request, "desk/list.html#body", list_context(request, place, found.id))


def _next(listed: list[rows.Row], current: int) -> str:
    """The outside id of the row after the one that is open; "" at the end."""
    here = next((rank for rank, one in enumerate(listed) if one.it.id == current), len(listed))
    return listed[here + 1].outside if here + 1 < len(listed) else ""

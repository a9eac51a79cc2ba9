"""
What is written to customers: notes, drafts, answers sent from here, and what is done to messages on their network.

Each address is a form's: it works without a script, which gets fragments in its place.
"""

from collections.abc import Callable
from typing import Any, Literal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from comptoir.base import ids
from comptoir.base.api import Permission
from comptoir.base.errors import Problem
from comptoir.care import api as care
from comptoir.channels import api as channels
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.desk import actions, bubbles
from comptoir.web.desk.composer import measured, moment_of
from comptoir.web.desk.conversation import by_script, find, message_id
from comptoir.web.desk.query import Place

DONE = {
    "hide": gettext_lazy("Hidden on the network."),
    "unhide": gettext_lazy("Shown again on the network."),
    "like": gettext_lazy("Liked."),
    "delete": gettext_lazy("Deleted on the network. It is kept here."),
}


@require_POST
@desk_view(Permission.ANSWER)
def write(request: DeskRequest, conversation: str) -> HttpResponse:
    """
    The composer's button: a note is kept, an answer is sent. Where nothing can be sent from
    here it becomes a draft, and the page asks whether the reader sent it on the network.
    """
    found, place = find(conversation), actions.sent_place(request)
    text, actor = request.POST.get("text", ""), request.desk.user
    if request.POST.get("mode") != "note" and "visibility" in request.POST:
        return send(request, found, place)
    try:
        if request.POST.get("mode") != "note":
            care.save_draft(found.id, text, actor=actor)
            since = moment_of(request.POST.get("since", ""))
            if since and (why := care.meanwhile(found.id, since, actor)):
                first = _("Read it before you answer there.")
                messages.warning(request, f"{why} {first}")
            return redirect(f"{place.conversation_url(found.id)}&answering#composer")
        made = care.note(found.id, text, actor=actor)
    except Problem as problem:
        return actions.refused(request, place, problem)
    if not by_script(request):
        return actions.sent_back(request, place, made, "note")
    response = actions.single(request, place, "note", [found.id])
    return actions.say(response, made.sentence, actions.undo_url(request, made), counts=False)


@require_POST
@desk_view(Permission.ANSWER)
def draft(request: DeskRequest, conversation: str) -> HttpResponse:
    """Keep an answer while it is being written; a note is kept when it is sent."""
    found = find(conversation)
    if request.POST.get("mode") == "note" or channels.was_queued(request.POST.get("key", "")):
        return HttpResponse(status=204)
    try:
        kept = care.save_draft(found.id, request.POST.get("text", ""), actor=request.desk.user)
    except Problem as problem:
        return actions.say(HttpResponse(), str(problem), kind="error")
    return draft_state(request, found, kept)


def send(request: DeskRequest, found: care.ConversationView, place: Place) -> HttpResponse:
    """Queue the answer of the composer; it leaves in ten seconds, until when Undo takes it back."""
    sent = request.POST
    try:
        made = care.send(
            found.id,
            sent.get("text", ""),
            actor=request.desk.user,
            to=ids.reveal("message", sent.get("to", "")),
            visibility=sent.get("visibility", ""),
            files=_files(request),
            keep=[ids.reveal("file", one) or 0 for one in sent.getlist("keep")],
            key=sent.get("key", ""),
            since=moment_of(sent.get("since", "")),
        )
    except Problem as problem:
        _keep(request, found)
        return actions.refused(request, place, problem)
    held = _held(found.id, request)
    if held:
        return _say_held(request, found, place, held)
    undo = actions.undo_url(request, made)
    if not by_script(request):
        messages.success(request, actions.sentence_of(made), extra_tags=undo)
        return redirect(place.conversation_url(found.id))
    response = actions.single(request, place, "sent", [found.id])
    return actions.say(response, actions.sentence_of(made), undo, counts=True)


def _held(thread: int, request: DeskRequest) -> str:
    """Why the person's newest answer there is held back, "" when it is not."""
    own = [
        one
        for one in channels.outbound_of([thread]).get(thread, [])
        if one.created_by == request.desk.user.pk
    ]
    if not own or not own[-1].held or own[-1].waits is None:
        return ""
    said = _("Your answer is held back.")
    return f"{own[-1].waits.sentence} {said}"


def _say_held(
    request: DeskRequest, found: care.ConversationView, place: Place, why: str
) -> HttpResponse:
    if not by_script(request):
        messages.warning(request, why)
        return redirect(place.conversation_url(found.id))
    response = actions.single(request, place, "sent", [found.id])
    return actions.say(response, why, kind="error", counts=True)


@require_POST
@desk_view(Permission.ANSWER)
def anyway(request: DeskRequest, answer: str) -> HttpResponse:
    """Let an answer leave that was held back."""
    found = _find(answer)
    return _do(
        request,
        found,
        lambda: care.send_anyway(found.id, actor=request.desk.user),
        _("It leaves now."),
    )


def draft_state(
    request: DeskRequest, found: care.ConversationView, kept: care.AnswerView | None
) -> HttpResponse:
    """That the draft is kept, and its length and price as the network counts them."""
    sent = request.POST
    seen = channels.ways(found.id, ids.reveal("message", sent.get("to", "")))
    visibility = sent.get("visibility", "")
    count = measured(seen, visibility, sent.get("text", "").strip()) if visibility else None
    return render(request, "desk/draft_state.html", {"kept": kept, "measured": count})


@require_GET
@desk_view(Permission.READ)
def answer(request: DeskRequest, answer: str) -> HttpResponse:
    """One answer as it stands now, in its place in the thread."""
    found = _find(answer)
    entry = next(
        (one for one in care.timeline(found.thread).entries if _is(one, found)),
        None,
    )
    may_answer = request.desk.can(Permission.ANSWER)
    shown = bubbles.item(entry, {}, 0) if entry else None
    context = {
        "item": shown,
        "place": actions.sent_place(request),
        "may_answer": may_answer,
    }
    return render(request, "desk/answer.html", context)


@require_POST
@desk_view(Permission.ANSWER)
def take_back(request: DeskRequest, answer: str) -> HttpResponse:
    """Before it leaves; it becomes the person's draft again."""
    found = _find(answer)
    return _do(
        request, found, lambda: care.take_back(found.id, actor=request.desk.user), _("Undone.")
    )


@require_POST
@desk_view(Permission.ANSWER)
def settle(request: DeskRequest, answer: str) -> HttpResponse:
    """What a person saw on the network of an answer of unknown fate."""
    found = _find(answer)
    verdict: Literal["sent", "not_sent"] = (
        "sent" if request.POST.get("verdict") == "sent" else "not_sent"
    )
    said = _("Noted: the answer is there.") if verdict == "sent" else _("It is sent again.")
    return _do(
        request, found, lambda: care.decide(found.id, verdict, actor=request.desk.user), said
    )


@require_POST
@desk_view(Permission.ANSWER)
def again(request: DeskRequest, answer: str) -> HttpResponse:
    """A failed answer's words and files, as a draft to edit and send."""
    found = _find(answer)
    return _do(
        request,
        found,
        lambda: care.write_again(found.id, actor=request.desk.user),
        _("The words are back where you write. Edit them, then send."),
    )


@require_POST
@desk_view(Permission.ANSWER)
def treat(request: DeskRequest, message: str) -> HttpResponse:
    """Hide, show again, like or delete a message on its network."""
    (said,) = channels.messages([message_id(message)]) or (None,)
    if said is None:
        raise Http404
    action = request.POST.get("action", "")
    return _do_in(
        request,
        said.thread,
        lambda: channels.act(said.id, action, actor=request.desk.user),
        str(DONE.get(action, "")),
    )


def _do(
    request: DeskRequest, found: channels.OutboundView, deed: Callable[[], Any], said: str
) -> HttpResponse:
    return _do_in(request, found.thread, deed, said)


def _do_in(request: DeskRequest, thread: int, deed: Callable[[], Any], said: str) -> HttpResponse:
    """Do it, say it, and show the conversation again."""
    place = actions.sent_place(request)
    try:
        deed()
    except Problem as problem:
        return actions.refused(request, place, problem)
    if not by_script(request):
        messages.success(request, said)
        return redirect(place.conversation_url(thread))
    response = actions.single(request, place, "", [thread])
    return actions.say(response, said, counts=True)


def _find(outside: str) -> channels.OutboundView:
    identifier = ids.reveal("outbound", outside)
    found = channels.outbound(identifier) if identifier is not None else None
    if found is None:
        raise Http404
    return found


def _is(entry: care.Entry, found: channels.OutboundView) -> bool:
    shown = entry.answer.outbound if entry.answer else entry.outbound
    return shown is not None and shown.id == found.id


def _keep(request: DeskRequest, found: care.ConversationView) -> None:
    """What was refused is not lost: without scripts the page comes back with the draft."""
    care.save_draft(found.id, request.POST.get("text", ""), actor=request.desk.user)


def _files(request: DeskRequest) -> list[channels.Attachment]:
    """The files chosen; read one byte further than is allowed, so that too large is known."""
    return [
        channels.Attachment(
            one.name or "", one.content_type or "application/octet-stream",
            one.read(channels.MOST_BYTES + 1),
        )
        for one in request.FILES.getlist("files")
    ]  # fmt: skip

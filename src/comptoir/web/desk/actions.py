"""
What people do at the desk, to one conversation or to many.

One address takes them all: `do` names the action and its choice ("assign:me",
"snooze:tomorrow", "close"), `id` the conversations. A script gets fragments; without one,
the reader is sent back to a page that says what happened.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from comptoir.base import ids
from comptoir.base.api import Permission
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.care import api as care
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.desk import query, rows
from comptoir.web.desk.composer import moment_of
from comptoir.web.desk.conversation import by_script, conversation_context
from comptoir.web.desk.listing import list_context
from comptoir.web.desk.moments import moment
from comptoir.web.desk.query import Place

MOST = 500
Verb = Callable[[Sequence[int], str, QueryDict, User], care.ActionView]


def _assign(threads: Sequence[int], choice: str, sent: QueryDict, actor: User) -> care.ActionView:
    code = choice or sent.get("assignee", "")
    person = actor.pk if code == query.ME else ids.reveal("member", code)
    return care.assign(threads, None if code == query.NOBODY else person or 0, actor=actor)


def _snooze(threads: Sequence[int], choice: str, sent: QueryDict, actor: User) -> care.ActionView:
    return care.snooze(threads, moment(choice, sent.get("until", "")), actor=actor)


def _tag(threads: Sequence[int], choice: str, sent: QueryDict, actor: User) -> care.ActionView:
    return care.tag(threads, sent.get("tag", ""), actor=actor)


def _untag(threads: Sequence[int], choice: str, sent: QueryDict, actor: User) -> care.ActionView:
    return care.untag(threads, ids.reveal("tag", choice) or 0, actor=actor)


def _note(threads: Sequence[int], choice: str, sent: QueryDict, actor: User) -> care.ActionView:
    return care.note(threads, sent.get("text", ""), actor=actor)


def _answered(threads: Sequence[int], choice: str, sent: QueryDict, actor: User) -> care.ActionView:
    return care.mark_answered(threads, sent.get("text", ""), actor=actor)


VERBS: Mapping[str, Verb] = {
    "assign": _assign,
    "snooze": _snooze,
    "unsnooze": lambda threads, _choice, _sent, actor: care.unsnooze(threads, actor=actor),
    "close": lambda threads, _choice, _sent, actor: care.close(threads, actor=actor),
    "reopen": lambda threads, _choice, _sent, actor: care.reopen(threads, actor=actor),
    "tag": _tag,
    "untag": _untag,
    "note": _note,
    "answered": _answered,
}
MOVES_ON = frozenset({"close", "snooze", "answered"})
"""After these there is nothing left to do here: the next conversation opens."""


@require_POST
@desk_view(Permission.ANSWER)
def act(request: DeskRequest) -> HttpResponse:
    """Do one thing to the conversations sent, then show what is left."""
    verb, _colon, choice = request.POST.get("do", "").partition(":")
    place = sent_place(request)
    try:
        threads = _threads(request)
        why = _meanwhile(request, verb, threads)
        if why:
            return _held_back(request, place, threads, why)
        _check_nothing_new(request, verb)
        made = _run(verb, choice, threads, request)
    except Problem as problem:
        return refused(request, place, problem)
    if not by_script(request):
        return sent_back(request, place, made, verb)
    answer = _bulk if "bulk" in request.POST else single
    response = answer(request, place, verb, threads)
    return say(response, sentence_of(made), undo_url(request, made), counts=True)


@require_POST
@desk_view(Permission.ANSWER)
def undo(request: DeskRequest, action: str) -> HttpResponse:
    """Take an action back; one conversation's is shown again, many's leave the reader there."""
    place = sent_place(request)
    try:
        undone = care.undo(ids.reveal("action", action) or 0, request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
        return redirect(_back(request, place))
    messages.success(request, _("Undone."))
    came = urlsplit(_back(request, place))
    if len(undone.threads) == 1 and "/inbox/c/" in came.path:
        there = query.read(QueryDict(came.query), place.slug, place.user_id)
        return redirect(there.conversation_url(undone.threads[0]))
    return redirect(came.geturl())


def sentence_of(made: care.ActionView) -> str:
    """What the toast says."""
    return made.sentence if made.threads else _("Nothing to change.")


def undo_url(request: DeskRequest, made: care.ActionView) -> str:
    """Where Undo posts to; "" when there is nothing to undo."""
    if not made.threads:
        return ""
    kwargs = {"slug": request.desk.workspace.slug, "action": ids.conceal("action", made.id)}
    return reverse("desk_undo", kwargs=kwargs)


def _run(verb: str, choice: str, threads: Sequence[int], request: DeskRequest) -> care.ActionView:
    known = VERBS.get(verb)
    if known is None:
        raise Problem("unknown_verb", gettext_lazy("This cannot be done to a conversation."))
    return known(threads, choice, request.POST, request.desk.user)


def _threads(request: DeskRequest) -> list[int]:
    """The conversations chosen; raises Problem "nothing_chosen" or "unknown_conversation"."""
    chosen = [ids.reveal("conversation", one) or 0 for one in request.POST.getlist("id")[:MOST]]
    if not chosen:
        raise Problem(
            "nothing_chosen",
            gettext_lazy("No conversation is chosen."),
            gettext_lazy("Tick some in the list first."),
        )
    return list(dict.fromkeys(chosen))


def _meanwhile(request: DeskRequest, verb: str, threads: Sequence[int]) -> str:
    """What others did while somebody answered by hand; "" for nothing, and for other verbs."""
    since = moment_of(request.POST.get("since", ""))
    if verb != "answered" or since is None or len(threads) != 1:
        return ""
    return str(care.meanwhile(threads[0], since, request.desk.user))


def _held_back(
    request: DeskRequest, place: Place, threads: Sequence[int], why: str
) -> HttpResponse:
    """Show what happened, keep the words, and ask once more whether they were sent."""
    care.save_draft(threads[0], request.POST.get("text", ""), actor=request.desk.user)
    if not by_script(request):
        messages.warning(request, why)
        return redirect(f"{place.conversation_url(threads[0])}&answering#composer")
    found = care.conversation(threads[0])
    context = _changed(request, place, threads, found)
    response = render(request, "desk/fragment.html", context | {"held": why, "answering": True})
    return say(response, why, kind="error", counts=True)


def _check_nothing_new(request: DeskRequest, verb: str) -> None:
    """
    Refuse to close or answer a conversation in which somebody wrote while it was being read.

    latest: the newest message that the page showed; a page that does not say is believed.
    """
    latest, opened = request.POST.get("latest", ""), request.POST.get("open", "")
    identifier = ids.reveal("conversation", opened)
    told = verb == "answered" and bool(request.POST.get("since"))
    if verb not in MOVES_ON or told or not latest or identifier is None:
        return
    found = care.conversation(identifier)
    if found and ids.conceal("message", found.last_message) != latest:
        raise Problem(
            "newer_message",
            gettext_lazy("Somebody wrote in this conversation while you were reading."),
            gettext_lazy("Reload it, then decide."),
        )


def sent_place(request: DeskRequest) -> Place:
    """Where the reader was: the form carries the address's query along."""
    desk = request.desk
    return query.read(QueryDict(request.POST.get("back", "")), desk.workspace.slug, desk.user.pk)


def single(request: DeskRequest, place: Place, verb: str, threads: Sequence[int]) -> HttpResponse:
    """The row as it is now, and the next conversation (or this one again)."""
    following = ids.reveal("conversation", request.POST.get("next", ""))
    shown = following if verb in MOVES_ON else threads[0]
    found = None if shown is None else care.conversation(shown)
    response = render(request, "desk/fragment.html", _changed(request, place, threads, found))
    if found is None:
        response.headers["HX-Push-Url"] = place.url(place.cursor)
    elif verb in MOVES_ON:
        response.headers["HX-Push-Url"] = place.conversation_url(found.id)
    return response


def _changed(
    request: DeskRequest,
    place: Place,
    threads: Sequence[int],
    found: care.ConversationView | None,
) -> dict[str, Any]:
    """Rows that stay and rows that go, with the conversation to show beside them."""
    changed = rows.rows(care.conversations(threads), place, found.id if found else None)
    opened = conversation_context(request, found, place) if found else {"open": None}
    return opened | {
        "changed": [one for one in changed if rows.belongs(one.it, place.filters)],
        "gone": [one for one in changed if not rows.belongs(one.it, place.filters)],
        "place": place,
        "may_answer": True,
    }


def _bulk(request: DeskRequest, place: Place, verb: str, threads: Sequence[int]) -> HttpResponse:
    """The list drawn again, and the open conversation when it was among those chosen."""
    opened = ids.reveal("conversation", request.POST.get("open", ""))
    context = list_context(request, place, opened)
    found = care.conversation(opened) if opened and opened in threads else None
    if found is not None:
        context |= conversation_context(request, found, place) | {"beside": True}
    return render(request, "desk/bulk.html", context)


def say(
    response: HttpResponse,
    text: str,
    undo: str = "",
    *,
    kind: str = "success",
    counts: bool = False,
) -> HttpResponse:
    """Have the page show a toast, and count its views again."""
    events: dict[str, Any] = json.loads(response.headers.get("HX-Trigger", "{}"))
    events["toast"] = {"text": text, "kind": kind, "undo": undo}
    if counts:
        events["desk:counts"] = True
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def refused(request: DeskRequest, place: Place, problem: Problem) -> HttpResponse:
    if not by_script(request):
        messages.error(request, str(problem))
        return redirect(_back(request, place))
    response = HttpResponse()
    response.headers["HX-Reswap"] = "none"
    return say(response, str(problem), kind="error")


def sent_back(request: DeskRequest, place: Place, made: care.ActionView, verb: str) -> HttpResponse:
    """Without scripts: the next conversation after one that is done with, else the same page."""
    text = sentence_of(made)
    messages.success(request, text, extra_tags=undo_url(request, made))
    following = ids.reveal("conversation", request.POST.get("next", ""))
    if verb in MOVES_ON and "bulk" not in request.POST:
        return redirect(place.conversation_url(following) if following else place.url())
    return redirect(_back(request, place))


def _back(request: DeskRequest, place: Place) -> str:
    """The page that the reader came from, when it is one of ours."""
    came = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        came, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return came if ours else place.url()

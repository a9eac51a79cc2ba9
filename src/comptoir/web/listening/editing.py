"""The editor of a query: written, tried, compared with the one in use, kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptoir.analysis.queries import QueryError, parse
from comptoir.base.api import Permission, Problem, ids
from comptoir.listening import api as listening
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.listening import composing, finding, forms, marking, past, trying, words
from comptoir.web.listening.forms import Written

WITHOUT_SCRIPT = 3.0
"""Seconds that a search reads for where the page cannot ask on by itself."""
PERIODS = ("7", "30", "90", "365", "all")


@require_http_methods(["GET", "POST"])
@desk_view(Permission.LISTEN)
def new(request: DeskRequest) -> HttpResponse:
    """Write a query, see at once what it would have found, save it."""
    return _editor(request, None)


@require_http_methods(["GET", "POST"])
@desk_view(Permission.READ)
def edit(request: DeskRequest, query: str) -> HttpResponse:
    """A saved query: shown to all, changed by those who may."""
    it = finding.known(query)
    if request.method == "POST":
        request.desk.require(Permission.LISTEN)
    return _editor(request, it)


def _editor(request: DeskRequest, it: listening.QueryView | None) -> HttpResponse:
    written, helped, does = _written(request, it)
    context = trying.checked(written)
    if does == "compose" and helped.empty:
        context["unhelped"] = True
    if does == "save":
        try:
            return _saved(request, it, written)
        except Problem as refused:
            context["refused"] = refused
        except QueryError:
            # The check above says what is wrong, and where.
            context["unsaved"] = True
    if does == "preview":
        context |= trying.previewed(request, written, it)
    if does == "search" and written.text.strip():
        context |= trying.searched(request, written.text, patience=WITHOUT_SCRIPT)
    context |= _around(request, it) | {"helped": helped, "helps": does == "compose"}
    failed = "refused" in context or "unsaved" in context
    return render(request, "listening/query.html", context, status=422 if failed else 200)


def _written(
    request: DeskRequest, it: listening.QueryView | None
) -> tuple[Written, composing.Asked, str]:
    """What is written so far, after the form for help or a suggestion replaced the text."""
    helped = composing.asked(request.POST.dict())
    if request.method == "GET":
        return (forms.stored(it) if it else forms.first(request.GET.dict())), helped, ""
    written, does = forms.sent(request.POST), request.POST.get("do", "")
    text = written.text
    if "suggestion" in request.POST:
        text, does = request.POST["suggestion"], "check"
    elif does == "compose" and not helped.empty:
        text = composing.compose(helped, written.text)
    draft = written.draft()
    return (
        Written(draft.name, draft.folder, text, written.must, written.must_not),
        helped,
        does,
    )


def _saved(request: DeskRequest, it: listening.QueryView | None, written: Written) -> HttpResponse:
    user = request.desk.user
    if it is None:
        identifier = listening.add(written.draft(), user)
        sentence = _("“%(name)s” listens from now on. Have it read the past, too?")
    else:
        identifier, before = it.id, it.number
        now = listening.change(identifier, written.draft(), user).number
        sentence = _("“%(name)s” is saved; its words are those they were.")
        if now != before:
            sentence = _("“%(name)s” listens with its new version from now on.")
    messages.success(request, sentence % {"name": " ".join(written.name.split())})
    outside = ids.conceal("query", identifier)
    return redirect("query", slug=request.desk.workspace.slug, query=outside)


def _around(request: DeskRequest, it: listening.QueryView | None) -> dict[str, Any]:
    """What a page shows besides the text: folders, versions, runs on the past."""
    context: dict[str, Any] = {
        "it": it,
        "folders": [
            (ids.conceal("listening-folder", one.id), one.name, one.id)
            for one in listening.folders()
        ],
        "choices": composing.choices(words.known()),
        "may_listen": request.desk.can(Permission.LISTEN),
    }
    if it is None:
        return context
    return (
        context
        | past.standing_of(it)
        | {
            "outside": ids.conceal("query", it.id),
            "state": words.STATES[it.state],
            "stored": marking.query(it.text),
            "readable": _readable(it.text),
            "versions": [
                {"it": one, "text": marking.query(one.text), "used": one.number == it.number}
                for one in listening.versions(it.id)
            ],
            "found_count": listening.counts([it.id]).get(it.id, 0),
            "periods": PERIODS,
        }
    )


def _readable(text: str) -> bool:
    """Whether this version of Comptoir still understands a stored query."""
    try:
        parse(text)
    except QueryError:
        return False
    return True

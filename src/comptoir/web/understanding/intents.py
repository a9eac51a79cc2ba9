"""A brand's own intents: written, seen at work, kept, changed, paused and deleted."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.base.models import User
from comptoir.channels import api as channels
from comptoir.triage import api as triage
from comptoir.triage import brand
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.understanding import words
from comptoir.web.understanding.accuracy import standing
from comptoir.web.understanding.corrections import said

OFFERED: Final = 20
WARM_FOR: Final = 600


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """The brand's own intents, and the way to one more."""
    slug = request.desk.workspace.slug
    inbox = reverse("inbox", kwargs={"slug": slug})
    rows = [
        {
            "it": one,
            "outside": ids.conceal("own-intent", one.id),
            "state": words.STATES[one.state],
            "lacking": max(brand.FEWEST - len(one.examples), 0),
            "inbox": f"{inbox}?view=everything&intent={one.slug}",
        }
        for one in brand.own_intents()
    ]
    context = standing(request) | {"rows": rows, "needed": brand.FEWEST}
    return render(request, "understanding/intents.html", context)


@require_http_methods(["GET", "POST"])
@desk_view(Permission.TEACH)
def new(request: DeskRequest) -> HttpResponse:
    """Write an intent, see at once how it would have sorted last month, keep or drop it."""
    if request.method == "GET":
        _prepare(request)
    return _editor(request, None)


@require_http_methods(["GET", "POST"])
@desk_view(Permission.TEACH)
def edit(request: DeskRequest, intent: str) -> HttpResponse:
    """The same for an intent that is there."""
    return _editor(request, _own(intent))


@require_POST
@desk_view(Permission.TEACH)
def state(request: DeskRequest, intent: str) -> HttpResponse:
    """Pause an intent, take it up again, or delete it."""
    it, user = _own(intent), request.desk.user
    verbs: dict[str, tuple[Callable[[int, User], None], str]] = {
        "pause": (
            brand.pause,
            _("“%(name)s” is paused. New messages are no longer sorted into it."),
        ),
        "resume": (brand.resume, _("“%(name)s” is in use again.")),
        "delete": (brand.delete, _("“%(name)s” is deleted.")),
    }
    verb, sentence = verbs.get(request.POST.get("do", ""), (None, ""))
    if verb is None:
        raise Http404
    try:
        verb(it.id, user)
    except Problem as problem:
        messages.error(request, str(problem))
    except brand.EncoderMissing:
        messages.error(request, encoder_missing())
    else:
        messages.success(request, sentence % {"name": it.name})
    return redirect("own_intents", slug=request.desk.workspace.slug)


def encoder_missing() -> str:
    """What a page says when nothing can be learnt on this server."""
    return _(
        "The part of Comptoir that compares meanings cannot run on this server, so nothing can"
        " be learnt here. Messages are still read. Whoever looks after the server finds the"
        " reason with “comptoir check”."
    )


def _editor(request: DeskRequest, it: brand.OwnIntentView | None) -> HttpResponse:
    form = _form(request, it)
    context: dict[str, Any] = {
        "it": it,
        "outside": ids.conceal("own-intent", it.id) if it else "",
        "form": form,
        "needed": brand.FEWEST,
    }
    does = request.POST.get("do", "")
    if does in ("preview", "keep"):
        try:
            if does == "keep":
                return _kept(request, it, form)
            context["preview"] = _preview(request, it, form)
        except Problem as problem:
            context["problem"] = problem
        except brand.EncoderMissing:
            context["missing"] = encoder_missing()
    elif form["find"]:
        context["offered"] = _offered(request, form)
    failed = "problem" in context or "missing" in context
    return render(request, "understanding/intent.html", context, status=422 if failed else 200)


def _form(request: DeskRequest, it: brand.OwnIntentView | None) -> dict[str, Any]:
    """What is written so far, with the messages just picked added to the examples."""
    if request.method == "GET":
        return _first(request, it)
    sent = request.POST
    picked = [one for one in sent.getlist("picked") if ids.reveal("message", one)]
    text = sent.get("examples", "")
    if sent.get("do") == "pick":
        chosen = [one for one in sent.getlist("pick") if one not in picked]
        lines = [brand.line_of(one.text, one.title) for one in _messages(chosen)]
        text = "\n".join([*filter(None, [text.rstrip()]), *lines])
        picked += chosen
    return {
        "name": sent.get("name", ""),
        "description": sent.get("description", ""),
        "examples": text,
        "count": len([line for line in text.splitlines() if line.strip()]),
        "picked": picked,
        "find": sent.get("find", "").strip()[:200],
    }


def _first(request: DeskRequest, it: brand.OwnIntentView | None) -> dict[str, Any]:
    """The form when it is opened; `message` in the address is the first example."""
    asked = [request.GET["message"]] if "message" in request.GET else []
    lines = [one.text for one in it.examples] if it else []
    lines += [brand.line_of(one.text, one.title) for one in _messages(asked)]
    known = [one.message for one in it.examples if one.message] if it else []
    return {
        "name": it.name if it else "",
        "description": it.description if it else "",
        "examples": "\n".join(lines),
        "count": len(lines),
        "picked": [*(ids.conceal("message", one) for one in known), *asked],
        "find": request.GET.get("find", ""),
    }


def _draft(form: dict[str, Any]) -> brand.Draft:
    picked = [ids.reveal("message", one) or 0 for one in form["picked"]]
    return brand.draft(form["name"], form["description"], form["examples"], picked)


def _kept(
    request: DeskRequest, it: brand.OwnIntentView | None, form: dict[str, Any]
) -> HttpResponse:
    wanted = _draft(form)
    if it is None:
        brand.add(wanted, request.desk.user)
        sentence = _("“%(name)s” is kept: new messages are sorted into it from now on.")
    else:
        brand.change(it.id, wanted, request.desk.user)
        sentence = _("“%(name)s” is changed.")
    messages.success(request, sentence % {"name": wanted.name})
    return redirect("own_intents", slug=request.desk.workspace.slug)


def _preview(
    request: DeskRequest, it: brand.OwnIntentView | None, form: dict[str, Any]
) -> dict[str, Any]:
    found = brand.preview(_draft(form), it.id if it else None)
    lists = [
        (_("The surest"), found.surest),
        (_("The least sure that it would take"), found.doubtful),
        (_("Those it would just not take"), found.nearly),
    ]
    return {
        "found": found,
        "lists": [(title, _placed(request, placed)) for title, placed in lists if placed],
        "carried": [
            {"name": triage.intent_name(name), "count": count, "share": count / found.count}
            for name, count in found.carried
        ],
        "lookalikes": [
            {"name": triage.intent_name(one.name), "share": one.share} for one in found.lookalikes
        ],
    }


def _placed(request: DeskRequest, placed: tuple[brand.Placed, ...]) -> list[dict[str, Any]]:
    labels = triage.labels([one.message_id for one in placed])
    rows = []
    for one in placed:
        label = labels.get(one.message_id)
        carried = [intent.name for intent in label.intents] if label else []
        rows.append((one.message_id, {"chance": one.chance, "carried": carried}))
    return said(request, rows)


def _offered(request: DeskRequest, form: dict[str, Any]) -> list[dict[str, Any]]:
    """Messages of the desk that hold the words looked for, not picked yet."""
    found = channels.search(form["find"], limit=OFFERED * 3)
    theirs = [one for one in channels.messages(found) if not one.own and one.kind != "repost"]
    offered = [{"message": one, "outside": ids.conceal("message", one.id)} for one in theirs]
    return [one for one in offered if one["outside"] not in form["picked"]][:OFFERED]


def _messages(outside: list[str]) -> list[channels.MessageView]:
    return channels.messages([ids.reveal("message", one) or 0 for one in outside])


def _own(outside: str) -> brand.OwnIntentView:
    """The intent behind an id of an address; 404 for any other."""
    try:
        return brand.own_intent(ids.reveal("own-intent", outside) or 0)
    except Problem as problem:
        raise Http404 from problem


def _prepare(request: DeskRequest) -> None:
    """Have the worker read the month while somebody writes examples."""
    workspace = request.desk.workspace.pk
    if cache.add(f"understanding-month-{workspace}", 1, WARM_FOR):
        brand.read_month.enqueue(workspace)

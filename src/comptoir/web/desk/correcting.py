"""Putting a message's labels right: one key each, kept with who and when, undone as easily."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base import ids
from comptoir.base.api import Permission
from comptoir.base.errors import Problem
from comptoir.channels import api as channels
from comptoir.triage import api as triage
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.desk import bubbles, query
from comptoir.web.desk.conversation import by_script, message_id
from comptoir.web.desk.listing import place_of
from comptoir.web.desk.query import Place

TONE_KEYS = {-1: "-", 0: "0", 1: "+"}
URGENCY_KEYS = {0: "1", 1: "2", 2: "3"}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a label. key: what chooses it on the keyboard. sent: what its button sends."""

    sent: str
    label: str
    chosen: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One label: its values, why it stands as it does, and the correction that can be undone."""

    field: str
    label: str
    values: list[Value]
    why: str
    corrected: bool
    last: triage.CorrectionView | None
    undo: str


@require_GET
@desk_view(Permission.CORRECT)
def editor(request: DeskRequest, message: str) -> HttpResponse:
    return _shown(request, message_id(message), place_of(request))


@require_POST
@desk_view(Permission.CORRECT)
def correct(request: DeskRequest, message: str) -> HttpResponse:
    """Set one label; `set` names it and its value ("tone:negative", "intents:refund")."""
    identifier = message_id(message)
    field, _colon, sent = request.POST.get("set", "").partition(":")
    try:
        value = _value(identifier, field, sent)
        triage.correct(identifier, field, value, request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
        return _after(request, identifier, str(problem))
    return _after(request, identifier)


@require_POST
@desk_view(Permission.CORRECT)
def undo(request: DeskRequest, correction: str) -> HttpResponse:
    try:
        label = triage.undo_correction(ids.reveal("correction", correction) or 0, request.desk.user)
    except Problem as problem:
        identifier = message_id(request.POST.get("message", ""))
        return _after(request, identifier, str(problem))
    return _after(request, label.message_id)


def _value(identifier: int, field: str, sent: str) -> object:
    """What triage understands; an intent sent is put on or taken off those that stand."""
    if field == "tone":
        return query.TONE_CODES.get(sent)
    if field == "urgency":
        return int(sent) if sent.isdecimal() else None
    if field in ("needs_answer", "irony"):
        return {"yes": True, "no": False}.get(sent)
    if field == "intents":
        standing = {one.name for one in _label(identifier).intents} - {"other"}
        return sorted(standing ^ {sent})
    return sent


def _after(request: DeskRequest, identifier: int, problem: str = "") -> HttpResponse:
    """The editor with what stands now; with scripts, the message's bubble follows."""
    desk = request.desk
    place = query.read(QueryDict(request.POST.get("back", "")), desk.workspace.slug, desk.user.pk)
    if by_script(request):
        return _shown(request, identifier, place, "desk/labels.html#answer", problem)
    outside = ids.conceal("message", identifier)
    address = redirect("desk_labels", slug=desk.workspace.slug, message=outside)
    address.headers["Location"] += f"?{place.query}"
    return address


def _shown(
    request: DeskRequest, identifier: int, place: Place, template: str = "", problem: str = ""
) -> HttpResponse:
    said = next(iter(channels.messages([identifier])), None)
    if said is None:
        raise Http404
    read = _label(identifier)
    sizes = triage.group_sizes([read.group])
    context = {
        "message": said,
        "outside": ids.conceal("message", identifier),
        "fields": _rows(read),
        "labels": bubbles.labels(read, sizes),
        "place": place,
        "url": place.conversation_url(said.thread),
        "problem": problem,
        "may_correct": True,
    }
    default = "desk/labels.html#dialog" if by_script(request) else "desk/labels.html"
    return render(request, template or default, context)


def _rows(read: triage.LabelView) -> list[Row]:
    made = {
        one.field: one for one in reversed(triage.corrections(read.message_id)) if not one.undone_at
    }
    intents = {one.name for one in read.intents}
    standing: list[tuple[triage.Field, str, list[Value]]] = [
        ("tone", _("Tone"), [
            Value(query.TONE_NAMES[int(c.value)], c.label, c.value == read.tone, TONE_KEYS[int(c.value)])
            for c in triage.choices("tone")
        ]),
        ("urgency", _("Urgency"), [
            Value(str(c.value), c.label, c.value == read.urgency, URGENCY_KEYS[int(c.value)])
            for c in triage.choices("urgency")
        ]),
        ("needs_answer", _("Needs an answer"), _yes_no("needs_answer", read.needs_answer, "n")),
        ("irony", _("Irony"), _yes_no("irony", read.irony, "i")),
        ("language", _("Language"), _languages(read.language)),
        ("intents", _("Intents"), [
            Value(str(c.value), c.label, c.value in intents)
            for c in triage.choices("intents") if c.value != "other"
        ]),
    ]  # fmt: skip
    return [_row(read, *one, made.get(one[0])) for one in standing]


def _row(
    read: triage.LabelView,
    field: triage.Field,
    label: str,
    values: list[Value],
    last: triage.CorrectionView | None,
) -> Row:
    corrected = field in read.corrected
    sure = read.confidences.get(field)
    if field == "intents":
        why = "\n".join(
            f"{triage.intent_name(one.name)}: {bubbles.why(one.reason, one.confidence, corrected)}"
            for one in read.intents
        )
    else:
        why = bubbles.why(read.reasons.get(field, ""), sure or 0.0, corrected)
    undone = ids.conceal("correction", last.id) if last else ""
    return Row(field, label, values, why, corrected, last, undone)


def _yes_no(field: str, standing: bool, key: str) -> list[Value]:
    """The key goes to the value that is not standing: pressing it turns the label round."""
    return [
        Value(
            "yes" if c.value else "no",
            c.label,
            c.value == standing,
            "" if c.value == standing else key,
        )
        for c in triage.choices(field)
    ]


def _languages(standing: str) -> list[Value]:
    known: list[Any] = [c.value for c in triage.choices("language")]
    codes = known if standing in known else [*known, standing]
    return [Value(code, query.language(code), code == standing) for code in codes]


def _label(identifier: int) -> triage.LabelView:
    """Raises Http404 for a message that is not here or not yet read."""
    read = triage.labels([identifier]).get(identifier)
    if read is None:
        raise Http404
    return read

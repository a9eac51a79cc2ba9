"""Tasks that weak points call for: the list, one of them, its before and after."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir import conf
from comptoir.base.api import Permission, Problem, ids
from comptoir.base.models import Workspace
from comptoir.channels import api as channels
from comptoir.channels.wording import said
from comptoir.weakpoints import api
from comptoir.weakpoints.api import Measure, Side, TaskDraft, TaskView
from comptoir.web import wording as figures
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.choice import page_number
from comptoir.web.weakpoints import forms, reading, wording
from comptoir.web.weakpoints.forms import TaskForm


def address(workspace: Workspace, task_id: int) -> str:
    """Where a task is read, from outside."""
    kwargs = {"slug": workspace.slug, "task": ids.conceal("task", task_id)}
    return conf.current().address + reverse("weak_task", kwargs=kwargs)


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponseBase:
    """Mine or all, by state, paged."""
    whose = "mine" if request.GET.get("whose") == "mine" else "all"
    states = {"", "all", *api.STATES.values}
    state = request.GET.get("state", "")
    state = state if state in states else ""
    number = page_number(request)
    owner = request.desk.user.pk if whose == "mine" else None
    found, total = api.tasks.tasks(owner, state, number)
    context = {
        "tasks": [_row(request, one) for one in found],
        "total": total,
        "page_obj": Paginator(range(total), api.tasks.PAGE).get_page(number),
        "whose": whose,
        "state": state,
        "states": [("", _("To do and under way")), *api.STATES.choices, ("all", _("All"))],
        "may_write": request.desk.can(Permission.CORRECT),
    }
    return render(request, "weakpoints/tasks.html", context)


@require_http_methods(["GET", "POST"])
@desk_view(Permission.CORRECT)
def new(request: DeskRequest) -> HttpResponseBase:
    """A task; the address may say what for."""
    wanted = reading.wanted(request)
    kind = request.GET.get("kind", "")
    draft = TaskDraft(
        request.GET.get("title", "")[:120],
        kind=kind if kind in api.KINDS.values else api.KINDS.TRAINING,
        department=wanted.department if wanted.department != api.NONE else "",
        product=wanted.product if wanted.product != api.NONE else "",
        channel=wanted.channel,
        language=wanted.language,
        phrase=wanted.phrase,
    )
    return _editor(request, None, draft)


@require_http_methods(["GET", "POST"])
@desk_view(Permission.READ)
def edit(request: DeskRequest, task: str) -> HttpResponseBase:
    if request.method == "POST":
        request.desk.require(Permission.CORRECT)
    it = _found(task)
    return _editor(request, it, it.draft)


@require_POST
@desk_view(Permission.CORRECT)
def delete(request: DeskRequest, task: str) -> HttpResponseBase:
    it = _found(task)
    api.tasks.delete_task(it.id, request.desk.user)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": it.draft.title})
    return redirect("weak_tasks", slug=request.desk.workspace.slug)


def _editor(request: DeskRequest, it: TaskView | None, draft: TaskDraft) -> HttpResponseBase:
    if request.method == "GET":
        form = TaskForm(draft=draft, initial=forms.initial(draft))
        return _page(request, it, form, 200)
    form = TaskForm(request.POST, draft=draft)
    if form.is_valid():
        try:
            return _saved(request, it, form.draft())
        except Problem as problem:
            form.add_error(None, str(problem))
    return _page(request, it, form, 422)


def _saved(request: DeskRequest, it: TaskView | None, draft: TaskDraft) -> HttpResponseBase:
    user, slug = request.desk.user, request.desk.workspace.slug
    if it is None:
        identifier = api.tasks.add_task(draft, user)
        messages.success(request, _("The task is there."))
    else:
        identifier = it.id
        api.tasks.change_task(identifier, draft, user)
        messages.success(request, _("Saved."))
    return redirect("weak_task", slug=slug, task=ids.conceal("task", identifier))


def _page(
    request: DeskRequest, it: TaskView | None, form: TaskForm, status: int
) -> HttpResponseBase:
    context: dict[str, Any] = {
        "it": it,
        "form": form,
        "may_write": request.desk.can(Permission.CORRECT),
        "mailbox": channels.mail_address(),
        "tasks_url": reading.at(request, "weak_tasks"),
    }
    if it is not None:
        context |= {
            "outside": ids.conceal("task", it.id),
            "row": _row(request, it),
            "about": wording.about(it.draft.filter) or [_("All complaints")],
            "problem": {part: said(it.notice.get(part, "")) for part in ("sentence", "fix")}
            if it.notice
            else None,
            "history": [_change(one) for one in api.tasks.history(it.id)],
            "measured": _measured(request, it),
        }
    return render(request, "weakpoints/task.html", context, status=status)


def _row(request: DeskRequest, one: TaskView) -> dict[str, Any]:
    return {
        "it": one,
        "url": reading.at(request, "weak_task", task=ids.conceal("task", one.id)),
        "about": " · ".join(wording.about(one.draft.filter)) or _("All complaints"),
        "point": f"{reading.at(request, 'weak_point')}?{reading.query(None, one.draft.filter)}",
    }


def _found(outside: str) -> TaskView:
    try:
        return api.tasks.task(ids.reveal("task", outside) or 0)
    except Problem as problem:
        raise Http404 from problem


def _change(one: api.ChangeView) -> dict[str, Any]:
    names = {
        "title": _("Name"),
        "kind": _("Kind"),
        "state": _("State"),
        "owner": _("Who does it"),
        "due_on": _("Until"),
        "notes": _("Notes"),
        "started_on": _("Begun on"),
        "done_on": _("Done on"),
        "days": _("Days compared"),
    }
    lines = [
        (names.get(name, _("Which complaints")), _value(name, before), _value(name, after))
        for name, before, after in one.changes
        if name != "notes"
    ]
    return {
        "it": one,
        "lines": lines,
        "notes": any(name == "notes" for name, _before, _after in one.changes),
    }


def _value(name: str, value: Any) -> str:
    if value in ("", None):
        return figures.DASH
    named = {
        "kind": lambda: str(api.KINDS(value).label),
        "state": lambda: str(api.STATES(value).label),
        "department": lambda: api.departments.name_of(value),
        "product": lambda: api.products.name_of(value),
        "channel": lambda: figures.key("channel", value, {}),
        "language": lambda: figures.key("language", value, {}),
    }
    return str(named[name]()) if name in named else str(value)


def _measured(request: DeskRequest, it: TaskView) -> dict[str, Any]:
    """Before and after in words; every figure with the address of its rows."""
    try:
        found = api.measure(it.draft)
    except Problem as problem:
        return {"broken": str(problem)}
    return {
        "it": found,
        "sentence": _sentence(found),
        "before": _side(request, it, found.before),
        "after": _side(request, it, found.after),
        "change": wording.change(found.change),
        "direction": wording.direction(found.change),
        "rest": wording.change(found.rest),
        "beyond": wording.change(found.beyond),
        "beyond_direction": wording.direction(found.beyond),
    }


def _sentence(found: Measure) -> str:
    says = {
        "no_start": _("What was so before is counted once the task has begun."),
        "not_done": _("It is compared once the task is done."),
        "early": _("Too early: a week must have passed since it was done (from %(day)s on)."),
        "unknown": _("Not compared: messages are not known for the whole of the days before."),
        "few": _("Not enough: there are too few complaints or conversations to compare."),
        "so_far": _("So far, over the first %(days)s days."),
        "told": _("Over %(days)s days before and after."),
    }
    day = figures.period(found.from_day, found.from_day) if found.from_day else ""
    return says[found.state] % {"days": found.days, "day": day}


def _side(request: DeskRequest, it: TaskView, side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    days = f"from={side.period.first.isoformat()}&to={side.period.last.isoformat()}"
    kept = reading.query(None, it.draft.filter)

    def rows(measure: str) -> str:
        at = reading.at(request, "weak_rows", measure=measure)
        return f"{at}?{days}{'&' + kept if kept else ''}"

    return {
        "it": side,
        "words": figures.period(side.period.first, side.period.until - timedelta(days=1)),
        "rate": wording.per_hundred(side.rate),
        "interval": wording.interval(side.interval),
        "rest_rate": wording.per_hundred(side.rest_rate),
        "complaints": rows("complaints"),
        "rest": rows("rest"),
        "talks": rows("conversations"),
        "contacts": rows("contacts"),
    }

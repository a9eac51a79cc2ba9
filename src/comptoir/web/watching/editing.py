"""Writing down a page to watch; what would be read shows before it is saved."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.channels import api as channels
from comptoir.listening.watching import api
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.watching import finding, forms, watched
from comptoir.web.watching.forms import PageForm

FIELDS = {
    "page_address": "url", "page_known": "url", "page_name": "name", "page_wants": "wants",
    "page_every": "every", "page_selector": "selector", "page_phrase": "phrase",
    "page_contact": "contact", "unknown_folder": "folder",
}  # fmt: skip
"""Where a problem is shown; others stand above the form."""


@require_http_methods(["GET", "POST"])
@desk_view(Permission.LISTEN)
def new(request: DeskRequest) -> HttpResponse:
    return _editor(request, None, forms.first(request.GET.dict(), request.desk.user.email))


@require_http_methods(["GET", "POST"])
@desk_view(Permission.LISTEN)
def edit(request: DeskRequest, page: str) -> HttpResponse:
    it = finding.page(page)
    return _editor(request, it, it.draft)


@require_POST
@desk_view(Permission.LISTEN)
def preview(request: DeskRequest) -> HttpResponse:
    """What would be read, as the form stands: one visit, nothing kept."""
    it = ids.reveal(finding.KIND, request.POST.get("page", ""))
    form = PageForm(request.POST, draft=api.page(it).draft if it else None)
    return render(request, "watching/parts/preview.html", _previewed(form))


def _editor(request: DeskRequest, it: api.PageView | None, draft: api.PageDraft) -> HttpResponse:
    if request.method == "GET":
        return _page(request, it, PageForm(draft=draft, initial=forms.initial(draft)), {})
    form = PageForm(request.POST, draft=draft)
    if request.POST.get("do") == "preview":
        return _page(request, it, form, _previewed(form))
    if form.is_valid():
        try:
            return _saved(request, it, form.draft())
        except Problem as problem:
            form.add_error(FIELDS.get(problem.code), str(problem))
    return _page(request, it, form, {}, status=422)


def _saved(request: DeskRequest, it: api.PageView | None, draft: api.PageDraft) -> HttpResponse:
    user, slug = request.desk.user, request.desk.workspace.slug
    if it is None:
        identifier = api.add_page(draft, user)
        sentence = _("“%(name)s” is watched from now on; the first visit is on its way.")
    else:
        identifier = it.id
        api.change_page(identifier, draft, user)
        sentence = _("“%(name)s” is changed.")
    messages.success(request, sentence % {"name": api.page(identifier).draft.name})
    return redirect("watching_page", slug=slug, page=ids.conceal(finding.KIND, identifier))


def _previewed(form: PageForm) -> dict[str, Any]:
    if not form.is_valid():
        return {"broken": _("Fill in the form first: %(what)s") % {"what": _first_error(form)}}
    draft = form.draft()
    try:
        found = api.preview(draft)
    except Problem as problem:
        return {"broken": str(problem)}
    sentence, fix = api.problem(found.problem)
    return {
        "found": found,
        "moved": found.url if found.url.rstrip("/") != draft.url.rstrip("/") else "",
        "shown": watched.shown(found.reading, draft.wants),
        "problem": sentence,
        "fix": fix,
    }


def _first_error(form: PageForm) -> str:
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])


def _page(
    request: DeskRequest,
    it: api.PageView | None,
    form: PageForm,
    previewed: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    context = previewed | {
        "it": it,
        "form": form,
        "outside": ids.conceal(finding.KIND, it.id) if it else "",
        "mailbox": channels.mail_address(),
        "may_connect": request.desk.can(Permission.CONNECT),
    }
    return render(request, "watching/edit.html", context, status=status)

"""Choosing a file and checking how it will be read; nothing is imported before the last button."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.channels import api as channels
from comptoir.channels.files import api as files
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.imports import columns as sheets
from comptoir.web.imports import words
from comptoir.web.imports.runs import outside, people, row_of
from comptoir.web.imports.uploading import ToInstallation, require_room

PENDING = "imports"
PENDING_KEPT = 10
RECENT = 20


# The token is checked by the inner view: reading it means receiving the file, and that
# must not happen before the person's right to send one is known.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@desk_view(Permission.IMPORT)
def imports(request: DeskRequest) -> HttpResponseBase:
    """Where a file is dropped, and the imports so far."""
    if request.method == "POST":
        try:
            require_room(request)
        except Problem as problem:
            return _listed(request, problem)
        request.upload_handlers = [ToInstallation(request)]
    return _imports(request)


@csrf_protect
def _imports(request: DeskRequest) -> HttpResponseBase:
    if request.method != "POST":
        return _listed(request)
    try:
        token = _received(request)
    except Problem as problem:
        return _listed(request, problem)
    url = reverse("import_columns", kwargs={"slug": request.desk.workspace.slug, "token": token})
    return _go(request, url)


def _received(request: DeskRequest) -> str:
    """The token of the file that was sent; refused at once when it cannot be read."""
    upload = request.FILES.get("file")
    if upload is None:
        raise Problem("no_file", _("No file was chosen."), _("Choose a file, then send it."))
    token = channels.keep_upload(upload)
    try:
        sheets.look(token, request.desk.workspace.zone)
    except files.FileProblem as problem:
        channels.upload_path(token).unlink(missing_ok=True)
        raise sheets.refuse(problem) from problem
    pending = [*request.session.get(PENDING, {}).items(), (token, (upload.name or "")[:200])]
    request.session[PENDING] = dict(pending[-PENDING_KEPT:])
    return token


def _go(request: DeskRequest, url: str) -> HttpResponse:
    """A fragment cannot redirect a page: htmx is told by a header."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)


def _listed(request: DeskRequest, problem: Problem | None = None) -> HttpResponse:
    if problem is not None and request.headers.get("HX-Request") == "true":
        return render(request, "imports/list.html#upload", {"problem": problem}, status=422)
    before = ids.reveal("import", request.GET.get("before", ""))
    found = channels.import_runs(before=before, limit=RECENT + 1)
    names = people(found)
    context = {
        "problem": problem,
        "runs": [row_of(run, names) for run in found[:RECENT]],
        "older": outside(found[RECENT - 1].id) if len(found) > RECENT else "",
        "is_first_page": before is None,
        "pending": _pending(request),
        "saved": channels.saved_mappings(),
        **own_context(),
    }
    return render(request, "imports/list.html", context, status=422 if problem else 200)


def own_context() -> dict[str, Any]:
    own = channels.own_handles()
    return {
        "own": [(words.CHANNELS.get(each.channel, each.channel), each.handle) for each in own],
        "channels": words.CHANNELS.items(),
    }


def _pending(request: DeskRequest) -> list[tuple[str, str]]:
    """Files this person sent and has not imported yet, as (token, name)."""
    return [
        (token, name)
        for token, name in reversed(request.session.get(PENDING, {}).items())
        if _is_here(token)
    ]


def _is_here(token: str) -> bool:
    try:
        channels.upload_path(token)
    except Problem:
        return False
    return True


@require_http_methods(["GET", "POST"])
@desk_view(Permission.IMPORT)
def columns(request: DeskRequest, token: str) -> HttpResponse:
    """How the file will be read: the guess, its first rows, and the choices that change it."""
    is_fragment = request.headers.get("HX-Request") == "true"
    if request.method == "POST" and not is_fragment:
        _add_account(request)
    try:
        sheet = _sheet(request, token)
    except files.FileProblem as problem:
        return _listed(request, sheets.refuse(problem))
    except Problem as problem:
        return _listed(request, problem)
    if request.method == "POST" and is_fragment:
        return render(request, "imports/columns.html#answer", {"sheet": sheet, "swap": True})
    action = request.POST.get("action", "")
    if action in ("import", "save") and not sheet.problem:
        return _import(request, sheet) if action == "import" else _save(request, sheet)
    status = 422 if action in ("import", "save") else 200
    return render(request, "imports/columns.html", _columns_context(sheet), status=status)


def _sheet(request: DeskRequest, token: str) -> sheets.Sheet:
    look = sheets.look(token, request.desk.workspace.zone)
    form = request.POST or request.GET
    base, absent = look.guess.mapping, list[str]()
    if form.get("saved"):
        base, absent = sheets.fitted(channels.saved_mapping(form["saved"]), look.columns)
    return sheets.Sheet(
        token=token,
        file_name=request.session.get(PENDING, {}).get(token) or _("file"),
        look=look,
        mapping=sheets.chosen(base, request.POST, look.columns),
        own=frozenset((each.channel, each.handle.casefold()) for each in channels.own_handles()),
        absent=absent,
        saved=form.get("saved", ""),
    )


def _columns_context(sheet: sheets.Sheet) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "saved": channels.saved_mappings(),
        "profiles": words.PROFILES.items(),
        "profile": words.PROFILES[sheet.mapping.profile],
        "format": words.FORMATS.get(sheet.look.format, sheet.look.format),
        "delimiter": words.DELIMITERS.get(sheet.look.delimiter, sheet.look.delimiter),
        "zones": sheets.ZONES,
        "scales": sheets.SCALES,
        **own_context(),
    }


def _import(request: DeskRequest, sheet: sheets.Sheet) -> HttpResponse:
    """Start the import, or go on with the one of this very file that was interrupted."""
    user, slug = request.desk.user, request.desk.workspace.slug
    path = channels.upload_path(sheet.token)
    if request.POST.get("name", "").strip():
        channels.save_mapping(request.POST["name"], sheet.mapping, user)
    begun = channels.interrupted_import(path, sheet.mapping)
    if begun is not None:
        channels.retry_import(begun.id)
        messages.info(request, _("This file was half imported already: it goes on from there."))
    run = begun or channels.start_import(
        path, sheet.mapping, created_by=user, file_name=sheet.file_name
    )
    _forget(request, sheet.token)
    return redirect("import_run", slug=slug, run=outside(run.id))


def _save(request: DeskRequest, sheet: sheets.Sheet) -> HttpResponse:
    name = request.POST.get("name", "").strip()
    if not name:
        context = _columns_context(sheet) | {"nameless": True}
        return render(request, "imports/columns.html", context, status=422)
    kept = channels.save_mapping(name, sheet.mapping, request.desk.user)
    messages.success(request, _("These columns are saved as “%(name)s”.") % {"name": kept.name})
    context = _columns_context(sheet)
    return render(request, "imports/columns.html", context)


@require_POST
@desk_view(Permission.IMPORT)
def forget(request: DeskRequest, token: str) -> HttpResponse:
    """Drop a file that was sent and will not be imported."""
    _forget(request, token)
    messages.success(request, _("The file is dropped. Nothing of it was imported."))
    return redirect("imports", slug=request.desk.workspace.slug)


def _forget(request: DeskRequest, token: str) -> None:
    pending = request.session.get(PENDING, {})
    request.session[PENDING] = {key: name for key, name in pending.items() if key != token}
    if _is_here(token):
        channels.upload_path(token).unlink(missing_ok=True)


@require_POST
@desk_view(Permission.IMPORT)
def add_account(request: DeskRequest) -> HttpResponse:
    """Name one more account under which the brand speaks."""
    if not _add_account(request):
        messages.error(request, _("Type the name of the account first."))
    return redirect("imports", slug=request.desk.workspace.slug)


def _add_account(request: DeskRequest) -> bool:
    """Add the account that was typed; False when none was."""
    handle, channel = request.POST.get("own-handle", "").strip(), request.POST.get("own-channel")
    if not handle.lstrip("@") or channel not in {"", *words.CHANNELS}:
        return False
    channels.add_own_handles([(channel, handle)], request.desk.user)
    said = _("Messages from “%(handle)s” are now the brand’s own answers.")
    messages.success(request, said % {"handle": handle})
    return True


@require_POST
@desk_view(Permission.IMPORT)
def delete_mapping(request: DeskRequest, mapping: int) -> HttpResponse:
    channels.delete_mapping(mapping)
    messages.success(request, _("These saved columns are deleted."))
    return redirect("imports", slug=request.desk.workspace.slug)

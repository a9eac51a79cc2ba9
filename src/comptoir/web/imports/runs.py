"""An import under way or over: its progress, its figures, its refused rows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, ids, scope
from comptoir.base.models import User, Workspace
from comptoir.channels import api as channels
from comptoir.channels.files import api as files
from comptoir.triage import api as triage
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.imports import words

PER_PAGE = 50
STOP_POLLING = 286
FIGURES_KEPT = 86_400


def outside(run_id: int) -> str:
    return ids.conceal("import", run_id)


def people(runs: Iterable[channels.ImportView]) -> dict[int, str]:
    """Names of those who started the imports, by user id."""
    found = User.objects.filter(pk__in={run.created_by for run in runs if run.created_by})
    return {user.pk: str(user) for user in found}


def row_of(run: channels.ImportView, names: dict[int, str]) -> dict[str, Any]:
    """An import as lists and its own page show it."""
    return {
        "run": run,
        "id": outside(run.id),
        "state": words.STATES[run.state],
        "state_icon": words.STATE_ICONS[run.state],
        "state_kind": "warning" if run.state == "failed" else "",
        "by": names.get(run.created_by or 0, ""),
    }


@require_GET
@desk_view(Permission.IMPORT)
def run(request: DeskRequest, run: str) -> HttpResponse:
    """How far an import is; the page asks again by itself until everything is sorted."""
    found = _found(run)
    context = row_of(found, people([found])) | _phase(found)
    if request.headers.get("HX-Request") != "true":
        return render(request, "imports/run.html", context | {"mapping": _mapping(found)})
    context |= {"swap": True, "announce": request.GET.get("seen") != context["phase"]}
    status = STOP_POLLING if context["is_settled"] else 200
    return render(request, "imports/run.html#state", context, status=status)


def _found(outside_id: str) -> channels.ImportView:
    number = ids.reveal("import", outside_id)
    found = channels.import_run(number) if number is not None else None
    if found is None:
        raise Http404
    return found


def _phase(run: channels.ImportView) -> dict[str, Any]:
    """
    phase: the import's state, or "sorting" while what it brought is being understood.

    The wait for labels is the workspace's, so only its latest import shows it.
    """
    waiting = triage.pending() if run.state == "done" and _is_latest(run) else 0
    phase = "sorting" if waiting else run.state
    settled = run.is_over and not waiting
    return {
        "phase": phase,
        "is_settled": settled,
        "percent": round(run.share * 100, 1),
        "waiting": waiting,
        "sorted": max(0, run.imported - waiting) if waiting <= run.imported else None,
        "conversations": _conversations(run) if settled and run.imported else 0,
        "is_whole": run.read == run.imported + run.duplicates + run.rejected,
        "may_resume": run.state == "failed" and run.problem is not None and _may_resume(run),
    }


def _is_latest(run: channels.ImportView) -> bool:
    return [each.id for each in channels.import_runs(limit=1)] == [run.id]


def _may_resume(run: channels.ImportView) -> bool:
    """Trying again helps against accidents, not against a file that is wrong."""
    return run.problem is not None and run.problem.code in {"unexpected", "unreadable"}


def _conversations(run: channels.ImportView) -> int:
    """How many conversations an import that is over brought messages to."""
    known = cache.get(f"imports:threads:{run.id}")
    if known is None:
        known = sum(len(part) for part in channels.threads_of_run(run.id))
        cache.set(f"imports:threads:{run.id}", known, FIGURES_KEPT)
    return int(known)


def _mapping(run: channels.ImportView) -> dict[str, Any]:
    """How the file was read, in words; empty when an older version wrote it otherwise."""
    try:
        mapping = files.Mapping.from_json(run.mapping)
    except files.FileProblem:
        return {}
    return {
        "profile": words.PROFILES[mapping.profile],
        "channel": words.CHANNELS.get(mapping.channel, mapping.channel),
        "zone": mapping.zone,
        "columns": [
            (label, mapping.columns[key])
            for key, label in words.FIELDS.items()
            if key in mapping.columns
        ],
    }


@require_POST
@desk_view(Permission.IMPORT)
def cancel(request: DeskRequest, run: str) -> HttpResponse:
    """Stop an import; what it brought so far stays."""
    channels.cancel_import(_found(run).id, request.desk.user)
    messages.success(request, _("The import is cancelled. What was imported stays."))
    return redirect("import_run", slug=request.desk.workspace.slug, run=run)


@require_POST
@desk_view(Permission.IMPORT)
def resume(request: DeskRequest, run: str) -> HttpResponse:
    """Go on where an import stopped."""
    found = channels.retry_import(_found(run).id)
    if found is not None and found.is_over:
        messages.error(request, _("The file is no longer here. Import it again: nothing doubles."))
    return redirect("import_run", slug=request.desk.workspace.slug, run=run)


class Rejects(Sequence[channels.RejectView]):
    """The refused rows of an import, read a page at a time."""

    def __init__(self, run: channels.ImportView) -> None:
        self.run = run

    def __len__(self) -> int:
        return self.run.rejected

    @overload
    def __getitem__(self, at: int) -> channels.RejectView: ...
    @overload
    def __getitem__(self, at: slice) -> list[channels.RejectView]: ...
    def __getitem__(self, at: int | slice) -> channels.RejectView | list[channels.RejectView]:
        if isinstance(at, int):
            return channels.rejects(self.run.id, at, 1)[0]
        start, stop, _step = at.indices(len(self))
        return channels.rejects(self.run.id, start, stop - start)


@require_GET
@desk_view(Permission.IMPORT)
def rejects(request: DeskRequest, run: str) -> HttpResponse:
    """The rows that were refused, and why."""
    found = _found(run)
    page = Paginator(Rejects(found), PER_PAGE).get_page(request.GET.get("page"))
    context = row_of(found, {}) | {"page_obj": page}
    return render(request, "imports/rejects.html", context)


@require_GET
@desk_view(Permission.IMPORT)
def rejects_file(request: DeskRequest, run: str) -> HttpResponseBase:
    """The refused rows as a CSV file, in the form the reader's spreadsheet expects."""
    found, language = _found(run), translation.get_language() or "fr"
    name = slugify(found.file_name.rpartition(".")[0]) or "import"
    response = StreamingHttpResponse(
        _pieces(request.desk.workspace, found.id, language), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}-rejects.csv"'
    return response


def _pieces(workspace: Workspace, run_id: int, language: str) -> Iterator[bytes]:
    """Written while it is sent, when the view's scope and language are over."""
    with scope(workspace), translation.override(language):
        for piece in channels.rejects_file(run_id, french=language.startswith("fr")):
            yield piece.encode()

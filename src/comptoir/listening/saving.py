"""Folders and saved queries: writing them down, testing them, changing them, going back."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from comptoir.analysis.queries import Document
from comptoir.base import audit, clock
from comptoir.base.errors import Problem
from comptoir.base.models import User
from comptoir.base.scope import current_workspace_id
from comptoir.listening import matching
from comptoir.listening.models import Folder, Mention, QueryVersion, SavedQuery
from comptoir.listening.records import Draft, Failing, FolderView, QueryView, VersionView

State = SavedQuery.State
LONGEST_NAME = 80
MOST_EXAMPLES = 50


def folders() -> list[FolderView]:
    """By kind, as they are offered, then by name."""
    order = {kind: place for place, kind in enumerate(Folder.Kind.values)}
    held = dict(_alive().values_list("folder_id").order_by().annotate(Count("pk")))
    rows = Folder.objects.all()
    found = [FolderView(row.pk, row.kind, row.name, held.get(row.pk, 0)) for row in rows]
    return sorted(found, key=lambda one: (order[one.kind], one.name.casefold()))


def add_folder(kind: str, name: str, actor: User) -> int:
    """A new folder's id; raises Problem "folder_name", "folder_kind" or "folder_exists"."""
    called = _name(name, "folder_name", _("Name the folder in 1 to 80 characters."))
    if kind not in Folder.Kind.values:
        raise Problem("folder_kind", _("Choose what the folder is about."))
    _unlike_folders(called, None)
    row = Folder.objects.create(workspace_id=current_workspace_id(), kind=kind, name=called)
    _tell("listening.folder_added", row.name, actor)
    return row.pk


def rename_folder(folder_id: int, name: str, actor: User) -> None:
    """Raises Problem "folder_name", "folder_exists" or "unknown_folder"."""
    called = _name(name, "folder_name", _("Name the folder in 1 to 80 characters."))
    row = _folder(folder_id)
    _unlike_folders(called, row.pk)
    row.name = called
    row.save(update_fields=["name"])
    _tell("listening.folder_renamed", row.name, actor)


def delete_folder(folder_id: int, actor: User) -> None:
    """Delete a folder in which no query is left; raises Problem "folder_not_empty"."""
    row = _folder(folder_id)
    if SavedQuery.objects.filter(folder=row).exclude(state=State.DELETED).exists():
        raise Problem(
            "folder_not_empty",
            _("The folder “%(name)s” still holds queries."),
            _("Move or delete them first."),
            name=row.name,
        )
    with transaction.atomic():
        SavedQuery.objects.filter(folder=row).delete()
        row.delete()
        _tell("listening.folder_deleted", row.name, actor)


def queries(folder_id: int | None = None) -> list[QueryView]:
    """Those that are not deleted, by folder and name; of one folder when given."""
    rows = _alive()
    if folder_id is not None:
        rows = rows.filter(folder_id=folder_id)
    found = list(rows)
    texts = _texts(found)
    views = [_view(row, texts[row.pk]) for row in found if row.pk in texts]
    return sorted(views, key=lambda one: (one.folder_name.casefold(), one.name.casefold()))


def query(query_id: int) -> QueryView:
    """One saved query; raises Problem "unknown_query"."""
    row = _found(query_id)
    return _view(row, _texts([row])[row.pk])


def versions(query_id: int) -> list[VersionView]:
    """What the query said from when on, newest first."""
    rows = QueryVersion.objects.filter(query_id=query_id).select_related("by").order_by("-number")
    return [
        VersionView(
            number=row.number,
            text=row.text,
            must=tuple(row.must),
            must_not=tuple(row.must_not),
            by_name=str(row.by) if row.by else "",
            at=row.at,
        )
        for row in rows
    ]


def failing(text: str, must: Sequence[str], must_not: Sequence[str]) -> list[Failing]:
    """The examples that the query treats otherwise than it must; raises QueryError."""
    examples = [(one, True) for one in must] + [(one, False) for one in must_not]
    read = [Document(str(place), said) for place, (said, _wanted) in enumerate(examples)]
    return [
        Failing(said, wanted)
        for (said, wanted), held in zip(examples, matching.holds(text, read), strict=True)
        if held != wanted
    ]


def add(draft: Draft, actor: User) -> int:
    """
    Save a new query, which listens from now on; returns its id.

    Raises QueryError where the text is no query, and Problem "query_name", "query_exists",
    "unknown_folder", "too_many_examples" or "examples_fail".
    """
    wanted = _checked(draft, None)
    with transaction.atomic():
        row = SavedQuery.objects.create(
            workspace_id=current_workspace_id(),
            folder_id=wanted.folder,
            name=wanted.name,
            changed_at=clock.now(),
        )
        _next_version(row, wanted, actor)
        _tell("listening.query_added", row.name, actor)
    return row.pk


def change(query_id: int, draft: Draft, actor: User) -> QueryView:
    """
    Change name, folder, text or examples; a new text or new examples are a new version.

    Raises as `add`, and Problem "unknown_query".
    """
    wanted = _checked(draft, query_id)
    with transaction.atomic():
        row = _locked(query_id)
        row.name, row.folder_id = wanted.name, wanted.folder
        row.save(update_fields=["name", "folder"])
        now = _texts([row])[row.pk]
        if (now.text, tuple(now.must), tuple(now.must_not)) != _said(wanted):
            _next_version(row, wanted, actor)
        _tell("listening.query_changed", row.name, actor, version=row.number)
    return query(query_id)


def go_back(query_id: int, number: int, actor: User) -> QueryView:
    """Take up an earlier version, as a new one; raises Problem "unknown_version"."""
    old = QueryVersion.objects.filter(query_id=query_id, number=number).first()
    if old is None:
        raise Problem("unknown_version", _("There is no such version of this query."))
    row = _found(query_id)
    draft = Draft(row.name, row.folder_id, old.text, tuple(old.must), tuple(old.must_not))
    return change(query_id, draft, actor)


def pause(query_id: int, actor: User) -> None:
    """Stop asking the query of what arrives; what it found stays."""
    _set_state(query_id, State.PAUSED, "listening.query_paused", actor)


def resume(query_id: int, actor: User) -> None:
    """Ask it again of what arrives; what arrived meanwhile is for a run on the past."""
    _set_state(query_id, State.ACTIVE, "listening.query_resumed", actor)


def delete(query_id: int, actor: User) -> None:
    """Delete the query with its mentions; its versions stay for the record."""
    with transaction.atomic():
        row = _locked(query_id)
        row.state = State.DELETED
        row.save(update_fields=["state"])
        Mention.objects.filter(query=row)._raw_delete("default")
        _tell("listening.query_deleted", row.name, actor)


def lines(text: str) -> tuple[str, ...]:
    """Examples as they are written in a field: one a line, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _checked(draft: Draft, besides: int | None) -> Draft:
    name = _name(draft.name, "query_name", _("Name the query in 1 to 80 characters."))
    folder = _folder(draft.folder)
    others = _alive().exclude(pk=besides or 0).filter(folder=folder)
    if name.casefold() in {one.casefold() for one in others.values_list("name", flat=True)}:
        raise Problem(
            "query_exists",
            _("The folder “%(folder)s” holds a query “%(name)s” already."),
            _("Choose another name, or change that one."),
            folder=folder.name,
            name=name,
        )
    if len(draft.must) + len(draft.must_not) > MOST_EXAMPLES:
        raise Problem(
            "too_many_examples", _("At most %(most)s examples are kept."), most=MOST_EXAMPLES
        )
    if wrong := failing(draft.text, draft.must, draft.must_not):
        raise Problem(
            "examples_fail",
            _("The query does not pass its own examples: “%(example)s” and %(more)s more.")
            if len(wrong) > 1
            else _("The query does not pass its own example: “%(example)s”."),
            _("Mend the query, or the example."),
            example=wrong[0].text,
            more=len(wrong) - 1,
        )
    return Draft(name, folder.pk, draft.text.strip(), draft.must, draft.must_not)


def _said(draft: Draft) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return draft.text, tuple(draft.must), tuple(draft.must_not)


def _next_version(row: SavedQuery, wanted: Draft, actor: User) -> None:
    row.number, row.changed_at = row.number + 1, clock.now()
    QueryVersion.objects.create(
        workspace_id=row.workspace_id,
        query=row,
        number=row.number,
        text=wanted.text,
        must=list(wanted.must),
        must_not=list(wanted.must_not),
        by=actor,
        at=row.changed_at,
    )
    row.save(update_fields=["number", "changed_at"])


def _set_state(query_id: int, state: State, verb: str, actor: User) -> None:
    with transaction.atomic():
        row = _locked(query_id)
        if row.state == state:
            return
        row.state = state
        row.save(update_fields=["state"])
        _tell(verb, row.name, actor)


def _alive() -> Any:
    return SavedQuery.objects.exclude(state=State.DELETED).select_related("folder")


def _found(query_id: int) -> SavedQuery:
    row: SavedQuery | None = _alive().filter(pk=query_id).first()
    if row is None:
        raise Problem("unknown_query", _("This query does not exist any more."))
    return row


def _locked(query_id: int) -> SavedQuery:
    _found(query_id)
    return SavedQuery.objects.select_for_update().get(pk=query_id)


def _folder(folder_id: int) -> Folder:
    row = Folder.objects.filter(pk=folder_id).first()
    if row is None:
        raise Problem("unknown_folder", _("This folder does not exist any more."))
    return row


def _unlike_folders(name: str, besides: int | None) -> None:
    others = Folder.objects.exclude(pk=besides or 0).values_list("name", flat=True)
    if name.casefold() in {one.casefold() for one in others}:
        raise Problem("folder_exists", _("There is a folder “%(name)s” already."), name=name)


def _name(written: str, code: str, sentence: Any) -> str:
    called = " ".join(written.split())
    if not 1 <= len(called) <= LONGEST_NAME:
        raise Problem(code, sentence)
    return called


def _texts(rows: Iterable[SavedQuery]) -> dict[int, QueryVersion]:
    numbers = {row.pk: row.number for row in rows}
    found = QueryVersion.objects.filter(query_id__in=numbers)
    return {row.query_id: row for row in found if row.number == numbers[row.query_id]}


def _view(row: SavedQuery, version: QueryVersion) -> QueryView:
    return QueryView(
        id=row.pk,
        folder=row.folder_id,
        folder_name=row.folder.name,
        name=row.name,
        state=row.state,
        number=row.number,
        text=version.text,
        must=tuple(version.must),
        must_not=tuple(version.must_not),
    )


def _tell(verb: str, target: str, actor: User, **details: Any) -> None:
    audit.record(verb, actor=actor, workspace=current_workspace_id(), target=target, **details)

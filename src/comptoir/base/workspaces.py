"""Workspaces: making them, changing them, and deleting them from every store."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Literal
from zoneinfo import available_timezones

import structlog
from django.apps import apps
from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from comptoir.base import audit, clock, jobs
from comptoir.base.errors import NotAllowed, Problem
from comptoir.base.models import Membership, User, Workspace, WorkspaceDeletion
from comptoir.base.roles import Role

log = structlog.get_logger(__name__)

LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "pl", "ar")
RESERVED_SLUGS = frozenset({"new", "setup", "account", "admin", "static", "help", "me"})
DAYS = tuple(str(day) for day in range(7))

LOST_AFTER = timedelta(minutes=10)

Hours = dict[str, list[list[str]]]
Forget = Callable[[int], None]
Moment = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Store:
    """What else holds a workspace's data beside the tables: how to make it forget."""

    name: str
    moment: Moment
    forget: Forget


_stores: dict[str, Store] = {}


def on_workspace_deleted(name: str, moment: Moment = "after") -> Callable[[Forget], Forget]:
    """
    Register how the store `name` forgets a workspace, given its id.

    The function runs in the worker, outside of any scope, "before" the tables
    are emptied (when it must still read them) or "after". It is idempotent: a
    killed worker's work is begun again.
    """

    def register(forget: Forget) -> Forget:
        _stores[name] = Store(name, moment, forget)
        return forget

    return register


def create(owner: User, name: str, **fields: Any) -> Workspace:
    """
    Make a brand with `owner` as its first member.

    fields: zone, languages, hours, is_simulation. Raises Problem on a zone,
    language or opening hour that makes no sense.
    """
    name = _checked_name(name)
    _check(fields)
    with transaction.atomic():
        workspace = Workspace.objects.create(slug=free_slug(name), name=name, **fields)
        Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
        audit.record("workspace.created", actor=owner, workspace=workspace, target=workspace.slug)
    return workspace


def unattended(slug: str) -> Workspace:
    """
    The workspace `slug`, made when missing, for a command that nobody signed in for.

    A new one goes to the installation's first user; before there is any, it waits
    for the owner whom the first run creates.
    """
    with transaction.atomic():
        made, new = Workspace.objects.get_or_create(
            slug=slug, defaults={"name": slug.replace("-", " ").title()}
        )
        first = User.objects.filter(is_active=True).order_by("pk").first()
        if new and first is not None:
            Membership.objects.create(workspace=made, user=first, role=Role.OWNER)
        if new:
            audit.record("workspace.created", actor=None, workspace=made, target=slug)
    return made


def change(workspace: Workspace, actor: User, **fields: Any) -> list[str]:
    """Change name, zone, languages or hours; returns the names of the fields that differ."""
    _check(fields)
    if "name" in fields:
        fields["name"] = _checked_name(fields["name"])
    changed = [name for name, value in fields.items() if getattr(workspace, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(workspace, name, fields[name])
    with transaction.atomic():
        workspace.save(update_fields=changed)
        audit.record(
            "workspace.changed",
            actor=actor,
            workspace=workspace,
            target=workspace.slug,
            fields=changed,
        )
    return changed


def free_slug(name: str) -> str:
    """
    An address for `name` that no workspace has: "L’Épicerie" gives "lepicerie", then "lepicerie-2".
    """
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = (
        re.sub(r"[^a-z0-9]+", "-", folded.replace("'", "")).strip("-")[:50].strip("-") or "marque"
    )
    if stem in RESERVED_SLUGS:
        stem = f"{stem}-1"
    taken = set(Workspace.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


def delete(workspace: Workspace, actor: User) -> None:
    """
    Delete a workspace and everything it holds; only its owner may.

    It disappears for everybody at once; the worker then empties every store.
    """
    with transaction.atomic():
        _require_owner(workspace, actor)
        asked = WorkspaceDeletion.objects.create(
            workspace_id=workspace.pk, slug=workspace.slug, tried_at=clock.now()
        )
        Membership.objects.filter(workspace=workspace).delete()
        Workspace.objects.filter(pk=workspace.pk).update(slug=f"deleted-{workspace.pk}")
        audit.record("workspace.deleted", actor=actor, target=asked.slug, name=workspace.name)
        finish_deletion.enqueue(asked.pk)


@task()
def finish_deletion(deletion_id: int) -> None:
    """Empty every store of a deleted workspace; can be run again at any point."""
    asked = WorkspaceDeletion.objects.filter(pk=deletion_id, finished_at=None).first()
    if asked is None:
        return
    _forget(asked.workspace_id, "before")
    _delete_rows(asked.workspace_id)
    _forget(asked.workspace_id, "after")
    asked.finished_at = clock.now()
    asked.save(update_fields=["finished_at"])
    log.info("workspace.deleted", workspace=asked.slug)


@jobs.recovery
def find_unfinished_deletions() -> int:
    """Enqueue again the deletions that a killed or failing worker left half-way."""
    overdue = clock.now() - LOST_AFTER
    waiting = list(WorkspaceDeletion.objects.filter(finished_at=None, tried_at__lt=overdue))
    for asked in waiting:
        asked.tried_at = clock.now()
        asked.save(update_fields=["tried_at"])
        finish_deletion.enqueue(asked.pk)
    return len(waiting)


def workspace_models() -> list[type[models.Model]]:
    """Every model whose rows belong to a workspace."""
    return [
        model
        for model in apps.get_models()
        if any(
            isinstance(field, models.ForeignKey) and field.related_model is Workspace
            for field in model._meta.get_fields()
        )
    ]


def _forget(workspace_id: int, moment: Moment) -> None:
    for store in _stores.values():
        if store.moment == moment:
            store.forget(workspace_id)


def _delete_rows(workspace_id: int) -> None:
    """
    Empty every table of the workspace, one statement a table.

    Every table goes in one transaction, so a row and what points at it leave
    together. SQLite's checks are off meanwhile: without an index on each
    foreign key they would scan a whole table for each deleted row.
    """
    with connection.constraint_checks_disabled(), transaction.atomic():
        for model in workspace_models():
            model._base_manager.filter(workspace_id=workspace_id)._raw_delete(connection.alias)
        Workspace._base_manager.filter(pk=workspace_id)._raw_delete(connection.alias)


def _require_owner(workspace: Workspace, actor: User) -> None:
    member = Membership.objects.filter(workspace=workspace, user=actor).first()
    if member is None or member.role != Role.OWNER:
        raise NotAllowed("not_owner", _("Only an owner of this workspace may delete it."))


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Problem("bad_name", _("The brand’s name must have between 1 and 120 characters."))
    return name


def _check(fields: dict[str, Any]) -> None:
    if "zone" in fields and fields["zone"] not in available_timezones():
        raise Problem("bad_zone", _("There is no time zone “%(zone)s”."), zone=fields["zone"])
    if "languages" in fields:
        _check_languages(fields["languages"])
    if "hours" in fields:
        check_hours(fields["hours"])


def _check_languages(languages: Sequence[str]) -> None:
    if not languages or not set(languages) <= set(LANGUAGES):
        raise Problem("bad_languages", _("Choose at least one of the languages in the list."))


def check_hours(hours: Hours) -> None:
    """Raise Problem unless each day's openings are "HH:MM" pairs in order, apart, and end later."""
    for day, openings in hours.items():
        if day not in DAYS:
            raise _bad_hours()
        previous = time.min
        for opening in openings:
            opens, closes = _times(opening)
            if opens < previous or closes <= opens:
                raise _bad_hours()
            previous = closes


def _times(opening: list[str]) -> tuple[time, time]:
    try:
        opens, closes = (time.fromisoformat(value) for value in opening)
    except ValueError as error:
        raise _bad_hours() from error
    return opens, closes


def _bad_hours() -> Problem:
    return Problem(
        "bad_hours",
        _("These opening hours make no sense."),
        _("Each opening must end after it begins, and openings of a day may not overlap."),
    )

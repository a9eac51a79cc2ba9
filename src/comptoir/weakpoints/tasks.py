"""Tasks: what is done about a weak point, by whom, until when, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from comptoir.base import audit, clock
from comptoir.base.errors import Problem
from comptoir.base.models import Membership, User, Workspace
from comptoir.base.scope import current_workspace_id
from comptoir.weakpoints.asking import Filter
from comptoir.weakpoints.models import Task, TaskChange

Kind, State = Task.Kind, Task.State
WINDOWS: Final = (14, 28, 56, 84)
PAGE: Final = 20
_NOTES: Final = 5_000
_PLAIN: Final = (
    "title", "kind", "state", "due_on", "notes", "department", "product", "channel", "language",
    "phrase", "days", "started_on", "done_on",
)  # fmt: skip
_UNDONE: Final = (State.OPEN, State.DOING)


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """
    A task as somebody writes it; see models.Task. owner: id of a member.

    started_on and done_on come with the state when they are left out.
    """

    title: str
    kind: str = Kind.TRAINING
    state: str = State.OPEN
    owner: int | None = None
    due_on: date | None = None
    notes: str = ""
    department: str = ""
    product: str = ""
    channel: str = ""
    language: str = ""
    phrase: str = ""
    days: int = 28
    started_on: date | None = None
    done_on: date | None = None

    @property
    def filter(self) -> Filter:
        return Filter(self.department, self.product, self.channel, self.language, self.phrase)


@dataclass(frozen=True, slots=True)
class TaskView:
    """late: it is past its day and not done. notice: why the owner was not told, or ""."""

    id: int
    draft: TaskDraft
    owner_name: str
    by_name: str
    at: datetime
    late: bool
    notice: Mapping[str, Any]

    @property
    def kind_name(self) -> str:
        return str(Kind(self.draft.kind).label)

    @property
    def state_name(self) -> str:
        return str(State(self.draft.state).label)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """changes: (field, before, after); none when the task was made."""

    changes: tuple[tuple[str, Any, Any], ...]
    by_name: str
    at: datetime


def tasks(
    owner: int | None = None, state: str = "", page: int = 1, about: Filter | None = None
) -> tuple[list[TaskView], int]:
    """
    A page of tasks, what is to be done first and soonest due; and how many there are.

    owner: of a member; state: one of State, "" for those not done or dropped, "all".
    about: only those of this department and product.
    """
    rows = _rows(state)
    if owner is not None:
        rows = rows.filter(owner_id=owner)
    if about is not None:
        rows = rows.filter(department=about.department, product=about.product)
    found = [_view(row) for row in rows.select_related("owner", "by")]
    order = {one: place for place, one in enumerate((State.DOING, State.OPEN, State.DONE))}
    found.sort(
        key=lambda one: (
            one.draft.state not in _UNDONE,
            one.draft.due_on or date.max,
            order.get(State(one.draft.state), len(order)),
            -one.id,
        )
    )
    start = (max(page, 1) - 1) * PAGE
    return found[start : start + PAGE], len(found)


def task(task_id: int) -> TaskView:
    """Raises Problem "unknown_task"."""
    row = Task.objects.select_related("owner", "by").filter(pk=task_id).first()
    if row is None:
        raise _unknown()
    return _view(row)


def mine(user: User) -> int:
    """How many tasks wait for this person."""
    return Task.objects.filter(owner=user, state__in=_UNDONE).count()


def add_task(draft: TaskDraft, actor: User) -> int:
    """
    A new task; its owner is told, unless he made it himself. Returns its id.

    Raises Problem "task_title", "task_kind", "unknown_member", "task_days", "task_dates",
    "task_notes", "task_phrase".
    """
    wanted = _checked(draft, State.OPEN)
    with transaction.atomic():
        row = Task(workspace_id=current_workspace_id(), by=actor, at=clock.now())
        _fill(row, wanted)
        _to_tell(row, None, actor)
        row.save(force_insert=True)
        TaskChange.objects.create(workspace_id=row.workspace_id, task=row, by=actor, at=clock.now())
        _tell("weakpoints.task_added", row, actor)
    return row.pk


def change_task(task_id: int, draft: TaskDraft, actor: User) -> None:
    """Change a task and remember what was changed; a new owner is told. Raises as `add_task`."""
    with transaction.atomic():
        row = Task.objects.select_for_update().filter(pk=task_id).first()
        if row is None:
            raise _unknown()
        wanted = _checked(draft, row.state)
        before, owner = _plain(row), row.owner_id
        _fill(row, wanted)
        changes = {
            name: [before[name], now] for name, now in _plain(row).items() if before[name] != now
        }
        if not changes:
            return
        if row.owner_id != owner:
            _to_tell(row, owner, actor)
        row.save()
        TaskChange.objects.create(
            workspace_id=row.workspace_id, task=row, changes=changes, by=actor, at=clock.now()
        )
        _tell("weakpoints.task_changed", row, actor, fields=sorted(changes))


def delete_task(task_id: int, actor: User) -> None:
    with transaction.atomic():
        row = Task.objects.select_for_update().filter(pk=task_id).first()
        if row is None:
            raise _unknown()
        _tell("weakpoints.task_deleted", row, actor)
        row.delete()


def history(task_id: int) -> list[ChangeView]:
    """Newest first; owners by name."""
    rows = TaskChange.objects.filter(task_id=task_id).select_related("by").order_by("-pk")
    found = list(rows)
    people = {one for row in found for one in row.changes.get("owner", []) if one}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=people)}
    return [
        ChangeView(
            tuple((name, *_named(name, pair, names)) for name, pair in row.changes.items()),
            str(row.by) if row.by else "",
            row.at,
        )
        for row in found
    ]


def members() -> list[tuple[int, str]]:
    """Who may own a task: the members of the workspace, by name."""
    rows = Membership.objects.filter(
        workspace_id=current_workspace_id(), user__is_active=True
    ).select_related("user")
    return sorted(((one.user_id, str(one.user)) for one in rows), key=lambda one: one[1].casefold())


def today() -> date:
    """The workspace's day."""
    zone = Workspace.objects.values_list("zone", flat=True).get(pk=current_workspace_id())
    return clock.now().astimezone(ZoneInfo(zone)).date()


def draft_of(row: Task) -> TaskDraft:
    return TaskDraft(owner=row.owner_id, **{name: getattr(row, name) for name in _PLAIN})


def _rows(state: str) -> QuerySet[Task]:
    rows = Task.objects.all()
    if state in State.values:
        return rows.filter(state=state)
    return rows if state == "all" else rows.filter(state__in=_UNDONE)


def _checked(draft: TaskDraft, before: str) -> TaskDraft:
    title = " ".join(draft.title.split())
    if not title or len(title) > 120:
        raise Problem("task_title", _("Name the task in 1 to 120 characters."))
    if draft.kind not in Kind.values or draft.state not in State.values:
        raise Problem("task_kind", _("Choose what the task is and how it stands."))
    if draft.owner is not None and draft.owner not in dict(members()):
        raise Problem("unknown_member", _("This person is not in the team any more."))
    if draft.days not in WINDOWS:
        raise Problem("task_days", _("Choose how many days before and after are compared."))
    if len(draft.notes) > _NOTES:
        raise Problem("task_notes", _("Keep notes to 5,000 characters."))
    phrase = " ".join(draft.phrase.split())
    if any(sign.isdigit() or sign == "@" for sign in phrase) or len(phrase.split()) > 6:
        raise Problem(
            "task_phrase",
            _("A phrase is up to six words that several customers use: no numbers, no handles."),
        )
    return _dated(replace(draft, title=title, phrase=phrase, notes=draft.notes.strip()), before)


def _dated(draft: TaskDraft, before: str) -> TaskDraft:
    """Days that come with the state; refused when they make no sense."""
    day, started, done = today(), draft.started_on, draft.done_on
    if draft.state in (State.DOING, State.DONE) and started is None:
        started = min(day, done or day)
    if draft.state == State.DONE and done is None:
        done = day
    if draft.state != State.DONE:
        done = None
    if draft.state == State.OPEN and before != State.OPEN:
        started = None
    if (done and started and done < started) or max(started or day, done or day) > day:
        raise Problem(
            "task_dates", _("A task ends on the day it began or later, and not after today.")
        )
    return replace(draft, started_on=started, done_on=done)


def _fill(row: Task, wanted: TaskDraft) -> None:
    for name in _PLAIN:
        setattr(row, name, getattr(wanted, name))
    row.owner_id = wanted.owner


def _plain(row: Task) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _PLAIN}
    kept = {name: one.isoformat() if isinstance(one, date) else one for name, one in values.items()}
    return kept | {"owner": row.owner_id}


def _to_tell(row: Task, before: int | None, actor: User) -> None:
    """The new owner hears of it by mail; who gives himself a task knows."""
    row.notice_tries, row.notice_problem = 0, {}
    if row.owner_id is None or row.owner_id in (before, actor.pk):
        row.notice_at, row.notice_key = None, ""
    else:
        row.notice_at, row.notice_key = clock.now(), uuid4().hex


def _view(row: Task) -> TaskView:
    return TaskView(
        id=row.pk,
        draft=draft_of(row),
        owner_name=str(row.owner) if row.owner else "",
        by_name=str(row.by) if row.by else "",
        at=row.at,
        late=row.due_on is not None and row.due_on < today() and row.state in _UNDONE,
        notice=row.notice_problem,
    )


def _named(name: str, pair: list[Any], people: Mapping[int, str]) -> list[Any]:
    return [people.get(one, "") for one in pair] if name == "owner" else pair


def _unknown() -> Problem:
    return Problem("unknown_task", _("There is no such task any more."))


def _tell(verb: str, row: Task, actor: User, **details: Any) -> None:
    audit.record(verb, actor=actor, workspace=row.workspace_id, target=row.title, **details)

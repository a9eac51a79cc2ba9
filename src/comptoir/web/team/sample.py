"""The sample shop: whether it can be explored, making it, how far it is, removing it."""

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from comptoir.base import outbox
from comptoir.base.models import User, Workspace

INSTALLER = "comptoir.demo.install"


@dataclass(frozen=True, slots=True)
class Progress:
    """making: the messages are still being written. waiting: steps left to understand them."""

    making: bool
    failed: bool
    waiting: int

    @property
    def done(self) -> bool:
        return not self.making and not self.waiting


def available() -> bool:
    return importlib.util.find_spec(INSTALLER) is not None


def install(owner: User) -> Workspace:
    """Make the sample shop's workspace; the worker fills it."""
    made: Workspace = _installer().install(owner)
    return made


def remove(workspace: Workspace, actor: User) -> None:
    """Remove the sample shop and everything that came with it."""
    _installer().remove(workspace, actor)


def progress(workspace: Workspace) -> Progress:
    """How far the sample shop is: written first, then understood message by message."""
    tasks = DBTaskResult.objects.filter(task_path__startswith="comptoir.demo.")
    mine = [task for task in tasks if workspace.pk in _arguments(task)]
    states = {task.status for task in mine}
    return Progress(
        making=bool(states & {TaskResultStatus.READY, TaskResultStatus.RUNNING}),
        failed=TaskResultStatus.FAILED in states,
        waiting=sum(outbox.backlog(workspace.pk).values()),
    )


def _installer() -> Any:
    return importlib.import_module(INSTALLER)


def _arguments(task: DBTaskResult[Any, Any]) -> list[Any]:
    known = task.args_kwargs
    return [*known["args"], *known["kwargs"].values()]

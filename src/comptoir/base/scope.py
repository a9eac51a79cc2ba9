"""
Workspace scope: brands are isolated by construction.

Every model that belongs to a workspace takes `objects = Scoped["Model"]()`. A
query on it inside `scope(workspace)` sees that workspace alone; outside of any
scope it raises `OutOfScope`. Code that must see all (the worker's hunt for work)
says so with `every_workspace()`.

The idea is django-scopes'; ours because a typed manager lets mypy follow models.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from django.db import models

__all__ = [
    "OutOfScope",
    "Scoped",
    "current_workspace_id",
    "every_workspace",
    "forget",
    "remembered",
    "scope",
]

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")

_EVERY = 0
_active: ContextVar[int | None] = ContextVar("active_workspace", default=None)
_memory: ContextVar[dict[str, Any] | None] = ContextVar("scope_memory", default=None)


class OutOfScope(RuntimeError):
    """A workspace's data was asked for without saying which workspace."""


class Scoped(models.Manager[M], Generic[M]):
    """The manager of a model with a `workspace` foreign key."""

    def get_queryset(self) -> models.QuerySet[M]:
        active = _active.get()
        if active is None:
            raise OutOfScope(f"{self.model.__name__}: a workspace must be active for this query.")
        rows = super().get_queryset()
        return rows if active == _EVERY else rows.filter(workspace_id=active)

    def create(self, **fields: Any) -> M:
        """Creating names its workspace itself, so it needs no scope."""
        return super().get_queryset().create(**fields)


@contextmanager
def scope(workspace: Any) -> Iterator[None]:
    """Limit queries to one workspace, given as a Workspace or as its id."""
    with _activated(getattr(workspace, "pk", workspace)):
        yield


@contextmanager
def every_workspace() -> Iterator[None]:
    """Let queries see all workspaces, for work that belongs to none."""
    with _activated(_EVERY):
        yield


@contextmanager
def _activated(workspace_id: int) -> Iterator[None]:
    token, held = _active.set(workspace_id), _memory.set({})
    try:
        yield
    finally:
        _memory.reset(held)
        _active.reset(token)


def current_workspace_id() -> int:
    """The id of the active workspace; raises OutOfScope when there is none."""
    active = _active.get()
    if not active:
        raise OutOfScope("A workspace must be active for this.")
    return active


def remembered(key: str, compute: Callable[[], T]) -> T:
    """
    What `compute` gives, asked once for the length of the present scope.

    For small things that one page needs a hundred times, such as the brand's own names.
    Outside of any scope nothing is remembered.
    """
    memory = _memory.get()
    if memory is None:
        return compute()
    if key not in memory:
        memory[key] = compute()
    found: T = memory[key]
    return found


def forget(key: str) -> None:
    """Have `remembered` ask again: call it after writing what was remembered."""
    memory = _memory.get()
    if memory is not None:
        memory.pop(key, None)

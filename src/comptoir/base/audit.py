"""The audit log: who did what."""

from typing import Any

from comptoir.base import clock
from comptoir.base.models import AuditEntry, User, Workspace


def record(
    verb: str,
    *,
    actor: User | None,
    workspace: Workspace | int | None = None,
    target: str = "",
    **details: Any,
) -> None:
    """
    Note that `actor` did `verb` (past tense, dotted by context: "team.role_changed").

    details must be plain JSON and hold no secret and no customer's text.
    """
    workspace_id = workspace if isinstance(workspace, int | None) else workspace.pk
    AuditEntry.objects.create(
        workspace_id=workspace_id,
        actor=actor,
        verb=verb,
        target=target,
        details=details,
        at=clock.now(),
    )

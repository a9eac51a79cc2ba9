"""What other contexts may use of `base`."""

from comptoir.base import audit, clock, erasure, ids, outbox
from comptoir.base.errors import NotAllowed, Problem
from comptoir.base.roles import Permission, Role, can
from comptoir.base.scope import OutOfScope, current_workspace_id, every_workspace, scope

__all__ = [
    "NotAllowed",
    "OutOfScope",
    "Permission",
    "Problem",
    "Role",
    "audit",
    "can",
    "clock",
    "current_workspace_id",
    "erasure",
    "every_workspace",
    "ids",
    "outbox",
    "scope",
]

"""Who may do what: five roles, checked on the server for every request."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    AGENT = "agent", _("Agent")
    ANALYST = "analyst", _("Analyst")
    READER = "reader", _("Read only")


class Permission(StrEnum):
    READ = "read"
    EXPORT = "export"
    ANSWER = "answer"
    CORRECT = "correct"
    TEACH = "teach"
    LISTEN = "listen"
    IMPORT = "import"
    CONNECT = "connect"
    MANAGE_TEAM = "manage_team"
    MANAGE_WORKSPACE = "manage_workspace"
    READ_AUDIT = "read_audit"
    ERASE = "erase"


_READER = frozenset({Permission.READ})
_ANALYST = _READER | {
    Permission.EXPORT,
    Permission.CORRECT,
    Permission.TEACH,
    Permission.LISTEN,
}
_AGENT = _READER | {Permission.ANSWER, Permission.CORRECT}
_MANAGER = (
    _ANALYST
    | _AGENT
    | {Permission.IMPORT, Permission.CONNECT, Permission.MANAGE_TEAM, Permission.READ_AUDIT}
)
_OWNER = frozenset(Permission)

GRANTS: dict[str, frozenset[Permission]] = {
    Role.READER: _READER,
    Role.ANALYST: _ANALYST,
    Role.AGENT: _AGENT,
    Role.MANAGER: _MANAGER,
    Role.OWNER: _OWNER,
}


def can(role: str, permission: Permission) -> bool:
    """
    Whether `role` grants `permission`; an unknown role grants nothing.

    >>> can("agent", Permission.ANSWER), can("reader", Permission.ANSWER)
    (True, False)
    """
    return permission in GRANTS.get(role, frozenset())

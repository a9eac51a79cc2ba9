"""Whom a form lets one tell: members of the workspace, and channels that take notices."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from comptoir.base.api import ids
from comptoir.base.models import Membership
from comptoir.base.scope import current_workspace_id
from comptoir.channels import api as channels


def people() -> list[tuple[str, str]]:
    """The members by name, as (id of addresses, name)."""
    members = Membership.objects.filter(
        workspace_id=current_workspace_id(), user__is_active=True
    ).select_related("user")
    named = sorted((str(one.user), one.user_id) for one in members)
    return [(ids.conceal("member", pk), name) for name, pk in named]


def accounts(chosen: Iterable[int]) -> list[tuple[str, str]]:
    """Channels that take notices, and those of `chosen` that do no longer."""
    open_ = {one.id: one.name for one in channels.team_channels()}
    shut = {
        one.id: _("%(name)s (not connected)") % {"name": one.name}
        for one in channels.connected(disconnected=True)
        if one.id in set(chosen) - set(open_)
    }
    return [(ids.conceal("account", one), name) for one, name in (open_ | shut).items()]


def revealed(kind: str, outside: Iterable[str]) -> tuple[int, ...]:
    """The rows behind ids of addresses; what is none is left out."""
    found = (ids.reveal(kind, one) for one in outside)
    return tuple(one for one in found if one is not None)

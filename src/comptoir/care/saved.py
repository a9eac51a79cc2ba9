"""Saved views, and the lists that filters choose from."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import Problem
from comptoir.base.models import Membership, User
from comptoir.base.roles import GRANTS, Permission
from comptoir.base.scope import current_workspace_id
from comptoir.care.models import SavedView, Tag
from comptoir.care.records import Filters, PersonView, SavedViewView, TagView


def saved_views(user_id: int) -> list[SavedViewView]:
    """The team's views and the user's own, by name."""
    rows = SavedView.objects.filter(Q(owner=None) | Q(owner_id=user_id))
    return [_view(row) for row in sorted(rows, key=lambda row: row.name.casefold())]


def save_view(name: str, filters: Filters, *, actor: User, shared: bool = False) -> SavedViewView:
    """Keep filters by name; the same name again replaces them. Raises "empty_name"."""
    wanted = " ".join(name.split())[:80]
    if not wanted:
        raise Problem("empty_name", _("A view needs a name."), _("Write a word or two."))
    row, _new = SavedView.objects.update_or_create(
        workspace_id=current_workspace_id(),
        owner=None if shared else actor,
        name=wanted,
        defaults={"query": filters.as_json()},
    )
    return _view(row)


def delete_view(view_id: int, *, actor: User) -> None:
    """Forget a view of one's own or of the team; raises "unknown_view"."""
    rows = SavedView.objects.filter(Q(owner=None) | Q(owner=actor), pk=view_id)
    if not rows.delete()[0]:
        raise Problem("unknown_view", _("This view does not exist any more."))


def tags() -> list[TagView]:
    """All tags of the workspace, by name."""
    return [TagView(pk, name) for pk, name in Tag.objects.order_by("key").values_list("pk", "name")]


def assignees() -> list[PersonView]:
    """Members who may answer, by name."""
    roles = [role for role, granted in GRANTS.items() if Permission.ANSWER in granted]
    rows = Membership.objects.filter(
        workspace_id=current_workspace_id(), role__in=roles, user__is_active=True
    ).select_related("user")
    found = [PersonView(row.user.pk, str(row.user)) for row in rows]
    return sorted(found, key=lambda one: one.name.casefold())


def _view(row: SavedView) -> SavedViewView:
    return SavedViewView(row.pk, row.name, Filters.from_json(row.query), row.owner_id is None)

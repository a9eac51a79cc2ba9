"""Saved views, and the lists that filters choose from."""

from comptoir.base.models import User
from comptoir.care.records import Filters, PersonView, SavedViewView, TagView


def saved_views(user_id: int) -> list[SavedViewView]:
    """The team's views and the user's own, by name."""
    raise NotImplementedError


def save_view(name: str, filters: Filters, *, actor: User, shared: bool = False) -> SavedViewView:
    """Keep filters by name; the same name again replaces them. Raises "empty_name"."""
    raise NotImplementedError


def delete_view(view_id: int, *, actor: User) -> None:
    """Forget a view of one's own or of the team; raises "unknown_view"."""
    raise NotImplementedError


def tags() -> list[TagView]:
    """All tags of the workspace, by name."""
    raise NotImplementedError


def assignees() -> list[PersonView]:
    """Members who may answer, by name."""
    raise NotImplementedError

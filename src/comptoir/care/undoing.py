"""Taking an action back."""

from comptoir.base.models import User
from comptoir.care.records import ActionView


def undo(action_id: int, actor: User) -> ActionView:
    """
    Put back what stood before an action, in all its conversations or in none.

    Raises Problem "unknown_action", "already_undone", or "changed_since" when somebody has
    changed one of them since.
    """
    raise NotImplementedError

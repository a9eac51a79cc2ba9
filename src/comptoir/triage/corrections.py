"""What people put right, recorded with who and when."""

from comptoir.base.models import User
from comptoir.triage.records import CorrectionView, LabelView


def correct(message_id: int, field: str, value: object, actor: User) -> LabelView:
    """
    Set a label's field to what a person says it is; returns the label as it stands then.

    field: language, tone, urgency, needs_answer, irony or intents (a list of names).
    Setting what already stands confirms it: recorded too. Raises Problem
    "unknown_message", "unknown_field" or "impossible_value".
    """
    raise NotImplementedError


def corrections(message_id: int) -> list[CorrectionView]:
    """All corrections of a message, newest first."""
    raise NotImplementedError


def undo_correction(correction_id: int, actor: User) -> LabelView:
    """
    Put back what stood before a correction.

    Raises Problem "unknown_correction", "already_undone", or "changed_since" when somebody
    corrected the same field later.
    """
    raise NotImplementedError

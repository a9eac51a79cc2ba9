"""Answers being written: one draft for each person and conversation."""

from comptoir.base.models import User
from comptoir.care.records import AnswerView


def draft(thread_id: int, user_id: int) -> AnswerView | None:
    """What this person has begun to write there."""
    raise NotImplementedError


def save_draft(thread_id: int, text: str, *, actor: User) -> AnswerView | None:
    """Keep what is being written, in place of what was; an empty text deletes it."""
    raise NotImplementedError


def delete_draft(thread_id: int, *, actor: User) -> None:
    raise NotImplementedError

"""The lists of the desk."""

from collections.abc import Iterable

from comptoir.care.records import ConversationView, Filters, Page


def inbox(filters: Filters, cursor: str = "", limit: int = 50) -> Page:
    """A page of conversations, newest first; a cursor that is not ours gives the first page."""
    raise NotImplementedError


def counts(user_id: int | None) -> dict[str, int]:
    """How many conversations each of VIEWS holds for this user."""
    raise NotImplementedError


def conversation(thread_id: int) -> ConversationView | None:
    raise NotImplementedError


def conversations(thread_ids: Iterable[int]) -> list[ConversationView]:
    """In the order asked for; unknown ids are left out."""
    raise NotImplementedError

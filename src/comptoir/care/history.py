"""What else a conversation's customer has said."""

from comptoir.care.records import AuthorHistory


def history(thread_id: int, limit: int = 10) -> AuthorHistory | None:
    """The customer's other conversations with a summary; None when the customer is unknown."""
    raise NotImplementedError

"""One conversation from its beginning: messages, notes, answers by hand, actions."""

from comptoir.care.records import Capability, ConversationView, Timeline


def timeline(thread_id: int, before: str = "", limit: int = 100) -> Timeline:
    """
    The newest `limit` entries, oldest of them first; `before`: Timeline.earlier of a page.

    Drafts are not part of it. Empty for an unknown thread.
    """
    raise NotImplementedError


def capabilities(conversation: ConversationView) -> Capability:
    """Whether an answer can be sent from here, else why not and where to go."""
    raise NotImplementedError

"""What people do to conversations; each leaves a trace that can be undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from comptoir.base.models import User
from comptoir.care.records import ActionView

Threads = int | Sequence[int]
Seen = Mapping[int, int] | None


def assign(threads: Threads, assignee_id: int | None, *, actor: User, seen: Seen = None) -> ActionView:
    """Give conversations to a member of the team, or to nobody; raises "unknown_person"."""
    raise NotImplementedError


def snooze(threads: Threads, until: datetime, *, actor: User, seen: Seen = None) -> ActionView:
    """Put conversations aside until a moment (aware) ahead; raises "moment_past"."""
    raise NotImplementedError


def unsnooze(threads: Threads, *, actor: User, seen: Seen = None) -> ActionView:
    raise NotImplementedError


def close(threads: Threads, *, actor: User, seen: Seen = None) -> ActionView:
    """Take conversations off the desk; a new message that needs an answer brings one back."""
    raise NotImplementedError


def reopen(threads: Threads, *, actor: User, seen: Seen = None) -> ActionView:
    raise NotImplementedError


def tag(threads: Threads, name: str, *, actor: User) -> ActionView:
    """Add a tag, made when it is new; names that differ by case or accents alone are one."""
    raise NotImplementedError


def untag(threads: Threads, tag_id: int, *, actor: User) -> ActionView:
    raise NotImplementedError


def note(threads: Threads, text: str, *, actor: User) -> ActionView:
    """Write an internal note; raises "empty_text"."""
    raise NotImplementedError


def mark_answered(threads: Threads, text: str, *, actor: User, seen: Seen = None) -> ActionView:
    """
    Say that the answer `text` was given by hand on the network itself.

    The person's draft there becomes that answer; the conversation no longer waits.
    `text` may be empty: answered with words that were not kept.
    """
    raise NotImplementedError

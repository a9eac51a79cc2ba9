"""
What the full-text index knows of each message beside its words: tokens to filter by.

All but two tokens are the conversation's, not the message's, since lists are of
conversations: "about delivery, says colis" means a conversation about delivery in which
somebody says so. The two of the message: own_0 or own_1, and hd_1 on the conversation's
newest message alone, so that a list without words reads one row per conversation.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from comptoir.care.records import NOBODY
from comptoir.channels.api import Indexed

_TONES = {-1: "tn_neg", 0: "tn_neu", 1: "tn_pos"}
_OTHER = re.compile("[^a-z0-9_]+")
HEAD = "hd_1"
ASLEEP = "sn_1"
UNANSWERED = "un_1"
URGENT = "ur_1"
COMPLAINT = "cp_1"


def of_conversation(
    columns: Mapping[str, Any], tags: Iterable[int], several: bool
) -> frozenset[str]:
    """
    Tokens of all messages of a conversation.

    several: whether it has more than one message; then they name their thread, so that
    paging can tell which conversations were shown already.
    """
    tokens = {
        channel(columns["channel"]),
        language(columns["language"]),
        tone(columns["tone"]),
        state(columns["state"]),
        assignee(columns["assignee_id"] or NOBODY),
        *map(intent, columns["intents"]),
        *map(tag, tags),
    }
    flags = {
        UNANSWERED: "unanswered",
        URGENT: "urgent",
        COMPLAINT: "complaint",
        ASLEEP: "snoozed_until",
    }
    tokens |= {token for token, name in flags.items() if columns[name]}
    return frozenset(tokens | {thread(columns["thread_id"])} if several else tokens)


def row(message_id: int, text: str, own: bool, conversation: frozenset[str], head: int) -> Indexed:
    """One message for the index."""
    here = {"own_1" if own else "own_0"} | ({HEAD} if message_id == head else set())
    return Indexed(message_id, text, conversation | here)


def channel(name: str) -> str:
    return "ch_" + _plain(name)


def language(code: str) -> str:
    return "lg_" + (_plain(code) or "und")


def tone(value: int) -> str:
    return _TONES[value]


def intent(name: str) -> str:
    return "in_" + _plain(name)


def state(name: str) -> str:
    return "st_" + _plain(name)


def assignee(user_id: int) -> str:
    return f"as_{user_id}"


def tag(tag_id: int) -> str:
    return f"tg_{tag_id}"


def thread(thread_id: int) -> str:
    return f"th_{thread_id}"


def _plain(name: str) -> str:
    return _OTHER.sub("_", name.lower())

"""
What other contexts may use of `care`: the inbox, what can be done in it, and its past.

All functions work inside a workspace scope. A conversation's id is that of its thread.
Actions take one id or many, check no roles (the caller does), and return an ActionView whose
id `undo` takes; they raise Problem "unknown_conversation" for an id that is not here, and
"changed_since" when `seen` (thread id → version the person was looking at) is outdated.
"""

from comptoir.care.actions import (
    assign,
    close,
    mark_answered,
    note,
    reopen,
    snooze,
    tag,
    unsnooze,
    untag,
)
from comptoir.care.drafts import delete_draft, draft, save_draft
from comptoir.care.history import history
from comptoir.care.inbox import below, conversation, conversations, counts, inbox
from comptoir.care.records import (
    NOBODY,
    VIEWS,
    ActionView,
    AnswerView,
    AuthorHistory,
    Capability,
    ConversationView,
    CustomerView,
    Entry,
    Filters,
    NoteView,
    Page,
    PersonView,
    SavedViewView,
    TagView,
    Timeline,
    View,
)
from comptoir.care.saved import assignees, delete_view, save_view, saved_views, tags
from comptoir.care.sending import decide, meanwhile, send, send_anyway, take_back, write_again
from comptoir.care.timeline import capabilities, timeline
from comptoir.care.undoing import undo

__all__ = [
    "NOBODY",
    "VIEWS",
    "ActionView",
    "AnswerView",
    "AuthorHistory",
    "Capability",
    "ConversationView",
    "CustomerView",
    "Entry",
    "Filters",
    "NoteView",
    "Page",
    "PersonView",
    "SavedViewView",
    "TagView",
    "Timeline",
    "View",
    "assign",
    "assignees",
    "below",
    "capabilities",
    "close",
    "conversation",
    "conversations",
    "counts",
    "decide",
    "delete_draft",
    "delete_view",
    "draft",
    "history",
    "inbox",
    "mark_answered",
    "meanwhile",
    "note",
    "reopen",
    "save_draft",
    "save_view",
    "saved_views",
    "send",
    "send_anyway",
    "snooze",
    "tag",
    "tags",
    "take_back",
    "timeline",
    "undo",
    "unsnooze",
    "untag",
    "write_again",
]

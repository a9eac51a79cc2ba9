"""
What other contexts may use of `listening`.

All functions work inside a workspace scope. The query language itself is in `analysis.queries`.
"""

from comptoir.listening.documents import documents, site_of
from comptoir.listening.exclusions import allow, exclude, exclusions
from comptoir.listening.mentions import (
    Figure,
    Filter,
    Page,
    count,
    counts,
    fitting,
    found_by,
    mentions,
)
from comptoir.listening.models import Folder
from comptoir.listening.past import ask as ask_past
from comptoir.listening.past import latest as latest_runs
from comptoir.listening.past import runs as past_runs
from comptoir.listening.past import stop as stop_past
from comptoir.listening.records import (
    Difference,
    Draft,
    Excluded,
    ExclusionView,
    Failing,
    FolderView,
    MentionView,
    PastView,
    Preview,
    QueryView,
    Searched,
    TagChangeView,
    TagView,
    VersionView,
)
from comptoir.listening.saving import (
    add,
    add_folder,
    change,
    delete,
    delete_folder,
    failing,
    folders,
    go_back,
    lines,
    pause,
    queries,
    query,
    rename_folder,
    resume,
    versions,
)
from comptoir.listening.tagging import tag, tag_named, tags, tags_of, undo_tags, untag
from comptoir.listening.trying import difference, preview, search
from comptoir.listening.volumes.following import rebuild as read_again
from comptoir.listening.volumes.following import standing as words_read

KINDS = Folder.Kind
"""What a folder may be about, with its translated name."""

__all__ = [
    "KINDS",
    "Difference",
    "Draft",
    "Excluded",
    "ExclusionView",
    "Failing",
    "Figure",
    "Filter",
    "FolderView",
    "MentionView",
    "Page",
    "PastView",
    "Preview",
    "QueryView",
    "Searched",
    "TagChangeView",
    "TagView",
    "VersionView",
    "add",
    "add_folder",
    "allow",
    "ask_past",
    "change",
    "count",
    "counts",
    "delete",
    "delete_folder",
    "difference",
    "documents",
    "exclude",
    "exclusions",
    "failing",
    "fitting",
    "folders",
    "found_by",
    "go_back",
    "latest_runs",
    "lines",
    "mentions",
    "past_runs",
    "pause",
    "preview",
    "queries",
    "query",
    "read_again",
    "rename_folder",
    "resume",
    "search",
    "site_of",
    "stop_past",
    "tag",
    "tag_named",
    "tags",
    "tags_of",
    "undo_tags",
    "untag",
    "versions",
    "words_read",
]

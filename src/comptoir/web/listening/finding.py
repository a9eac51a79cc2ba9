"""Saved queries and folders behind the ids of addresses."""

from django.http import Http404

from comptoir.base.api import Problem, ids
from comptoir.listening import api as listening


def query(outside: str) -> listening.QueryView | None:
    """The query, or None where there is none (any more)."""
    identifier = ids.reveal("query", outside)
    try:
        return None if identifier is None else listening.query(identifier)
    except Problem:
        return None


def known(outside: str) -> listening.QueryView:
    """The query of an address; Http404 when it is none of ours."""
    found = query(outside)
    if found is None:
        raise Http404
    return found


def folder(outside: str) -> listening.FolderView | None:
    """The folder, or None where there is none (any more)."""
    identifier = ids.reveal("listening-folder", outside)
    return next((one for one in listening.folders() if one.id == identifier), None)

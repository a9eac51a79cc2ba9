"""The rival of an address."""

from django.http import Http404

from comptoir.base.api import Problem, ids
from comptoir.listening.rivals import api

KIND = "listening-folder"


def address(folder: int) -> str:
    return ids.conceal(KIND, folder)


def found_rival(outside: str) -> api.RivalView:
    """Raises Http404 for a stranger's, a deleted one's, or one that is no rival."""
    identifier = ids.reveal(KIND, outside)
    if identifier is None:
        raise Http404
    try:
        return api.rival(identifier)
    except Problem as problem:
        raise Http404 from problem

"""Watched pages behind the ids of addresses."""

from django.http import Http404

from comptoir.base.api import Problem, ids
from comptoir.listening.watching import api

KIND = "watched"


def page(outside: str) -> api.PageView:
    """The page of an address; Http404 when it is none of ours."""
    try:
        return api.page(ids.reveal(KIND, outside) or 0)
    except Problem as problem:
        raise Http404 from problem

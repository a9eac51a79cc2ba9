"""Alerts and firings behind the ids of addresses."""

from django.http import Http404

from comptoir.base.api import Problem, ids
from comptoir.listening.alerting import api


def alert(outside: str) -> api.AlertView:
    """The alert of an address; Http404 when it is none of ours, or a watched page's."""
    identifier = ids.reveal("alert", outside)
    try:
        found = api.alert(identifier or 0)
    except Problem as problem:
        raise Http404 from problem
    if found.draft.kind == api.KINDS.PAGE:
        raise Http404
    return found


def firing(outside: str) -> api.FiringView:
    """The firing of an address; Http404 when it is none of ours."""
    found = api.firing(ids.reveal("firing", outside) or 0)
    if found is None:
        raise Http404
    return found

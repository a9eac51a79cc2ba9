"""Alerts and firings behind the ids of addresses."""

from django.http import Http404

from comptoir.base.api import Problem, ids
from comptoir.listening.alerting import api


def alert(outside: str) -> api.AlertView:
    """The alert of an address; Http404 when it is none of ours."""
    identifier = ids.reveal("alert", outside)
    try:
        return api.alert(identifier or 0)
    except Problem as problem:
        raise Http404 from problem


def firing(outside: str) -> api.FiringView:
    """The firing of an address; Http404 when it is none of ours."""
    found = api.firing(ids.reveal("firing", outside) or 0)
    if found is None:
        raise Http404
    return found

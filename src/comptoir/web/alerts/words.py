"""What alerts ask for and learn, in words; where a firing is read."""

from collections.abc import Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comptoir import conf
from comptoir.base.api import ids
from comptoir.base.models import Workspace
from comptoir.listening.alerting import api

ICONS: Final = {
    "count": "chart",
    "tone": "tone-negative",
    "weight": "user",
    "word": "search",
    "silence": "snooze",
    "page": "globe",
}
STATES: Final[Mapping[str, Promise]] = {
    "waiting": gettext_lazy("On its way"),
    "sent": gettext_lazy("Sent"),
    "failed": gettext_lazy("Not sent"),
}


def address(workspace: Workspace, firing: int) -> str:
    """Where a firing is read, from outside."""
    kwargs = {"slug": workspace.slug, "firing": ids.conceal("firing", firing)}
    return conf.current().address + reverse("firing", kwargs=kwargs)


def asked(draft: api.AlertDraft) -> str:
    """What an alert asks for, in a sentence."""
    if draft.kind == "page":
        return _("Any change of a watched page")
    said = {"count": _number(draft.threshold), "window": api.span(draft.window)}
    if draft.kind == "silence":
        return _("No message for %(window)s") % said
    if draft.kind == "tone":
        words = ngettext(
            "%(count)s negative message in %(window)s",
            "%(count)s negative messages in %(window)s",
            draft.threshold,
        )
        if draft.share:
            share = _("at least %(share)s %% of all") % {"share": draft.share}
            return f"{words % said}, {share}"
        return words % said
    if draft.kind == "weight":
        return ngettext(
            "%(count)s message in %(window)s by somebody with %(followers)s followers or more",
            "%(count)s messages in %(window)s by people with %(followers)s followers or more",
            draft.threshold,
        ) % (said | {"followers": _number(draft.followers)})
    return (
        ngettext(
            "%(count)s message in %(window)s", "%(count)s messages in %(window)s", draft.threshold
        )
        % said
    )


def offered(one: api.Offer) -> str:
    """What a button of “fewer like this” does, so that nobody is surprised."""
    return _said(one.field, one.before, one.after)


def learnt(one: api.LessonView) -> str:
    return _said(one.field, one.before, one.after)


def _said(field: str, before: Any, after: Any) -> str:
    if field == "authors_once":
        return _("Count each author once in a window")
    if field == "alike_once":
        return _("Count messages that say the same once in a window")
    if field == "window":
        spans = {"before": api.span(int(before)), "after": api.span(int(after))}
        return _("Wait for %(after)s of silence, no longer %(before)s") % spans
    numbers = {"before": _number(before), "after": _number(after)}
    if field == "followers":
        return _("Ask for %(after)s followers, no longer %(before)s") % numbers
    return _("Ask for %(after)s messages, no longer %(before)s") % numbers


def _number(value: Any) -> str:
    return number_format(int(value), force_grouping=True)

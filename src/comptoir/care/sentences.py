"""What was done, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from comptoir.base.models import Workspace
from comptoir.care.hydrate import person
from comptoir.care.models import Action
from comptoir.care.records import ActionView

_SENTENCES: Mapping[str, Promise] = {
    "assigned": _("Assigned to %(name)s."),
    "unassigned": _("Assigned to nobody."),
    "snoozed": _("Put aside until %(until)s."),
    "unsnoozed": _("Brought back to the desk."),
    "closed": _("Closed."),
    "reopened": _("Reopened."),
    "tagged": _("Tagged “%(name)s”."),
    "untagged": _("Tag “%(name)s” taken off."),
    "noted": _("Note written."),
    "answered": _("Answered by hand on the network."),
    "sent": _("The answer leaves in ten seconds."),
    "sent_anyway": _("Sent an answer that was held back."),
    "found_sent": _("Saw on the network that the answer is there."),
    "sent_again": _("Saw on the network that the answer is not there, and sent it again."),
}

_MANY: Mapping[str, Any] = {
    "assigned": ngettext_lazy(
        "%(count)d conversation assigned to %(name)s.",
        "%(count)d conversations assigned to %(name)s.",
        "count",
    ),
    "unassigned": ngettext_lazy(
        "%(count)d conversation assigned to nobody.",
        "%(count)d conversations assigned to nobody.",
        "count",
    ),
    "snoozed": ngettext_lazy(
        "%(count)d conversation put aside until %(until)s.",
        "%(count)d conversations put aside until %(until)s.",
        "count",
    ),
    "unsnoozed": ngettext_lazy(
        "%(count)d conversation brought back to the desk.",
        "%(count)d conversations brought back to the desk.",
        "count",
    ),
    "closed": ngettext_lazy(
        "%(count)d conversation closed.", "%(count)d conversations closed.", "count"
    ),
    "reopened": ngettext_lazy(
        "%(count)d conversation reopened.", "%(count)d conversations reopened.", "count"
    ),
    "tagged": ngettext_lazy(
        "%(count)d conversation tagged “%(name)s”.",
        "%(count)d conversations tagged “%(name)s”.",
        "count",
    ),
    "untagged": ngettext_lazy(
        "Tag “%(name)s” taken off %(count)d conversation.",
        "Tag “%(name)s” taken off %(count)d conversations.",
        "count",
    ),
    "noted": ngettext_lazy(
        "Note written on %(count)d conversation.",
        "Note written on %(count)d conversations.",
        "count",
    ),
    "answered": ngettext_lazy(
        "%(count)d conversation answered by hand on the network.",
        "%(count)d conversations answered by hand on the network.",
        "count",
    ),
}


def view(row: Action, threads: tuple[int, ...], zone: str = "") -> ActionView:
    """zone: of the workspace, asked for when not given."""
    return ActionView(
        id=row.pk,
        verb=row.verb,
        actor=person(row.actor),
        threads=threads,
        sentence=_sentence(row, zone, len(threads)),
        at=row.at,
        undone_at=row.undone_at,
    )


def _sentence(row: Action, zone: str, count: int) -> str:
    verb = "unassigned" if row.verb == "assigned" and not row.details["assignee"] else row.verb
    values = dict(row.details)
    if "until" in values:
        values["until"] = _local(values["until"], zone or _zone(row))
    if count > 1:
        return str(_MANY[verb] % (values | {"count": count}))
    return str(_SENTENCES[verb]) % values


def _zone(row: Action) -> str:
    return Workspace.objects.values_list("zone", flat=True).get(pk=row.workspace_id)


def _local(moment: str, zone: str) -> str:
    local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    return date_format(local, "DATETIME_FORMAT")

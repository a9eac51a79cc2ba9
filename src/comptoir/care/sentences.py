"""What was done, in words."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
}


def view(row: Action, threads: tuple[int, ...], zone: str = "") -> ActionView:
    """zone: of the workspace, asked for when not given."""
    return ActionView(
        id=row.pk,
        verb=row.verb,
        actor=person(row.actor),
        threads=threads,
        sentence=_sentence(row, zone),
        at=row.at,
        undone_at=row.undone_at,
    )


def _sentence(row: Action, zone: str) -> str:
    verb = "unassigned" if row.verb == "assigned" and not row.details["assignee"] else row.verb
    values = dict(row.details)
    if "until" in values:
        values["until"] = _local(values["until"], zone or _zone(row))
    return str(_SENTENCES[verb]) % values


def _zone(row: Action) -> str:
    return Workspace.objects.values_list("zone", flat=True).get(pk=row.workspace_id)


def _local(moment: str, zone: str) -> str:
    local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    return date_format(local, "DATETIME_FORMAT")

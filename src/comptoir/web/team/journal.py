"""The audit log: who did what, when; filtered, paged, and as a file."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.base import audit, ids
from comptoir.base.api import Permission, Role
from comptoir.base.models import AuditEntry, Membership, User, Workspace
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.team.verbs import DETAILS, ROLE_DETAILS, UNSAID, VERBS

PAGE = 50
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the reader asked for; unreadable values count as not asked."""

    person: int | None
    verb: str
    since: date | None
    until: date | None

    def rows(self) -> QuerySet[AuditEntry]:
        """Entries of the active workspace, newest first; days in the active time zone."""
        rows = AuditEntry.objects.select_related("actor").order_by("-at", "-pk")
        if self.person is not None:
            rows = rows.filter(actor_id=self.person)
        if self.verb:
            rows = rows.filter(verb=self.verb)
        if self.since:
            rows = rows.filter(at__gte=_midnight(self.since))
        if self.until:
            rows = rows.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        return rows


@require_GET
@desk_view(Permission.READ_AUDIT)
def log(request: DeskRequest) -> HttpResponse:
    asked = _asked(request)
    page = Paginator(asked.rows(), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [(entry, verb_label(entry.verb), describe(entry)) for entry in page],
        "people": _people(request.desk.workspace),
        "verbs": _verbs(),
        "asked": asked,
        "person": request.GET.get("person", ""),
        "query": _query(request),
    }
    return render(request, "team/journal.html", context)


@require_GET
@desk_view(Permission.READ_AUDIT)
def export(request: DeskRequest) -> StreamingHttpResponse:
    """The filtered log as CSV in French conventions: semicolons, BOM, cells that no formula can hide in."""
    workspace, asked = request.desk.workspace, _asked(request)
    audit.record("audit.exported", actor=request.desk.user, workspace=workspace)
    return StreamingHttpResponse(
        _lines(asked.rows(), timezone.get_current_timezone()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{workspace.slug}-audit.csv"'},
    )


def _lines(rows: QuerySet[AuditEntry], zone: Any) -> Iterator[str]:
    """The file, line by line; runs after the view, so `rows` is already limited to the workspace."""
    writer = csv.writer(_Echo(), delimiter=";")
    heads = [_("When"), _("Who"), _("What"), _("About"), _("Details")]
    yield "\ufeff" + writer.writerow(heads)
    for entry in rows.iterator(chunk_size=1000):
        yield writer.writerow([safe_cell(value) for value in _cells(entry, zone)])


def _cells(entry: AuditEntry, zone: Any) -> list[str]:
    return [
        entry.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        str(entry.actor or ""),
        str(verb_label(entry.verb)),
        entry.target,
        describe(entry),
    ]


def safe_cell(value: str) -> str:
    """
    A cell that a spreadsheet shows instead of running.

    >>> safe_cell("=HYPERLINK(1)"), safe_cell("bonjour")
    ("'=HYPERLINK(1)", 'bonjour')
    """
    return f"'{value}" if value.startswith(_FORMULA) else value


def describe(entry: AuditEntry) -> str:
    """The entry's details as "name: value" pairs, known names and roles in words."""
    said = ((name, value) for name, value in entry.details.items() if name not in UNSAID)
    pairs = ((name, _plain(name, value)) for name, value in said)
    return ", ".join(
        _("%(name)s: %(value)s") % {"name": DETAILS.get(name, name), "value": value}
        for name, value in pairs
    )


def verb_label(verb: str) -> str | Promise:
    """The verb in words; one nobody translated is shown as it is."""
    return VERBS.get(verb, verb)


def _plain(name: str, value: Any) -> str:
    if name in ROLE_DETAILS and value in Role.values:
        return str(Role(value).label)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class _Echo:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _asked(request: HttpRequest) -> Filter:
    given = request.GET
    person = ids.reveal("user", given["person"]) if given.get("person") else None
    return Filter(person, given.get("verb", ""), _day(given.get("since")), _day(given.get("until")))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _people(workspace: Workspace) -> list[tuple[str, User]]:
    """Members, and those who left but did something here."""
    known = set(Membership.objects.filter(workspace=workspace).values_list("user_id", flat=True))
    known |= set(
        AuditEntry.objects.exclude(actor=None).values_list("actor_id", flat=True).distinct()
    )
    people = User.objects.filter(pk__in=known).order_by("name", "email")
    return [(ids.conceal("user", user.pk), user) for user in people]


def _verbs() -> list[tuple[str, str | Promise]]:
    found = AuditEntry.objects.order_by("verb").values_list("verb", flat=True).distinct()
    return [(verb, verb_label(verb)) for verb in found]


def _query(request: HttpRequest) -> str:
    return urlencode([pair for pair in request.GET.items() if pair[0] != "page"])

"""Rivals: the list, one rival's report, the messages behind each figure, files of all."""

from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.base.api import Permission, ids
from comptoir.channels import api as channels
from comptoir.insight import api as insight
from comptoir.listening.rivals import api
from comptoir.web import defined, wording
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.choice import Choice, choose, days_of, page_number
from comptoir.web.downloads import labelled, message_rows, table_file
from comptoir.web.rivals import finding, showing, tables
from comptoir.web.rivals import wording as said
from comptoir.web.rivals.finding import found_rival

PAGE: Final = 50
NARROWED: Final = ("kind", "sign", "channel", "hour", "weekday", "depth", "offer")
MEASURES: Final = {"posts": "rivals.frequency", "complaints": "rivals.complaints"}


@require_GET
@desk_view(Permission.READ)
def index(request: DeskRequest) -> HttpResponseBase:
    """Every rival with what it published in the period, and whether that is more than usual."""
    known = api.rivals()
    choice = _choice(request)
    if not known or choice is None:
        return render(request, "rivals/empty.html", {"listens": bool(known)})
    days = days_of(choice.period)
    context = {
        "choice": choice,
        "words": wording.period(choice.period.first, choice.period.last),
        "rivals": [
            showing.line(request, one, choice, api.published(one.id, days)) for one in known
        ],
        "pages_url": showing.pages_url(request),
    }
    return render(request, "rivals/index.html", context)


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest, rival: str) -> HttpResponseBase:
    """The frame with its choosers; the figures follow, or come along when asked `whole`."""
    one, choice = found_rival(rival), _known(request)
    context = _frame(request, one, choice)
    if "whole" in request.GET:
        panels_of = _panels(request, one, choice)
        context["panels"] = render_to_string("rivals/panels.html", panels_of, request)
    return render(request, "rivals/page.html", context)


@require_GET
@desk_view(Permission.READ)
def panels(request: DeskRequest, rival: str) -> HttpResponseBase:
    """The figures alone, brought by the page once it is on screen."""
    return render(
        request, "rivals/panels.html", _panels(request, found_rival(rival), _known(request))
    )


@require_GET
@desk_view(Permission.READ)
def rows(request: DeskRequest, rival: str, what: str) -> HttpResponseBase:
    """The very messages that a figure counts, newest first, with the words that told."""
    one, choice = found_rival(rival), _known(request)
    keys, found = _keys(request, what), _counted(request, one, choice, what)
    number = page_number(request)
    part = found[(number - 1) * PAGE : number * PAGE]
    told = api.post_of(one.id, days_of(choice.period)) if what == "posts" else {}
    measure = _measure(what, keys)
    address = reverse("rival", kwargs=_of(request, one))
    context = {
        "choice": choice,
        "rival": one,
        "told": defined.told(measure),
        "slug": defined.slug(measure),
        "definition_url": defined.address(measure),
        "words": wording.period(choice.period.first, choice.period.last),
        "keys": [_key_words(key, value) for key, value in keys.items()],
        "rows": [showing.row(request, *each, told.get(each[0].id)) for each in labelled(part)],
        "page_obj": Paginator(range(len(found)), PAGE).get_page(number),
        "total": len(found),
        "report_url": f"{address}?{choice.address}",
        "files": [
            (form, f"{_rows_file(request, one, what, form)}?{choice.address}&{urlencode(keys)}")
            for form in ("csv", "xlsx")
        ],
    }
    return render(request, "rivals/rows.html", context)


@require_GET
@desk_view(Permission.EXPORT)
def export_table(request: DeskRequest, rival: str, table: str, form: str) -> HttpResponseBase:
    """One table of a report, whole, as a file."""
    one, choice = found_rival(rival), _known(request)
    if table not in tables.TABLES:
        raise Http404
    made = tables.TABLES[table](_asked(one, choice), defined.language())
    name = f"{made.title} {one.name} {choice.stamp}"
    return table_file(made.for_file(), name, made.title, form)


@require_GET
@desk_view(Permission.EXPORT)
def export_rows(request: DeskRequest, rival: str, what: str, form: str) -> HttpResponseBase:
    """The messages behind a figure as a file, up to a hundred thousand."""
    one, choice = found_rival(rival), _known(request)
    found = _counted(request, one, choice, what)[: insight.MOST_ROWS]
    title = defined.told(MEASURES[what]).title
    rows_of = list(message_rows(labelled(found)))
    return table_file(rows_of, f"{title} {one.name} {choice.stamp}", title, form)


def _choice(request: DeskRequest) -> Choice | None:
    """The week up to the newest message where nothing else is asked; None before any."""
    known = channels.span()
    if known is None:
        return None
    zone = request.desk.workspace.zone
    newest = ids.moment_of(known[1]).astimezone(ZoneInfo(zone)).date()
    asked = request.GET.dict()
    if not any(asked.get(name) for name in ("period", "from", "to")):
        asked["period"] = "7"
    return choose(asked, newest, insight.today(zone), zone)


def _known(request: DeskRequest) -> Choice:
    choice = _choice(request)
    if choice is None:
        raise Http404
    return choice


def _of(request: DeskRequest, one: api.RivalView) -> dict[str, str]:
    return {"slug": request.desk.workspace.slug, "rival": finding.address(one.id)}


def _asked(one: api.RivalView, choice: Choice) -> tables.Asked:
    days = days_of(choice.period)
    return one, api.published(one.id, days), api.complaints(one.id, days)


def _frame(request: DeskRequest, one: api.RivalView, choice: Choice) -> dict[str, Any]:
    return {
        "choice": choice,
        "rival": one,
        "outside": finding.address(one.id),
        "words": wording.period(choice.period.first, choice.period.last),
        "panels_url": f"{reverse('rival_panels', kwargs=_of(request, one))}?{choice.address}",
        "whole_url": f"?{choice.address}&whole=1",
        "pages_url": showing.pages_url(request),
        **showing.accounts(one),
    }


def _panels(request: DeskRequest, one: api.RivalView, choice: Choice) -> dict[str, Any]:
    return _frame(request, one, choice) | showing.panels(request, choice, _asked(one, choice))


def _keys(request: DeskRequest, what: str) -> dict[str, str]:
    if what not in MEASURES:
        raise Http404
    wanted = NARROWED if what == "posts" else ("subject",)
    return {name: request.GET[name] for name in wanted if request.GET.get(name)}


def _counted(request: DeskRequest, one: api.RivalView, choice: Choice, what: str) -> list[int]:
    keys, days = _keys(request, what), days_of(choice.period)
    if what == "complaints":
        return api.complaint_rows(one.id, days, keys.get("subject", ""))
    try:
        return api.published_rows(one.id, days, keys)
    except ValueError as error:
        raise Http404 from error


def _measure(what: str, keys: dict[str, str]) -> str:
    """The figure that rows so narrowed are counted by."""
    if "offer" in keys or "depth" in keys:
        return "rivals.offers" if "offer" in keys else "rivals.depth"
    if "sign" in keys:
        return f"rivals.{keys['sign']}" if keys["sign"] in api.SIGNS else "rivals.pressure"
    return MEASURES[what]


def _key_words(name: str, value: str) -> str:
    if name == "sign":
        return str(said.SIGNS.get(value, value))
    if name == "kind":
        return str(said.KINDS.get(value, value))
    if name == "subject":
        return said.subject(value)
    if name == "offer":
        return _("One offer, with all that made it")
    return _("A known depth") if name == "depth" else wording.of_address(name, value)


def _rows_file(request: DeskRequest, one: api.RivalView, what: str, form: str) -> str:
    return reverse("rival_rows_file", kwargs=_of(request, one) | {"what": what, "form": form})

"""One watched page: what it says now, how its price moved, what changed, how it is asked."""

from collections.abc import Callable, Collection
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.base.models import User
from comptoir.listening.watching import api
from comptoir.web import charts
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.watching import finding, listing, words

CHANGES: Final = 20
LINES: Final = 30
OFFERS: Final = 12


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest, page: str) -> HttpResponse:
    it = finding.page(page)
    before = ids.reveal("page_change", request.GET.get("before", ""))
    found = api.changes(it.id, before, CHANGES + 1)
    spells = api.prices(it.id)
    reading = api.latest(it.id)
    context = {
        "row": listing.row(it),
        "it": it,
        "outside": page,
        "changes": [_change(one) for one in found[:CHANGES]],
        "older": ids.conceal("page_change", found[CHANGES - 1].id) if len(found) > CHANGES else "",
        "chart": _chart(it, spells),
        "spells": [_spell(one) for one in reversed(spells) if one.cents is not None][:60],
        "shown": shown(reading, it.draft.wants) if reading else None,
        "may_listen": request.desk.can(Permission.LISTEN),
    }
    return render(request, "watching/page.html", context)


@require_POST
@desk_view(Permission.LISTEN)
def state(request: DeskRequest, page: str) -> HttpResponse:
    """Check now, pause, watch again, delete."""
    it, does, slug = finding.page(page), request.POST.get("do", ""), request.desk.workspace.slug
    verbs: dict[str, tuple[Callable[[int, User], None], str]] = {
        "check": (
            lambda pk, _user: api.check_now(pk),
            _("“%(name)s” is asked next, as soon as its site may be."),
        ),
        "pause": (api.pause_page, _("“%(name)s” is paused: it is not asked any more.")),
        "resume": (api.resume_page, _("“%(name)s” is watched again.")),
        "delete": (api.delete_page, _("“%(name)s” is deleted, with its history.")),
    }
    verb, sentence = verbs.get(does, (None, ""))
    if verb is None:
        raise Http404
    try:
        verb(it.id, request.desk.user)
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, sentence % {"name": it.draft.name})
        if does == "delete":
            return redirect("watching", slug=slug)
    return redirect("watching_page", slug=slug, page=page)


def shown(reading: api.Reading, wants: Collection[str]) -> dict[str, Any]:
    """What was read, for people; sentences where the text is watched or nothing else was read."""
    offers = [
        {
            "name": one.name,
            "price": api.sum_of(one.cents, one.currency),
            "was": api.sum_of(one.was, one.currency) if one.was else "",
            "starting": one.starting,
            "state": api.state_of(one.availability) if one.availability else "",
            "source": words.SOURCES.get(one.source, ""),
        }
        for one in reading.offered
    ]
    wants_text = "text" in wants or not (offers or reading.promos)
    return {
        "title": reading.title,
        "offers": offers[:OFFERS],
        "more_offers": max(len(offers) - OFFERS, 0),
        "promos": [one.text for one in reading.promos],
        "lines": reading.lines[:LINES] if wants_text else (),
        "more_lines": max(len(reading.lines) - LINES, 0) if wants_text else 0,
    }


def _change(one: api.ChangeView) -> dict[str, Any]:
    before, after = one.change.before or {}, one.change.after or {}
    return listing.told(one) | {
        "gone": before.get("lines", ()),
        "came": after.get("lines", ()),
    }


def _spell(one: api.Spell) -> dict[str, Any]:
    return {
        "it": one,
        "price": api.sum_of(one.cents, one.currency),
        "state": api.state_of(one.availability) if one.availability else "",
    }


def _chart(it: api.PageView, spells: list[api.Spell]) -> charts.Chart | None:
    """The price as steps, where it was read on two visits at least."""
    told = [one for one in spells if one.cents is not None]
    if not told or (len(told) == 1 and told[0].visits < 2):
        return None
    currency = told[-1].currency
    drawn = [
        charts.Stretch(timezone.localtime(one.at), timezone.localtime(one.until), one.cents / 100)
        for one in told
        if one.currency == currency and one.cents is not None
    ]
    title = _("Price of “%(name)s”") % {"name": it.draft.name}
    said = _("From %(first)s on %(began)s to %(last)s on %(ended)s.") % {
        "first": api.sum_of(told[0].cents, told[0].currency),
        "began": date_format(timezone.localtime(told[0].at), "j F Y"),
        "last": api.sum_of(told[-1].cents, currency),
        "ended": date_format(timezone.localtime(told[-1].until), "j F Y"),
    }
    return charts.course(drawn, title, said, get_language() or "fr")

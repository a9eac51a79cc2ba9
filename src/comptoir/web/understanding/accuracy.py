"""How well messages are read, over time; and the buttons that make it better."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission
from comptoir.triage import brand
from comptoir.web import charts
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.understanding import words

STOP_POLLING = 286
DRAWN = 24


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """How learning stands, accuracy over time, and which labels need examples."""
    field = words.field_of(request.GET.get("field"))
    known = brand.versions()
    measured = [(one, got) for one in known for got in one.measures if got.field == field]
    context = standing(request) | {
        "field": field,
        "fields": words.FIELDS.items(),
        "field_name": words.FIELDS[field],
        "rows": [_row(request, one, got) for one, got in measured],
        "chart": _chart(measured[:DRAWN][::-1], str(words.FIELDS[field])),
        "latest": [_stat(request, one, got) for one, got in _latest(known)],
        "needs": _needs(request, field),
        "any_version": bool(known),
    }
    return render(request, "understanding/accuracy.html", context)


@require_GET
@desk_view(Permission.READ)
def progress(request: DeskRequest) -> HttpResponse:
    """What is under way, alone; asked for again until nothing is."""
    context = standing(request) | {"swap": True}
    status = 200 if context["moving"] else STOP_POLLING
    return render(request, "understanding/parts/standing.html", context, status=status)


@require_POST
@desk_view(Permission.TEACH)
def learn(request: DeskRequest) -> HttpResponse:
    brand.ask(actor=request.desk.user)
    messages.success(request, _("Learning begins. It takes a few seconds."))
    return redirect("understanding", slug=request.desk.workspace.slug)


@require_POST
@desk_view(Permission.TEACH)
def read_again(request: DeskRequest) -> HttpResponse:
    """Have the past read by what reads now."""
    brand.relabel(request.desk.workspace.pk, request.desk.user)
    messages.success(request, _("Past messages are being read again. You can go on working."))
    return redirect("understanding", slug=request.desk.workspace.slug)


def standing(request: DeskRequest) -> dict[str, Any]:
    """Where learning and reading again are."""
    learning, again = brand.learning(), brand.relabelling()
    return {
        "learning": learning,
        "again": again,
        "moving": learning.waiting or again.running,
        "reader": words.version_name(learning.number),
        "may_teach": request.desk.can(Permission.TEACH),
    }


def _latest(known: list[brand.VersionView]) -> list[tuple[brand.VersionView, brand.Measure]]:
    """The newest measure of each label."""
    found: dict[str, tuple[brand.VersionView, brand.Measure]] = {}
    for one in known:
        for got in one.measures:
            found.setdefault(got.field, (one, got))
    return [found[field] for field in words.FIELDS if field in found]


def reading(one: brand.Measure) -> float | None:
    """The accuracy of what reads since this comparison."""
    return one.accuracy_after if one.adopted else one.accuracy_before


def _stat(request: DeskRequest, one: brand.VersionView, got: brand.Measure) -> dict[str, Any]:
    share = reading(got)
    low, high = _interval(share, got.n)
    return {
        "label": words.FIELDS[got.field],
        "value": share,
        "low": low,
        "high": high,
        "opens": ngettext("See the %(n)s correction", "See the %(n)s corrections", got.n)
        % {"n": got.n},
        "help": reverse("help_page", kwargs={"section": "guide", "page_slug": "understanding"}),
        "url": _tested_url(request, one.number, got.field),
        "key": f"accuracy-{got.field}",
    }


def _row(request: DeskRequest, one: brand.VersionView, got: brand.Measure) -> dict[str, Any]:
    return {
        "version": one,
        "name": words.version_name(one.number),
        "got": got,
        "gain": words.gain(got),
        "low": words.points(got.low),
        "high": words.points(got.high),
        "verdict": words.verdict(got),
        "url": _tested_url(request, one.number, got.field),
    }


def _tested_url(request: DeskRequest, number: int, field: str) -> str:
    slug = request.desk.workspace.slug
    address = reverse("understanding_version", kwargs={"slug": slug, "number": number})
    return f"{address}?field={field}"


def _chart(
    measured: list[tuple[brand.VersionView, brand.Measure]], name: str
) -> charts.Chart | None:
    measured = [pair for pair in measured if pair[1].n]
    if not measured:
        return None
    before, after = _("Version before"), _("This version")
    drawn = []
    for one, got in measured:
        label = _("%(number)s · %(day)s") % {
            "number": one.number,
            "day": date_format(timezone.localtime(one.trained_at), "SHORT_DATE_FORMAT"),
        }
        drawn += [
            charts.Point(label, series, share, *_interval(share, got.n))
            for series, share in ((before, got.accuracy_before), (after, got.accuracy_after))
            if share is not None
        ]
    title = _("Accuracy over time: %(label)s") % {"label": name}
    told = _("Each version beside the one before it. The table below holds each number.")
    colours = [(before, charts.BRASS), (after, charts.BLUE)]
    return charts.steps(drawn, colours, title, told, get_language() or "fr")


def _interval(share: float | None, n: int) -> tuple[float, float]:
    return brand.share_interval(round((share or 0.0) * n), n)


def _needs(request: DeskRequest, field: str) -> list[dict[str, Any]]:
    slug = request.desk.workspace.slug
    inbox = reverse("inbox", kwargs={"slug": slug})
    codes = {"-1": "negative", "0": "neutral", "1": "positive"}
    found = []
    for one in brand.needs():
        if one.field == field and one.wanted:
            asked = {
                "tone": f"&tone={codes.get(one.value, '')}",
                "intents": f"&intent={one.value}",
            }.get(field)
            found.append(
                {
                    "need": one,
                    "name": words.value(field, one.value),
                    "url": f"{inbox}?view=everything{asked}" if asked else "",
                }
            )
    return found

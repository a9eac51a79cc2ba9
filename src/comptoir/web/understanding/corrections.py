"""What people put right: as confusions, row by row, and as files."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.base.api import Permission, audit, ids
from comptoir.channels import api as channels
from comptoir.insight import api as insight
from comptoir.triage import brand
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.understanding import words

PAGE: Final = 50
WIDEST: Final = 10
MOST: Final = 100_000


@require_GET
@desk_view(Permission.READ)
def confusions(request: DeskRequest) -> HttpResponse:
    """What was read against what people say, each cell a link to its corrections."""
    field = words.field_of(request.GET.get("field"))
    found = brand.confusions(field)
    wrong = [one for one in found if one.read != one.right]
    context = {
        "field": field,
        "fields": words.FIELDS.items(),
        "field_name": words.FIELDS[field],
        "matrix": _matrix(request, field, found),
        "worst": [_cell(request, field, one) for one in wrong[:WIDEST]],
        "wrong": sum(one.count for one in wrong),
        "total": sum(one.count for one in found),
    }
    return render(request, "understanding/confusions.html", context)


@require_GET
@desk_view(Permission.READ)
def rows(request: DeskRequest) -> HttpResponse:
    """The corrections themselves, newest first, of one label or one cell when asked."""
    field = request.GET.get("field", "")
    field = field if field in words.FIELDS else ""
    read, right = request.GET.get("read", ""), request.GET.get("right", "")
    found = brand.corrected(field, read, right) if field else brand.corrected("")
    listed = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "field_name": words.FIELDS.get(field, ""),
        "read": words.value(field, read) if field and read else "",
        "right": words.value(field, right) if field and right else "",
        "rows": said(request, [(one.message, _row(one)) for one in listed]),
        "page_obj": listed,
        "total": len(found),
    }
    return render(request, "understanding/corrections.html", context)


@require_GET
@desk_view(Permission.EXPORT)
def export(request: DeskRequest, table: str, form: str) -> HttpResponseBase:
    """Corrections, own intents with their examples, or versions, as a file."""
    tables = {
        "corrections": (_("Corrections"), _corrections),
        "intents": (_("Own intents"), _intents),
        "versions": (_("Versions"), _versions),
    }
    if table not in tables or form not in ("csv", "xlsx"):
        raise Http404
    title, made = tables[table]
    lines = list(made())
    desk = request.desk
    audit.record("triage.exported", actor=desk.user, workspace=desk.workspace, target=table)
    response: HttpResponseBase
    if form == "csv":
        french = (get_language() or "fr").startswith("fr")
        response = StreamingHttpResponse(insight.as_csv(lines, french), content_type=insight.CSV)
    else:
        response = HttpResponse(insight.as_excel(lines, title), content_type=insight.EXCEL)
    name = f"{desk.workspace.slug}-{table}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def said(
    request: DeskRequest, wanted: Sequence[tuple[int, dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Each row with its message and the way to its conversation; erased ones are left out."""
    known = {one.id: one for one in channels.messages([message for message, _row in wanted])}
    return [
        row | {"message": known[message], "url": conversation_url(request, known[message].thread)}
        for message, row in wanted
        if message in known
    ]


def conversation_url(request: DeskRequest, thread: int) -> str:
    return reverse(
        "conversation",
        kwargs={
            "slug": request.desk.workspace.slug,
            "conversation": ids.conceal("conversation", thread),
        },
    )


def _row(one: brand.Lesson) -> dict[str, Any]:
    return {
        "lesson": one,
        "label": words.FIELDS[one.field],
        "read": words.said(one.field, one.said),
        "right": words.said(one.field, one.right),
        "agreed": one.said == one.right,
    }


def _matrix(
    request: DeskRequest, field: str, found: list[brand.Confusion]
) -> dict[str, Any] | None:
    """The cells as a table; of many intents, those that are confused most."""
    if not found:
        return None
    counts = {(one.read, one.right): one for one in found}
    order = [*words.values(field), brand.NONE]
    weight = dict.fromkeys(order, 0)
    for one in found:
        for code in {one.read, one.right}:
            weight[code] = weight.get(code, 0) + one.count
    busiest = sorted(weight, key=lambda code: -weight[code])[:WIDEST]
    shown = [
        code
        for code in [*order, *(set(weight) - set(order))]
        if (field != "intents" and code != brand.NONE) or (weight[code] and code in busiest)
    ]
    most = max((one.count for one in found if one.read != one.right), default=1)
    lines = [
        {
            "name": words.value(field, read),
            "cells": [
                _cell(request, field, counts[read, right], most)
                if (read, right) in counts
                else {"count": 0, "agreed": read == right, "heat": 0}
                for right in shown
            ],
        }
        for read in shown
    ]
    return {
        "columns": [words.value(field, code) for code in shown],
        "lines": lines,
        "partial": len([code for code in weight if weight[code]]) > len(shown),
    }


def _cell(request: DeskRequest, field: str, one: brand.Confusion, most: int = 1) -> dict[str, Any]:
    address = reverse("understanding_corrections", kwargs={"slug": request.desk.workspace.slug})
    query = urlencode({"field": field, "read": one.read, "right": one.right})
    return {
        "count": one.count,
        "agreed": one.read == one.right,
        "heat": 0 if one.read == one.right else min(-(-one.count * 3 // most), 3),
        "url": f"{address}?{query}",
        "read": words.value(field, one.read),
        "right": words.value(field, one.right),
    }


def _corrections() -> Iterator[Sequence[Any]]:
    yield (_("Date"), _("Person"), _("Label"), _("Read"), _("Right"), _("Message"))
    found = brand.corrected("")[:MOST]
    texts = {one.id: one.text or one.title for one in channels.messages([c.message for c in found])}
    for one in found:
        yield (
            timezone.localtime(one.at),
            one.by,
            str(words.FIELDS[one.field]),
            words.said(one.field, one.said),
            words.said(one.field, one.right),
            texts.get(one.message, ""),
        )


def _intents() -> Iterator[Sequence[Any]]:
    yield (_("Intent"), _("Description"), _("State"), _("Example"))
    for one in brand.own_intents():
        for example in one.examples:
            yield (one.name, one.description, str(words.STATES[one.state]), example.text)


def _versions() -> Iterator[Sequence[Any]]:
    yield (
        _("Version"), _("Date"), _("Made by"), _("Corrections"), _("Label"), _("Held out"),
        _("Accuracy before"), _("Accuracy after"), _("Gain from"), _("Gain to"),
        _("Log loss before"), _("Log loss after"), _("Adopted"), _("In use"),
    )  # fmt: skip
    for one in brand.versions():
        for got in one.measures or (None,):
            figures: tuple[Any, ...] = (None,) * 9
            if got is not None:
                figures = (
                    str(words.FIELDS[got.field]), got.n, got.accuracy_before, got.accuracy_after,
                    got.low, got.high, got.loss_before, got.loss_after, int(got.adopted),
                )  # fmt: skip
            yield (
                one.number, timezone.localtime(one.trained_at), str(words.CAUSES[one.cause]),
                one.corrections, *figures, int(one.active),
            )  # fmt: skip

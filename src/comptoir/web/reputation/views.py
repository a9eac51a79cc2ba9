"""Reputation: a report at once, its figures after; the rows behind each; files of all."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comptoir.base.api import Permission, ids
from comptoir.channels import api as channels
from comptoir.insight import api as insight
from comptoir.listening import (
    reputation,
    reputation_methods,
    reputation_sides,
    reputation_topics,
)
from comptoir.triage import api as triage
from comptoir.triage.topics import Days
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.choice import Choice, choose
from comptoir.web.downloads import table_file
from comptoir.web.reputation import showing, subjects, tables, wording
from comptoir.web.reputation.showing import language
from comptoir.web.reputation.subjects import Subject

PAGE: Final = 50
CHUNK: Final = 500


@require_GET
@desk_view(Permission.READ)
def start(request: DeskRequest) -> HttpResponseBase:
    """The report that is asked for, or the brand's; what to do where nothing is heard yet."""
    wanted = subjects.find(request.GET.get("of", "")) or subjects.first()
    if wanted is None or channels.span() is None:
        return render(request, "reputation/empty.html", {"listens": wanted is not None})
    days = {name: request.GET[name] for name in ("from", "to") if request.GET.get(name)}
    address = _address(request, "reputation_of", wanted)
    return redirect(f"{address}?{urlencode(days)}" if days else address)


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest, subject: str) -> HttpResponseBase:
    """The frame with its choosers; the figures follow, or come along when asked `whole`."""
    wanted, choice = _wanted(request, subject)
    context = _frame(request, wanted, choice)
    if "whole" in request.GET:
        asked = (request, wanted, choice)
        context["panels"] = render_to_string(
            "reputation/panels.html", _panels(*asked) | {"topics": _topics(*asked)}, request
        )
    return render(request, "reputation/page.html", context)


@require_GET
@desk_view(Permission.READ)
def panels(request: DeskRequest, subject: str) -> HttpResponseBase:
    """The figures alone, brought by the page once it is on screen."""
    return render(request, "reputation/panels.html", _panels(request, *_wanted(request, subject)))


@require_GET
@desk_view(Permission.READ)
def topics(request: DeskRequest, subject: str) -> HttpResponseBase:
    """What the mentions are about; brought last, for it takes longest."""
    context = {"topics": _topics(request, *_wanted(request, subject))}
    return render(request, "reputation/parts/topics.html", context)


@require_GET
@desk_view(Permission.READ)
def rows(request: DeskRequest, subject: str, measure: str) -> HttpResponseBase:
    """The very mentions that a figure counts, newest first."""
    wanted, choice = _wanted(request, subject)
    keys, number = _keys(request, measure), _page_number(request)
    found, total = _counted(wanted, choice, keys, PAGE, (number - 1) * PAGE)
    address = _address(request, "reputation_of", wanted)
    context = {
        "choice": choice,
        "subject": wanted,
        "measure": measure,
        "slug": showing.slug(measure),
        "told": insight.definition(measure, language()),
        "definition_url": showing.definition_url(measure),
        "words": wording.period(choice.period.first, choice.period.last),
        "keys": [wording.of_address(key, said) for key, said in keys.items()],
        "rows": [showing.row(request, *one) for one in _read(found)],
        "page_obj": Paginator(range(total), PAGE).get_page(number),
        "total": total,
        "report_url": f"{address}?{choice.address}",
        "files": [
            (form, f"{_rows_file(request, wanted, measure, form)}?{choice.address}&{urlencode(keys)}")
            for form in ("csv", "xlsx")
        ],
        "most": insight.MOST_ROWS,
    }  # fmt: skip
    return render(request, "reputation/rows.html", context)


@require_GET
@desk_view(Permission.EXPORT)
def export_table(request: DeskRequest, subject: str, table: str, form: str) -> HttpResponseBase:
    """One table of a report, whole, as a file."""
    wanted, choice = _wanted(request, subject)
    if table not in tables.NAMES:
        raise Http404
    made = _table(wanted, choice, table)
    name = f"{made.title} {wanted.name} {_stamp(choice)}"
    return table_file(made.for_file(), name, made.title, form)


@require_GET
@desk_view(Permission.EXPORT)
def export_rows(request: DeskRequest, subject: str, measure: str, form: str) -> HttpResponseBase:
    """The mentions behind a figure as a file, up to a hundred thousand."""
    wanted, choice = _wanted(request, subject)
    keys = _keys(request, measure)
    found, _total = _counted(wanted, choice, keys, insight.MOST_ROWS, 0)
    title = insight.definition(measure, language()).title
    return table_file(list(_cells(found)), f"{title} {wanted.name} {_stamp(choice)}", title, form)


def _wanted(request: DeskRequest, address: str) -> tuple[Subject, Choice]:
    """What of, and when; a stranger's or a deleted folder's address is not found."""
    wanted, known = subjects.find(address), channels.span()
    if wanted is None or known is None:
        raise Http404
    zone = request.desk.workspace.zone
    newest = ids.moment_of(known[1]).astimezone(ZoneInfo(zone)).date()
    return wanted, choose(request.GET.dict(), newest, insight.today(zone), zone)


def days_of(choice: Choice) -> Days:
    """Midnights of the workspace's zone, as the overview counts."""
    period, zone = choice.period, ZoneInfo(choice.period.zone)
    return Days(
        *(_midnight(day, zone) for day in (period.before().first, period.first, period.until))
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _frame(request: DeskRequest, wanted: Subject, choice: Choice) -> dict[str, Any]:
    before = choice.period.before()
    return {
        "choice": choice,
        "subject": wanted,
        "choices": subjects.choices(),
        "words": wording.period(choice.period.first, choice.period.last),
        "words_before": wording.period(before.first, before.last),
        "panels_url": f"{_address(request, 'reputation_panels', wanted)}?{choice.address}",
        "topics_url": f"{_address(request, 'reputation_topics', wanted)}?{choice.address}",
        "whole_url": f"?{choice.address}&whole=1",
    }


def _panels(request: DeskRequest, wanted: Subject, choice: Choice) -> dict[str, Any]:
    days = days_of(choice)
    found = reputation.report(wanted.queries, days)
    beside = reputation_sides.sides(days)
    return _frame(request, wanted, choice) | showing.panels(request, wanted, choice, found, beside)


def _topics(request: DeskRequest, wanted: Subject, choice: Choice) -> dict[str, Any]:
    days = days_of(choice)
    found = reputation_topics.topics(wanted.queries, days)
    return showing.topics(
        request, choice, found, reputation_methods.comparable(wanted.queries, days)
    )


def _table(wanted: Subject, choice: Choice, name: str) -> tables.Table:
    days = days_of(choice)
    if name == "sides":
        return tables.sides(reputation_sides.sides(days), language())
    found = reputation.report(wanted.queries, days, reputation.EVERY)
    if name == "days":
        return tables.days(found, choice.period, language())
    return tables.OF_REPORT[name](found, language())


def _keys(request: DeskRequest, measure: str) -> dict[str, str]:
    if measure not in tables.measures():
        raise Http404
    keys = {key: request.GET[key] for key in reputation.KEYS if key in request.GET}
    if "known" not in keys and measure in tables.KNOWN:
        keys["known"] = tables.KNOWN[measure]
    return keys


def _counted(
    wanted: Subject, choice: Choice, keys: dict[str, str], limit: int, offset: int
) -> tuple[list[int], int]:
    try:
        return reputation.rows(wanted.queries, days_of(choice), keys, limit, offset)
    except ValueError as error:
        raise Http404 from error


def _read(found: Sequence[int]) -> Iterator[tuple[Any, Any]]:
    """Messages with their labels in that order; one erased a moment ago is passed over."""
    for begin in range(0, len(found), CHUNK):
        part = found[begin : begin + CHUNK]
        messages = {one.id: one for one in channels.messages(part)}
        labels = triage.labels(part)
        yield from ((messages[one], labels.get(one)) for one in part if one in messages)


def _cells(found: Sequence[int]) -> Iterator[Sequence[Any]]:
    yield (
        _("Sent at"), _("Network"), _("Author"), _("Text"), _("Tone"), _("Intents"), _("Likes"),
        _("Reposts"), _("Replies"), _("Quotes"), _("Views"), _("Address"),
    )  # fmt: skip
    for message, label in _read(found):
        yield (
            timezone.localtime(message.sent_at),
            wording.key("channel", message.channel, {}),
            message.author.handle or message.author.name,
            message.text,
            wording.key("tone", label.tone, {}) if label else None,
            ", ".join(wording.key("intent", one.name, {}) for one in label.intents) if label else None,
            message.likes, message.reposts, message.replies, message.quotes, message.views,
            message.url,
        )  # fmt: skip


def _stamp(choice: Choice) -> str:
    return f"{choice.period.first:%Y-%m-%d} {choice.period.last:%Y-%m-%d}"


def _page_number(request: DeskRequest) -> int:
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), 1_000_000) if text.isascii() and text.isdigit() else 1


def _address(request: DeskRequest, name: str, wanted: Subject) -> str:
    slug = request.desk.workspace.slug
    return reverse(name, kwargs={"slug": slug, "subject": wanted.address})


def _rows_file(request: DeskRequest, wanted: Subject, measure: str, form: str) -> str:
    kwargs = {
        "slug": request.desk.workspace.slug,
        "subject": wanted.address,
        "measure": measure,
        "form": form,
    }
    return reverse("reputation_rows_file", kwargs=kwargs)

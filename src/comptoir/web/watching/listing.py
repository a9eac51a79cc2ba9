"""The watched pages of the brand, and what changed on them lately."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comptoir.base.api import Permission, ids
from comptoir.listening import api as listening
from comptoir.listening.watching import api
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.watching import finding, words

PAGE: Final = 25
NEWS: Final = 10
ONLY: Final = ("", "trouble", "paused")


@require_GET
@desk_view(Permission.READ)
def page(request: DeskRequest) -> HttpResponse:
    """All pages, of one folder when the address names it; beside them what changed."""
    folder = ids.reveal("folder", request.GET.get("folder", ""))
    only = request.GET.get("only", "")
    only = only if only in ONLY else ""
    number = request.GET.get("page", "1")
    at = max(int(number), 1) if number.isdecimal() and len(number) < 6 else 1
    found = api.pages(folder, only, (at - 1) * PAGE, PAGE)
    folders = [one for one in listening.folders() if one.kind == listening.KINDS.RIVAL]
    context = {
        "rows": [row(one) for one in found.rows],
        "total": found.total,
        "any": bool(found.total) or (bool(folder or only) and bool(api.pages(limit=1).total)),
        "numbered": Paginator(range(found.total), PAGE).get_page(at),
        "folders": [
            {
                "name": one.name,
                "outside": ids.conceal("folder", one.id),
                "current": one.id == folder,
            }
            for one in folders
        ],
        "folder": request.GET.get("folder", "") if folder else "",
        "only": only,
        "news": [told(one) for one in api.changes(limit=NEWS, news=True)],
        "may_listen": request.desk.can(Permission.LISTEN),
    }
    return render(request, "watching/index.html", context)


def row(one: api.PageView) -> dict[str, Any]:
    sentence, fix = api.problem(one.problem)
    return {
        "it": one,
        "outside": ids.conceal(finding.KIND, one.id),
        "price": words.price(one.price),
        "was": api.sum_of(one.price.was, one.price.currency) if one.price and one.price.was else "",
        "state": api.state_of(one.price.availability)
        if one.price and one.price.availability
        else "",
        "wants": words.wanted(one.draft.wants),
        "often": words.often(one.draft.every),
        "problem": sentence,
        "fix": fix,
    }


def told(one: api.ChangeView) -> dict[str, Any]:
    return {
        "it": one,
        "outside": ids.conceal(finding.KIND, one.page),
        "words": api.said(one.change),
        "icon": words.ICONS.get(one.change.kind, "info"),
    }

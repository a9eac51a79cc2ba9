"""Deliveries that could not be understood: seen as they came, read again, or discarded."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.api import Permission, Problem, ids
from comptoir.channels import api as channels
from comptoir.web import troubles
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.channels.gallery import mark

PAGE: Final = 25
SHOWN: Final = 1_500


@require_GET
@desk_view(Permission.CONNECT)
def page(request: DeskRequest) -> HttpResponse:
    """The newest first; `account` limits them to one, `before` goes on."""
    known = {one.id: one for one in channels.connected(disconnected=True)}
    chosen = known.get(ids.reveal("channel", request.GET.get("account", "")) or 0)
    before = ids.reveal("delivery", request.GET.get("before", ""))
    found = channels.set_aside(chosen.id if chosen else None, before, PAGE + 1)
    context = {
        "rows": [_row(one, known) for one in found[:PAGE]],
        "older": ids.conceal("delivery", found[PAGE - 1].id) if len(found) > PAGE else "",
        "is_first_page": before is None,
        "chosen": chosen,
        "account": request.GET.get("account", "") if chosen else "",
        "accounts": [
            (ids.conceal("channel", one.id), one) for one in known.values() if one.set_aside
        ],
        "total": chosen.set_aside if chosen else sum(one.set_aside for one in known.values()),
        "asks": request.GET.get("ask", ""),
    }
    return render(request, "channels/set_aside.html", context)


@require_GET
@desk_view(Permission.CONNECT)
def body(request: DeskRequest, delivery: str) -> HttpResponse:
    """The delivery as it came, as a file: nothing of it is ever shown as a page."""
    number = _number(delivery)
    try:
        content = channels.set_aside_body(number)
    except Problem as problem:
        raise Http404 from problem
    name = f"{slugify(request.desk.workspace.slug)}-{number}.txt"
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
@desk_view(Permission.CONNECT)
def act(request: DeskRequest, delivery: str) -> HttpResponse:
    """Have one delivery read again, or discard it."""
    number, does, user = _number(delivery), request.POST.get("do", ""), request.desk.user
    try:
        if does == "again":
            channels.read_again(number, actor=user)
            messages.success(
                request, _("It is read again in a moment. What is known is not doubled.")
            )
        elif does == "discard":
            channels.let_go(number, actor=user)
            messages.success(request, _("Discarded."))
        else:
            raise Http404
    except Problem as problem:
        messages.error(request, str(problem))
    return _back(request)


@require_POST
@desk_view(Permission.CONNECT)
def act_on_all(request: DeskRequest) -> HttpResponse:
    """The same for all that are set aside, or for those of one account."""
    account = ids.reveal("channel", request.POST.get("account", ""))
    does, user = request.POST.get("do", ""), request.desk.user
    if does == "again":
        count = channels.read_all_again(account, actor=user)
        said = ngettext(
            "%(count)d delivery is read again in a moment.",
            "%(count)d deliveries are read again in a moment.",
            count,
        )
    elif does == "discard":
        count = channels.let_all_go(account, actor=user)
        said = ngettext(
            "%(count)d delivery is discarded.", "%(count)d deliveries are discarded.", count
        )
    else:
        raise Http404
    messages.success(request, said % {"count": count})
    return _back(request)


def _row(one: channels.SetAsideView, known: dict[int, channels.ConnectedView]) -> dict[str, Any]:
    account = known.get(one.account)
    return {
        "it": one,
        "id": ids.conceal("delivery", one.id),
        "account": account,
        "title": troubles.Standing(account, "well").title if account else "",
        "mark": mark(account.channel, troubles.network_name(account)) if account else None,
        "text": one.text[:SHOWN],
        "cut": one.size > len(one.text[:SHOWN].encode()),
    }


def _number(outside: str) -> int:
    number = ids.reveal("delivery", outside)
    if number is None:
        raise Http404
    return number


def _back(request: DeskRequest) -> HttpResponse:
    """The page of what is set aside, for the same account."""
    url = reverse("channel_set_aside", kwargs={"slug": request.desk.workspace.slug})
    account = request.POST.get("account", "")
    known = ids.reveal("channel", account) is not None
    return redirect(f"{url}?account={account}" if known else url)

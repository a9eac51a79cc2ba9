"""Addresses that are called when something happens: entering, trying, rotating, removing."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.base import clock, ids
from comptoir.base.api import Permission, Problem
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.api import calling
from comptoir.web.api.models import Call, Subscription

SHOWN = 10
"""Calls of each address that the page lists, the newest first."""
EVENTS: Final = {
    "conversations_changed": gettext_lazy("A conversation changed"),
    "answer_to_deliver": gettext_lazy("An answer to what the API brought in is to be delivered"),
    "answer_queued": gettext_lazy("An answer waits to leave"),
    "answer_sent": gettext_lazy("An answer was sent"),
    "answer_delivered": gettext_lazy("An answer was delivered"),
    "answer_read": gettext_lazy("An answer was read"),
    "answer_failed": gettext_lazy("An answer was not sent"),
    "answer_unknown": gettext_lazy("Nobody knows whether an answer left"),
    "answer_cancelled": gettext_lazy("An answer was taken back"),
    "alert_fired": gettext_lazy("An alert went off"),
}
TEST = gettext_lazy("Test")


class AddressForm(forms.Form):
    """Where to call, and when."""

    url = forms.URLField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Of a program of yours, beginning with https://."),
        max_length=500,
        assume_scheme="https",
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("When to call it"),
        choices=lambda: list(EVENTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )


@require_http_methods(["GET", "POST"])
@desk_view(Permission.CONNECT)
def listing(request: DeskRequest) -> HttpResponse:
    form, secret = AddressForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _row, secret = calling.enter(
                request.desk.workspace,
                form.cleaned_data["url"],
                form.cleaned_data["events"],
                actor=request.desk.user,
            )
            form = AddressForm()
        except Problem as problem:
            form.add_error(None, str(problem))
    return _page(request, form, secret)


@require_POST
@desk_view(Permission.CONNECT)
def act(request: DeskRequest, address: str) -> HttpResponse:
    """Try it, give it another secret, call it again, or call it no more."""
    row = Subscription.objects.filter(pk=ids.reveal("webhook", address) or 0).first()
    if row is None:
        raise Http404
    does, user = request.POST.get("do", ""), request.desk.user
    if does == "rotate":
        return _page(request, AddressForm(), calling.rotate(row, actor=user))
    if does == "test":
        _say(request, calling.test(row, actor=user))
    elif does == "resume":
        calling.resume(row, actor=user)
        messages.success(request, _("It is called again from now on."))
    elif does == "remove":
        calling.remove(row, actor=user)
        messages.success(request, _("It is called no more."))
    else:
        raise Http404
    return redirect("api_addresses", slug=request.desk.workspace.slug)


def _say(request: DeskRequest, call: Call) -> None:
    if 200 <= call.status < 300:
        messages.success(request, _("The address answered the test as it should."))
        return
    messages.error(request, _("The test failed. %(why)s") % {"why": _outcome(call)})


def _page(request: DeskRequest, form: AddressForm, secret: str = "") -> HttpResponse:
    rows = Subscription.objects.select_related("key", "created_by").order_by("-pk")
    context = {"form": form, "secret": secret, "addresses": [_shown(row) for row in rows]}
    response = render(request, "api/addresses.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


def _shown(row: Subscription) -> dict[str, Any]:
    calls = Call.objects.filter(subscription=row).order_by("-at", "-pk")[:SHOWN]
    is_revoked = row.key is not None and row.key.revoked_at is not None
    return {
        "row": row,
        "id": ids.conceal("webhook", row.pk),
        "events": [str(EVENTS[one]) for one in row.events if one in EVENTS],
        "is_revoked": is_revoked,
        "grace": row.old_until if row.old_until and row.old_until > clock.now() else None,
        "calls": [_call(one) for one in calls],
    }


def _call(row: Call) -> dict[str, Any]:
    kind = row.body.get("type", "")
    went_well = 200 <= row.status < 300
    return {
        "label": TEST if kind == calling.TEST else EVENTS.get(kind, kind),
        "at": row.at,
        "attempts": row.attempts,
        "well": went_well,
        "outcome": _outcome(row),
        "next": row.due_at if not went_well else None,
        "reason": row.reason,
    }


def _outcome(row: Call) -> str:
    """How a call went, in a sentence."""
    if not row.attempts:
        return _("Not called yet.")
    if 200 <= row.status < 300:
        return _("Taken.")
    if row.status == 0:
        return _("Nobody answered there.")
    if row.status == calling.GONE:
        return _("The address says that it is gone (410).")
    if 300 <= row.status < 400:
        return _("The address sends elsewhere (%(status)s), which is not followed.") % {
            "status": row.status
        }
    return _("The address answered with an error (%(status)s).") % {"status": row.status}

"""
The contact form: plain HTML from a page of the shop's, or our own page; neither needs a script.

Against machines: a field that people do not see, the time between page and sending where the
page is ours, and limits. What a machine sent is thanked for and dropped, so that it learns
nothing.
"""

import json
from hashlib import blake2b
from urllib.parse import urlsplit

import structlog
from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from comptoir import conf
from comptoir.base import clock
from comptoir.base.api import scope
from comptoir.base.models import Workspace
from comptoir.channels.api import sites, visiting
from comptoir.channels.connector import Connection
from comptoir.web.chat import door
from comptoir.web.limits import Limit, address_of

log = structlog.get_logger(__name__)

FROM_ADDRESS = Limit(6, 600)
BY_ACCOUNT = Limit(300, 3600)
LEAST_SECONDS = 2.0
"""Nobody fills in a form more quickly."""
MOST_SECONDS = 86_400
LARGEST = 40_000
_SALT = "contact-form"


class ContactForm(forms.Form):
    """What a customer writes; `website` is for machines alone."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    order = forms.CharField(label=gettext_lazy("Order number"), max_length=60, required=False)
    message = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=10_000,
        widget=forms.Textarea({"rows": 7}),
    )
    website = forms.CharField(required=False, max_length=500)


@csrf_exempt
def contact(request: HttpRequest, token: str) -> HttpResponse:
    """The form's own page; or what was written there or on a page of the shop's."""
    found = door.connection(token, "form")
    with scope(found.workspace_id), translation.override(_language(request)):
        if request.method == "POST":
            return _take(request, found)
        return _page(request, found, ContactForm(), 200)


def _take(request: HttpRequest, found: Connection) -> HttpResponse:
    if not _comes_from_a_known_site(request, found):
        return _said(request, found, _("This form may not be used on this site."), 403)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return _said(request, found, _("That is too long."), 413)
    for limit, asker in (
        (FROM_ADDRESS, f"{found.account_id} {address_of(request)}"),
        (BY_ACCOUNT, str(found.account_id)),
    ):
        taken = limit.take(asker)
        if not taken.granted:
            refused = _said(
                request, found, _("That was too much at once. Wait a few minutes."), 429
            )
            refused["Retry-After"] = str(int(taken.wait) + 1)
            return refused
    if visiting.is_paused(found):
        return _said(request, found, _("This form is closed for the moment."), 503)
    form = ContactForm(request.POST)
    if _is_machine(request):
        log.info("form.machine", account=found.account_id)
    elif not form.is_valid():
        return _page(request, found, form, 422)
    else:
        _keep(request, found, form.cleaned_data)
    return _thank(request, found)


def _keep(request: HttpRequest, found: Connection, given: dict[str, str]) -> None:
    """The same words on the same day are one message: a form sent twice, a page reloaded."""
    told = {
        "name": given["name"],
        "email": given["email"],
        "subject": " ".join(given["subject"].split()),
        "order": given["order"],
        "text": given["message"].replace("\r\n", "\n"),
        "language": translation.get_language()[:2],
    }
    day = clock.now().date().isoformat()
    digest = blake2b(f"{day} {json.dumps(told, sort_keys=True)}".encode(), digest_size=16)
    name = f"form-{digest.hexdigest()}"
    referer = request.headers.get("Referer", "")
    page = referer if sites.is_ours(referer, sites.origins(found.values)) else ""
    visiting.hear(found, name, {"id": name, **told, "url": page[:2_000]})


def _thank(request: HttpRequest, found: Connection) -> HttpResponse:
    """A page of the shop's, of its own choice or the one entered; else ours."""
    known = sites.origins(found.values)
    wanted = request.POST.get("next", "")
    onward = wanted if sites.is_ours(wanted, known) else found.values.get("thanks", "")
    if onward:
        return HttpResponseRedirect(onward, status=303)
    site = _site_of(request)
    context = {"brand": _brand(found), "back": site if site in known else ""}
    return render(request, "chat/thanks.html", context)


def _is_machine(request: HttpRequest) -> bool:
    if request.POST.get("website"):
        return True
    stamp = request.POST.get("since")
    if stamp is None:
        return False
    try:
        since = float(signing.Signer(salt=_SALT).unsign(stamp))
    except (signing.BadSignature, ValueError):
        return True
    return not LEAST_SECONDS <= clock.now().timestamp() - since <= MOST_SECONDS


def _comes_from_a_known_site(request: HttpRequest, found: Connection) -> bool:
    own = conf.current().address
    here = f"{request.scheme}://{request.get_host()}"
    return _site_of(request) in (*sites.origins(found.values), own, here)


def _site_of(request: HttpRequest) -> str:
    """The site that a browser names: by Origin, else by Referer."""
    site = request.headers.get("Origin", "")
    if site and site != "null":
        return site
    parts = urlsplit(request.headers.get("Referer", ""))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _page(request: HttpRequest, found: Connection, form: ContactForm, status: int) -> HttpResponse:
    stamp = signing.Signer(salt=_SALT).sign(str(clock.now().timestamp()))
    context = {
        "brand": _brand(found),
        "form": form,
        "since": stamp,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "language": translation.get_language()[:2],
    }
    return render(request, "chat/form.html", context, status=status)


def _said(request: HttpRequest, found: Connection, sentence: str, status: int) -> HttpResponse:
    context = {"brand": _brand(found), "sentence": sentence}
    return render(request, "chat/said.html", context, status=status)


def _brand(found: Connection) -> str:
    return found.values.get("title") or Workspace.objects.get(pk=found.workspace_id).name


def _language(request: HttpRequest) -> str:
    asked = request.POST.get("language") or request.GET.get("language") or ""
    return asked if asked in ("fr", "en") else translation.get_language()[:2]

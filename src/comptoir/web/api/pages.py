"""The workspace's keys: making one, which is shown once, and ending it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from comptoir import conf
from comptoir.base.api import Permission, Problem
from comptoir.web.access import DeskRequest, desk_view
from comptoir.web.api import keys
from comptoir.web.api.models import ApiKey


class KeyForm(forms.Form):
    """What a key is called and may do."""

    name = forms.CharField(
        label=gettext_lazy("Name"), help_text=gettext_lazy("What will use it."), max_length=80
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=lambda: list(keys.SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
    )


@desk_view(Permission.CONNECT)
def listing(request: DeskRequest) -> HttpResponse:
    form, made = KeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _key, made = keys.make(
                request.desk.workspace,
                form.cleaned_data["name"],
                form.cleaned_data["scopes"],
                actor=request.desk.user,
            )
            form = KeyForm()
        except Problem as problem:
            form.add_error(None, str(problem))
    rows = ApiKey.objects.filter(revoked_at=None).select_related("created_by")
    context = {
        "form": form,
        "made": made,
        "keys": [{"row": row, "words": _words(row)} for row in rows.order_by("-pk")],
        "address": f"{conf.current().address}/api/v1/",
    }
    response = render(request, "api/keys.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@desk_view(Permission.CONNECT)
def revoke(request: DeskRequest, key: int) -> HttpResponse:
    keys.revoke(key, actor=request.desk.user)
    messages.success(request, _("The key is revoked: whatever used it is refused from now on."))
    return redirect("api_keys", slug=request.desk.workspace.slug)


def _words(row: ApiKey) -> list[str]:
    return [str(words) for name, words in keys.SCOPES.items() if name in row.scopes]

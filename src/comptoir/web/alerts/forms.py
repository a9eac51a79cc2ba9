"""An alert on the page: what it watches, what it asks for, when and whom it tells."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base.api import ids
from comptoir.listening import api as listening
from comptoir.listening.alerting import api
from comptoir.web import recipients

WINDOWS: Final = (15, 30, 60, 180, 360, 720, 1440, 2880, 10080, 43200)
RESTS: Final = (0, 30, 60, 180, 360, 720, 1440, 10080)
_PLAIN: Final = (
    "name", "kind", "within", "threshold", "share", "followers", "window", "cooldown",
    "quiet_from", "quiet_until", "authors_once", "alike_once",
)  # fmt: skip


class AlertForm(forms.Form):
    """The fields of a draft; ids are those of addresses. What makes sense the context decides."""

    use_required_attribute = False  # a browser cannot point at a field that the kind hides

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("Tell us of"),
        choices=[one for one in api.KINDS.choices if one[0] != api.KINDS.PAGE],
        widget=forms.RadioSelect,
    )
    query = forms.ChoiceField(label=gettext_lazy("In the mentions of"), required=False)
    within = forms.CharField(
        label=gettext_lazy("Only those that match"),
        help_text=gettext_lazy(
            "A query of the language: words, site:example.com, channel:x, author:name, lang:fr…"
        ),
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "spellcheck": "false"}),
    )
    threshold = forms.IntegerField(
        label=gettext_lazy("How many messages"), min_value=1, max_value=100_000, required=False
    )
    share = forms.IntegerField(
        label=gettext_lazy("and how many percent of all, at least"),
        min_value=0,
        max_value=100,
        required=False,
    )
    followers = forms.IntegerField(
        label=gettext_lazy("Followers of the author, at least"), min_value=1, required=False
    )
    window = forms.TypedChoiceField(label=gettext_lazy("Within"), coerce=int)
    cooldown = forms.TypedChoiceField(
        label=gettext_lazy("Then rest for"),
        coerce=int,
        help_text=gettext_lazy("It does not go off again before."),
    )
    authors_once = forms.BooleanField(label=gettext_lazy("Count each author once"), required=False)
    alike_once = forms.BooleanField(
        label=gettext_lazy("Count messages that say the same once"), required=False
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        help_text=gettext_lazy(
            "In the brand’s time zone. What happens meanwhile is told at the end."
        ),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    people = forms.MultipleChoiceField(
        label=gettext_lazy("Mail to"), required=False, widget=forms.CheckboxSelectMultiple
    )
    accounts = forms.MultipleChoiceField(
        label=gettext_lazy("Say it on"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, draft: api.AlertDraft | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.data.get("kind") if self.is_bound else None
        self.fields["threshold"].required = kind != "silence"
        self.fields["followers"].required = kind in (None, "weight")
        self._choose("query", [("", _("all messages")), *_queries()])
        self._choose("window", _spans(WINDOWS, draft.window if draft else 60))
        self._choose("cooldown", _spans(RESTS, draft.cooldown if draft else 60))
        self._choose("people", recipients.people())
        self._choose("accounts", recipients.accounts(draft.accounts if draft else ()))

    def draft(self) -> api.AlertDraft:
        """What the form says, once it is valid."""
        said = self.cleaned_data
        told = {name: said[name] for name in _PLAIN}
        return api.AlertDraft(
            query=ids.reveal("query", said["query"]) if said["query"] else None,
            people=recipients.revealed("member", said["people"]),
            accounts=recipients.revealed("account", said["accounts"]),
            **told
            | {
                "threshold": 1 if said["threshold"] is None else said["threshold"],
                "share": said["share"] or 0,
                "followers": said["followers"] or 0,
            },
        )

    def _choose(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # all are choices


def initial(draft: api.AlertDraft) -> dict[str, Any]:
    """A draft as the form shows it."""
    return {name: getattr(draft, name) for name in _PLAIN} | {
        "query": ids.conceal("query", draft.query) if draft.query else "",
        "share": draft.share or "",
        "followers": draft.followers or "",
        "people": [ids.conceal("member", one) for one in draft.people],
        "accounts": [ids.conceal("account", one) for one in draft.accounts],
    }


def first(asked: Mapping[str, str]) -> api.AlertDraft:
    """A new alert; the address may name the query that it watches."""
    draft = api.AlertDraft("", "count", threshold=10)
    query = ids.reveal("query", asked.get("query", ""))
    known = {one.id for one in listening.queries()}
    return replace(draft, query=query) if query in known else draft


def _queries() -> list[tuple[str, str]]:
    return [
        (ids.conceal("query", one.id), f"{one.folder_name} › {one.name}")
        for one in listening.queries()
    ]


def _spans(usual: Iterable[int], now: int) -> list[tuple[str, str]]:
    chosen = sorted({*usual, now})
    return [(str(one), api.span(one) if one else _("no time")) for one in chosen]

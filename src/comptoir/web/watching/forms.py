"""A watched page on the page: its address, what of it, how often, who is told."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base.api import ids
from comptoir.listening import api as listening
from comptoir.listening.watching import api
from comptoir.web import recipients
from comptoir.web.watching import words

_PLAIN: Final = ("url", "name", "selector", "phrase", "contact")


class PageForm(forms.Form):
    """The fields of a draft; ids are those of addresses. What makes sense the context decides."""

    url = forms.CharField(
        label=gettext_lazy("Address of the page"),
        help_text=gettext_lazy("A product, a category or an offers page that anybody can open."),
        max_length=2000,
        widget=forms.TextInput(
            attrs={
                "inputmode": "url",
                "placeholder": "https://",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Left empty, it is the site’s."),
        max_length=120,
        required=False,
    )
    folder = forms.ChoiceField(
        label=gettext_lazy("Rival"),
        help_text=gettext_lazy("Folders for rivals are made under Listening."),
        required=False,
    )
    wants = forms.MultipleChoiceField(
        label=gettext_lazy("What to watch"),
        choices=list(words.WANTS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    selector = forms.CharField(
        label=gettext_lazy("Only the part chosen by a CSS selector"),
        help_text=gettext_lazy(
            "In your browser: right click, Inspect, Copy, Copy selector. For instance: .product .price"
        ),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false", "dir": "ltr"}),
    )
    phrase = forms.CharField(
        label=gettext_lazy("or only the lines that hold a phrase"),
        help_text=gettext_lazy("For instance: free delivery"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    every = forms.TypedChoiceField(label=gettext_lazy("How often"), coerce=int)
    contact = forms.CharField(
        label=gettext_lazy("Whom the site can write to"),
        help_text=gettext_lazy(
            "An e-mail address or a page about you. It is told to the site with every request,"
            " as good manners ask."
        ),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
    )
    people = forms.MultipleChoiceField(
        label=gettext_lazy("Mail to"), required=False, widget=forms.CheckboxSelectMultiple
    )
    accounts = forms.MultipleChoiceField(
        label=gettext_lazy("Say it on"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, draft: api.PageDraft | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("folder", [("", _("none")), *_folders(draft)])
        self._choose("every", [(str(one), words.often(one)) for one in api.EVERY])
        self._choose("people", recipients.people())
        self._choose("accounts", recipients.accounts(draft.accounts if draft else ()))

    def draft(self) -> api.PageDraft:
        """What the form says, once it is valid."""
        said = self.cleaned_data
        return api.PageDraft(
            **{name: said[name] for name in _PLAIN},
            folder=ids.reveal("folder", said["folder"]) if said["folder"] else None,
            wants=tuple(said["wants"]),
            every=said["every"],
            people=recipients.revealed("member", said["people"]),
            accounts=recipients.revealed("account", said["accounts"]),
        )

    def _choose(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]  # all are choices


def initial(draft: api.PageDraft) -> dict[str, Any]:
    """A draft as the form shows it."""
    return {name: getattr(draft, name) for name in _PLAIN} | {
        "folder": ids.conceal("folder", draft.folder) if draft.folder else "",
        "wants": list(draft.wants),
        "every": draft.every,
        "people": [ids.conceal("member", one) for one in draft.people],
        "accounts": [ids.conceal("account", one) for one in draft.accounts],
    }


def first(asked: Mapping[str, str], user_mail: str) -> api.PageDraft:
    """A new page; the address may name the page and its folder."""
    folder = ids.reveal("folder", asked.get("folder", ""))
    known = {one.id for one in listening.folders()}
    return api.PageDraft(
        asked.get("url", "")[:2000],
        folder=folder if folder in known else None,
        contact=api.contact() or user_mail,
    )


def _folders(draft: api.PageDraft | None) -> list[tuple[str, str]]:
    """Those for rivals, and the one that is chosen already."""
    chosen = draft.folder if draft else None
    return [
        (ids.conceal("folder", one.id), one.name)
        for one in listening.folders()
        if one.kind == listening.KINDS.RIVAL or one.id == chosen
    ]

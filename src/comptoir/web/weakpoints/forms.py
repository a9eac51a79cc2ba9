"""Forms of weak points; what makes sense, the context decides."""

from dataclasses import asdict
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comptoir.base.api import ids
from comptoir.triage.api import LANGUAGES
from comptoir.weakpoints import api
from comptoir.weakpoints.api import Costs, TaskDraft
from comptoir.web import wording as figures
from comptoir.web.shell.words import CHANNELS

_DAY: Final = {"type": "date"}


class TaskForm(forms.Form):
    """A task. Ids are those of addresses."""

    title = forms.CharField(label=gettext_lazy("What is to be done"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=api.KINDS.choices)
    owner = forms.ChoiceField(
        label=gettext_lazy("Who does it"),
        required=False,
        help_text=gettext_lazy("Is told by mail, where a mailbox is connected."),
    )
    due_on = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(_DAY, "%Y-%m-%d")
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=api.STATES.choices)
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False)
    product = forms.ChoiceField(label=gettext_lazy("Product"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    phrase = forms.CharField(
        label=gettext_lazy("Phrase"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Words in a row that several customers use."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    days = forms.TypedChoiceField(label=gettext_lazy("Compare before and after over"), coerce=int)
    started_on = forms.DateField(
        label=gettext_lazy("Begun on"),
        required=False,
        widget=forms.DateInput(_DAY, "%Y-%m-%d"),
        help_text=gettext_lazy("Today, where it is left empty and the task is under way."),
    )
    done_on = forms.DateField(
        label=gettext_lazy("Done on"),
        required=False,
        widget=forms.DateInput(_DAY, "%Y-%m-%d"),
        help_text=gettext_lazy("Today, where it is left empty and the task is done."),
    )

    def __init__(self, *args: Any, draft: TaskDraft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        any_ = ("", _("any"))
        self._choose("owner", [("", _("nobody yet")), *_members()])
        self._choose("department", [any_, *_departments(draft.department)])
        self._choose("product", [any_, *_products(draft.product)])
        known = {*CHANNELS, *filter(None, [draft.channel])}
        named = sorted((figures.key("channel", code, {}), code) for code in known)
        self._choose("channel", [any_, *((code, name) for name, code in named)])
        self._choose("language", [any_, *_languages(draft.language)])
        self._choose("days", [(one, _spell(one)) for one in api.tasks.WINDOWS])

    def draft(self) -> TaskDraft:
        """What the form says, once it is valid."""
        said = dict(self.cleaned_data)
        return TaskDraft(**said | {"owner": ids.reveal("member", said["owner"] or "")})

    def _choose(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # all are choices


def initial(draft: TaskDraft) -> dict[str, Any]:
    """A draft as the form shows it."""
    owner = ids.conceal("member", draft.owner) if draft.owner else ""
    return asdict(draft) | {"owner": owner}


class CostForm(forms.Form):
    """What one contact costs; left empty, it is unknown and no money is shown."""

    cost = forms.DecimalField(
        label=gettext_lazy("Cost of one contact"),
        required=False,
        min_value=0,
        max_digits=7,
        decimal_places=2,
        help_text=gettext_lazy("Your own figure. Left empty, no money is shown."),
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"), choices=[(one, one) for one in api.costs.CURRENCIES]
    )
    minutes = forms.FloatField(
        label=gettext_lazy("Minutes spent on one contact"),
        required=False,
        min_value=0,
        max_value=600,
        help_text=gettext_lazy("Reading, looking up, answering. Left empty, no hours are shown."),
    )

    def costs(self) -> Costs:
        said = self.cleaned_data
        cents = None if said["cost"] is None else int(said["cost"] * 100)
        return Costs(cents, said["currency"], said["minutes"])


class ProductsForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Products"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line, other names after semicolons: “Tilleul green tea; lime blossom tea”."
        ),
    )


def _members() -> list[tuple[str, str]]:
    return [(ids.conceal("member", pk), name) for pk, name in api.tasks.members()]


def _departments(chosen: str) -> list[tuple[str, str]]:
    found = [(one.key, one.name) for one in api.departments.departments()]
    if chosen and chosen not in dict(found):
        found.append((chosen, api.departments.name_of(chosen)))
    return found


def _products(chosen: str) -> list[tuple[str, str]]:
    found = [(one.key, one.name) for one in api.products.products()]
    if chosen and chosen not in dict(found):
        found.append((chosen, api.products.name_of(chosen)))
    return found


def _languages(chosen: str) -> list[tuple[str, str]]:
    codes = [*LANGUAGES, *([chosen] if chosen and chosen not in LANGUAGES else [])]
    return [(code, figures.key("language", code, {})) for code in codes]


def _spell(days: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}

"""The form of a connector, made from what it declares; its rules live in `channels`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from comptoir.channels.api import FieldProblem, mistakes
from comptoir.channels.connector import Connector, Field, SignIn

PREFIX: Final = "value-"
DOTS: Final = "••••••••"
FOLDED_FROM: Final = 4
_PLAIN: Final = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class AccountForm(forms.Form):
    """
    What to enter for an account: its name, and the connector's fields.

    A secret is never sent to a page. kept: secrets that are there already, with the moment
    they were entered where that is known; left empty, they stay. Where access is granted at the
    network itself, what signing in fills may be missing: `signs_in`.
    """

    required_css_class = "required"

    name = forms.CharField(
        label=gettext_lazy("Name of the account"),
        help_text=gettext_lazy("What your team calls it. Left empty, the network’s own name."),
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(
        self,
        connector: Connector,
        *args: Any,
        kept: Mapping[str, datetime | None] | None = None,
        named: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.connector = connector
        self.kept = kept or {}
        if not named:
            del self.fields["name"]
        for field in connector.fields:
            self.fields[PREFIX + field.name] = self._control(field)

    def _control(self, field: Field) -> forms.Field:
        if field.kind == "secret" and field.name in self.kept:
            return _kept_secret(field, self.kept[field.name])
        return _control(field)

    @property
    def first(self) -> list[forms.BoundField]:
        """The name, and what has to be entered."""
        folded = {bound.name for bound in self.more}
        return [bound for bound in self if bound.name not in folded]

    @property
    def more(self) -> list[forms.BoundField]:
        """What can stay as it is, folded away where there is much of it."""
        spare = [field for field in self.connector.fields if _spare(field)]
        folded = spare if len(spare) >= FOLDED_FROM else [one for one in spare if one.granted]
        return [self[PREFIX + field.name] for field in folded]

    @property
    def more_is_open(self) -> bool:
        return any(bound.errors for bound in self.more)

    @property
    def entered(self) -> dict[str, str]:
        """The values by field name; a secret left empty that is kept is left out."""
        found = {}
        for field in self.connector.fields:
            value = self.cleaned_data.get(PREFIX + field.name, "")
            if isinstance(value, bool):
                value = "on" if value else ""
            if value or field.name not in self.kept:
                found[field.name] = value
        return found

    @property
    def signs_in(self) -> bool:
        """Whether the network's own page is next: it was asked for, or nothing else can work."""
        granted = [field.name for field in self.connector.fields if field.granted]
        if not granted:
            return False
        left = [name for name in granted if not self.data.get(PREFIX + name)]
        return "sign-in" in self.data or any(name not in self.kept for name in left)

    @property
    def sign_in(self) -> SignIn | None:
        """Where access is granted, for the words of the button."""
        return self.connector.sign_in({})

    @property
    def asks_secrets_again(self) -> bool:
        """Whether the page came back without the secrets that were typed."""
        secret = {PREFIX + field.name for field in self.connector.fields if field.kind == "secret"}
        return self.is_bound and any(self.data.get(name) for name in secret)

    def clean(self) -> dict[str, Any]:
        """The connector's own rules, beside each field."""
        cleaned = super().clean() or self.cleaned_data
        wanted = dict.fromkeys(self.kept, DOTS) | self.entered
        for problem in mistakes(self.connector, wanted, granted=not self.signs_in):
            if PREFIX + problem.field not in self.errors:
                self.refuse(problem)
        return cleaned

    def refuse(self, problem: FieldProblem) -> None:
        name = problem.field if problem.field == "name" else PREFIX + problem.field
        self.add_error(name if name in self.fields else None, str(problem))


class NameForm(forms.Form):
    """What the team calls an account."""

    name = forms.CharField(
        label=gettext_lazy("Name of the account"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


def _spare(field: Field) -> bool:
    """Whether most people leave a field as it is."""
    return field.granted or not field.required or (bool(field.default) and field.kind != "text")


def _control(field: Field) -> forms.Field:
    """A control for a field; only what a browser shows, as `mistakes` checks the value."""
    said: dict[str, Any] = {"label": str(field.label), "help_text": str(field.help)}
    if field.kind == "switch":
        return forms.BooleanField(required=False, initial=bool(field.default), **said)
    said |= {"required": field.required and not field.granted, "initial": field.default or None}
    if field.kind == "choice":
        return forms.ChoiceField(choices=_choices(field), **said)
    return forms.CharField(widget=_widget(field.kind), strip=field.kind != "secret", **said)


def _choices(field: Field) -> list[tuple[str, Any]]:
    empty = [] if field.required and field.default else [("", pgettext("choice", "Choose…"))]
    return [*empty, *field.choices.items()]


def _widget(kind: str) -> forms.Widget:
    if kind == "secret":
        return forms.PasswordInput(_PLAIN | {"autocomplete": "new-password"}, render_value=False)
    if kind == "lines":
        return forms.Textarea(_PLAIN | {"rows": 3})
    if kind == "number":
        return forms.NumberInput({"inputmode": "numeric"})
    modes = {"url": {"inputmode": "url"}, "email": {"inputmode": "email"}}
    return forms.TextInput(_PLAIN | modes.get(kind, {}))


def _kept_secret(field: Field, since: datetime | None) -> forms.Field:
    day = date_format(since, "DATE_FORMAT") if since else ""
    known = _("Set on %(day)s.") % {"day": day} if day else _("Set.")
    stays = _("It is never shown again. Leave empty to keep it.")
    widget = _widget("secret")
    widget.attrs["placeholder"] = DOTS
    return forms.CharField(
        label=str(field.label),
        required=False,
        strip=False,
        widget=widget,
        help_text=f"{known} {stays}",
    )

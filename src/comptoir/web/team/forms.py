"""Forms of the team's area; the rules themselves live in `base` and answer with a Problem."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import LoginForm
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from comptoir.base.errors import Problem
from comptoir.base.workspaces import LANGUAGES

INTERFACE = [("fr", "Français"), ("en", "English")]
LANGUAGE_NAMES = {
    "fr": _("French"),
    "en": _("English"),
    "de": _("German"),
    "es": _("Spanish"),
    "it": _("Italian"),
    "nl": _("Dutch"),
    "pt": _("Portuguese"),
    "pl": _("Polish"),
    "ar": _("Arabic"),
}
PROBLEM_FIELDS = {
    "bad_email": "email",
    "email_taken": "email",
    "weak_password": "password",
    "bad_name": "name",
    "bad_zone": "zone",
    "bad_languages": "languages",
}


def zones() -> list[tuple[str | Promise, list[tuple[str, str]]]]:
    """Every time zone by continent, Europe first; the value is the IANA name."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        continent, _slash, city = name.partition("/")
        if city and continent not in ("Etc", "SystemV", "posix", "right"):
            grouped.setdefault(continent, []).append((name, city.replace("_", " ")))
    first = grouped.pop("Europe", [])
    utc = (pgettext_lazy("group of time zones", "Other"), [("UTC", "UTC")])
    return [("Europe", first), *sorted(grouped.items()), utc]


class TeamForm(forms.Form):
    """Shows a Problem beside the field it is about."""

    required_css_class = "required"

    def refuse(self, problem: Problem) -> None:
        field = PROBLEM_FIELDS.get(problem.code)
        self.add_error(field if field in self.fields else None, str(problem))


class PersonForm(TeamForm):
    """Somebody who gets an account: the first owner, or who was invited."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("You sign in with it. Nothing is sent to it."),
        widget=forms.EmailInput({"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters. Four unrelated words are easy to remember."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=False),
    )
    language = forms.ChoiceField(label=_("Language of your pages"), choices=INTERFACE)


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """allauth's, in our words and without placeholders that repeat the labels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ProfileForm(TeamForm):
    """What a person chooses for themselves."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Language of your pages"), choices=INTERFACE)


class BrandForm(TeamForm):
    """A workspace: one brand."""

    name = forms.CharField(
        label=_("Name of the brand"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zones,
        help_text=_("Days and opening hours are counted in it."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages of your customers"),
        choices=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES],
        help_text=_("Messages are recognised as one of these."),
        widget=forms.CheckboxSelectMultiple,
    )


class DeleteForm(TeamForm):
    """The brand's name, typed, so that nobody deletes it by a slip."""

    confirmation = forms.CharField(
        label=_("Type the brand’s name to confirm"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = expected

    def clean_confirmation(self) -> str:
        typed = str(self.cleaned_data["confirmation"]).strip()
        if typed != self._expected:
            raise forms.ValidationError(_("This is not the name of this brand."))
        return typed


class InvitationForm(TeamForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        help_text=_("A reminder for you: Comptoir sends nothing, you send the link."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = list(roles.items())  # type: ignore[attr-defined]  # a ChoiceField

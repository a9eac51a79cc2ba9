"""What a person enters when connecting: made fit, and refused with the field's name."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import Problem
from comptoir.channels.connector import Connector, Field, Words

LONGEST = 20_000


class FieldProblem(Problem):
    """Something entered that cannot be right. field: its name."""

    def __init__(self, code: str, field: str, sentence: Words, fix: Words = "") -> None:
        super().__init__(code, sentence, fix)
        self.field = field


def entered(
    connector: Connector, values: Mapping[str, str], *, granted: bool = True
) -> dict[str, str]:
    """
    The values of the connector's fields, as they are stored. Raises the first FieldProblem.

    granted: False before signing in at the network, which fills what is left out here.
    """
    found, wrong = read(connector, values, granted=granted)
    if wrong:
        raise wrong[0]
    return found


def mistakes(
    connector: Connector, values: Mapping[str, str], *, granted: bool = True
) -> list[FieldProblem]:
    """Everything that is wrong with what was entered, in the order of the fields."""
    return read(connector, values, granted=granted)[1]


def read(
    connector: Connector, values: Mapping[str, str], *, granted: bool = True
) -> tuple[dict[str, str], list[FieldProblem]]:
    found: dict[str, str] = {}
    wrong: list[FieldProblem] = []
    for field in connector.fields:
        if field.granted and not granted:
            continue
        try:
            found[field.name] = _value(field, values.get(field.name, field.default))
        except FieldProblem as problem:
            wrong.append(problem)
    return found, wrong


def _value(field: Field, value: str) -> str:
    value = value.strip()
    if len(value) > LONGEST or "\0" in value:
        raise FieldProblem(
            "field_unreadable",
            field.name,
            format_lazy(_("“{field}” is too long or not a text."), field=field.label),
        )
    if value:
        return _READERS.get(field.kind, _same)(field, value)
    if field.required and field.kind != "switch":
        raise FieldProblem(
            "field_missing",
            field.name,
            format_lazy(_("“{field}” is missing."), field=field.label),
            field.help,
        )
    return ""


def _same(field: Field, value: str) -> str:
    return value


def _url(field: Field, value: str) -> str:
    if "://" not in value:
        value = f"https://{value}"
    try:
        parts = urlsplit(value)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine or any(character.isspace() for character in value):
        raise FieldProblem(
            "field_not_an_address",
            field.name,
            format_lazy(_("“{field}” is not a web address."), field=field.label),
            _("Write it with https:// at its beginning."),
        )
    return value


def _email(field: Field, value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise FieldProblem(
            "field_not_an_email",
            field.name,
            format_lazy(_("“{field}” is not an e-mail address."), field=field.label),
        ) from error
    return value


def _number(field: Field, value: str) -> str:
    try:
        return str(int(value))
    except ValueError as error:
        raise FieldProblem(
            "field_not_a_number",
            field.name,
            format_lazy(_("“{field}” is not a whole number."), field=field.label),
        ) from error


def _choice(field: Field, value: str) -> str:
    if value not in field.choices:
        raise FieldProblem(
            "field_not_a_choice",
            field.name,
            format_lazy(_("“{field}” offers no such choice."), field=field.label),
        )
    return value


def _switch(field: Field, value: str) -> str:
    return "" if value.lower() in ("off", "false", "no", "0") else "on"


def _lines(field: Field, value: str) -> str:
    return "\n".join(line.strip() for line in value.splitlines() if line.strip())


_READERS: dict[str, Callable[[Field, str], str]] = {
    "url": _url,
    "email": _email,
    "number": _number,
    "choice": _choice,
    "switch": _switch,
    "lines": _lines,
}

"""Catalogues: what every model, command and sentence must have, walked rather than listed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.apps import apps
from django.utils.translation.template import templatize

import comptoir
from comptoir.base import erasure
from comptoir.base.scope import Scoped

PACKAGE = Path(comptoir.__file__).parent
CATALOGUES = sorted(PACKAGE.rglob("locale/fr/LC_MESSAGES/*.po"))
MODELS = [
    model for model in apps.get_models() if model._meta.app_config.name.startswith("comptoir.")
]
PLACEHOLDER = re.compile(r"%\((\w+)\)[\d.]*[sdf]|%[sd]|\{(\w*)\}")
SPACED = re.compile(r"[^\s\u00a0\u202f]([;!?»])|[^\s\u00a0\u202f]:(?=\s|$)|«[^\u00a0]|[ ][;:!?»]")
PLAIN_CALLS = {"gettext", "gettext_lazy", "gettext_noop", "_"}
CONTEXT_CALLS = {"pgettext", "pgettext_lazy"}
PLURAL_CALLS = {"ngettext", "ngettext_lazy"}
CALL = re.compile(
    r"""(?<!\w)(?:p?gettext|_)\(u?(?P<first>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
    r"""(?:,\s*u?(?P<second>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))?"""
)

Sentence = tuple[str, str]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_says_what_erasing_a_person_does_to_it(model: type) -> None:
    """A new table must not escape the right to erasure."""
    rule = erasure.rules().get(model._meta.label)  # type: ignore[attr-defined]

    assert rule is not None
    assert len(rule.reason) > 10


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_of_a_brand_is_scoped(model: type) -> None:
    """A model that points to a workspace and forgets the scope shows brands to one another."""
    options = model._meta  # type: ignore[attr-defined]
    names = {field.name for field in options.get_fields()}
    membership = options.label == "base.Membership"

    assert "workspace" not in names or membership or isinstance(model.objects, Scoped)  # type: ignore[attr-defined]


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, abort_invalid=True)


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE).parent.parent.parent.parent)


def _messages() -> Iterator[tuple[str, Message]]:
    for path in CATALOGUES:
        yield from ((_name(path), message) for message in _catalogue(path) if message.id)


def _pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each translation beside its source; a plural beside the plural source."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        yield from zip(message.id, message.string or (), strict=False)


@pytest.mark.parametrize("path", CATALOGUES, ids=_name)
def test_every_catalogue_is_complete(path: Path) -> None:
    lacking = [
        message.id
        for message in _catalogue(path)
        if message.id and (message.fuzzy or not all(text for _, text in _pairs(message)))
    ]

    assert [] == lacking


def _placeholders(text: str) -> set[str]:
    """The names of the placeholders; one without a name stands for itself."""
    return {match[1] or match[2] or match[0] for match in PLACEHOLDER.finditer(text)}


def test_placeholders_survive_translation() -> None:
    """A lost placeholder loses a name or a number; an invented one breaks the page."""
    wrong = [
        (area, source)
        for area, message in _messages()
        for source, text in _pairs(message)
        if not _placeholders(text) <= _all_placeholders(message)
        or (isinstance(message.id, str) and _placeholders(source) != _placeholders(text))
    ]

    assert [] == wrong


def _all_placeholders(message: Message) -> set[str]:
    sources = [message.id] if isinstance(message.id, str) else message.id
    return set().union(*(_placeholders(source) for source in sources))


def test_french_typography_is_kept() -> None:
    """Narrow spaces before ; ! ?, no-break ones before : and inside « », curly apostrophes."""
    wrong = [
        (area, text)
        for area, message in _messages()
        for _, text in _pairs(message)
        if SPACED.search(_words(text)) or re.search(r"\w'\w", text) or '"' in _words(text)
    ]

    assert [] == wrong


def _words(text: str) -> str:
    """The text without tags, addresses, entities, times and code, where other rules hold."""
    return re.sub(r"<[^>]*>|\w+://\S*|&#?\w+;|`[^`]*`|%\(\w+\)s|\?\w+=|\{[^}]*\}", "x", text)


def _of_code(path: Path) -> Iterator[Sentence]:
    """(context, sentence) of each call of gettext in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            constants = (one.value for one in node.args if isinstance(one, ast.Constant))
            texts = [text for text in constants if isinstance(text, str)]
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in CONTEXT_CALLS and len(texts) >= 2:
                yield texts[0], texts[1]
            elif name in PLAIN_CALLS | PLURAL_CALLS and texts:
                yield "", texts[0]


def _of_template(path: Path) -> Iterator[Sentence]:
    """The same of a template, through Django's own extraction."""
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for match in CALL.finditer(source):
        first = ast.literal_eval(match["first"])
        if match.group(0).startswith("pgettext") and match["second"]:
            yield first, ast.literal_eval(match["second"])
        else:
            yield "", first


def _sentences() -> Iterator[tuple[Path, Sentence]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "tests" not in path.parts:
            yield from ((path, found) for found in _of_code(path))
    for suffix in ("*.html", "*.txt"):
        for path in sorted(PACKAGE.rglob(suffix)):
            yield from ((path, found) for found in _of_template(path))


def test_extraction_finds_what_people_read() -> None:
    """The walk itself must not silently find nothing."""
    found = {sentence for _path, sentence in _sentences()}

    assert {("", "Sign in"), ("", "Owner"), ("channels of an account", "Everywhere")} <= found


def test_every_sentence_is_in_a_catalogue() -> None:
    known = {(message.context or "", _source(message)) for _area, message in _messages()}
    lacking = {
        f"{path.relative_to(PACKAGE)}: {sentence[1]}"
        for path, sentence in _sentences()
        if sentence not in known
    }

    assert [] == sorted(lacking)


def _source(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def test_every_command_has_an_example() -> None:
    import typer.main

    from comptoir.cli.app import load

    group = typer.main.get_command(load())
    lacking = [name for name, command in _commands(group) if "Example:" not in (command.help or "")]

    assert [] == lacking


def _commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command

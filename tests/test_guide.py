"""The guide against the code: what exists is explained, in both languages alike."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from django.utils.translation import override

from comptoir.base.api import Role
from comptoir.channels.connectors import connectors
from comptoir.channels.files.problems import FILE_CODES, ROW_CODES
from comptoir.cli import app as cli
from comptoir.conf import PREFIX, Settings
from comptoir.triage.api import INTENTS
from comptoir.web.channels.networks import NETWORKS
from comptoir.web.channels.words import LEVELS
from comptoir.web.help import pages

LANGUAGES = ("fr", "en")
BREAKING = "\u00a0\u202f"
_CODE = re.compile(r"```.*?```|`[^`]*`|\]\([^)]*\)", re.S)

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


def text(slug: str, language: str) -> str:
    return pages.pages("guide", language)[slug].text


def test_every_command_has_its_line(language: str) -> None:
    """
    A command nobody can read about is a command nobody runs.
    """
    app = cli.load()
    names = [one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands]
    groups = [
        f"{group.name} {one.name or getattr(one.callback, '__name__', '')}"
        for group in app.registered_groups
        if group.typer_instance
        for one in group.typer_instance.registered_commands
    ]

    missing = [
        name for name in [*names, *groups] if f"| `{name}` |" not in text("commands", language)
    ]
    assert [] == missing


def test_every_setting_is_explained(language: str) -> None:
    names = [f"{PREFIX}{field.name.upper()}" for field in fields(Settings)]

    assert [] == [name for name in names if f"`{name}`" not in text("commands", language)]


def test_every_reason_of_an_import_has_its_remedy(language: str) -> None:
    """
    The file of refused rows carries codes; people look them up here.
    """
    told = text("troubleshooting", language)

    assert [] == [code for code in sorted(FILE_CODES | ROW_CODES) if f"`{code}`" not in told]


def test_every_intent_has_an_example_under_the_name_that_pages_use(language: str) -> None:
    with override(language):
        names = [str(name) for name in INTENTS.values()]

    assert [] == [name for name in names if f"| {name} |" not in text("labels", language)]


def test_every_channel_and_every_limit_has_its_line(language: str) -> None:
    """
    What a network does not allow is read before connecting, not found out after.
    """
    told = text("networks", language)
    with override(language):
        ours = [
            one for one in connectors().values() if type(one).__module__.startswith("comptoir.")
        ]
        names = [str(one.label) for one in ours] + [str(one.label) for one in NETWORKS]

    assert [] == [name for name in names if f"| {name} |" not in told]


def test_every_state_of_a_channel_is_explained(language: str) -> None:
    with override(language):
        states = [str(level) for level in LEVELS.values()]

    assert [] == [
        state for state in states if f"| {state} |" not in text("channel-health", language)
    ]


def test_every_role_has_its_column(language: str) -> None:
    with override(language):
        header = "| " + " | ".join(str(role.label) for role in Role) + " |"

    assert header in text("team", language)


def test_french_spaces_do_not_break(language: str) -> None:
    """
    A line that begins with a colon or a closing quotation mark is a fault in French.
    """
    if language == "en":
        pytest.skip("French alone has spaces before its marks.")
    wrong = [
        f"{page.slug}: {line.strip()[:80]}"
        for section in pages.SECTIONS
        for page in pages.pages(section, language).values()
        for line in _CODE.sub("x", page.text).splitlines()
        if re.search(rf"(?:^|[^\s{BREAKING}|])[ ]?(?<![{BREAKING}])[;!?»]|« | »|\w :(?!-)|'", line)
    ]

    assert [] == wrong


def test_pages_have_the_same_shape_in_both_languages(language: str) -> None:
    """
    A section or a table line added to one language alone is missing from the other.
    """
    for slug in pages.pages("guide", language):
        shapes = {one: _shape(text(slug, one)) for one in LANGUAGES}

        assert shapes["en"] == shapes["fr"], slug


def _shape(said: str) -> list[str]:
    return [found[0] for found in re.finditer(r"^(?:##+|\||-|\d\.|```)", said, re.M)]


def test_the_readme_leads_to_files_that_exist(language: str) -> None:
    """
    The README is the door; a dead link there is the first thing a visitor meets.
    """
    root = Path(pages.docs()).parent
    readme = root / "README.md"
    links = re.findall(r"\]\(([^)#:]+)\)", readme.read_text(encoding="utf-8"))

    assert f"docs/guide/{language}/10-start.md" in links
    assert [] == [link for link in links if not (root / link).exists()]

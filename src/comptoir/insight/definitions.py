"""The written definition of each metric, read from docs/metrics in the language of the page."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import comptoir

_PACKAGE = Path(comptoir.__file__).resolve().parent
_FALLBACK: Final = "en"
_WORDS: Final = {
    "en": {"unit": "Unit", "formula": "Formula", "source": "Source", "undefined": "Undefined"},
    "fr": {"unit": "Unité", "formula": "Formule", "source": "Source", "undefined": "Indéfini"},
}
_SECTION: Final = re.compile(r"^## (.+)$", re.M)
_NAME: Final = re.compile(r"^`([a-z0-9_]+\.[a-z0-9_]+)`, version (\d+)\. (.+)$", re.M)


@dataclass(frozen=True, slots=True)
class Definition:
    """
    What a metric means, in words.

    page, anchor: where the help shows it. text: one paragraph. version: of the metric
    that the words describe.
    """

    name: str
    version: int
    title: str
    text: str
    unit: str
    formula: str
    source: str
    undefined: str
    page: str
    anchor: str


def definition(name: str, language: str) -> Definition:
    """Raises KeyError when nobody wrote it down; a test sees to it that this cannot happen."""
    return definitions(language)[name]


@cache
def definitions(language: str) -> dict[str, Definition]:
    """Every definition by metric name; English for a language without any."""
    spoken = language[:2] if language[:2] in _WORDS else _FALLBACK
    found = (_read(path, spoken) for path in sorted((_docs() / spoken).glob("*.md")))
    return {one.name: one for page in found for one in page}


def _docs() -> Path:
    """Inside an installed package, or at the root of a checkout."""
    inside = _PACKAGE / "docs" / "metrics"
    return inside if inside.exists() else _PACKAGE.parent.parent / "docs" / "metrics"


def _read(path: Path, language: str) -> list[Definition]:
    parts = _SECTION.split(path.read_text(encoding="utf-8"))[1:]
    page = re.sub(r"^\d+-", "", path.stem)
    return [
        _section(title.strip(), body, language, page)
        for title, body in zip(parts[::2], parts[1::2], strict=True)
    ]


def _section(title: str, body: str, language: str, page: str) -> Definition:
    said = _NAME.search(body)
    if said is None:
        raise ValueError(f"{page}: “{title}” does not begin with its metric’s name and version")
    return Definition(
        name=said[1],
        version=int(said[2]),
        title=title,
        text=said[3],
        page=page,
        anchor=re.sub(r"[^\w]+", "-", title.lower()).strip("-"),
        **{key: _line(body, word) for key, word in _WORDS[language].items()},
    )


def _line(body: str, word: str) -> str:
    """The words after "- **Formula:**"; French puts a space before the colon."""
    found = re.search(rf"^- \*\*{word}\s?:\*\* (.+)$", body, re.M)
    return found[1].strip() if found else ""

"""
The guide and the definitions, from the same Markdown that the repository shows.

Pages live in `docs/guide/<language>` and `docs/metrics/<language>`; a page's first
heading is its title, and file names give the order (`10-start.md`).
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import comptoir
from comptoir.web import markdown

PACKAGE = Path(comptoir.__file__).resolve().parent
SECTIONS = ("guide", "metrics")
FALLBACK = "en"

_NUMBER = re.compile(r"^\d+-")
_LINK = re.compile(
    r"\]\((?:\.\./)*(?:(guide|metrics)/)?(?:(?:fr|en)/)?(?:\d+-)?([\w-]+)\.md(#[\w-]+)?\)"
)


@dataclass(frozen=True, slots=True)
class Page:
    """section: "guide" or "metrics". slug: the same in both languages."""

    section: str
    slug: str
    title: str
    text: str

    @property
    def html(self) -> str:
        """Safe HTML, with links between files as links between pages."""
        return markdown.html(_LINK.sub(self._address, self.text), self.title)

    def _address(self, match: re.Match[str]) -> str:
        """A link to another file, as a link to its page; beside this one unless it says where."""
        section, slug, fragment = match.groups()
        return f"](../../{section or self.section}/{slug}/{fragment or ''})"


def docs() -> Path:
    """The documents: inside an installed package, or at the root of a checkout."""
    inside = PACKAGE / "docs"
    return inside if inside.exists() else PACKAGE.parent.parent / "docs"


@cache
def pages(section: str, language: str) -> dict[str, Page]:
    """The pages of a section in `language`, in reading order; English where French is absent."""
    folder = docs() / section / language
    if not folder.exists():
        return {} if language == FALLBACK else pages(section, FALLBACK)
    found = [_read(section, path) for path in sorted(folder.glob("*.md"))]
    return {page.slug: page for page in found}


def page(section: str, slug: str, language: str) -> Page | None:
    return pages(section, language).get(slug)


def _read(section: str, path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    return Page(section, _NUMBER.sub("", path.stem), first.lstrip("# ").strip(), rest)

"""
The guide and the definitions, from the same Markdown that the repository shows.

Pages live in `docs/guide/<language>` and `docs/metrics/<language>`; a page's first
heading is its title, and file names give the order (`10-start.md`).
"""

import re
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from pathlib import Path

import nh3
from markdown_it import MarkdownIt

import comptoir

PACKAGE = Path(comptoir.__file__).resolve().parent
SECTIONS = ("guide", "metrics")
FALLBACK = "en"

_NUMBER = re.compile(r"^\d+-")
_LINK = re.compile(
    r"\]\((?:\.\./)*(?:(guide|metrics)/)?(?:(?:fr|en)/)?(?:\d+-)?([\w-]+)\.md(#[\w-]+)?\)"
)
_HEADING = re.compile(r"<h([23])>(.*?)</h\1>")
_ANCHORED = re.compile(r"<h([23])[^>]*>(.*?)</h\1>")
_TABLE = re.compile(r"<table>.*?</table>", re.S)
_TAGS = re.compile(r"<[^>]+>")
_ALLOWED = nh3.ALLOWED_ATTRIBUTES | {
    "h2": {"id"},
    "h3": {"id"},
    "th": {"align"},
    "td": {"align"},
    "a": {"href"},
}


@dataclass(frozen=True, slots=True)
class Page:
    """section: "guide" or "metrics". slug: the same in both languages."""

    section: str
    slug: str
    title: str
    text: str

    @property
    def html(self) -> str:
        """Safe HTML: rendered, cleaned, with anchors on headings; tables and code scroll by keyboard."""
        rendered = (
            MarkdownIt("commonmark", {"typographer": False})
            .enable("table")
            .render(_LINK.sub(self._address, self.text))
        )
        clean = nh3.clean(_HEADING.sub(_anchored, rendered), attributes=_ALLOWED)
        return _TABLE.sub(self._scrolling, clean).replace("<pre>", '<pre tabindex="0">')

    def _address(self, match: re.Match[str]) -> str:
        """A link to another file, as a link to its page; beside this one unless it says where."""
        section, slug, fragment = match.groups()
        return f"](../../{section or self.section}/{slug}/{fragment or ''})"

    def _scrolling(self, table: re.Match[str]) -> str:
        """A table in a frame of its own: wide ones scroll there, also by keyboard."""
        rows = table[0].removeprefix("<table>")
        label = escape(self._above(table))
        return (
            f'<div class="table-wrap" tabindex="0" role="region" aria-label="{label}">'
            f'<table class="table" data-dense>{rows}</div>'
        )

    def _above(self, table: re.Match[str]) -> str:
        """What a table is about: the heading above it."""
        titles = [found[2] for found in _ANCHORED.finditer(table.string, 0, table.start())]
        return unescape(_TAGS.sub("", titles[-1])) if titles else self.title


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


def anchor(title: str) -> str:
    """The address of a heading inside its page.

    >>> anchor("What it’s *for*")
    'what-it-s-for'
    """
    return re.sub(r"[^\w]+", "-", _TAGS.sub("", title).lower()).strip("-")


def _read(section: str, path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    return Page(section, _NUMBER.sub("", path.stem), first.lstrip("# ").strip(), rest)


def _anchored(match: re.Match[str]) -> str:
    level, title = match.groups()
    return f'<h{level} id="{anchor(title)}">{title}</h{level}>'

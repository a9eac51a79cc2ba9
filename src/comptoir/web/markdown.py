"""Markdown of ours and of connectors' packages, as safe HTML in the desk's own styles."""

import re
from collections.abc import Callable
from html import escape, unescape

import nh3
from markdown_it import MarkdownIt

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


def html(text: str, title: str) -> str:
    """
    Safe HTML: rendered, cleaned, with anchors on headings; tables and code scroll by keyboard.

    title: what a table is about when no heading stands above it.
    """
    rendered = MarkdownIt("commonmark", {"typographer": False}).enable("table").render(text)
    clean = nh3.clean(_HEADING.sub(_anchored, rendered), attributes=_ALLOWED)
    return _TABLE.sub(_scrolling(title), clean).replace("<pre>", '<pre tabindex="0">')


def anchor(title: str) -> str:
    """The address of a heading inside its page.

    >>> anchor("What it’s *for*")
    'what-it-s-for'
    """
    return re.sub(r"[^\w]+", "-", _TAGS.sub("", title).lower()).strip("-")


def _anchored(match: re.Match[str]) -> str:
    level, title = match.groups()
    return f'<h{level} id="{anchor(title)}">{title}</h{level}>'


def _scrolling(title: str) -> Callable[[re.Match[str]], str]:
    """Puts a table in a frame of its own: wide ones scroll there, also by keyboard."""

    def framed(table: re.Match[str]) -> str:
        rows = table[0].removeprefix("<table>")
        return (
            f'<div class="table-wrap" tabindex="0" role="region"'
            f' aria-label="{escape(_above(table, title))}">'
            f'<table class="table" data-dense>{rows}</div>'
        )

    return framed


def _above(table: re.Match[str], title: str) -> str:
    """What a table is about: the heading above it."""
    titles = [found[2] for found in _ANCHORED.finditer(table.string, 0, table.start())]
    return unescape(_TAGS.sub("", titles[-1])) if titles else title

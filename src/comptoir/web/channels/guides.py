"""A connector's own guide, found beside its module in whatever package it lives."""

import re
import sys
from functools import cache
from pathlib import Path

from django.urls import reverse

from comptoir.channels.connector import Connector
from comptoir.web import markdown

FALLBACK = "en"

_HEADING = re.compile(r"^#(#{1,3} )", re.M)
# A link that led away in the same tab would lose what was typed.
_AWAY = re.compile(r'<a href="(?!#)')
_PAGE = re.compile(r"\]\([^)\s]*?(guide|metrics)/(?:fr|en)/(?:\d+-)?([\w-]+)\.md(#[\w-]+)?\)")


def guide(connector: Connector, language: str) -> str:
    """
    The guide as safe HTML, in `language` or else in English; "" for a connector without one.

    Its title is left out and its headings go one step down: a page has its own.
    """
    module = type(connector).__module__
    found = _text(module, language) or _text(module, FALLBACK)
    body = re.sub(r"\A\s*# [^\n]*\n", "", found)
    lowered = _HEADING.sub(r"##\1", body)
    made = markdown.html(_PAGE.sub(_address, lowered), str(connector.label))
    return _AWAY.sub('<a target="_blank" href="', made)


@cache
def _text(module: str, language: str) -> str:
    source = getattr(sys.modules.get(module), "__file__", None)
    path = Path(source or "").parent / f"guide.{language}.md"
    return path.read_text(encoding="utf-8") if source and path.is_file() else ""


def _address(match: re.Match[str]) -> str:
    """A link to a page of our own guide, as a link to the help."""
    section, slug, fragment = match.groups()
    url = reverse("help_page", kwargs={"section": section, "page_slug": slug})
    return f"]({url}{fragment or ''})"

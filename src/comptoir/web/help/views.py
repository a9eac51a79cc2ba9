"""Help, for everybody who may sign in."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from comptoir.web.help import pages


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The table of contents."""
    return render(request, "help/index.html", _contents())


@login_required
def page(request: HttpRequest, section: str, page_slug: str) -> HttpResponse:
    """One page of the guide or of the definitions."""
    found = pages.page(section, page_slug, _language())
    if found is None:
        raise Http404
    return render(request, "help/page.html", {**_contents(), "page": found})


def _contents() -> dict[str, list[pages.Page]]:
    return {section: list(pages.pages(section, _language()).values()) for section in pages.SECTIONS}


def _language() -> str:
    return (get_language() or pages.FALLBACK)[:2]
